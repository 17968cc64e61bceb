"""The lines of a journal: each is sealed with a digest over itself and all lines before it.

So a line that was changed, dropped, moved or added is noticed; it is no signature: whoever rewrites the whole file is
not. Edit this when lines are to be sealed or read in another way; what they say is in ``records``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from ..errors import ModelkinError
from .records import SCHEMA, AuditHeader, RecordHead, decode

_DIGEST_BYTES = 16
_KEY = b',"digest":"'
_END = b'"}\n'
_TAIL = re.compile(rb',"digest":"([0-9a-f]{32})"\}\n')
_TAIL_LENGTH = len(_KEY) + 2 * _DIGEST_BYTES + len(_END)
START = bytes(_DIGEST_BYTES)
"""What stands for the digest before the first line."""
_DAMAGED = "it, or a line above it, was changed, removed, added or moved since; audit again into another --journal"
_RECORD = TypeVar("_RECORD")


def seal(line: bytes, before: bytes) -> tuple[bytes, bytes]:
    """``line``, a JSON object and a line feed, with a digest added, and this digest.

    ``before`` is the digest of the line above.
    """
    body = memoryview(line)[:-2]
    digest = _digest(body, before)
    return b"".join((body, _KEY, digest.hex().encode(), _END)), digest


def unseal(line: bytes, before: bytes) -> tuple[bytes, bytes] | None:
    """The line as it was before `seal`, and its digest; None when the digest in it is not the right one."""
    body = memoryview(line)[:-_TAIL_LENGTH]
    digest = _digest(body, before)
    if line[-_TAIL_LENGTH:] != b"".join((_KEY, digest.hex().encode(), _END)):
        return None
    return b"".join((body, b"}\n")), digest


def digest_of(line: bytes) -> bytes:
    """The digest in a sealed line."""
    return bytes.fromhex(line[-len(_END) - 2 * _DIGEST_BYTES : -len(_END)].decode())


def is_sealed(line: bytes) -> bool:
    """Whether a line ends with a digest, be it the wrong one."""
    return _TAIL.fullmatch(line[-_TAIL_LENGTH:]) is not None


def _digest(body: memoryview, before: bytes) -> bytes:
    digest = hashlib.blake2b(before, digest_size=_DIGEST_BYTES)
    digest.update(body)
    return digest.digest()


class LinePosition(NamedTuple):
    """Where a line stands in the file (in bytes), and the digest of the line before it."""

    start: int
    length: int
    before: bytes


def read_lines(path: Path, kind: type[_RECORD]) -> Iterator[tuple[LinePosition, _RECORD]]:
    """Each line of a journal and its place; the last is left out when it was cut short. Raises ModelkinError."""
    try:
        with path.open("rb") as file:
            yield from read_open(file, path, kind)
    except FileNotFoundError:
        raise ModelkinError(f"{path}: no such journal") from None
    except OSError as error:
        raise ModelkinError(f"{path} cannot be read: {error.strerror}") from error


class Seam(NamedTuple):
    """Between two lines of a journal: where to read on."""

    start: int = 0
    """In bytes."""
    before: bytes = START
    """The digest of the line above."""
    number: int = 0
    """How many lines are above."""


def read_open(
    file: BinaryIO, path: Path, kind: type[_RECORD], seam: Seam = Seam(), end: int | None = None
) -> Iterator[tuple[LinePosition, _RECORD]]:
    """As `read_lines`, of an open file from ``seam`` on, and no further than to byte ``end``: what is written meanwhile
    is no line that was cut short. Raises ModelkinError or OSError.
    """
    start, before, number = seam
    file.seek(start)
    while line := file.readline() if end is None else file.readline(max(end - start, 0)):
        number += 1
        unsealed = unseal(line, before)
        read = None if unsealed is None else _read(unsealed[0], kind)
        if unsealed is None or read is None:
            _check_cut_short(path, number, line, not file.read(1) if end is None else start + len(line) >= end)
            return
        if number == 1:
            _check_header(path, getattr(read, "header", None))
        yield LinePosition(start, len(line), before), read
        start += len(line)
        before = unsealed[1]


def is_whole_to(file: BinaryIO, seam: Seam) -> bool:
    """Whether the lines up to ``seam`` are those that were read before: their digests alone are looked at."""
    start, before, number = 0, START, 0
    file.seek(0)
    while start < seam.start:
        line = file.readline()
        unsealed = unseal(line, before)
        if unsealed is None:
            return False
        start, before, number = start + len(line), unsealed[1], number + 1
    return Seam(start, before, number) == seam


def read_line(file: BinaryIO, position: LinePosition, path: Path) -> bytes:
    """A line that was read before, as it still is. Raises ModelkinError or OSError."""
    file.seek(position.start)
    unsealed = unseal(file.read(position.length), position.before)
    if unsealed is None:
        raise ModelkinError(f"{path} was changed while it was read: try again")
    return unsealed[0]


def _check_cut_short(path: Path, number: int, line: bytes, is_last: bool) -> None:
    """Raise ModelkinError unless ``line``, which cannot be read, is the last one and was never written whole."""
    if number == 1:
        _check_schema(path, line)
    # Where the power went, zeros may stand for what was not yet on the disk.
    if is_sealed(line) and not (is_last and b"\0" in line):
        raise ModelkinError(f"{path}, line {number}: damaged: {_DAMAGED}")
    if not is_last:
        raise ModelkinError(f"{path}, line {number}: not a line of an audit's journal")


def _check_schema(path: Path, line: bytes) -> None:
    """Raise ModelkinError when an older or a newer modelkin wrote a first line that cannot be read."""
    read = _read(line, RecordHead)
    _check_header(path, read.header if read is not None else None)


def _check_header(path: Path, header: AuditHeader | None) -> None:
    if header is not None and header.schema != SCHEMA:
        raise ModelkinError(
            f"{path} is a journal of another version of modelkin ({header.schema}, not {SCHEMA}): audit again, with "
            f"`modelkin audit {header.place} --journal ANOTHER`"
        )


def _read(line: bytes, kind: type[_RECORD]) -> _RECORD | None:
    if not line.endswith(b"\n"):
        return None
    try:
        read = decode(line, kind)
    except (ValueError, RecursionError):
        return None
    return read if read != kind() else None
