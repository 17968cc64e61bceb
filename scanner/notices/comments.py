"""A Python text in, the paragraphs of its comments and docstrings out, markup off, each line with its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

# Comments and strings as Python's tokenizer sees them; one never closed goes to the end of its line, or of the text.
_TOKEN = re.compile(
    r"""#[^\n]*"""
    r'''|"""[^"\\]*(?:(?:\\[\s\S]?|"(?!""))[^"\\]*)*(?:"""|\Z)'''
    r"""|\'\'\'[^'\\]*(?:(?:\\[\s\S]?|'(?!''))[^'\\]*)*(?:\'\'\'|\Z)"""
    r"""|"[^"\\\n]*(?:\\[\s\S]?[^"\\\n]*)*"?"""
    r"""|'[^'\\\n]*(?:\\[\s\S]?[^'\\\n]*)*'?"""
)
_PREFIX = re.compile(r"[ \t]*[rRuUbBfF]{0,2}\Z")
_MARKUP = " \t\f#*\"'!"
_TRAILING = " \t\f\"'"
# "Adapted from:" goes on in the next paragraph.
_OPEN = re.compile(r"(?::|\b(?:from|of|on|by|at|to|and))\W{0,3}\Z", re.IGNORECASE)
# A paragraph of more lines is a table or a text of its own; what it says further down is read as another.
MOST_LINES = 60
# What stands further out on a line is no prose.
MOST_CHARACTERS = 2_000

Line = tuple[int, str]


class Paragraph(NamedTuple):
    """Lines that stand together, joined by line ends: ``numbers`` holds the line (1-based) of each."""

    text: str
    numbers: tuple[int, ...]

    def line_at(self, place: int) -> int:
        """The line of the file that a place in ``text`` stands on."""
        return self.numbers[self.text.count("\n", 0, place)]


def paragraphs(text: str, is_worth: Callable[[str], bool]) -> Iterator[Paragraph]:
    """The paragraphs of those comments and docstrings that are worth reading, by their text in lower case."""
    spoken = [match for match in _TOKEN.finditer(text) if _is_prose(match[0])]
    for run in _runs(text, spoken):
        if is_worth("\n".join([line for _, line in run]).lower()):
            yield from split(run)


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
    return Paragraph("\n".join([line for _, line in lines]), tuple(number for number, _ in lines))


def _is_prose(token: str) -> bool:
    return token[0] == "#" or token.startswith(('"""', "'''"))


def _runs(text: str, spoken: list[re.Match[str]]) -> Iterator[list[Line]]:
    """Each docstring, and each run of comments on lines one below the other."""
    run: list[Line] = []
    number, place = 1, 0
    for match in spoken:
        number += text.count("\n", place, match.start())
        place = match.start()
        if match[0][0] != "#":
            if _stands_alone(text, place):
                yield [(number + index, _bare(line)) for index, line in enumerate(match[0].split("\n"))]
            continue
        if run and number != run[-1][0] + 1:
            yield run
            run = []
        run.append((number, _bare(match[0])))
    if run:
        yield run


def _stands_alone(text: str, place: int) -> bool:
    """A string that begins its line is a docstring; any other is a value."""
    return bool(_PREFIX.fullmatch(text, text.rfind("\n", 0, place) + 1, place))


def _bare(line: str) -> str:
    return line[:MOST_CHARACTERS].strip(" \t\f\r").lstrip(_MARKUP).rstrip(_TRAILING)
