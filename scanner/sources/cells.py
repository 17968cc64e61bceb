"""A place in a file, and the words for it; of a notebook, the cell too, and the line of the file as it is stored.

All inside of modelkin counts the lines of a notebook's code cells joined; whatever shows one asks here where it stands.
Edit this where reports should name a place in another way.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import NamedTuple

from ..results import Cells


class CellPlace(NamedTuple):
    """A line of a cell, and the line of the file it stands on; all of them 1-based."""

    cell: int
    line: int
    file_line: int


def cell_place(cells: Cells, line: int) -> CellPlace:
    """Where ``line`` of the joined code stands in a notebook that has code; what is beyond its ends, at them."""
    lines = cells[max(bisect_right(cells, line, key=attrgetter("first_line")) - 1, 0)]
    further = min(max(line, lines.first_line), lines.last_line) - lines.first_line
    return CellPlace(lines.cell, lines.cell_line + further, lines.file_line + lines.step * further)


def lines_of_file(cells: Cells, first_line: int, last_line: int) -> tuple[int, int]:
    """The first and the last line in the file as it is stored."""
    if not cells:
        return first_line, last_line
    first, last = (cell_place(cells, line).file_line for line in (first_line, last_line))
    return first, max(first, last)


def line_words(cells: Cells, first_line: int, last_line: int) -> str:
    """``line 7``, ``lines 7-9``; of a notebook ``cell 3, lines 7-9``, ``cell 3, line 7 to cell 5, line 1``."""
    if not cells:
        return f"line {first_line}" if first_line == last_line else f"lines {first_line}-{last_line}"
    first, last = cell_place(cells, first_line), cell_place(cells, last_line)
    if first.cell == last.cell:
        return f"cell {first.cell}, {line_words((), first.line, last.line)}"
    return f"cell {first.cell}, line {first.line} to cell {last.cell}, line {last.line}"


def place_words(cells: Cells, path: str, line: int) -> str:
    """``a.py:7``; of a notebook ``a.ipynb, cell 3, line 7``, which cannot be taken for a line of the file."""
    return f"{path}, {line_words(cells, line, line)}" if cells else f"{path}:{line}"
