"""Reads tar archives, packed or not, forward and once. Edit this for a new packing, or a new trick of a hostile tar.

tarfile alone would read headers of any length, follow them back, and inflate without end.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from ..errors import SourceError
from ..results import Skipped
from .members import (
    DAMAGE,
    MAX_MEMBERS,
    MAX_TOTAL_BYTES,
    Member,
    inflatable_bytes,
    member_day,
    spoolable_bytes,
    too_large,
)

MAX_SECONDS = 60.0
# Real extended headers hold a name or a few numbers; tarfile would read any declared size into memory.
MAX_HEADER_BYTES = 256 * 1024
# In a long header, tarfile's own pattern takes time by the square of a run of digits.
_LONG_NUMBER = re.compile(rb"\d{256}")
_MAX_NAMES_BYTES = 64 * 1024**2
# xz -9 needs 65 MB; more is refused, as one may ask for 4 GB.
_XZ_MEMORY_BYTES = 256 * 1024**2
_SPOOL_IN_MEMORY = 32 * 1024**2
_CHUNK = 256 * 1024
# After the end of a tar stand some blocks of zeros, and a compressed one's checksum.
_PADDING = 1024**2
_AFTER_THE_END = "(behind the end)"
# Of weights in a packed tar the start is unpacked, which holds the longest header that is read.
MAX_START_BYTES = 26 * 1024**2
_READ_IN_PARTS = (".safetensors", ".gguf")
_DAMAGE = (tarfile.TarError, lzma.LZMAError, *DAMAGE)


@contextmanager
def open_tar(path: Path) -> Iterator[list[Member]]:
    """List the files of the tar at ``path``; they can be read while the context is open. Raises SourceError.

    Of a packed one the files go to an unnamed temporary file (memory, up to 32 MB): members are read in the order of
    their names, and each step back would inflate the tar again.
    """
    with SpooledTemporaryFile(_SPOOL_IN_MEMORY) as spool:
        try:
            stream = _open_stream(path)
        except _DAMAGE as error:
            raise SourceError(_failure(path, error)) from error
        with closing(stream):
            try:
                stored = path.stat().st_size
                if path.suffix.lower() == ".tar":
                    members = _listed(_ForwardReader(stream, stored, is_plain=True), None, 0, stream)
                else:
                    limit = min(MAX_TOTAL_BYTES, inflatable_bytes(stored))
                    members = _listed(_ForwardReader(stream, limit), spool, spoolable_bytes(stored), spool)
            except _DAMAGE as error:
                raise SourceError(_failure(path, error)) from error
            yield members


def _failure(path: Path, error: BaseException) -> str:
    known = isinstance(error, (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError))
    return f"cannot open {path}: {' '.join(str(error).split()) if known and str(error) else 'it is damaged'}"


def _listed(reader: _ForwardReader, spool: IO[bytes] | None, room: int, source: IO[bytes]) -> list[Member]:
    """``source`` is read from when members are: ``spool``, which has ``room``, or without one the tar itself."""
    members: list[Member] = []
    names = 0
    with tarfile.open(fileobj=reader, mode="r:") as archive:  # type: ignore[call-overload]
        count = 0
        while (info := archive.next()) is not None:
            archive.members.clear()  # it keeps all it has read
            reader.header_bytes = 0
            count += 1
            names += len(info.name) + len(info.linkname)
            if count > MAX_MEMBERS:
                raise ValueError(f"it holds more than {MAX_MEMBERS:,} members")
            if names > _MAX_NAMES_BYTES:
                raise ValueError(f"it holds names of more than {_MAX_NAMES_BYTES // 1024**2} MB")
            if info.isdir():
                continue
            problem, refusal, place = _problem(info), too_large(info.size), info.offset_data
            kept = info.size  # of its bytes, those that can be read
            if spool is not None and not problem:
                place, kept = spool.tell(), _kept(info)
                if place + kept > room:
                    refusal, kept = "the archive inflates past the limit for all its members", -1
                reader.seek(info.offset_data)
                reader.copy(kept, spool)
            read = (
                partial(Skipped, info.name, refusal) if refusal else partial(_read, source, info.name, place, info.size)
            )
            part = partial(_read_part, source, info.name, place, kept)
            members.append(Member(info.name, info.size, read, problem, _modified(info.mtime), part))
    if reader.last_block.strip(b"\0"):
        raise ValueError("a header in it is damaged")
    if _something_follows(reader):
        members.append(
            Member(
                _AFTER_THE_END, 0, partial(Skipped, _AFTER_THE_END, ""), "not read, as tar stops at the zeros before it"
            )
        )
    return members


def _kept(info: tarfile.TarInfo) -> int:
    """How many bytes of a member of a packed tar are unpacked; -1 where it is not."""
    if not too_large(info.size):
        return info.size
    return min(info.size, MAX_START_BYTES) if info.name.lower().endswith(_READ_IN_PARTS) else -1


def _something_follows(reader: _ForwardReader) -> bool:
    """Whether anything but zeros stands behind the end: some programs go on there.

    Reading on also finds a compressed tar damaged where its checksum is wrong.
    """
    end, found = reader.tell() + _PADDING, False
    while reader.tell() < end and (block := reader.rest(tarfile.BLOCKSIZE)):
        found = found or bool(block.strip(b"\0"))
    return found


def _modified(seconds: float) -> str:
    """The day of a time that may be any number."""
    try:
        found = time.gmtime(seconds)
    except (ValueError, OverflowError, OSError):
        return ""
    return member_day(*found[:3])


def _problem(info: tarfile.TarInfo) -> str:
    if info.issym():
        return "symbolic link in an archive"
    if info.islnk():
        return f"link to {info.linkname} in an archive"
    if info.issparse():
        return "sparse file in an archive"
    return "" if info.isreg() else "not a regular file (a pipe, a socket or a device)"


def _read(source: IO[bytes], name: str, place: int, size: int) -> bytes | Skipped:
    source.seek(place)
    content = source.read(size)
    return content if len(content) == size else Skipped(name, "the archive was cut off while it was read")


def _read_part(source: IO[bytes], name: str, place: int, kept: int, offset: int, count: int) -> bytes | Skipped:
    if kept < 0:
        return Skipped(name, "it was not unpacked from the archive")
    source.seek(place + min(offset, kept))
    return source.read(max(0, min(count, kept - offset)))


class _ForwardReader:
    """``stream`` as a file for tarfile, which reads headers from it; `copy` takes what stands between them."""

    def __init__(self, stream: Any, limit: int, *, is_plain: bool = False) -> None:
        self.place = 0
        self.last_block = b""
        self.header_bytes = 0
        self._stream = stream
        self._limit = limit
        self._is_plain = is_plain
        self._taken = 0
        self._last = b""
        self._has_ended = False
        self._deadline = time.thread_time() + MAX_SECONDS

    def tell(self) -> int:
        """Where in the unpacked tar it is."""
        return self.place

    def read(self, size: int) -> bytes:
        """A header, or a part of one, for tarfile."""
        if not 0 <= size <= MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        found = self._take(size)
        self.header_bytes += size
        if self.header_bytes > 4 * MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"headers of more than {4 * MAX_HEADER_BYTES:,} bytes for one member")
        if size > tarfile.BLOCKSIZE and _LONG_NUMBER.search(found):
            raise tarfile.ReadError("a header with a number of more than 256 digits")
        if not found:
            if self._has_ended:  # tarfile may wait for more without end
                raise EOFError("it is cut off")
            self._has_ended = True
        if size == tarfile.BLOCKSIZE:
            self.last_block = found
        return found

    def seek(self, place: int) -> None:
        """Forward; tarfile goes back by one byte, to see whether a member was whole."""
        if place == self.place - 1 and self._last and not self._is_back():
            self.place -= 1
            return
        if place < 0:  # of an archive without a member, Python 3.10 asks for the byte before its first
            return
        if place < self.place:
            raise tarfile.ReadError("a header that leads back")
        self.copy(place - self.place, None)

    def copy(self, size: int, target: IO[bytes] | None) -> None:
        """Pass over the next ``size`` bytes, which go to ``target`` if there is one; raises EOFError at the end."""
        while size > 0:
            chunk = self._take(min(size, _CHUNK))
            if not chunk:
                raise EOFError("it is cut off")
            size -= len(chunk)
            if target is not None:
                target.write(chunk)
            elif self._is_plain and size > _CHUNK:
                self._stream.seek(size - 1, os.SEEK_CUR)
                self.place += size - 1
                self._count(size - 1)
                size = 1

    def rest(self, size: int) -> bytes:
        """The next ``size`` bytes, which need be no header; none at the end."""
        return self._take(size)

    def _take(self, size: int) -> bytes:
        found = b""
        if size and self._is_back():
            found, size = self._last, size - 1
        parts = [found]
        while size > 0 and (chunk := self._stream.read(min(size, _CHUNK))):
            parts.append(chunk)
            size -= len(chunk)
            self._count(len(chunk))
        taken = b"".join(parts)
        self.place += len(taken)
        self._last = taken[-1:] or self._last
        return taken

    def _is_back(self) -> bool:
        return self.place < self._taken

    def _count(self, size: int) -> None:
        self._taken += size
        if self._taken > self._limit:
            raise ValueError(
                f"it inflates to more than {self._limit / 1024**2:,.0f} MB, as no real archive of its size does"
            )
        if time.thread_time() > self._deadline:
            raise ValueError(f"reading it takes more than {MAX_SECONDS:.0f} seconds")


def _open_stream(path: Path) -> Any:
    """The unpacked bytes of the tar at ``path``, to be read forward."""
    return _OPENERS[path.suffix.lower()](path)


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


class _XzStream:
    """The unpacked bytes of an .xz file. lzma.open cannot be told how much memory an archive may ask for."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb")
        self.inflater = lzma.LZMADecompressor(memlimit=_XZ_MEMORY_BYTES)

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, none at the end; raises EOFError when it is cut off, LZMAError when it is damaged."""
        while True:
            packed = b""
            if self.inflater.eof:
                packed = (self.inflater.unused_data or self.file.read(_CHUNK)).lstrip(b"\0")  # padding
                if not packed:
                    return b""
                self.inflater = lzma.LZMADecompressor(memlimit=_XZ_MEMORY_BYTES)
            elif self.inflater.needs_input:
                packed = self.file.read(_CHUNK)
                if not packed:
                    raise EOFError("it is cut off")
            if found := self.inflater.decompress(packed, size):
                return found

    def close(self) -> None:
        """Close the file."""
        self.file.close()


# By the last suffix: .tar.gz is a .gz, and so is a .tgz.
_OPENERS: dict[str, Callable[[Path], Any]] = {
    ".tar": _plain,
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".bz2": bz2.open,
    ".xz": _XzStream,
}
