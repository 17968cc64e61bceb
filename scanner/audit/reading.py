"""A journal in, its lines out, each with its place; the one that was cut short left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from ..errors import ModelkinError
from .chaining import START, is_sealed, opened
from .records import SCHEMA, Headings, decode

_KIND = TypeVar("_KIND")
_DAMAGED = "it, or a line above it, was changed, removed, added or moved since; audit again into another --journal"


class Span(NamedTuple):
    """Where a line stands in the file, and the digest of the line before it."""

    start: int
    length: int
    before: bytes


def read_lines(path: Path, kind: type[_KIND]) -> Iterator[tuple[Span, _KIND]]:
    """Each line of a journal and its place; the last is left out when it was cut short. Raises ModelkinError."""
    try:
        with path.open("rb") as file:
            yield from read_open(file, path, kind)
    except FileNotFoundError:
        raise ModelkinError(f"{path}: no such journal") from None
    except OSError as error:
        raise ModelkinError(f"{path} cannot be read: {error.strerror}") from error


def read_open(file: BinaryIO, path: Path, kind: type[_KIND]) -> Iterator[tuple[Span, _KIND]]:
    """As `read_lines`, of a file that is open at its start. Raises ModelkinError or OSError."""
    start, before = 0, START
    for number, line in enumerate(file, 1):
        unsealed = opened(line, before)
        read = None if unsealed is None else _read(unsealed[0], kind)
        if unsealed is None or read is None:
            _check_cut_short(path, number, line, is_last=not file.read(1))
            return
        yield Span(start, len(line), before), read
        start += len(line)
        before = unsealed[1]


def read_span(file: BinaryIO, span: Span, path: Path) -> bytes:
    """A line that was read before, as it still is. Raises ModelkinError or OSError."""
    file.seek(span.start)
    unsealed = opened(file.read(span.length), span.before)
    if unsealed is None:
        raise ModelkinError(f"{path} was changed while it was read: do so again")
    return unsealed[0]


def _check_cut_short(path: Path, number: int, line: bytes, is_last: bool) -> None:
    """Raise ModelkinError unless the line, which is none, is what is left of one that was never written whole."""
    if number == 1:
        _check_schema(path, line)
    # Where the power went, zeros may stand for what was not yet on the disk.
    if is_sealed(line) and not (is_last and b"\0" in line):
        raise ModelkinError(f"{path}, line {number}: damaged: {_DAMAGED}")
    if not is_last:
        raise ModelkinError(f"{path}, line {number}: not a line of an audit's journal")


def _check_schema(path: Path, line: bytes) -> None:
    """That of a journal that an older or a newer modelkin wrote is said."""
    read = _read(line, Headings)
    found = read.header.schema if read is not None and read.header is not None else SCHEMA
    if found != SCHEMA:
        raise ModelkinError(
            f"{path} is a journal of another version of modelkin ({found}, not {SCHEMA}): audit again into another "
            "--journal"
        )


def _read(line: bytes, kind: type[_KIND]) -> _KIND | None:
    if not line.endswith(b"\n"):
        return None
    try:
        read = decode(line, kind)
    except (ValueError, RecursionError):
        return None
    return read if read != kind() else None
