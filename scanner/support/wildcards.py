"""What a wildcard means: globs become regular expressions that take time in proportion to glob times path, never more.

``*a*a*a*b`` as ``.*a.*a.*a.*b`` tries each way to share a name out among its stars. Here what stands after a star is
taken where it first fits and never tried again, which finds a match wherever there is one: taken earlier it leaves
more to the next star. Edit this only with git's wildmatch.c at hand: its oddities are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum

SPECIAL = "*?[\\"
# Ranges of ASCII, as git has them; its table of spaces has no vertical tab and no form feed.
_CLASSES = {
    "alnum": ("09", "AZ", "az"),
    "alpha": ("AZ", "az"),
    "blank": ("  ", "\t\t"),
    "cntrl": ("\x01\x1f", "\x7f\x7f"),
    "digit": ("09",),
    "graph": ("!~",),
    "lower": ("az",),
    "print": (" ~",),
    "punct": ("!/", ":@", "[`", "{~"),
    "space": ("  ", "\t\n", "\r\r"),
    "upper": ("AZ",),
    "xdigit": ("09", "AF", "af"),
}


class Wild(Enum):
    """What matches a length that is not fixed; the value is the regular expression that may stand before the rest.

    ``FOLDERS`` must stand at the beginning, after a slash or before a ``STAR``: elsewhere the first fit would not do.
    """

    STAR = "[^/]*?"
    FOLDERS = "(?:|(?s:.)*?/)"


Part = str | Wild
"""A regular expression of fixed length, or a wildcard."""

ANYTHING = (Wild.FOLDERS, Wild.STAR)
"""What also takes slashes."""


class BrokenGlobError(ValueError):
    """The glob is broken in a way that makes git match nothing by it; the message says how."""


def wildmatch(glob: str, groups: Iterator[int]) -> str:
    """The regular expression of ``glob``, to its end. Raises BrokenGlobError. ``groups`` as for `linear_pattern`.

    Slashes count as between folders (WM_PATHNAME); a name alone has none, so that it is matched by the same.
    """
    parts: list[Part] = []
    place = 0
    while place < len(glob):
        char = glob[place]
        if char == "*":
            place = _stars(glob, place, parts)
        elif char == "[":
            members, place = _set(glob, place + 1)
            parts.append(members)
        elif char == "?":
            parts.append("[^/]")
            place += 1
        else:
            place += char == "\\"
            if place == len(glob):
                raise BrokenGlobError("a backslash at the end takes no sign")
            parts.append(re.escape(glob[place]))
            place += 1
    return linear_pattern(parts, groups)


def linear_pattern(parts: Sequence[Part], groups: Iterator[int]) -> str:
    """The regular expression of ``parts`` in a row, to the end. ``groups`` gives numbers for the names of groups.

    Stars are nested in runs of folders: with each, the slashes between are fixed.
    """
    *firm, (folders, last) = [(wild, _split(section, Wild.STAR)) for wild, section in _split(parts, Wild.FOLDERS)]
    rows = "".join(_row(wild, pieces, groups) for wild, pieces in firm)
    before = "".join(_piece(*piece, groups) for piece in last[:-1])
    star, fixed = last[-1]
    return f"{rows}{folders}{before}{star}{''.join(map(str, fixed))}\\Z"


def _row(wild: str, pieces: list[tuple[str, list[Part]]], groups: Iterator[int]) -> str:
    row = wild + "".join(_piece(star, fixed, groups) for star, fixed in pieces)
    return _once(row, groups) if wild else row


def _piece(star: str, fixed: list[Part], groups: Iterator[int]) -> str:
    piece = star + "".join(map(str, fixed))
    return _once(piece, groups) if star else piece


def _split(parts: Sequence[Part], at: Wild) -> list[tuple[str, list[Part]]]:
    found: list[tuple[str, list[Part]]] = [("", [])]
    for part in parts:
        if part is at:
            found.append((at.value, []))
        else:
            found[-1][1].append(part)
    return found


def _once(source: str, groups: Iterator[int]) -> str:
    """``source``, never tried again once it has matched: an atomic group, which Python has from 3.11 on."""
    name = f"w{next(groups)}"
    return f"(?=(?P<{name}>{source}))(?P={name})"


def _stars(glob: str, place: int, parts: list[Part]) -> int:
    """Adds what the stars at ``place`` mean; gives the place after them."""
    end = place
    while glob[end : end + 1] == "*":
        end += 1
    alone = end - place > 1 and (place == 0 or glob[place - 1] == "/")
    if alone and glob.startswith("/", end):
        parts.append(Wild.FOLDERS)
        return end + 1
    parts += ANYTHING if alone and (end == len(glob) or glob.startswith("\\/", end)) else (Wild.STAR,)
    return end


def _set(glob: str, place: int) -> tuple[str, int]:
    """The set that begins after ``[``, and the place after it; never a slash, whatever it says."""
    negated = glob[place : place + 1] in ("!", "^") and place < len(glob)
    place += negated
    ranges: list[str] = []
    before, first = "", True
    while first or glob[place : place + 1] != "]":
        first = False
        before, place = _member(glob, place, before, ranges)
    chosen = "".join(f"{re.escape(each[0])}-{re.escape(each[1])}" for each in ranges if "//" != each <= each[1] * 2)
    if negated:
        return f"[^/{chosen}]", place + 1
    if not chosen:
        raise BrokenGlobError("a set in [ ] is empty")
    return f"(?!/)[{chosen}]", place + 1


def _member(glob: str, place: int, before: str, ranges: list[str]) -> tuple[str, int]:
    """Adds one member of a set; gives it, where a range may begin with it, and the place after it."""
    char = _at(glob, place)
    if char == "\\":
        char = _at(glob, place + 1)
        ranges.append(char * 2)
        return char, place + 2
    if char == "-" and before and glob[place + 1 : place + 2] not in ("", "]"):
        place += 1 + (glob[place + 1] == "\\")
        ranges.append(before + _at(glob, place))
        return "", place + 1
    if char == "[" and glob.startswith(":", place + 1):
        end = glob.find("]", place + 2)
        if end < 0:
            raise BrokenGlobError("a [ is never closed")
        if end > place + 2 and glob[end - 1] == ":":
            ranges += _class(glob[place + 2 : end - 1])
            return "", end + 1
    ranges.append(char * 2)
    return char, place + 1


def _at(glob: str, place: int) -> str:
    if place >= len(glob):
        raise BrokenGlobError("a [ is never closed")
    return glob[place]


def _class(name: str) -> tuple[str, ...]:
    if name not in _CLASSES:
        raise BrokenGlobError(f"there is no class [:{name}:]")
    return _CLASSES[name]
