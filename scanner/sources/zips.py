"""A zip or wheel -> its members."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import SourceError
from .checkout import Skipped
from .members import DAMAGE, MAX_MEMBERS, MAX_TOTAL_BYTES, Member, inflatable_bytes, too_large

# zipfile inflates bzip2 and LZMA without a bound on output: 4 KB in may be gigabytes out. Wheels use neither.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_MAX_DIRECTORY_BYTES = 64 * 1024**2
_DIRECTORY_ENTRY = b"PK\x01\x02"
_DAMAGE = (zipfile.BadZipFile, *DAMAGE)


@contextmanager
def open_zip(path: Path) -> Iterator[list[Member]]:
    """List the files of the zip at ``path``; they can be read while the context is open. Raises SourceError."""
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot open {path}: {error}") from error
    with file:
        try:
            stored = path.stat().st_size
            archive = zipfile.ZipFile(_Bounded(file))
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS:
                raise ValueError(f"it holds more than {MAX_MEMBERS:,} members")
        except _DAMAGE as error:
            raise SourceError(f"cannot open {path}: {' '.join(str(error).split()) or 'it is damaged'}") from error
        with archive:
            reader = _Reader(archive, min(MAX_TOTAL_BYTES, inflatable_bytes(stored)))
            yield [reader.member(info) for info in infos if not info.filename.endswith("/")]  # is_dir() fails for ""


class _Bounded:
    """The file of a zip for zipfile, which would read a directory of any length into ten times the memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close

    def read(self, size: int = -1) -> bytes:
        """Raises ValueError when that is a directory of too many members."""
        if size > _MAX_DIRECTORY_BYTES:
            raise ValueError(f"its directory takes {size:,} bytes")
        found = self.file.read(size if size >= 0 else _MAX_DIRECTORY_BYTES)
        if len(found) > len(_DIRECTORY_ENTRY) * MAX_MEMBERS and found.count(_DIRECTORY_ENTRY) > MAX_MEMBERS:
            raise ValueError(f"it holds more than {MAX_MEMBERS:,} members")
        return found


class _Reader:
    """Reads members and remembers how much came out: many members may share the same compressed bytes."""

    def __init__(self, archive: zipfile.ZipFile, limit: int) -> None:
        self.archive = archive
        self.limit = limit
        self.bytes_read = 0
        self._counted: set[int] = set()

    def member(self, info: zipfile.ZipInfo) -> Member:
        return Member(info.filename, info.file_size, lambda: self.read(info), _problem(info))

    def read(self, info: zipfile.ZipInfo) -> bytes | Skipped:
        """At most the declared bytes: zipfile cuts what inflates past them, and then the checksum fails."""
        if reason := too_large(info.file_size):
            return Skipped(info.filename, reason)
        if id(info) not in self._counted:  # a file is read once for its code, again for its licence
            if self.bytes_read + info.file_size > self.limit:
                return Skipped(info.filename, "the archive inflates past the limit for all its members")
            self.bytes_read += info.file_size
            self._counted.add(id(info))
        try:
            return self.archive.read(info)
        except _DAMAGE as error:
            reason = " ".join(str(error).split())
            return Skipped(info.filename, f"damaged, or larger than the archive declares: {reason}")


def _problem(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "symbolic link in an archive"
    if kind not in (0, stat.S_IFREG):
        return "not a regular file (a pipe, a socket or a device)"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    return "" if info.compress_type in _BOUNDED else "compressed by a method other than deflate"
