"""A tar, compressed or not -> its members."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from ..errors import SourceError
from .checkout import Skipped
from .members import MAX_MEMBERS, MAX_TOTAL_BYTES, Member, too_large

_CHUNK = 1024**2
_SPOOL_IN_MEMORY = 32 * 1024**2
# Real extended headers hold a name or a few numbers; tarfile would read any declared size into memory.
_MAX_HEADER_BYTES = 1024**2

# By the last suffix: .tar.gz is a .gz, and so is a .tgz.
_OPENERS: dict[str, Callable[..., Any]] = {
    ".tar": open,
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
_DAMAGE = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError)


@contextmanager
def open_tar(path: Path) -> Iterator[list[Member]]:
    """List the files of the tar at ``path``; they can be read while the context is open. Raises SourceError.

    A compressed tar is inflated once into an unnamed temporary file (memory up to 32 MB): sorted reading would
    otherwise inflate it again for every step back.
    """
    opener = _OPENERS[path.suffix.lower()]
    with SpooledTemporaryFile(_SPOOL_IN_MEMORY) as spool:
        try:
            with opener(path, "rb") as stream:
                _inflate(stream, spool)
            members = list(_list(spool))
        except _DAMAGE as error:
            raise SourceError(f"cannot open {path}: {error or 'it is damaged'}") from error
        yield members


def _inflate(stream: IO[bytes], spool: IO[bytes]) -> None:
    done = 0
    while chunk := stream.read(_CHUNK):
        done += len(chunk)
        if done > MAX_TOTAL_BYTES:
            raise ValueError(f"it inflates to more than {MAX_TOTAL_BYTES // 1024**3} GB")
        spool.write(chunk)
    spool.seek(0)


def _list(spool: IO[bytes]) -> Iterator[Member]:
    with tarfile.open(fileobj=_HeaderReader(spool), mode="r:") as archive:  # type: ignore[call-overload]
        for count, info in enumerate(archive, start=1):
            if count > MAX_MEMBERS:
                raise ValueError(f"it holds more than {MAX_MEMBERS:,} members")
            if not info.isdir():
                yield _member(spool, info)


def _member(spool: IO[bytes], info: tarfile.TarInfo) -> Member:
    return Member(info.name, info.size, lambda: _read(spool, info), _problem(info))


def _problem(info: tarfile.TarInfo) -> str:
    if info.issym():
        return "symbolic link in an archive"
    if info.islnk():
        return f"link to {info.linkname} in an archive"
    if info.issparse():
        return "sparse file in an archive"
    return "" if info.isreg() else "not a regular file (a pipe, a socket or a device)"


def _read(spool: IO[bytes], info: tarfile.TarInfo) -> bytes | Skipped:
    if reason := too_large(info.size):
        return Skipped(info.name, reason)
    spool.seek(info.offset_data)
    return spool.read(info.size)


class _HeaderReader:
    """A file for tarfile to list members from, which refuses headers too large to be one."""

    def __init__(self, file: IO[bytes]) -> None:
        self.seek = file.seek
        self.tell = file.tell
        self.file = file

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        return self.file.read(size)
