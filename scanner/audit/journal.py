"""Records in, an append-only file of JSON lines out; what is in it survives kill -9, a full disk and a lost plug.

A line is whole or it is the last: one that was cut short is dropped when the file is opened again. Each has a digest
over all before it, so that one that was changed since is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from msgspec.structs import fields

from ..errors import ModelkinError
from ..folders import LinkError
from ..writing import Place, placed
from .chaining import START, digest_of, sealed
from .reading import Span, read_open, read_span
from .records import SCHEMA, Header, Headings, encode


class Journal:
    """A journal open for writing, by this process alone."""

    def __init__(self, path: Path, file: BinaryIO, end: int, before: bytes) -> None:
        self.path = path
        self._file = file
        self._end = end
        self._before = before

    @classmethod
    def begin(cls, path: Path, header: Header) -> Journal:
        """A new journal. Raises ModelkinError when there is a file by that name."""
        try:
            with _placed(path, header) as place:
                file = _file(place.folder.create(place.name))
        except FileExistsError:
            raise ModelkinError(
                f"{path} is there already: add --resume to go on with it, or name another --journal"
            ) from None
        except OSError as error:
            raise _unwritable(path, error) from error
        _lock(path, file)
        journal = cls(path, file, 0, START)
        journal.append(encode(header))
        journal.sync()
        return journal

    @classmethod
    def resume(cls, path: Path, header: Header) -> tuple[Journal, list[tuple[Span, Headings]]]:
        """The journal of an audit that was asked for the same, and the lines it holds. Raises ModelkinError."""
        try:
            with _placed(path, header) as place:
                file = _file(place.folder.open_file(place.name, os.O_RDWR))
        except FileNotFoundError:
            raise ModelkinError(f"{path}: no such journal to go on with; leave out --resume to begin one") from None
        except OSError as error:
            raise _unwritable(path, error) from error
        _lock(path, file)
        lines, end, before = _held_lines(path, file)
        _check_same(path, lines[0][1].header if lines else _torn_header(file, header), header)
        file.truncate(end)
        journal = cls(path, file, end, before)
        if not lines:  # stopped before its first line was whole
            journal.append(encode(header))
        return journal, lines

    def append(self, line: bytes) -> Span:
        """Write one line. Raises ModelkinError, and then the file ends where it did before."""
        written, digest = sealed(line, self._before)
        span = Span(self._end, len(written), self._before)
        try:
            self._file.seek(self._end)
            rest = memoryview(written)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._end)
            raise _unwritable(self.path, error) from error
        self._end += span.length
        self._before = digest
        return span

    def sync(self) -> None:
        """Return once all that was written is on the disk. Raises ModelkinError."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def read(self, span: Span) -> bytes:
        """A line as it was written before. Raises ModelkinError."""
        try:
            return read_span(self._file, span, self.path)
        except OSError as error:
            raise ModelkinError(f"{self.path} cannot be read: {error.strerror}") from error

    def close(self) -> None:
        """Let others have the file."""
        self._file.close()


@contextmanager
def _placed(path: Path, header: Header) -> Iterator[Place]:
    """Where a journal is put; no link is followed in what is audited."""
    try:
        with placed(path, [header.place]) as place:
            yield place
    except LinkError as error:
        raise ModelkinError(error.strerror) from error


def _file(descriptor: int) -> BinaryIO:
    return cast(BinaryIO, os.fdopen(descriptor, "r+b", buffering=0))


def _held_lines(path: Path, file: BinaryIO) -> tuple[list[tuple[Span, Headings]], int, bytes]:
    """The lines of a journal that is open, where the last of them ends, and its digest."""
    try:
        with os.fdopen(os.dup(file.fileno()), "rb") as reading:
            lines = list(read_open(reading, path, Headings))
        file.seek(0)
        if not lines:
            return lines, 0, START
        last = lines[-1][0]
        file.seek(last.start)
        return lines, last.start + last.length, digest_of(file.read(last.length))
    except OSError as error:
        raise ModelkinError(f"{path} cannot be read: {error.strerror}") from error


def _check_same(path: Path, found: Header | None, asked: Header) -> None:
    if found is None:
        raise ModelkinError(f"{path}: not a journal of an audit; name another --journal")
    for field in fields(Header):
        before, now = getattr(found, field.name), getattr(asked, field.name)
        if before != now:
            what = "another corpus" if field.name == "corpus" else f"{field.name.replace('_', '-')} {_shown(before)}"
            raise ModelkinError(
                f"{path} was begun with {what}, not {_shown(now)}: ask for the same, or begin another --journal"
            )


def _torn_header(file: BinaryIO, header: Header) -> Header | None:
    """``header`` where the file was stopped while a first line was written; None where it holds another thing."""
    begun = encode(header)[: len(f'{{"header":{{"schema":"{SCHEMA}"')]
    found = file.read(len(begun))
    return header if begun.startswith(found) else None


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(getattr(value, "digest", value)) or "none"


def _lock(path: Path, file: BinaryIO) -> None:
    """Two audits that write to one journal would spoil it."""
    try:
        import fcntl
    except ImportError:  # not a Unix
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ModelkinError(f"{path}: another audit is writing to it") from None


def _unwritable(path: Path, error: OSError) -> ModelkinError:
    return ModelkinError(f"cannot write {path}: {error.strerror}; what is in it stays, and --resume goes on from there")
