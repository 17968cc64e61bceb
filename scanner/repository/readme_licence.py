"""The licence that a README states, for a project that has no LICENSE and no metadata: in a heading, words or a badge.

Edit this when a README states its licence in one more way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..support.lazy import lazy_pattern
from .model import ModelCard

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
            yield match["badge"].replace("--", "-").replace("_", " ").replace("%20", " ")
            continue
        words = (match["name"] or match["under"]).split()
        for count in range(len(words), 0, -1):
            yield " ".join(words[:count]).rstrip(".,")
