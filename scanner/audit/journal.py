"""The file that an audit writes, so that an audit can be stopped and gone on with.

Edit this when a journal is to be begun, resumed, locked or put on the disk in another way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from msgspec import Struct
from msgspec.structs import fields, replace

from ..errors import ModelkinError
from ..results import CorpusIdentity
from ..support.atomic_write import Target, opened_target
from ..support.folders import LinkError
from ..support.locks import is_taken
from .journal_lines import START, LinePosition, digest_of, read_line, read_open, seal
from .records import SCHEMA, AuditHeader, RecordHead, encode


class Journal:
    """A journal open for writing, by this process alone."""

    def __init__(self, path: Path, file: BinaryIO, end: int, before: bytes) -> None:
        self.path = path
        self._file = file
        self._end = end
        self._before = before

    @classmethod
    def begin(cls, path: Path, header: AuditHeader) -> Journal:
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
    def resume(cls, path: Path, header: AuditHeader) -> tuple[Journal, HeldLines]:
        """The journal of an audit that was asked for the same, and the lines it holds. Raises ModelkinError."""
        try:
            with _placed(path, header) as place:
                file = _file(place.folder.open_file(place.name, os.O_RDWR))
        except FileNotFoundError:
            raise ModelkinError(f"{path}: no such journal to go on with; leave out --resume to begin one") from None
        except OSError as error:
            raise _unwritable(path, error) from error
        _lock(path, file)
        lines = HeldLines(path, file)
        _check_same(path, lines.header if len(lines) else _torn_header(file, header), header)
        file.truncate(lines.end)
        journal = cls(path, file, lines.end, lines.before)
        if not len(lines):  # stopped before its first line was whole
            journal.append(encode(header))
        return journal, lines

    def append(self, line: bytes) -> LinePosition:
        """Write one line. Raises ModelkinError, and then the file ends where it did before."""
        written, digest = seal(line, self._before)
        position = LinePosition(self._end, len(written), self._before)
        try:
            self._file.seek(self._end)
            rest = memoryview(written)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._end)
            raise _unwritable(self.path, error) from error
        self._end += position.length
        self._before = digest
        return position

    def sync(self) -> None:
        """Return once all that was written is on the disk. Raises ModelkinError."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def read(self, position: LinePosition) -> bytes:
        """A line as it was written before. Raises ModelkinError."""
        try:
            return read_line(self._file, position, self.path)
        except OSError as error:
            raise ModelkinError(f"{self.path} cannot be read: {error.strerror}") from error

    def close(self) -> None:
        """Let others have the file."""
        self._file.close()


@contextmanager
def _placed(path: Path, header: AuditHeader) -> Iterator[Target]:
    """Where a journal is put; no link is followed in what is audited."""
    try:
        with opened_target(path, [header.place]) as target:
            yield target
    except LinkError as error:
        raise ModelkinError(error.strerror) from error


def _file(descriptor: int) -> BinaryIO:
    return cast(BinaryIO, os.fdopen(descriptor, "r+b", buffering=0))


class HeldLines:
    """The lines of a journal that is open, each read when it is asked for; how many, where the last ends, its digest.

    Raises ModelkinError.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self.header: AuditHeader | None = None
        self.end, self.before, self._count = 0, START, 0
        last: LinePosition | None = None
        for position, record in self:
            self.header = self.header or record.header
            self._count, last = self._count + 1, position
        if last is not None:
            self.end = last.start + last.length
            file.seek(last.start)
            self.before = digest_of(file.read(last.length))
        file.seek(0)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[LinePosition, RecordHead]]:
        """Each line and its place; once it was read, as far as it went then."""
        try:
            with os.fdopen(os.dup(self._file.fileno()), "rb") as reading:
                yield from read_open(reading, self._path, RecordHead, end=self.end or None)
        except OSError as error:
            raise ModelkinError(f"{self._path} cannot be read: {error.strerror}") from error


def _check_same(path: Path, found: AuditHeader | None, asked: AuditHeader) -> None:
    if found is None:
        raise ModelkinError(f"{path}: not a journal of an audit; name another --journal")
    for field in fields(AuditHeader):
        before, now = (_compared(getattr(header, field.name)) for header in (found, asked))
        if before != now:
            what = "another corpus" if field.name == "corpus" else f"{field.name.replace('_', '-')} {_shown(before)}"
            raise ModelkinError(
                f"{path} was begun with {what}, not {_shown(now)}: ask for the same, or begin another --journal"
            )


def _compared(value: object) -> object:
    """``value`` as headers are compared by it: corpora by their digest, which older journals record alone."""
    return replace(value, corpora=()) if isinstance(value, CorpusIdentity) else value


def _torn_header(file: BinaryIO, header: AuditHeader) -> AuditHeader | None:
    """``header`` where the file was stopped while a first line was written; None where it holds another thing."""
    begun = encode(header)[: len(f'{{"header":{{"schema":"{SCHEMA}"')]
    found = file.read(len(begun))
    return header if begun.startswith(found) else None


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(getattr(value, "digest", value)) or "none"


def _lock(path: Path, file: BinaryIO) -> None:
    """Raise ModelkinError when another audit writes to the file; on Unix alone."""
    if is_taken(file.fileno()):
        raise ModelkinError(f"{path}: another audit is writing to it")


def _unwritable(path: Path, error: OSError) -> ModelkinError:
    return ModelkinError(f"cannot write {path}: {error.strerror}; what is in it stays, and --resume goes on from there")


class Advance(Struct, frozen=True):
    """How far an audit is."""

    done: int
    """How many repositories are done: their results are on the disk."""
    total: int
    """How many repositories there are."""
    since: int
    """How many were done in this run; an audit that goes on has others from before."""
    findings: int
    """How many findings to answer for those have that were done in this run."""


class DiskSync:
    """Has what is written so far put on the disk, one request at a time, in a thread of its own."""

    def __init__(self, journal: Journal, thread: ThreadPoolExecutor) -> None:
        self._journal = journal
        self._thread = thread
        self._under_way: tuple[Future[None], Advance] | None = None

    def reached(self) -> Advance | None:
        """What the last request was for, once, as soon as it is done. Raises ModelkinError when the disk refuses it."""
        if self._under_way is None or not self._under_way[0].done():
            return None
        future, advance = self._under_way
        self._under_way = None
        future.result()
        return advance

    def ask(self, advance: Advance) -> bool:
        """Ask for all that is written now; False, and no request, while the last one is under way."""
        if self._under_way is not None:
            return False
        self._under_way = self._thread.submit(self._journal.sync), advance
        return True


@contextmanager
def disk_sync(journal: Journal) -> Iterator[DiskSync]:
    """A `DiskSync` for as long as the block lasts."""
    with ThreadPoolExecutor(1) as thread:
        yield DiskSync(journal, thread)
