"""What the words of shown lines are in Python's syntax, so that a page can colour them: keywords, strings, comments.

Edit this when another kind of word is to have a colour. Lines come as they are shown; nothing of them is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ..support.budget import OverBudgetError, budget
from .model import Ink, Inked

if TYPE_CHECKING:
    from pygments.lexers.python import PythonLexer
    from pygments.token import _TokenType

# Colours are not worth more than this of the time that a comparison may take.
_MOST_SECONDS = 1.0
_QUOTES = '"""', "'''"
# A string over several lines begins, or what may hide that it does: a comment, a string within a line.
_BEGINS = re.compile(r"""\"{3}|'{3}|\#[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")


class _Block(NamedTuple):
    """A string over several lines (1-based): those after ``first``, up to ``last``, begin inside of it."""

    first: int
    last: int
    quotes: str


def inks(lines: Sequence[str], shown: Iterable[int]) -> dict[int, tuple[Inked, ...]]:
    """By number (1-based) the coloured parts of the ``lines`` that are ``shown``; none where that takes too long."""
    found: dict[int, tuple[Inked, ...]] = {}
    try:
        with budget(0, _MOST_SECONDS):
            inside = _inside(lines)
            for first, last in _stretches(shown):
                found.update(_stretch(lines, first, last, inside.get(first, "")))
    except OverBudgetError:
        return {}
    return found


def _stretches(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and last number of each run of consecutive ones."""
    for _, run in groupby(enumerate(sorted(set(numbers))), key=lambda each: each[1] - each[0]):
        told = [number for _, number in run]
        yield told[0], told[-1]


def _inside(lines: Sequence[str]) -> Mapping[int, str]:
    """By number the quotes of the string that each line begins in."""
    return {line: block.quotes for block in _blocks(lines) for line in range(block.first + 1, block.last + 1)}


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    text = "\n".join(lines)
    place, line, counted = 0, 1, 0
    while found := _BEGINS.search(text, place):
        place = found.end()
        if found[0] not in _QUOTES:
            continue
        end = text.find(found[0], place)
        end = len(text) if end < 0 else end
        line += text.count("\n", counted, place)
        last = line + text.count("\n", place, end)
        yield _Block(line, last, found[0])
        place, line, counted = end + 3, last, end


def _stretch(lines: Sequence[str], first: int, last: int, quotes: str) -> Iterator[tuple[int, tuple[Inked, ...]]]:
    """The colours of some lines; ``quotes`` are those of the string that the first begins in, if it does."""
    parts: dict[int, list[Inked]] = {}
    number, start = first, -len(quotes)
    text = quotes + "\n".join(lines[first - 1 : last])
    for _, token, value in _lexer().get_tokens_unprocessed(text):
        ink = _ink(token)
        for each in value.splitlines(keepends=True):
            end = start + len(each.rstrip("\n"))
            if ink is not None and end > max(start, 0):
                _add(parts.setdefault(number, []), Inked(max(start, 0), end, ink))
            start = end
            if each.endswith("\n"):
                number, start = number + 1, 0
    yield from ((line, tuple(inked)) for line, inked in parts.items())


def _add(parts: list[Inked], part: Inked) -> None:
    """Neighbours of one ink are one part."""
    if parts and parts[-1].ink is part.ink and parts[-1].end == part.start:
        parts[-1] = Inked(parts[-1].start, part.end, part.ink)
    else:
        parts.append(part)


@cache
def _ink(token: _TokenType) -> Ink | None:
    from pygments.token import Comment, Keyword, Name, Number, Operator, String, is_token_subtype

    kinds = (
        (Keyword, Ink.KEYWORD),
        (Operator.Word, Ink.KEYWORD),
        (String, Ink.STRING),
        (Comment, Ink.COMMENT),
        (Number, Ink.NUMBER),
        (Name.Function, Ink.DEFINED),
        (Name.Class, Ink.DEFINED),
        (Name.Decorator, Ink.DEFINED),
    )
    return next((ink for kind, ink in kinds if is_token_subtype(token, kind)), None)


@cache
def _lexer() -> PythonLexer:
    from pygments.lexers.python import PythonLexer

    return PythonLexer(stripnl=False, ensurenl=False)
