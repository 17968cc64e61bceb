"""Plain aligned tables on stdout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

Cell = str | int | float


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print rows under headings; numbers to the right, four digits of a share, one of what is larger than ten."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    body = [list(row) for row in rows]
    for column, heading in enumerate(headings):
        numeric = all(not isinstance(row[column], str) for row in body)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        table.add_row(*map(_shown, row))
    Console(highlight=False, markup=False, width=150).print(table)
    print()


def print_list(title: str, lines: Iterable[str]) -> None:
    """Print one line per exception, or say that there is none."""
    shown = list(lines)
    print(f"{title}: {len(shown) or 'none'}")
    for line in shown:
        print(f"  {line}")
    print()


def _shown(cell: Cell) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.1f}" if cell >= 10 else f"{cell:.4f}"
