"""Lines of a journal in, each with a digest over it and all lines before it out: what was changed since is noticed.

A line that was changed, dropped, put elsewhere or added breaks the chain from there on. Nothing stops who rewrites all
of a journal: it is no signature.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar, cast

from msgspec import Struct
from msgspec.structs import fields

from ..errors import ModelkinError
from ..support.atomic_write import Target, opened_target
from ..support.folders import LinkError
from .records import SCHEMA, Header, Headings, decode, encode

_BYTES = 16
_KEY = b',"digest":"'
_END = b'"}\n'
_TAIL = re.compile(rb',"digest":"([0-9a-f]{32})"\}\n')
_TAIL_LENGTH = len(_KEY) + 2 * _BYTES + len(_END)
START = bytes(_BYTES)
"""Before the first line."""


def sealed(line: bytes, before: bytes) -> tuple[bytes, bytes]:
    """A line, a JSON object and its end, with the digest in it, and that; ``before`` is that of the line above."""
    body = memoryview(line)[:-2]
    digest = _digest(body, before)
    return b"".join((body, _KEY, digest.hex().encode(), _END)), digest


def opened(line: bytes, before: bytes) -> tuple[bytes, bytes] | None:
    """The line as it was before `sealed`, and its digest; None when that is not what it says."""
    body = memoryview(line)[:-_TAIL_LENGTH]
    digest = _digest(body, before)
    if line[-_TAIL_LENGTH:] != b"".join((_KEY, digest.hex().encode(), _END)):
        return None
    return b"".join((body, b"}\n")), digest


def digest_of(line: bytes) -> bytes:
    """The digest that a sealed line has."""
    return bytes.fromhex(line[-len(_END) - 2 * _BYTES : -len(_END)].decode())


def is_sealed(line: bytes) -> bool:
    """Whether it has a digest, be it the wrong one."""
    return _TAIL.fullmatch(line[-_TAIL_LENGTH:]) is not None


def _digest(body: memoryview, before: bytes) -> bytes:
    digest = hashlib.blake2b(before, digest_size=_BYTES)
    digest.update(body)
    return digest.digest()


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
def _placed(path: Path, header: Header) -> Iterator[Target]:
    """Where a journal is put; no link is followed in what is audited."""
    try:
        with opened_target(path, [header.place]) as target:
            yield target
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


class Advance(Struct, frozen=True):
    """How far an audit is, in repositories."""

    done: int
    """Their results are on the disk."""
    total: int
    """All that there are."""
    since: int
    """Those of the ``done`` that were done in this run."""
    findings: int
    """How many findings to answer for they have."""


class Syncing:
    """Puts what is written so far on the disk, one request at a time, in a thread of its own."""

    def __init__(self, journal: Journal, thread: ThreadPoolExecutor) -> None:
        self._journal = journal
        self._thread = thread
        self._under_way: tuple[Future[None], Advance] | None = None

    def reached(self) -> Advance | None:
        """What the last request was for, once, when it is done. Raises ModelkinError when it cannot be."""
        if self._under_way is None or not self._under_way[0].done():
            return None
        future, advance = self._under_way
        self._under_way = None
        future.result()
        return advance

    def ask(self, advance: Advance) -> bool:
        """Have all that is written now on the disk; no when the last request is still under way."""
        if self._under_way is not None:
            return False
        self._under_way = self._thread.submit(self._journal.sync), advance
        return True


@contextmanager
def syncing(journal: Journal) -> Iterator[Syncing]:
    """As long as the block lasts."""
    with ThreadPoolExecutor(1) as thread:
        yield Syncing(journal, thread)
