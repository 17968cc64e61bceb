"""A journal in, its lines out, each with its place; the one that was cut short left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from ..errors import ModelkinError
from .records import decode

_KIND = TypeVar("_KIND")


class Span(NamedTuple):
    """Where a line stands in the file."""

    start: int
    length: int


def read_lines(path: Path, kind: type[_KIND]) -> Iterator[tuple[Span, _KIND]]:
    """Each line of a journal and its place; the last is left out when it was cut short. Raises ModelkinError."""
    start = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                read = _read(line, kind)
                if read is None:
                    if file.read(1):
                        raise ModelkinError(f"{path}, line {number}: not a line of an audit's journal")
                    return
                yield Span(start, len(line)), read
                start += len(line)
    except FileNotFoundError:
        raise ModelkinError(f"{path}: no such journal") from None
    except OSError as error:
        raise ModelkinError(f"{path} cannot be read: {error.strerror}") from error


def _read(line: bytes, kind: type[_KIND]) -> _KIND | None:
    if not line.endswith(b"\n"):
        return None
    try:
        read = decode(line, kind)
    except (ValueError, RecursionError):
        return None
    return read if read != kind() else None
