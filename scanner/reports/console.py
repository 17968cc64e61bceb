"""Paper for the text formats: what is piped is laid out plainly, a screen by rich, of which the environment changes
nothing.

Edit this when text is to be laid out differently on screens or in files.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from io import StringIO
from typing import TYPE_CHECKING

from msgspec import Struct

from ..support.escaping import inert
from .blocks import Block, Indented, Table, Text, plain_lines

if TYPE_CHECKING:
    from rich.console import RenderableType

# Wider than any path: lines of piped output never wrap, so grep and diff see whole facts.
_UNBOUNDED = 100_000


class Detail(Enum):
    """How much of a report a text says."""

    CLOSING = "closing"
    """The last line alone."""
    COUNTS = "counts"
    """Counts by rule and by upstream, in place of lists."""
    USUAL = "usual"
    """The answer, the findings, and a line for each of the first copied files."""
    FULL = "full"
    """All of each finding and each copied file."""


class Page(Struct, frozen=True):
    """What text is printed on: a file, unless a screen is described."""

    width: int = _UNBOUNDED
    """In columns."""
    colour: bool = False
    """Whether escape codes may be used."""
    bars: bool = False
    """Whether shares are also drawn as bars."""
    detail: Detail = Detail.USUAL
    """How much is said."""
    writable: str = ""
    """What `modelkin attribute` can write into what was scanned, in words: the last line says so."""

    @property
    def is_screen(self) -> bool:
        """Whether lines wrap on it: what need not be said there is left to -v."""
        return self.width < _UNBOUNDED


PLAIN = Page()


def printed(blocks: Iterable[Block], page: Page) -> str:
    """``blocks`` one below the other, ending in a newline; nothing in them is read as markup.

    Without colour no line ends in blanks.
    """
    if not (page.is_screen or page.colour):
        lines = [line for block in blocks for line in plain_lines(block)]
        return inert(_without_trailing_blanks("".join(f"{line}\n" for line in lines)))
    paper = _by_rich(blocks, page)
    return paper if page.colour else inert(_without_trailing_blanks(paper))


def _by_rich(blocks: Iterable[Block], page: Page) -> str:
    """Every setting of rich is given, as it would ask the environment for the others."""
    from rich.console import Console  # takes as long as a file

    paper = StringIO()
    console = Console(
        file=paper,
        width=page.width,
        height=25,
        force_terminal=page.colour,
        color_system="standard" if page.colour else None,
        no_color=not page.colour,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    for block in blocks:
        console.print(_rich(block), overflow="fold")
    return paper.getvalue()


def _rich(block: Block) -> RenderableType:
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    if isinstance(block, str):
        return block
    if isinstance(block, Indented):
        return Padding.indent(_rich(block.block), block.columns)
    if isinstance(block, Text):
        return RichText.assemble(*block.pieces, style=block.style)
    table = RichTable(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=any(block.headings))
    for heading in block.headings:
        table.add_column(heading, overflow="fold")
    for row in block.rows:
        table.add_row(*map(_rich, row))
    return table


def bare_table(*headings: str) -> Table:
    """A table without rules, a column for each heading; no cell is cut short. It has no head when all are empty."""
    return Table(*headings)


def _without_trailing_blanks(text: str) -> str:
    return "".join(line.rstrip() + "\n" for line in text.splitlines())
