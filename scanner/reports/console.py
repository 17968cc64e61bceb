"""Rich, set up so that nothing of the environment changes a page: paper for the text formats.

Edit this when text is to be laid out differently on screens or in files.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from io import StringIO

from msgspec import Struct
from rich.console import Console, RenderableType
from rich.table import Table

from ..support.escaping import inert

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


PLAIN = Page()


def printed(blocks: Iterable[RenderableType], page: Page) -> str:
    """``blocks`` one below the other, ending in a newline; nothing in them is read as markup.

    Every setting of rich is given, as it would ask the environment for the others. Without colour no line ends in
    blanks.
    """
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
        console.print(block, overflow="fold")
    return paper.getvalue() if page.colour else inert(_without_trailing_blanks(paper.getvalue()))


def bare_table(*headings: str) -> Table:
    """A table without rules, a column for each heading; no cell is cut short. It has no head when all are empty."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=any(headings))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _without_trailing_blanks(text: str) -> str:
    return "".join(line.rstrip() + "\n" for line in text.splitlines())
