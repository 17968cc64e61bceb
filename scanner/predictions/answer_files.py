"""Reads the answers of models, or the right ones, from JSON lines or CSV, within bounds.

Edit this when answers come in one more form. What is wrong ends the run: file, line, and what to do.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..errors import SourceError
from ..support.json_text import BrokenJsonError, JsonBounds, one_line, parse_json

_MEGABYTE = 1024**2
# 200,000 questions with answers of 300 characters.
MOST_BYTES = 64 * _MEGABYTE
MOST_QUESTIONS = 200_000
_LINE = JsonBounds(10_000)
# An answer of more characters is known by its hash.
_LONGEST_KEPT = 64


class Fields(Struct, frozen=True):
    """What the two fields of a line are called."""

    id: str = "id"
    """The one that says which question it is."""
    answer: str = "answer"
    """The one that holds the answer."""


def read_answers(path: str, fields: Fields) -> dict[str, str]:
    """The answer to each question by its id; empty where the file says that there is none.

    White space around an answer does not count; a number is its digits (``4.0`` is ``4``). An answer longer than 64
    characters is its hash. Raises SourceError.
    """
    found: dict[str, str] = {}
    for number, row in _rows(path, _text(path), fields):
        where = f"{path}, line {number}"
        name = _word(row, fields.id, f"{where}: ", "--id-field")
        if not name:
            raise SourceError(f"{where}: `{fields.id}` is empty; give each question an id")
        if name in found:
            raise SourceError(f"{where}: the {fields.id} {one_line(name)} stands twice; keep one line a question")
        if len(found) == MOST_QUESTIONS:
            raise SourceError(f"{where}: more than {MOST_QUESTIONS:,} questions; give a part of them")
        found[name] = _word(row, fields.answer, f"{where}: ", "--answer-field")
    if not found:
        raise SourceError(f"{path}: no answer is in it; write one JSON object a line, or CSV with a heading")
    return found


def _text(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            stored = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{path} cannot be read: {reason}; name a file of answers") from None
    if len(stored) > MOST_BYTES:
        raise SourceError(f"{path}: more than {MOST_BYTES // _MEGABYTE} MB; give ids and answers alone")
    try:
        return stored.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = stored.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None


def _rows(path: str, text: str, fields: Fields) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line that is not blank with its number (from 1), as fields by name."""
    start = text.lstrip()[:1]
    if start == "[":
        raise SourceError(f"{path}: a JSON array; write one JSON object a line, as `jq -c '.[]'` does")
    if start == "{":
        return _json_rows(path, text)
    return _table_rows(path, text, fields)


def _json_rows(path: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = parse_json(line, _LINE)
        except BrokenJsonError as error:
            raise SourceError(f"{path}, line {number}: {error}; write one JSON object a line") from None
        if not isinstance(row, dict):
            raise SourceError(f"{path}, line {number}: not a JSON object; write one a line")
        yield number, row


def _table_rows(path: str, text: str, fields: Fields) -> Iterator[tuple[int, dict[str, Any]]]:
    delimiter = "\t" if path.lower().endswith(".tsv") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    heading: list[str] = []
    try:
        for row in reader:
            if not "".join(row).strip():
                continue
            if not heading:
                heading = [each.strip() for each in row]
                _check_heading(path, reader.line_num, heading, fields)
            elif len(row) != len(heading):
                raise SourceError(
                    f"{path}, line {reader.line_num}: {len(row)} fields, where the heading has {len(heading)}; "
                    "put answers with commas in quotation marks"
                )
            else:
                yield reader.line_num, dict(zip(heading, row, strict=True))
    except csv.Error as error:
        raise SourceError(f"{path}, line {reader.line_num}: not CSV: {error}; save it as CSV again") from None


def _check_heading(path: str, line: int, heading: list[str], fields: Fields) -> None:
    for name, option in ((fields.id, "--id-field"), (fields.answer, "--answer-field")):
        if heading.count(name) != 1:
            how_often = "no" if name not in heading else "more than one"
            raise SourceError(f"{path}, line {line}: {how_often} field `{name}` in the heading; name it by {option}")


def _word(row: dict[str, Any], field: str, where: str, option: str) -> str:
    """The value of a field as text, the same for each spelling of one number."""
    if field not in row:
        raise SourceError(f"{where}no field `{field}`; name it by {option}")
    value = row[field]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if value is not None and not isinstance(value, (str, int, float)):
        kind = "list" if isinstance(value, list) else "object"
        raise SourceError(f"{where}`{field}` is a {kind}; give one text or number")
    told = "" if value is None else str(value).strip()
    return told if len(told) <= _LONGEST_KEPT else sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
