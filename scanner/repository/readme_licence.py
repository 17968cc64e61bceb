"""The licence that a README states, in a heading, words or a badge, and what it says that its LICENSE is.

The former counts for a project without LICENSE and metadata, the latter is held against LICENSE. Edit this when a
README states its licence in one more way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..results import Region
from ..support.lazy import lazy_pattern
from .model import DeclaredLicence, ModelCard

# What is beyond is not read.
_MOST_CHARACTERS = 200_000
_MOST_TRIED = 20
_NAME = r"(?P<name>[A-Za-z][\w.+ -]{0,60}(?:,? [Vv]ersion [\d.]{1,5})?)"
_STATED = lazy_pattern(
    # ## License: MIT, or ## License and the name below.
    rf"^\#{{1,6}}[ \t]*(?i:licen[cs]e)[ \t]*(?::[ \t]*|[ \t\#]*\n(?:[ \t]*\n)?[ \t]*)(?:(?i:the)[ \t]+)?{_NAME}"
    # Licensed under the MIT License.
    r"|(?i:\b(?:licen[cs]ed|released|distributed|available|published)\s+under\s+(?:the\s+)?(?:terms\s+of\s+)?"
    rf"(?:the\s+)?)[\[*`\"]{{0,3}}{_NAME.replace('name', 'under')}"
    # A badge: license-MIT-blue.svg.
    r"|(?i:img\.shields\.io/badge/licen[cs]e-)(?P<badge>(?:[^-\s/?)]|--){1,40})-",
    re.MULTILINE,
)
# A link to the file itself: what it is called, and what stands before it where that is no licence's name.
_LINKED = lazy_pattern(
    r"(?:(?<!!)\[(?P<called>[^\]\[\n]{1,60})\]"
    r"|badge/(?i:licen[cs]e)-(?P<badge>(?:[^-\s/?)]|--){1,40})-[^\s()\]\[]{1,40}\)\])"
    r"\((?:\./)?(?P<path>(?:LICEN[CS]E|COPYING)(?:\.(?:txt|md|rst))?)\)"
)
_SAID_BEFORE = lazy_pattern(
    rf"(?i:\b(?:licen[cs]ed|released|distributed|available)\s+under\s+(?:the\s+)?)\**{_NAME}\**"
    r"[\s.,;(]{1,4}(?i:as\s+found\s+in|found\s+in|see)(?:\s+(?i:the))?\s*[`*(]{0,3}\Z"
)
_BEFORE = 140


def linked_licences(card: ModelCard) -> Iterator[tuple[DeclaredLicence, str]]:
    """What a README calls a licence file that it links to, where that names a licence; and the path of the file."""
    from ..licences.licence_names import licence_ids

    text = card.text[:_MOST_CHARACTERS]
    for number, match in enumerate(_LINKED.finditer(text)):
        if number == _MOST_TRIED:
            return
        before = _SAID_BEFORE.search(text, max(match.start() - _BEFORE, 0), match.start())
        called = _of_badge(match["badge"]) if match["badge"] else match["called"].strip(" *`_")
        for name in (called, before["name"].strip() if before else ""):
            if name and (ids := licence_ids(name)):
                line = text.count("\n", 0, match.start()) + 1
                yield DeclaredLicence(Region(card.path, line, line), name, ids), match["path"]
                break


def readme_licences(cards: Iterable[ModelCard]) -> tuple[str, ...]:
    """The ids of the licence that the first README to state one states; empty where none does."""
    return next((found for card in cards if (found := _stated(card.text))), ())


def _stated(text: str) -> tuple[str, ...]:
    from ..licences.licence_names import licence_ids

    return next((ids for name in _names(text[:_MOST_CHARACTERS]) if (ids := licence_ids(name))), ())


def _names(text: str) -> Iterator[str]:
    """What may be a licence's name, longest first: words after it are cut off one by one."""
    for number, match in enumerate(_STATED.finditer(text)):
        if number == _MOST_TRIED:
            return
        if match["badge"]:
            yield _of_badge(match["badge"])
            continue
        words = (match["name"] or match["under"]).split()
        for count in range(len(words), 0, -1):
            yield " ".join(words[:count]).rstrip(".,")


def _of_badge(words: str) -> str:
    return words.replace("--", "-").replace("_", " ").replace("%20", " ")
