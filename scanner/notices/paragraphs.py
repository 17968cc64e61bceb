"""What comments and docstrings say, in paragraphs, markup off, each line with its number.

Edit this when words that belong together are read apart, or a sign of markup is taken for a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from ..support.lazy import lazy_pattern
from .header import without_ignored_in_place

if TYPE_CHECKING:
    from ..syntax.tree import SyntaxTree

_MARKUP = " \t\f#*\"'!"
_TRAILING = " \t\f\"'"
# "Adapted from:" goes on in the next paragraph.
_OPEN = lazy_pattern(r"(?::|\b(?:from|of|on|by|at|to|and))\W{0,3}\Z", re.IGNORECASE)
# A paragraph of more lines is a table or a text of its own; what it says further down is read as another.
MOST_LINES = 60
# What stands further out on a line is no prose.
MOST_CHARACTERS = 2_000
# Of a docstring.
_PREFIX = "rRuUbBfFtT"

# Its number (1-based) and what it says.
NumberedLine = tuple[int, str]


class Run(Struct, frozen=True):
    """A docstring, or comments on lines one below the other, from line ``first`` (1-based) of the file on."""

    first: int
    text: str

    def lines(self) -> list[NumberedLine]:
        """The lines, markup off, with their numbers."""
        return [(number, _bare(line)) for number, line in enumerate(self.text.split("\n"), self.first)]


class Paragraph(Struct, frozen=True):
    """Lines that stand together, joined by line ends: ``numbers`` holds the line (1-based) of each."""

    text: str
    numbers: tuple[int, ...]

    def line_at(self, place: int) -> int:
        """The line of the file that a place in ``text`` stands on."""
        return self.numbers[self.text.count("\n", 0, place)]


def spoken_in(text: bytes, tree: SyntaxTree | None = None) -> tuple[Run, ...]:
    """The runs of Python code, of a notebook its joined code cells, without what is to be ignored.

    ``text`` is as a ``SourceFile`` has it; ``tree`` is its syntax tree, where it was parsed before.
    """
    return tuple(_runs(text, without_ignored_in_place(text), tree))


def _runs(text: bytes, shown: bytes, tree: SyntaxTree | None = None) -> Iterator[Run]:
    """Each docstring, and each run of comments on lines one below the other.

    ``shown`` is ``text`` byte for byte, with blanks for what is not to be read; ``tree`` is as in ``remarks``.
    """
    from ..syntax.comments import remarks  # a README has none

    held: list[str] = []
    first = 0
    for remark in remarks(text, tree):
        said = shown[remark.start : remark.end].decode("utf-8", "replace")
        if not remark.is_comment:
            yield Run(remark.line, said.lstrip(_PREFIX))
        elif said.startswith("#"):
            if held and remark.line != first + len(held):
                yield Run(first, "\n".join(held))
                held = []
            first = first if held else remark.line
            held.append(said)
    if held:
        yield Run(first, "\n".join(held))


def split(lines: list[NumberedLine]) -> Iterator[Paragraph]:
    """The paragraphs of a run of lines. One that ends in the middle of a phrase goes on after the blank line."""
    held: list[NumberedLine] = []
    for number, line in lines:
        if line and len(held) < MOST_LINES:
            held.append((number, line))
        elif held and (line or not _OPEN.search(held[-1][1], max(len(held[-1][1]) - 12, 0))):
            yield _paragraph(held)
            held = [(number, line)] if line else []
    if held:
        yield _paragraph(held)


def _paragraph(lines: list[NumberedLine]) -> Paragraph:
    numbers, texts = zip(*lines, strict=True)
    return Paragraph("\n".join(texts), numbers)


def _bare(line: str) -> str:
    return line[:MOST_CHARACTERS].strip(" \t\f\r").lstrip(_MARKUP).rstrip(_TRAILING)
