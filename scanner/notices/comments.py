"""A Python text in, its comments and docstrings out, and their paragraphs, markup off, each line with its number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

# Comments and strings as Python's tokenizer sees them; one never closed goes to the end of its line, or of the text.
_TOKEN = re.compile(
    r"""#[^\n]*"""
    r'''|"""[^"\\]*(?:(?:\\[\s\S]?|"(?!""))[^"\\]*)*(?:"""|\Z)'''
    r"""|\'\'\'[^'\\]*(?:(?:\\[\s\S]?|'(?!''))[^'\\]*)*(?:\'\'\'|\Z)"""
    r"""|"[^"\\\n]*(?:\\[\s\S]?[^"\\\n]*)*"?"""
    r"""|'[^'\\\n]*(?:\\[\s\S]?[^'\\\n]*)*'?"""
)
_HASH, _DOUBLE, _SINGLE = b"#\"'"
_PREFIX = re.compile(r"[ \t]*[rRuUbBfF]{0,2}\Z")
_MARKUP = " \t\f#*\"'!"
_TRAILING = " \t\f\"'"
# "Adapted from:" goes on in the next paragraph.
_OPEN = re.compile(r"(?::|\b(?:from|of|on|by|at|to|and))\W{0,3}\Z", re.IGNORECASE)
# A paragraph of more lines is a table or a text of its own; what it says further down is read as another.
MOST_LINES = 60
# What stands further out on a line is no prose.
MOST_CHARACTERS = 2_000
# Further in begins no docstring that Python would read: it allows 100 levels.
MOST_INDENT = 1_000

Line = tuple[int, str]


class Run(NamedTuple):
    """A docstring, or comments on lines one below the other, as they stand from a ``place`` in the file on."""

    place: int
    text: str

    def lines(self, first: int) -> list[Line]:
        """The lines, markup off, with their numbers from ``first`` on."""
        return [(number, _bare(line)) for number, line in enumerate(self.text.split("\n"), first)]


class Paragraph(NamedTuple):
    """Lines that stand together, joined by line ends: ``numbers`` holds the line (1-based) of each."""

    text: str
    numbers: tuple[int, ...]

    def line_at(self, place: int) -> int:
        """The line of the file that a place in ``text`` stands on."""
        return self.numbers[self.text.count("\n", 0, place)]


def runs(text: str) -> Iterator[Run]:
    """Each docstring, and each run of comments on lines one below the other."""
    held: list[str] = []
    begin = end = 0
    for match in _tokens(text):
        token, place = match[0], match.start()
        if token[0] == "#":
            if held and text.find("\n", end + 1, place) >= 0:
                yield Run(begin, "\n".join(held))
                held = []
            if not held:
                begin = place
            held.append(token)
            end = match.end()
        elif token.startswith(('"""', "'''")) and _stands_alone(text, place):
            yield Run(place, token)
    if held:
        yield Run(begin, "\n".join(held))


def split(lines: list[Line]) -> Iterator[Paragraph]:
    """The paragraphs of a run of lines. One that ends in the middle of a phrase goes on after the blank line."""
    held: list[Line] = []
    for number, line in lines:
        if line and len(held) < MOST_LINES:
            held.append((number, line))
        elif held and (line or not _OPEN.search(held[-1][1], max(len(held[-1][1]) - 12, 0))):
            yield _paragraph(held)
            held = [(number, line)] if line else []
    if held:
        yield _paragraph(held)


def _paragraph(lines: list[Line]) -> Paragraph:
    numbers, texts = zip(*lines, strict=True)
    return Paragraph("\n".join(texts), numbers)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """Comments and strings. What opens one is looked for in all the text at once: the pattern would try each letter."""
    letters = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)
    end = 0
    for place in np.flatnonzero((letters == _HASH) | (letters == _DOUBLE) | (letters == _SINGLE)).tolist():
        if place >= end and (match := _TOKEN.match(text, place)):
            end = match.end()
            yield match


def _stands_alone(text: str, place: int) -> bool:
    """A string that begins its line is a docstring; any other is a value."""
    first = max(place - MOST_INDENT, 0)
    begin = text.rfind("\n", first, place) + 1 or first
    return (not begin or text[begin - 1] == "\n") and bool(_PREFIX.fullmatch(text, begin, place))


def _bare(line: str) -> str:
    return line[:MOST_CHARACTERS].strip(" \t\f\r").lstrip(_MARKUP).rstrip(_TRAILING)
