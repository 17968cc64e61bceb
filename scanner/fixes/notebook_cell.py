"""A first code cell put into a notebook, with notices as comments.

A code cell, as comments in one are what stays when a notebook is exported as a script and what tools read as its
header; a cell of its own, as a magic such as `%%time` has to stay the first line of its cell. All other bytes stay.
Edit this when nbformat changes.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from .header_lines import one_line
from .model import UnwritableError

_SPACE = re.compile(r"[ \t\r\n]*")
# From this minor version of format 4 on, each cell has an id.
_WITH_IDS = 5


def cell_added(stored: bytes, lines: Sequence[str]) -> bytes:
    """``stored``, UTF-8 and of format 4, with the cell at the top; raises UnwritableError."""
    if not lines:
        return stored
    text, mark = _decoded(stored)
    try:
        notebook = json.loads(text)
        opening = _cells_opening(text) if _has_cells(notebook) else None
    except (ValueError, RecursionError):
        opening = None
    if opening is None:
        raise UnwritableError("it is a notebook whose cells cannot be found: nbformat 4 is needed")
    cell = _cell([f"# {one_line(line)}".rstrip() for line in lines], notebook, text)
    return mark + _inserted(text, opening, cell, is_only=not notebook["cells"]).encode()


def cell_ways(stored: bytes, lines: Sequence[str]) -> Iterator[bytes]:
    """As `header_lines.header_ways`: there is one way."""
    yield cell_added(stored, lines)


def _inserted(text: str, opening: int, cell: dict[str, Any], is_only: bool) -> str:
    """The cell on a line of its own where the cells are, indented as they are."""
    between = text[opening : _after_space(text, opening)]
    ending = "" if is_only else ","
    return text[:opening] + between + _laid_out(cell, between) + ending + text[opening:]


def _decoded(stored: bytes) -> tuple[str, bytes]:
    mark = codecs.BOM_UTF8 if stored.startswith(codecs.BOM_UTF8) else b""
    try:
        return stored[len(mark) :].decode(), mark
    except UnicodeDecodeError:
        raise UnwritableError("it is a notebook in an encoding other than UTF-8: save it as UTF-8 first") from None


def _has_cells(notebook: Any) -> bool:
    return isinstance(notebook, dict) and isinstance(notebook.get("cells"), list) and notebook.get("nbformat") == 4


def _cells_opening(text: str) -> int | None:
    """The offset after the ``[`` that opens the list of cells; None when it is not the only one. ``text`` is JSON."""
    decoder = json.JSONDecoder()
    openings: list[int | None] = []
    place = _after_space(text, _after_space(text, 0) + 1)
    while text[place] != "}":
        key, place = decoder.raw_decode(text, place)
        place = _after_space(text, _after_space(text, place) + 1)
        if key == "cells":
            openings.append(place + 1 if text[place] == "[" else None)
        _, place = decoder.raw_decode(text, place)
        place = _after_space(text, place)
        if text[place] == ",":
            place = _after_space(text, place + 1)
    return openings[0] if len(openings) == 1 else None


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _cell(comments: Sequence[str], notebook: dict[str, Any], text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None}
    minor = notebook.get("nbformat_minor")
    if isinstance(minor, int) and minor >= _WITH_IDS:
        # Of the content, so that the same notebook gets the same id.
        cell["id"] = "notice-" + hashlib.sha256("\n".join([*comments, text]).encode("utf-8", "replace")).hexdigest()[:8]
    source = [f"{comment}\n" for comment in comments[:-1]] + [comments[-1]]
    return cell | {"metadata": {}, "outputs": [], "source": source}


def _laid_out(cell: dict[str, Any], between: str) -> str:
    """Indented as the cells are, on one line where they are not."""
    lead = between.rpartition("\n")[2]
    if "\n" not in between:
        return json.dumps(cell, ensure_ascii=False)
    # A list within an object of the notebook: its cells stand two levels in.
    step = lead[: max(len(lead) // 2, 1)]
    ending = "\r\n" if "\r\n" in between else "\n"
    return json.dumps(cell, ensure_ascii=False, indent=step or 1).replace("\n", ending + lead)
