"""Reads the code of a notebook (nbformat 3 or 4, or a mix of both): its cells joined, and where each line stands.

Edit this when notebooks keep their code in another way, or when IPython gets one more magic that runs Python.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..results import CellLines, Cells
from ..support.nesting import NESTED_TOO_DEEPLY, is_deep_json

_PYTHON_NAMES = ("", "python", "python2", "python3", "ipython", "ipython3")
# What leads to a source. What stands under any other key, outputs above all, is read by the library, at its speed.
_LEADING_KEYS = frozenset({"cells", "worksheets", "source", "input"})
_BETWEEN = re.compile(r"[ \t\r\n]*[,:]?[ \t\r\n]*")
_PYTHON_CELL_MAGICS = frozenset(
    {"capture", "debug", "lprun", "memit", "mprun", "mypy", "prun", "pypy", "pypy3"}
    | {"python", "python3", "scalene", "snakeviz", "time", "timeit"}
)
_WRITE_MAGICS = frozenset({"file", "writefile"})
_CELL_MAGIC = re.compile(r"\s*%%(\w*)([^\n]*)")
# A line is IPython's only where a statement may begin: `% width)` in brackets is a modulo, `!x` in a string is text.
_MAGIC_OR_TOKEN = re.compile(
    r"""
    (?P<magic>^[ \t]*(?![ \t])(?:[%!?]                        # %magic, !shell, ?help
                                 |[\w.,\[\]'" \t]+=[ \t]*[%!]  # files = !ls
                                 |[\w.*%]+\?{1,2}[ \t]*$)      # name?
    )
    | \"{3}(?:\\.|[^\\])*?(?:\"{3}|\\?\Z) | '{3}(?:\\.|[^\\])*?(?:'{3}|\\?\Z)
    | "(?:\\.|[^"\\\n])*(?:"|(?=\n)|\\?\Z) | '(?:\\.|[^'\\\n])*(?:'|(?=\n)|\\?\Z)
    | \#[^\n]*
    | (?P<open>[(\[{]) | (?P<close>[)\]}])
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_LINE_WITH_CONTINUATIONS = re.compile(r"(?:[^\n]*\\\r?\n)*[^\n]*")

_Piece = tuple[str, int]
"""A string of a source, and the line of the file it stands on."""


class BrokenNotebookError(ValueError):
    """The bytes are not a notebook of Python; the message says why."""


class JoinedCells(Struct, frozen=True):
    """``text`` is UTF-8; ``cells`` says where its lines stand in the notebook."""

    text: bytes
    cells: Cells


def join_cells(stored: bytes) -> JoinedCells:
    """Join the code cells of the notebook ``stored`` (UTF-8), IPython's magics blanked; raises BrokenNotebookError.

    Each cell starts on a new line and fills at least one.
    """
    sources, places, line = [], [], 1
    for number, pieces in _code_cells(_parse(stored)):
        source = without_magics("".join(text for text, _ in pieces))
        sources.append(source + "\n")
        places += _cell_lines(pieces, number, line)
        line += source.count("\n") + 1
    # JSON may escape half a surrogate pair, which no UTF-8 can hold.
    return JoinedCells("".join(sources).encode("utf-8", "replace"), tuple(places))


# The JSON, with the lines of its strings.


def _parse(stored: bytes) -> dict[str, Any]:
    if is_deep_json(stored):
        raise BrokenNotebookError(NESTED_TOO_DEEPLY)
    try:
        text = stored.decode(json.detect_encoding(stored), "surrogatepass")
        json.loads(text)  # says best what is wrong
        notebook = _JsonReader(text).notebook()
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


class _Text(str):
    """A string that stands on ``line`` of the file."""

    line = 0


class _Object(dict[str, Any]):
    """An object that starts on ``line`` of the file."""

    line = 0


class _JsonReader:
    """Reads ``text``, which is valid JSON, as `json.loads` does; what leads to a source also knows its line.

    Each character is read once, and lines are counted on the way, so that the time is linear.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._read = json.JSONDecoder().raw_decode
        self._counted, self._line = 0, 1

    def notebook(self) -> Any:
        """The whole of it."""
        return self._value(self._next(0))[0]

    def _value(self, at: int) -> tuple[Any, int]:
        """The value at ``at``, and where it ends."""
        opening = self._text[at]
        if opening == "{":
            return self._object(at)
        if opening == "[":
            return self._array(at)
        value, end = self._read(self._text, at)
        if not isinstance(value, str):
            return value, end
        text = _Text(value)
        text.line = self._line_at(at)
        return text, end

    def _object(self, at: int) -> tuple[_Object, int]:
        found = _Object()
        found.line = self._line_at(at)
        at = self._next(at + 1)
        while self._text[at] != "}":
            key, at = self._read(self._text, at)
            at = self._next(at)
            # Of a key that stands there twice, the last counts, as everywhere.
            found[key], at = self._value(at) if key in _LEADING_KEYS else self._read(self._text, at)
            at = self._next(at)
        return found, at + 1

    def _array(self, at: int) -> tuple[list[Any], int]:
        found = []
        at = self._next(at + 1)
        while self._text[at] != "]":
            value, at = self._value(at)
            found.append(value)
            at = self._next(at)
        return found, at + 1

    def _next(self, at: int) -> int:
        """Where what comes next begins: a comma or colon and blanks are passed over."""
        between = _BETWEEN.match(self._text, at)
        return between.end() if between else at

    def _line_at(self, at: int) -> int:
        """The line of an offset; each is asked for after the ones before it."""
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._line


# The cells, and where their lines stand.


def _code_cells(notebook: dict[str, Any]) -> list[tuple[int, Sequence[_Piece]]]:
    """The number (1-based, among all cells) and the source of each code cell.

    Format 3 keeps cells in worksheets and calls the source ``input``.
    """
    try:
        sheets = [notebook, *(notebook.get("worksheets") or ())] if "cells" in notebook else notebook["worksheets"]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        return [(number, _source(cell)) for number, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    except (KeyError, TypeError):
        raise BrokenNotebookError("it has no readable cells") from None


def _source(cell: _Object) -> Sequence[_Piece]:
    """Which key counts, the format says, and a notebook may say one that it is not in: both are read."""
    found = [_pieces(cell[key], cell.line) for key in ("source", "input") if key in cell]
    if not found:
        raise KeyError("source")
    return _with_line_feeds([*found[0], ("\n", cell.line), *found[1]] if len(found) > 1 else found[0])


def _pieces(source: Any, line: int) -> list[_Piece]:
    """The strings of a source, of which each may hold several lines or a part of one."""
    pieces = [source] if isinstance(source, str) else list(source) or [""]
    if not all(isinstance(piece, str) for piece in pieces):
        raise TypeError("a source is of strings")
    return [(piece, piece.line if isinstance(piece, _Text) else line) for piece in pieces]


def _with_line_feeds(pieces: list[_Piece]) -> list[_Piece]:
    """A CR alone ends a line for Python, and not for its grammar."""
    if not any("\r" in text for text, _ in pieces):
        return pieces
    found, last = [], ""
    for text, line in pieces:
        # What is one end of a line may stand in two pieces.
        rest = text[1:] if last == "\r" and text.startswith("\n") else text
        found.append((rest.replace("\r\n", "\n").replace("\r", "\n"), line))
        last = text[-1:] or last
    return found


def _cell_lines(pieces: Sequence[_Piece], cell: int, first_line: int) -> list[CellLines]:
    """Where the lines of the ``cell``-th cell stand, which is joined from ``first_line`` on; as few as say it all."""
    found: list[CellLines] = []
    line = first_line
    for count, file_line in _lines_begun(pieces):
        longer = _continued(found[-1], count, file_line) if found else None
        if longer:
            found[-1] = longer
        else:
            found.append(CellLines(line, line + count - 1, cell, line - first_line + 1, file_line, 0))
        line += count
    return found


def _lines_begun(pieces: Sequence[_Piece]) -> Iterator[tuple[int, int]]:
    """How many lines of the source begin in a piece, and the line of the file that stands on: where one does."""
    is_open, file_line = False, 1
    for text, file_line in pieces:
        if begun := text.count("\n") - text.endswith("\n") + (bool(text) and not is_open):
            yield begun, file_line
        is_open = not text.endswith("\n") if text else is_open
    if not is_open:
        yield 1, file_line


def _continued(lines: CellLines, count: int, file_line: int) -> CellLines | None:
    """``lines`` with ``count`` more that all stand on ``file_line``; None where those do not follow evenly."""
    further = lines.last_line - lines.first_line
    step = file_line - (lines.file_line + lines.step * further)
    if step not in (0, 1) or (further and step != lines.step) or (step and count > 1):
        return None
    return replace(lines, last_line=lines.last_line + count, step=step)


# IPython's magics.


def without_magics(cell: str) -> str:
    """``cell`` with magic lines blank; all blank when a cell magic hands it to something other than Python."""
    magic = _CELL_MAGIC.match(cell)
    if magic is None:
        return _without_line_magics(cell)
    if not _is_python(magic[1], magic[2]):
        return "\n" * cell.count("\n")
    head = cell[: magic.end()]
    return "\n" * head.count("\n") + _without_line_magics(cell[magic.end() :])


def _is_python(name: str, arguments: str) -> bool:
    """Also for a cell written to a Python file: people keep whole modeling files in such cells."""
    return name in _PYTHON_CELL_MAGICS or (name in _WRITE_MAGICS and arguments.strip().endswith(".py"))


def _without_line_magics(text: str) -> str:
    pieces, kept, depth, position = [], 0, 0, 0
    while token := _MAGIC_OR_TOKEN.search(text, position):
        position = token.end()
        if token["magic"] is None:
            depth = max(depth + bool(token["open"]) - bool(token["close"]), 0)
        elif depth:
            position = token.start() + 1
        else:
            line = _LINE_WITH_CONTINUATIONS.match(text, token.start())
            position = line.end() if line else position
            pieces += [text[kept : token.start()], "\n" * text.count("\n", token.start(), position)]
            kept = position
    return "".join([*pieces, text[kept:]])
