"""What a report is printed on."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from msgspec import Struct
from rich.console import Console, RenderableType
from rich.table import Table

from ..support.escaping import inert

# Wider than any path: lines of piped output never wrap, so grep and diff see whole facts.
_UNBOUNDED = 100_000


class Page(Struct, frozen=True):
    """``width`` in columns; ``colour`` for escape codes; ``bars`` for drawings that only a screen needs."""

    width: int = _UNBOUNDED
    colour: bool = False
    bars: bool = False


PLAIN = Page()


def printed(blocks: Iterable[RenderableType], page: Page) -> str:
    """``blocks`` one below the other, ending in a newline; nothing in them is read as markup.

    Every setting is given, so that no environment variable changes a page; without colour no line ends in blanks.
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
    """A table without lines, a column per heading; no cell is ever cut short. Without any heading it has no head."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_header=any(headings))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _without_trailing_blanks(text: str) -> str:
    return "".join(line.rstrip() + "\n" for line in text.splitlines())
