"""A short text, normalised, in; the licence that a sentence of it names out: "licensed under the MIT licence"."""

from __future__ import annotations

from collections.abc import Iterator

from ..patterns import lazy_pattern
from .names import name_key
from .table import LicenceTable

_MOST_WORDS = 14
_MOST_SENTENCES = 8
# Normalised text has no points: "2 0" was "2.0".
_POINT = lazy_pattern(r"(?<=\d) (?=\d)")
_VERSION = lazy_pattern(r"(?:license |licence )?(?:version |v )?v?\d")
_UNDER = lazy_pattern(
    r"\b(?:(?:licensed|licenced|released|distributed|available|published|provided|covered|governed|subject|redistribute)"
    r"(?: it| and or modify it)?(?: under| by| to)|according to|in accordance with)"
    r"(?: the)?(?: terms?)?(?: and)?(?: conditions?)?(?: of)?(?: the| an| a)? "
)
# The one family whose headers state name and version apart: "... as published by the ..., either version 2 of the ...".
_GNU = lazy_pattern(
    r"\b(?P<kind>(?:affero |lesser |library )?gnu (?:affero |lesser |library )?)general public licen[cs]e "
    r"(?:as published by the free software foundation )?(?:either )?"
    r"v(?:ersion )?(?P<major>\d)(?: (?P<minor>\d))?\b(?P<later>.{0,40}\bany later version)?"
)
_KIND = lazy_pattern(r"\b((?:affero |lesser |library )?(?:gnu )?(?:affero |lesser |library )?)general public\b")


def named_licence(text: str, table: LicenceTable) -> tuple[str, int, int] | None:
    """Its id and the first and last word of the sentence; None where none is named, or different ones are.

    ``text`` is words joined by single spaces.
    """
    if len(set(map(_gnu_letter, _KIND.findall(text)))) > 1:
        return None
    found = list(_gnu_licences(text, table)) or list(_licences(text, table))
    return found[0] if len({licence for licence, _, _ in found}) == 1 else None


def _gnu_letter(kind: str) -> str:
    return "a" if "affero" in kind else "l" if "l" in kind else ""


def _gnu_licences(text: str, table: LicenceTable) -> Iterator[tuple[str, int, int]]:
    for match in _GNU.finditer(text):
        later = "+" if match["later"] else ""
        name = f"{_gnu_letter(match['kind'])}gpl-{match['major']}.{match['minor'] or 0}{later}"
        if licence := table.names.get(name_key(name)):
            yield licence, text.count(" ", 0, match.start()), text.count(" ", 0, match.end())


def _licences(text: str, table: LicenceTable) -> Iterator[tuple[str, int, int]]:
    for match, _ in zip(_UNDER.finditer(text), range(_MOST_SENTENCES), strict=False):
        words = text[match.end() :].split(" ", _MOST_WORDS)[:_MOST_WORDS]
        if named := _longest_name(words, table):
            licence, count = named
            first = text.count(" ", 0, match.start())
            yield licence, first, text.count(" ", 0, match.end()) + count - 1


def _longest_name(words: list[str], table: LicenceTable) -> tuple[str, int] | None:
    """The most words from the first on that are a name, and how many those are: none before another version."""
    for count in range(len(words), 0, -1):
        name = _POINT.sub(".", " ".join(words[:count]))
        if licence := table.names.get(name_key(name)):
            return None if _VERSION.match(" ".join(words[count:])) else (licence, count)
    return None
