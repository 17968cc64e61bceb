"""The lines of a header that say whose the file is, each joined where it goes on.

Edit this when a copyright line is missed, cut off, joined with what follows it, or mere talk of copyright is taken for
one; whom a line names is read in `holders.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..support.lazy import lazy_pattern
from .header import Header

# A copyright line goes on over at most so many further lines, and is cut at so many characters.
MOST_LINES = 6
MOST_CHARACTERS = 600
_MARKS = ("copyright", "(c)", "©")
# What follows a mark tells a copyright line from talk of copyright: a year, a name, a sign; no placeholder.
_COPYRIGHT = lazy_pattern(
    r"spdx-(?:file|snippet)copyrighttext:[ \t]*[^\s<\[{]"
    r"|(?<![a-z])(?P<mark>copyright|\(c\)|©)[\s:,/-]*(?P<sign>\(c\)|©|&copy;)?[\s:,/-]*(?:by\s+)?"
    r"(?![\s<\[{$%]|\(c\)|©)(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
_YEAR = lazy_pattern(r"(?:19|20)\d\d")
_TALK = lazy_pattern(
    r"(?:notices?|holders?|owners?|ownership|laws?|licen[cs]es?|and|or|info|information|headers?|statements?|lines?|"
    r"files?|infringement|disclaimer|assignment|protection|act|terms|policy|belongs|is|remains|to|in|of|for|from|as|"
    r"permissions?|claims?|exceptions?|interests?|waivers?)\b|grants?(?=\s*(?:[.:;]|$|of\b|by\b|to\b|from\b))",
    re.IGNORECASE,
)
# The title of a section of a licence: "2.1 Copyright Grant." names nobody, whatever word follows.
_SECTION = lazy_pattern(
    r"\s*(?:(?:section|article|clause|\u00a7)\s*)?\d{1,2}(?:\.\d{1,2}){0,4}[.):]?\s+\Z", re.IGNORECASE
)
# "(c) City96", "MIT License (c) Ada One": a name alone, up to the end of the line or to what no name goes on with.
_NAME_ALONE = lazy_pattern(
    r"(?!(?i:mit|bsd|apache|gpl|isc)\b)(?:the\s+)?@?(?:[^\W\d_a-z][\w.'-]*|\w*\d[\w.-]*)(?:\s+(?:(?:van|von|de|der|la|le|of|and|&|the)\s+){0,2}"
    r"[^\W\d_a-z][\w.'-]*){0,4}\s*(?:\Z|[|<(\[]|,\s*(?:[^\W_a-z]|all\b|licen[cs])|\s-|(?:all\s+)?rights\b|licen[cs]ed?\b|https?:)"
)
_HANDLE = lazy_pattern(r"@?[\w.-]{2,40}\s*(?:\Z|\|\||<|\(?https?:)")
_LICENCE_BEFORE = lazy_pattern(
    r"[\w\s.,:-]{0,60}\b(?:licen[cs]ed?|mit|apache|apache-2\.0|bsd|gpl\w*)[\s,:|-]*\Z", re.IGNORECASE
)
# Beside (a) and (b) the sign is a number.
_LETTERED = lazy_pattern(r"\((?:a|b|d|i|ii)\)\s")
_NAME = lazy_pattern(r"(?:the )?[^\Wa-z]|contributors\b|the (?:\S+ )?(?:authors|contributors|team)\b")
_RIGHTS = lazy_pattern(r"rights reserved|\binc\b|\bltd\b|affiliates|proprietary", re.IGNORECASE)
_UNFINISHED = lazy_pattern(r"(?:[,&(]|\band|\bby|\bthe|\ball rights|\w-)\Z", re.IGNORECASE)
_CONTINUES = lazy_pattern(r"(?:and |& |teams?\b|inc\b|authors\b|its affiliates)", re.IGNORECASE)
_OTHER = lazy_pattern(
    r"(?:licen[cs]ed?\b|permission\b|this (?:source|file|code|software|program|work|module)\b|spdx-|redistribution\b|"
    r"authors?:|you may\b|distributed\b|see\b|https?:)|[^\n]*(?:copyright|©|\(c\))",
    re.IGNORECASE,
)


def find_copyrights(header: Header) -> Iterator[tuple[str, int]]:
    """Each distinct copyright line of the header, joined where it goes on, and the last line (1-based) it stands on."""
    numbers = _marked_lines(header.folded)
    if not numbers:
        return
    lines = header.text.split("\n")
    seen: set[str] = set()
    last = 0
    for number in numbers:
        if number <= last or not _is_copyright_line(lines[number - 1], header):
            continue
        said, last = _joined(lines, number)
        if said not in seen:
            seen.add(said)
            yield said, last


def _marked_lines(folded: str) -> list[int]:
    """The lines (1-based) that a copyright mark stands on, in order."""
    marks = [mark for mark in _MARKS if mark in folded]
    if not marks:
        return []
    return [number for number, line in enumerate(folded.split("\n"), 1) if any(mark in line for mark in marks)]


def _is_copyright_line(line: str, header: Header) -> bool:
    """Whether a line says whose copyright something is, rather than speaks of copyright."""
    return any(_says_whose(match, header) for match in _COPYRIGHT.finditer(line))


def _says_whose(match: re.Match[str], header: Header) -> bool:
    mark, rest, before = match["mark"], match["rest"], match.string[: match.start()]
    if mark is None or _YEAR.match(rest):
        return True
    if mark[0] in "(\u00a9":
        return _signs_a_name(before, rest) and (bool(_RIGHTS.search(rest)) or not _LETTERED.search(header.folded))
    if _TALK.match(rest) or _SECTION.match(before):
        return False
    return bool(match["sign"] or _NAME.match(rest))


def _signs_a_name(before: str, rest: str) -> bool:
    """Whether "(c)" alone is the sign of copyright: a name follows that ends the line, or rights are reserved."""
    if before.strip() and not _LICENCE_BEFORE.match(before):
        return False
    if _NAME.match(rest) and _RIGHTS.search(rest):
        return True
    return bool(_NAME_ALONE.match(rest) or _HANDLE.match(rest))


def _joined(lines: list[str], number: int) -> tuple[str, int]:
    said = lines[number - 1]
    last = number
    for further in lines[number : number + MOST_LINES]:
        if not _goes_on(said, further):
            break
        said, last = f"{said} {further}", last + 1
    return said[:MOST_CHARACTERS].rstrip(), last


def _goes_on(said: str, further: str) -> bool:
    if not further or _OTHER.match(further):
        return False
    if _UNFINISHED.search(said, max(len(said) - 12, 0)) or _CONTINUES.match(further):
        return True
    return said.count("(") > said.count(")")
