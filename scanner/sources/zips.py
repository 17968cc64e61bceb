"""A zip or wheel -> its members."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import SourceError
from .checkout import Skipped
from .members import MAX_MEMBERS, MAX_TOTAL_BYTES, Member, too_large

# zipfile inflates bzip2 and LZMA without a bound on output: 4 KB in may be gigabytes out. Wheels use neither.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


@contextmanager
def open_zip(path: Path) -> Iterator[list[Member]]:
    """List the files of the zip at ``path``; they can be read while the context is open. Raises SourceError."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise SourceError(f"cannot open {path}: {error}") from error
    with archive:
        if len(archive.infolist()) > MAX_MEMBERS:
            raise SourceError(f"cannot open {path}: it holds more than {MAX_MEMBERS:,} members")
        reader = _Reader(archive)
        yield [reader.member(info) for info in archive.infolist() if not info.is_dir()]


class _Reader:
    """Reads members and remembers how much came out: many members may share the same compressed bytes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.bytes_read = 0

    def member(self, info: zipfile.ZipInfo) -> Member:
        return Member(info.filename, info.file_size, lambda: self.read(info), _problem(info))

    def read(self, info: zipfile.ZipInfo) -> bytes | Skipped:
        """At most the declared bytes: zipfile cuts what inflates past them, and then the checksum fails."""
        if reason := too_large(info.file_size):
            return Skipped(info.filename, reason)
        if self.bytes_read + info.file_size > MAX_TOTAL_BYTES:
            return Skipped(info.filename, "the archive inflates past the limit for all its members")
        self.bytes_read += info.file_size
        try:
            return self.archive.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as error:
            return Skipped(info.filename, f"damaged, or larger than the archive declares: {error}")


def _problem(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "symbolic link in an archive"
    if kind not in (0, stat.S_IFREG):
        return "not a regular file (a pipe, a socket or a device)"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    return "" if info.compress_type in _BOUNDED else "compressed by a method other than deflate"
