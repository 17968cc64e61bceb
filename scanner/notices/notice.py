"""The notice of a source file: its copyright lines, and the licence that its header states.

Edit this when a copyright line is missed, cut off, joined with what follows it, or mere talk of copyright is taken for
one; what licence a header states is read in `header_licence.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..results import LicenceForm
from ..support.lazy import lazy_pattern
from .header import Header, read_header, without_ignored, without_snippets
from .header_licence import find_licence
from .model import Notice

_SNIPPET = lazy_pattern(r"SPDX-SnippetCopyrightText:[ \t]*(?=[^\s<\[{])[^\n]*")
# Of a file of snippets so many are read.
_MOST_SNIPPETS = 100

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
    r"files?|infringement|disclaimer|assignment|protection|act|terms|policy|belongs|is|remains|to|in|of|for|from|as)\b",
    re.IGNORECASE,
)
_NAME = lazy_pattern(r"(?:the )?[^\Wa-z]|contributors\b|the (?:\S+ )?(?:authors|contributors|team)\b")
_RIGHTS = lazy_pattern(r"rights reserved|\binc\b|\bltd\b|affiliates|proprietary", re.IGNORECASE)
_UNFINISHED = lazy_pattern(r"(?:[,&(]|\band|\bby|\bthe|\ball rights|\w-)\Z", re.IGNORECASE)
_CONTINUES = lazy_pattern(r"(?:and |& |teams?\b|inc\b|authors\b|its affiliates)", re.IGNORECASE)
_OTHER = lazy_pattern(
    r"(?:licen[cs]ed?\b|permission\b|this (?:source|file|code|software|program|work|module)\b|spdx-|redistribution\b|"
    r"authors?:|you may\b|distributed\b|see\b|https?:)|[^\n]*(?:copyright|©|\(c\))",
    re.IGNORECASE,
)


def read_notice(text: bytes) -> Notice:
    """The notices in the header comment and module docstring of a Python file, and of the SPDX snippets in it."""
    header = read_header(text)
    stated = find_licence(without_snippets(header))
    copyrights = dict(find_copyrights(header))
    last_line = max(copyrights.values(), default=0)
    if stated.place >= 0:
        last_line = max(last_line, header.line_at(stated.place))
    if b"SPDX-Snippet" in text:
        copyrights |= dict.fromkeys(_snippet_copyrights(text), 0)
    return Notice(stated.licence, tuple(copyrights), stated.form, last_line)


def notice_of_part(notice: Notice, text: bytes) -> Notice:
    """The ``notice`` of a file, with what the header says that ``text`` begins with: a part of it, from elsewhere."""
    own = read_notice(text)
    states = own if own.form is not LicenceForm.NONE else notice
    lines = tuple(dict.fromkeys((*own.copyrights, *notice.copyrights)))
    return Notice(states.licence, lines, states.form, notice.last_line)


def _snippet_copyrights(text: bytes) -> Iterator[str]:
    """The copyright lines of all SPDX-SnippetBegin … SPDX-SnippetEnd regions, wherever in the file."""
    whole = without_ignored(text.decode("utf-8", "replace"))
    for number, match in enumerate(_SNIPPET.finditer(whole)):
        if number == _MOST_SNIPPETS:
            return
        yield match[0].rstrip(" \t\r#*/\"'")[:MOST_CHARACTERS]


def find_copyrights(header: Header) -> Iterator[tuple[str, int]]:
    """Each distinct copyright line of the header, joined where it goes on, and the last line (1-based) it stands on."""
    numbers = _marked_lines(header.folded)
    if not numbers:
        return
    lines = header.text.split("\n")
    seen: set[str] = set()
    last = 0
    for number in numbers:
        if number <= last or not _is_copyright_line(lines[number - 1]):
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


def _is_copyright_line(line: str) -> bool:
    """Whether a line says whose copyright something is, rather than speaks of copyright."""
    return any(_says_whose(match) for match in _COPYRIGHT.finditer(line))


def _says_whose(match: re.Match[str]) -> bool:
    mark, rest = match["mark"], match["rest"]
    if mark is None or _YEAR.match(rest):
        return True
    if mark[0] in "(©":
        return match.start() == 0 and bool(_NAME.match(rest) and _RIGHTS.search(rest))
    return not _TALK.match(rest) and bool(match["sign"] or _NAME.match(rest))


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
