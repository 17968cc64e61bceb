"""The names of licences that have a rule or stand on the SPDX list, as headers say them; and names that nobody knows.

Edit this when a licence is named in a header, in words that its rule has under ``names``, and not read; the words
themselves belong into the rule. What is common in headers has patterns of its own, in `licence_phrases.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from ..support.lazy import lazy_pattern
from .header import Header
from .licence_phrases import COMMON, Wording

# A name holds such a word, or follows such words.
_ANCHOR = lazy_pattern(r"\b(?:licen[cs]es?|agreement|rail(?:-\w\+?\+?|\+\+-\w)?|terms[\s-]of[\s-]use)(?![\w])")
_LEAD = lazy_pattern(
    r"(?:\b(?:licen[cs]ed|released|distributed|available|published|provided|covered|governed|subject|accordance|made)"
    r"(?: [a-z]+){0,3}? (?:under|by|to|with)(?: the)?(?: terms?(?: and conditions?)? of)?(?: the| an?)? |"
    r"\blicen[cs]e ?: )".replace(" ", r"\s{1,6}").replace(r"\s{1,6}?", r"\s{0,6}")
)
_WORDS = re.compile(r"\S+")
# How many words of a name stand before and after its anchor, and how many characters are looked at for them.
_BEFORE, _AFTER, _REACH = 9, 5, 110
_MOST_ANCHORS = 24
# A name of one word that nobody has a rule for, or a very short one, is a word like others.
_LEAST_LETTERS = 7
# Where a name cannot go on.
_END = lazy_pattern(r"[.;](?=\s)|\n\s*\n|\n\s*[-*|]\s")
# A name that nobody knows: capitalised words up to "License", after words that put something under it.
_UNKNOWN = lazy_pattern(
    r"(?:[Ll]icen[cs]ed|[Rr]eleased|[Dd]istributed|[Pp]ublished|[Pp]rovided|[Aa]vailable|[Gg]overned|[Aa]ccordance)"
    r"\s{1,6}(?:under|by|with)\s{1,6}(?:the\s{1,6})?(?:terms\s{1,6}of\s{1,6}(?:the\s{1,6})?)?"
    r"(?P<name>(?:[A-Z0-9][\w.+-]{0,30}\s{1,6}){1,6}?(?:L(?:icen[cs]e|ICEN[CS]E)|Terms)(?![\w.-]*\w)"
    r"(?:\s{1,6}(?:Agreement|AGREEMENT))?(?:,?\s{1,6}(?:[Vv]ersion\s{1,6}|v)?\d(?:\.\d)?(?![\w]))?)"
    r"|\b[Ll]icen[cs](?:e|ing\s[Tt]erms)\s?:[^\S\n]{1,6}(?P<label>(?:[A-Z][\w.+'-]{0,30}[^\S\n]{1,4}){1,5}?[Ll]icen[cs]e"
    r"(?:[^\S\n]{1,4}(?:[Vv]ersion[^\S\n]{1,4}|v)?\d(?:\.\d)?)?)[^\S\n]{0,6}(?=\n|\.\s|\Z)"
)
# These make no name: "the Same License", "the Open Source License".
_NO_NAMES = frozenset(
    "same open source original following this that project software above file custom standard".split()
)
_NOISE = frozenset("license licence agreement version the terms".split())


class _Named(NamedTuple):
    """The licence that words name, and the first and last of these words."""

    licence: str
    first: int
    last: int


def listed_names(header: Header) -> Iterator[Wording]:
    """Every place that names a licence which rules or the SPDX list know, in no order."""
    folded = header.folded
    if "licen" not in folded and "rail" not in folded and "agreement" not in folded and "terms of use" not in folded:
        return
    for anchor in islice(_ANCHOR.finditer(folded), _MOST_ANCHORS):
        begin = max(anchor.start() - _REACH, 0)
        before = [(begin + match.start(), match[0]) for match in _WORDS.finditer(folded[begin : anchor.start()])]
        words = [*before[-_BEFORE:], *_words_at(folded, anchor.start())]
        yield from _wording(words, min(len(before), _BEFORE))
    for lead in islice(_LEAD.finditer(folded), _MOST_ANCHORS):
        yield from _wording(_words_at(folded, lead.end()), 0)


def unknown_names(header: Header) -> Iterator[Wording]:
    """Names of licences that nothing is known of, as an id of our own: "LicenseRef-Lamp-1.0" of "Lamp License 1.0"."""
    for match in islice(_UNKNOWN.finditer(header.text), _MOST_ANCHORS):
        group = "name" if match["name"] else "label"
        words = [word.strip(".,") for word in match[group].split()]
        kept = [word for word in words if word.lower() not in _NOISE]
        if kept and not all(word.lower() in _NO_NAMES for word in kept):
            name = "-".join(re.sub(r"[^A-Za-z0-9.-]", "", word) for word in kept)
            yield Wording(f"LicenseRef-{name}", match.start(group), match.end(group))


def _words_at(folded: str, start: int) -> list[tuple[int, str]]:
    """The words from a place on, as many as a name may have, up to where it must end."""
    part = folded[start : start + _REACH]
    if end := _END.search(part):
        part = part[: end.start()]
    return [(start + match.start(), match[0]) for match in _WORDS.finditer(part)]


def _wording(words: list[tuple[int, str]], anchor: int) -> Iterator[Wording]:
    """The longest name that holds the word of that number."""
    named = _longest_name(tuple(word for _, word in words[: anchor + _BEFORE]), anchor)
    if named:
        place, word = words[named.last]
        yield Wording(named.licence, words[named.first][0], place + len(word.rstrip(".,;:)")))


@lru_cache(maxsize=2048)
def _longest_name(words: tuple[str, ...], anchor: int) -> _Named | None:
    """Files of one project say the same: each saying is looked up once."""
    from ..licences.licence_names import name_key
    from ..licences.table import shipped_table
    from ..rulebook.loader import licence_rule

    names, keys = shipped_table().names, [name_key(word) for word in words]
    lasts = range(min(anchor + _AFTER, len(words)) if anchor else len(words), anchor, -1)
    spans = sorted(((first, last) for first in range(anchor + 1) for last in lasts), key=lambda span: span[0] - span[1])
    for first, last in spans:
        key = "".join(keys[first:last])
        licence = names.get(key) if key else None
        if not licence:
            continue
        is_long = len(key) >= _LEAST_LETTERS and sum(map(bool, keys[first:last])) > 1
        if is_long or (licence not in COMMON and licence_rule(licence)):
            return _Named(licence, first, last - 1)
    return None
