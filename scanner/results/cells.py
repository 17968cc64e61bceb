"""Says where a line stands: in a file, or in a cell of a notebook and on a line of the stored file.

Inside modelkin the lines of a notebook are those of its code cells joined; whatever shows a line asks here. Edit this
when reports should name a place in other words.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import NamedTuple

from .file_verdict import Cells


def place_words(cells: Cells, path: str, line: int) -> str:
    """``a.py:7``; of a notebook ``a.ipynb, cell 3, line 7``, which cannot be taken for a line of the file."""
    return f"{path}, {line_words(cells, line, line)}" if cells else f"{path}:{line}"


def line_words(cells: Cells, first_line: int, last_line: int) -> str:
    """``line 7``, ``lines 7-9``; of a notebook ``cell 3, lines 7-9``, ``cell 3, line 7 to cell 5, line 1``."""
    if not cells:
        return f"line {first_line}" if first_line == last_line else f"lines {first_line}-{last_line}"
    first, last = cell_place(cells, first_line), cell_place(cells, last_line)
    if first.cell == last.cell:
        return f"cell {first.cell}, {line_words((), first.line, last.line)}"
    return f"cell {first.cell}, line {first.line} to cell {last.cell}, line {last.line}"


def lines_of_file(cells: Cells, first_line: int, last_line: int) -> tuple[int, int]:
    """The first and the last line in the file as it is stored."""
    if not cells:
        return first_line, last_line
    first, last = (cell_place(cells, line).file_line for line in (first_line, last_line))
    return first, max(first, last)


class CellPlace(NamedTuple):
    """A line of a cell, and the line of the file it stands on; all of them 1-based."""

    cell: int
    line: int
    file_line: int


def cell_place(cells: Cells, line: int) -> CellPlace:
    """Where ``line`` of the joined code stands in a notebook that has code; a line past an end counts as the end."""
    lines = cells[max(bisect_right(cells, line, key=attrgetter("first_line")) - 1, 0)]
    further = min(max(line, lines.first_line), lines.last_line) - lines.first_line
    return CellPlace(lines.cell, lines.cell_line + further, lines.file_line + lines.step * further)
