"""A notebook (nbformat 3 or 4) -> the Python of its code cells, joined, and the line each cell starts at."""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import Any

from msgspec import Struct

from .magics import without_magics
from .nesting import NESTED_TOO_DEEPLY, is_deep_json

_PYTHON_NAMES = ("", "python", "python2", "python3", "ipython", "ipython3")


class BrokenNotebookError(ValueError):
    """The bytes are not a notebook of Python; the message says why."""


class Cells(Struct, frozen=True):
    """``text`` is UTF-8; ``starts`` the first line (1-based) of each code cell in it."""

    text: bytes
    starts: tuple[int, ...]


def join_cells(stored: bytes) -> Cells:
    """Join the code cells of the notebook ``stored`` (UTF-8), IPython's magics blanked; raises BrokenNotebookError.

    Each cell starts on a new line and fills at least one.
    """
    sources = [without_magics(source) for source in _code_cells(_parse(stored))]
    starts, line = [], 1
    for source in sources:
        starts.append(line)
        line += source.count("\n") + 1
    # JSON may escape half a surrogate pair, which no UTF-8 can hold.
    text = "".join(source + "\n" for source in sources).encode("utf-8", "replace")
    return Cells(text, tuple(starts))


def locate(cell_starts: tuple[int, ...], line: int) -> tuple[int, int]:
    """The code cell (1-based, among code cells) in which ``line`` of the joined text stands, and its line there."""
    cell = bisect_right(cell_starts, line)
    return cell, line - cell_starts[cell - 1] + 1


def _parse(stored: bytes) -> dict[str, Any]:
    if is_deep_json(stored):
        raise BrokenNotebookError(NESTED_TOO_DEEPLY)
    try:
        notebook = json.loads(stored)
    except RecursionError:
        raise BrokenNotebookError(NESTED_TOO_DEEPLY) from None
    except ValueError as error:
        raise BrokenNotebookError(str(error)) from None
    if not isinstance(notebook, dict):
        raise BrokenNotebookError("not a JSON object")
    language = _language(notebook)
    if language not in _PYTHON_NAMES:
        raise BrokenNotebookError(f"its language is {language}")
    return notebook


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        entry = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(entry, dict) and isinstance(entry.get(name), str):
            return str(entry[name]).lower()
    return ""


def _code_cells(notebook: dict[str, Any]) -> list[str]:
    """The source of each code cell; format 3 keeps cells in worksheets and calls the source ``input``."""
    try:
        sheets = [notebook, *(notebook.get("worksheets") or ())] if "cells" in notebook else notebook["worksheets"]
        cells = [cell for sheet in sheets for cell in sheet["cells"] if cell["cell_type"] == "code"]
        return [_with_line_feeds(_source(cell)) for cell in cells]
    except (KeyError, TypeError):
        raise BrokenNotebookError("it has no readable cells") from None


def _source(cell: dict[str, Any]) -> str:
    """Which key counts, the format says, and a notebook may say one that it is not in: both are read."""
    told = ["".join(cell[key]) for key in ("source", "input") if key in cell]
    return "\n".join(told) if told else "".join(cell["input"])


def _with_line_feeds(source: str) -> str:
    """A CR alone ends a line for Python, and not for its grammar."""
    return source.replace("\r\n", "\n").replace("\r", "\n") if "\r" in source else source
