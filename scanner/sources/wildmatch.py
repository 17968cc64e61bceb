"""One pattern of an ignore file as a regular expression that means what git's own ``wildmatch`` means.

Text and pattern are bytes as Latin-1. Edit this only with git's wildmatch.c at hand: its oddities are kept, and
``tests/test_sources_gitignore.py`` holds what is here against git.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..wildcards import Part, Wild, linear_pattern

SPECIAL = "*?[\\"
_CLASSES = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda char: char in " \t",
    "cntrl": lambda char: char < " " or char == "\x7f",
    "digit": str.isdigit,
    "graph": lambda char: "!" <= char <= "~",
    "lower": str.islower,
    "print": lambda char: " " <= char <= "~",
    "punct": lambda char: "!" <= char <= "~" and not char.isalnum(),
    "space": lambda char: char in " \t\n\r",  # git's table has no vertical tab and no form feed
    "upper": str.isupper,
    "xdigit": lambda char: char in "0123456789abcdefABCDEF",
}
_ASCII = tuple(map(chr, range(1, 128)))


class NeverMatchesError(ValueError):
    """The pattern is broken in a way that makes git match nothing by it."""


def wildmatch(pattern: str, groups: Iterator[int]) -> str:
    """The regular expression of ``pattern``, to its end. Raises NeverMatchesError. ``groups`` as for `linear_pattern`.

    Slashes count as between folders (WM_PATHNAME); a name alone has none, so that it is matched by the same.
    """
    parts: list[Part] = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        if char == "*":
            place = _star(pattern, place, parts)
        elif char == "[":
            members, place = _set(pattern, place + 1)
            parts.append(members)
        elif char == "?":
            parts.append("[^/]")
            place += 1
        else:
            place += char == "\\"
            if place == len(pattern):
                raise NeverMatchesError
            parts.append(re.escape(pattern[place]))
            place += 1
    return linear_pattern(parts, r"\Z", groups)


def _star(pattern: str, place: int, parts: list[Part]) -> int:
    """Adds what the stars at ``place`` mean; gives the place after them."""
    end = place
    while pattern[end : end + 1] == "*":
        end += 1
    alone = end - place > 1 and (place == 0 or pattern[place - 1] == "/")
    if alone and pattern.startswith("/", end):
        parts.append(Wild.FOLDERS)
        return end + 1
    parts.append(Wild.ANY if alone and (end == len(pattern) or pattern.startswith("\\/", end)) else Wild.STAR)
    return end


def _set(pattern: str, place: int) -> tuple[str, int]:
    """The set that begins after ``[``, and the place after it; never a slash, whatever it says."""
    negated = pattern[place : place + 1] in ("!", "^") and place < len(pattern)
    place += negated
    members: set[str] = set()
    before, first = "", True
    while first or pattern[place : place + 1] != "]":
        first = False
        before, place = _member(pattern, place, before, members)
    chosen = {chr(code) for code in range(1, 256)} - members if negated else members
    chosen -= {"/"}
    if not chosen:
        raise NeverMatchesError
    return f"[{''.join(map(re.escape, sorted(chosen)))}]", place + 1


def _member(pattern: str, place: int, before: str, members: set[str]) -> tuple[str, int]:
    """Adds one member of a set; gives it, where a range may begin with it, and the place after it."""
    char = _at(pattern, place)
    if char == "\\":
        char = _at(pattern, place + 1)
        members.add(char)
        return char, place + 2
    if char == "-" and before and pattern[place + 1 : place + 2] not in ("", "]"):
        place += 1 + (pattern[place + 1] == "\\")
        members.update(map(chr, range(ord(before), ord(_at(pattern, place)) + 1)))
        return "", place + 1
    if char == "[" and pattern.startswith(":", place + 1):
        end = pattern.find("]", place + 2)
        if end < 0:
            raise NeverMatchesError
        if end > place + 2 and pattern[end - 1] == ":":
            members.update(_class(pattern[place + 2 : end - 1]))
            return "", end + 1
    members.add(char)
    return char, place + 1


def _at(pattern: str, place: int) -> str:
    if place >= len(pattern):
        raise NeverMatchesError
    return pattern[place]


def _class(name: str) -> set[str]:
    if name not in _CLASSES:
        raise NeverMatchesError
    return set(filter(_CLASSES[name], _ASCII))
