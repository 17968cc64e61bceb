"""Opens an archive (zip, wheel or tar) as a checkout, and reads zips. Edit this for a new kind of archive.

zipfile alone would take a directory of any length, and inflate some methods without end.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import SourceError
from ..results import Skipped
from .checkout import Checkout, Entry, os_reason
from .members import (
    DAMAGE,
    MAX_MEMBERS,
    MAX_TOTAL_BYTES,
    Member,
    inflatable_bytes,
    inside,
    list_members,
    member_day,
    too_large,
)
from .specs import ZIP_SUFFIXES
from .tars import open_tar

# zipfile inflates bzip2 and LZMA without a bound on output: 4 KB in may be gigabytes out. Wheels use neither.
_BOUNDED_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_MAX_DIRECTORY_BYTES = 64 * 1024**2
_CHUNK = 256 * 1024
_DIRECTORY_ENTRY = b"PK\x01\x02"
DAMAGED_ZIP = (zipfile.BadZipFile, *DAMAGE)
_DIST_INFO = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-/]+)\.dist-info/METADATA")


@contextmanager
def open_archive(
    spec: str, path: Path, inner: str = "", identity: tuple[str, str] = ("", ""), strip_top: bool = False
) -> Iterator[Checkout]:
    """Open the archive ``path``, or only ``inner`` in it; raises SourceError when it is damaged or over a bound.

    ``identity`` is the project and release, where they are known; a wheel says its own. ``strip_top`` drops the one
    folder that holds all of an sdist, so that its paths are those of a wheel.
    """
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise SourceError(f"cannot open {path}: it {os_reason(error)}") from error
    if not is_file:
        raise SourceError(f"cannot open {path}: it is not a regular file")
    with _members(path) as members:
        newest = max((member.modified for member in members), default="")
        listing = list_members(members)
        if strip_top:
            listing = _without_top(listing)
        project, release = identity if identity[0] else _identity(listing)
        chosen = inside(listing, inner, spec)
        yield Checkout(
            spec,
            lambda: iter(chosen),
            project,
            release,
            whole=lambda: iter(listing),
            archive=path,
            newest=newest,
        )


def _members(path: Path) -> AbstractContextManager[list[Member]]:
    return open_zip(path) if path.name.lower().endswith(ZIP_SUFFIXES) else open_tar(path)


def _without_top(listing: list[Entry | Skipped]) -> list[Entry | Skipped]:
    tops = {item.path.partition("/")[0] for item in listing}
    if len(tops) != 1 or any(item.path in tops for item in listing):  # the one thing at the top may be a file
        return listing
    cut = len(tops.pop()) + 1
    return [
        Skipped(item.path[cut:], item.reason)
        if isinstance(item, Skipped)
        else Entry(item.path[cut:], item.size, item.read, item.part)
        for item in listing
        if len(item.path) > cut
    ]


def _identity(listing: list[Entry | Skipped]) -> tuple[str, str]:
    """Project and release by the name of the one dist-info folder; empty when there is none or several."""
    found = {match.groups() for item in listing if (match := _DIST_INFO.fullmatch(item.path))}
    if len(found) != 1:
        return "", ""
    name, version = found.pop()
    return re.sub(r"[-_.]+", "-", name).lower(), version


# Zips.


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
            archive = zipfile.ZipFile(BoundedFile(file))
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS:
                raise ValueError(f"it holds more than {MAX_MEMBERS:,} members")
        except DAMAGED_ZIP as error:
            raise SourceError(f"cannot open {path}: {' '.join(str(error).split()) or 'it is damaged'}") from error
        with archive:
            reader = _ZipReader(archive, min(MAX_TOTAL_BYTES, inflatable_bytes(stored)))
            yield [reader.member(info) for info in infos if not info.filename.endswith("/")]  # is_dir() fails for ""


class BoundedFile:
    """The file of a zip for zipfile, which would read a directory of any length into ten times the memory."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close

    def read(self, size: int = -1) -> bytes:
        """Raises ValueError when that is a directory of too many members."""
        if size > _MAX_DIRECTORY_BYTES:
            raise ValueError(f"its directory takes {size:,} bytes")
        found: bytes = self.file.read(size if size >= 0 else _MAX_DIRECTORY_BYTES)
        if len(found) > len(_DIRECTORY_ENTRY) * MAX_MEMBERS and found.count(_DIRECTORY_ENTRY) > MAX_MEMBERS:
            raise ValueError(f"it holds more than {MAX_MEMBERS:,} members")
        return found


class _ZipReader:
    """Reads members and remembers how much came out: many members may share the same compressed bytes."""

    def __init__(self, archive: zipfile.ZipFile, limit: int) -> None:
        self.archive = archive
        self.limit = limit
        self.bytes_read = 0
        self._counted: set[int] = set()

    def member(self, info: zipfile.ZipInfo) -> Member:
        return Member(
            info.filename,
            info.file_size,
            lambda: self.read(info),
            _problem(info),
            member_day(*info.date_time[:3]),
            partial(self.read_part, info),
        )

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
        except DAMAGED_ZIP as error:
            reason = " ".join(str(error).split())
            return Skipped(info.filename, f"damaged, or larger than the archive declares: {reason}")

    def read_part(self, info: zipfile.ZipInfo, offset: int, count: int) -> bytes | Skipped:
        """A part of a member of any size; what has to be inflated to get there counts as read."""
        taken = min(info.file_size, offset + count)
        if self.bytes_read + taken > self.limit:
            return Skipped(info.filename, "the archive inflates past the limit for all its members")
        self.bytes_read += taken
        try:
            with self.archive.open(info) as file:
                left = offset
                while left > 0 and (passed := len(file.read(min(left, _CHUNK)))):
                    left -= passed
                return file.read(count)
        except DAMAGED_ZIP as error:
            return Skipped(info.filename, f"damaged: {' '.join(str(error).split())}")


def _problem(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "symbolic link in an archive"
    if kind not in (0, stat.S_IFREG):
        return "not a regular file (a pipe, a socket or a device)"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    return "" if info.compress_type in _BOUNDED_METHODS else "compressed by a method other than deflate"
