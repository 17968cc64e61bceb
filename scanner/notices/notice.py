"""A source file's text in, the copyright statements of the SPDX snippets in it out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..support.lazy import lazy_pattern
from .header import Header, blanked, read_header, without_snippets
from .header_licence import find_licence
from .model import Notice

_SNIPPET = lazy_pattern(r"SPDX-SnippetCopyrightText:[ \t]*(?=[^\s<\[{])[^\n]*")
# A file of snippets is read as far as this.
MOST_STATEMENTS = 100


def snippet_copyrights(text: bytes) -> Iterator[str]:
    """The statements of all SPDX-SnippetBegin … SPDX-SnippetEnd regions, wherever in the file."""
    whole = blanked(text.decode("utf-8", "replace"), "REUSE-Ignore")
    for number, match in enumerate(_SNIPPET.finditer(whole)):
        if number == MOST_STATEMENTS:
            return
        yield match[0].rstrip(" \t\r#*/\"'")[:MOST_CHARACTERS]


# A statement goes on over at most so many further lines, and is cut at so many characters.
MOST_LINES = 6
MOST_CHARACTERS = 600

_MARKS = ("copyright", "(c)", "©")
# What follows a mark tells a statement from talk of copyright: a year, a name, a sign; no placeholder.
_STATEMENT = lazy_pattern(
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


def find_copyrights(header: Header) -> Iterator[tuple[str, int]]:
    """Each distinct statement of the header and the last line (1-based) it stands on."""
    numbers = _marked_lines(header.folded)
    if not numbers:
        return
    lines = header.text.split("\n")
    seen: set[str] = set()
    last = 0
    for number in numbers:
        if number <= last or not is_statement(lines[number - 1]):
            continue
        statement, last = _joined(lines, number)
        if statement not in seen:
            seen.add(statement)
            yield statement, last


def is_statement(line: str) -> bool:
    """Whether a line says whose copyright something is, rather than speaks of copyright."""
    return any(_says_whose(match) for match in _STATEMENT.finditer(line))


def _says_whose(match: re.Match[str]) -> bool:
    mark, rest = match["mark"], match["rest"]
    if mark is None or _YEAR.match(rest):
        return True
    if mark[0] in "(©":
        return match.start() == 0 and bool(_NAME.match(rest) and _RIGHTS.search(rest))
    return not _TALK.match(rest) and bool(match["sign"] or _NAME.match(rest))


def _marked_lines(folded: str) -> list[int]:
    """The lines (1-based) that a copyright mark stands on, in order."""
    marks = [mark for mark in _MARKS if mark in folded]
    if not marks:
        return []
    return [number for number, line in enumerate(folded.split("\n"), 1) if any(mark in line for mark in marks)]


def _joined(lines: list[str], number: int) -> tuple[str, int]:
    statement = lines[number - 1]
    last = number
    for further in lines[number : number + MOST_LINES]:
        if not _goes_on(statement, further):
            break
        statement, last = f"{statement} {further}", last + 1
    return statement[:MOST_CHARACTERS].rstrip(), last


def _goes_on(statement: str, further: str) -> bool:
    if not further or _OTHER.match(further):
        return False
    if _UNFINISHED.search(statement, max(len(statement) - 12, 0)) or _CONTINUES.match(further):
        return True
    return statement.count("(") > statement.count(")")


def read_notice(text: bytes) -> Notice:
    """The notices in the header comment and module docstring of a Python file, and of the SPDX snippets in it."""
    header = read_header(text)
    licensing = find_licence(without_snippets(header))
    stated = dict(find_copyrights(header))
    last_line = max(stated.values(), default=0)
    if licensing.place >= 0:
        last_line = max(last_line, header.line_at(licensing.place))
    if b"SPDX-Snippet" in text:
        stated |= dict.fromkeys(snippet_copyrights(text), 0)
    return Notice(licensing.licence, tuple(stated), licensing.form, last_line)
