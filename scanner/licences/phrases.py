"""A short text, normalised, in; the licence that a sentence of it names out: "licensed under the MIT licence"."""

from __future__ import annotations

import re

from .names import name_key
from .table import LicenceTable

_MOST_WORDS = 14
_MOST_SENTENCES = 8
_UNDER = re.compile(
    r"\b(?:licensed|licenced|released|distributed|available|published|provided|covered|governed|subject|redistribute)"
    r"(?: it| and or modify it)?(?: under| by| to)"
    r"(?: the)?(?: terms?)?(?: and)?(?: conditions?)?(?: of)?(?: the| an| a)? "
)


def named_licence(text: str, table: LicenceTable) -> tuple[str, int, int] | None:
    """Its id and the first and last word of the sentence; None where none is named, or different ones are.

    ``text`` is words joined by single spaces.
    """
    found = []
    for match, _ in zip(_UNDER.finditer(text), range(_MOST_SENTENCES), strict=False):
        words = text[match.end() : match.end() + 200].split(" ")[:_MOST_WORDS]
        if named := _longest_name(words, table):
            licence, count = named
            first = text.count(" ", 0, match.start())
            found.append((licence, first, text.count(" ", 0, match.end()) + count - 1))
    return found[0] if len({licence for licence, _, _ in found}) == 1 else None


def _longest_name(words: list[str], table: LicenceTable) -> tuple[str, int] | None:
    """The most words from the first on that are a name, and how many those are."""
    for count in range(len(words), 0, -1):
        if licence := table.names.get(name_key(" ".join(words[:count]))):
            return licence, count
    return None
