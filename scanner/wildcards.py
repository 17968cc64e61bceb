"""Regular expressions for patterns with wildcards that take time in proportion to pattern times path, never more.

Repositories write globs and ignore rules, and ``*a*a*a*b`` as ``.*a.*a.*a.*b`` tries each way to share a name out
among its stars. Here what stands after a star is taken where it first fits and never tried again, which finds a match
wherever there is one: taken earlier it leaves more to the next star. Edit this when a kind of wildcard is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum


class Wild(Enum):
    """What matches a length that is not fixed; the value is the regular expression that may stand before the rest.

    ``FOLDERS`` must stand at the beginning or after a slash: elsewhere the first fit would not do.
    """

    STAR = "[^/]*?"
    ANY = "(?s:.)*?"
    FOLDERS = "(?:|(?s:.)*?/)"


Part = str | Wild
"""A regular expression of fixed length, or a wildcard."""


def linear_pattern(parts: Sequence[Part], ending: str, groups: Iterator[int]) -> str:
    """The regular expression of ``parts`` in a row, then ``ending``. ``groups`` gives numbers for the names of groups.

    Stars that stop at slashes are nested in those that do not: with each, the slashes between are fixed.
    """
    sections = _split(parts, (Wild.ANY, Wild.FOLDERS))
    rows = [(wild, _split(section, (Wild.STAR,))) for wild, section in sections]
    firm = [_row(wild, pieces, groups) for wild, pieces in rows[:-1]]
    wild, pieces = rows[-1]
    star, fixed = pieces[-1]
    before = "".join(_piece(*piece, groups) for piece in pieces[:-1])
    return f"{''.join(firm)}{wild}{before}{star}{''.join(map(str, fixed))}{ending}"


def _row(wild: str, pieces: list[tuple[str, list[Part]]], groups: Iterator[int]) -> str:
    row = wild + "".join(_piece(star, fixed, groups) for star, fixed in pieces)
    return _once(row, groups) if wild else row


def _piece(star: str, fixed: list[Part], groups: Iterator[int]) -> str:
    piece = star + "".join(map(str, fixed))
    return _once(piece, groups) if star else piece


def _split(parts: Sequence[Part], wilds: tuple[Wild, ...]) -> list[tuple[str, list[Part]]]:
    found: list[tuple[str, list[Part]]] = [("", [])]
    for part in parts:
        if part in wilds:
            assert isinstance(part, Wild)
            found.append((part.value, []))
        else:
            found[-1][1].append(part)
    return found


def _once(source: str, groups: Iterator[int]) -> str:
    """``source``, never tried again once it has matched: an atomic group, which Python has from 3.11 on."""
    name = f"w{next(groups)}"
    return f"(?=(?P<{name}>{source}))(?P={name})"
