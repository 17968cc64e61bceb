"""What a page of text is made of: text with styles, indented blocks, tables; and how it looks where there is no screen.

Loading rich takes as long as examining a file of 60 KB: a page that is piped or written to a file does without it, and
`console` hands what goes to a screen on. Edit this when text needs one more kind of block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TypeAlias

from msgspec import Struct

_TAB = 8
_BETWEEN = "  "


class Text:
    """Pieces of text, each with a style of its own over the ``style`` of all, as rich names styles."""

    def __init__(self, text: str = "", style: str = "") -> None:
        self.pieces: list[tuple[str, str]] = [(text, "")] if text else []
        self.style = style

    @classmethod
    def assemble(cls, *parts: str | tuple[str, str] | Text) -> Text:
        """The parts, one after the other."""
        whole = cls()
        for part in parts:
            whole.append(*part) if isinstance(part, tuple) else whole.append(part)
        return whole

    def append(self, part: str | Text, style: str = "") -> Text:
        """Add to the end; returns itself."""
        if isinstance(part, Text):
            self.pieces += [(text, f"{part.style} {own}".strip()) for text, own in part.pieces]
        elif part:
            self.pieces.append((part, style))
        return self

    def join(self, parts: Iterable[Text]) -> Text:
        """The parts, with this between them."""
        whole = Text()
        for number, part in enumerate(parts):
            if number:
                whole.append(self)
            whole.append(part)
        return whole

    @property
    def plain(self) -> str:
        """Its text."""
        return "".join([text for text, _ in self.pieces])

    def __bool__(self) -> bool:
        return bool(self.pieces)


class Table:
    """Columns without rules between them, a heading over each; no head where all headings are empty."""

    def __init__(self, *headings: str) -> None:
        self.headings = headings
        self.rows: list[tuple[Text, ...]] = []

    def add_row(self, *cells: str | Text) -> None:
        """Cells of the first columns; those of others stay empty."""
        row = (*cells, *("" for _ in self.headings[len(cells) :]))
        self.rows.append(tuple(cell if isinstance(cell, Text) else Text(cell) for cell in row))


class Indented(Struct, frozen=True):
    """A block, so many columns to the right."""

    block: Text | Table
    columns: int


Block: TypeAlias = str | Text | Table | Indented


def indented(block: Text | Table, columns: int) -> Indented:
    """The block, so many ``columns`` to the right."""
    return Indented(block, columns)


def plain_lines(block: Block) -> Iterator[str]:
    """The lines of a block on a page on which none is too long."""
    if isinstance(block, Indented):
        yield from (" " * block.columns + line for line in plain_lines(block.block))
    elif isinstance(block, Table):
        yield from _rows(block)
    else:
        yield from _lines(block if isinstance(block, Text) else Text(block))


def _lines(text: Text) -> list[str]:
    return text.plain.expandtabs(_TAB).split("\n")


def _rows(table: Table) -> Iterator[str]:
    heads = [tuple(map(Text, table.headings))] if any(table.headings) else []
    rows = [[_lines(cell) for cell in row] for row in [*heads, *table.rows]]
    widths = [max(map(_width, (line for cell in column for line in cell))) for column in zip(*rows, strict=True)]
    for row in rows:
        yield from (_row(cells, widths) for cells in zip_longest(*row, fillvalue=""))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _BETWEEN.join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))


def _width(line: str) -> int:
    """In columns: some characters take two, some none."""
    if line.isascii():
        return len(line)
    from rich.cells import cell_len

    return cell_len(line)
