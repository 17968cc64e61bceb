"""A tar, compressed or not -> its members."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from ..errors import SourceError
from .checkout import Skipped
from .members import DAMAGE, MAX_MEMBERS, MAX_TOTAL_BYTES, Member, inflatable_bytes, spoolable_bytes, too_large
from .tarstreams import Forward, open_stream

_SPOOL_IN_MEMORY = 32 * 1024**2
# After the end of a tar stand some blocks of zeros, and a compressed one's checksum.
_PADDING = 1024**2
_BEHIND = "(behind the end)"
_MAX_NAMES = 64 * 1024**2
_DAMAGE = (tarfile.TarError, lzma.LZMAError, *DAMAGE)


@contextmanager
def open_tar(path: Path) -> Iterator[list[Member]]:
    """List the files of the tar at ``path``; they can be read while the context is open. Raises SourceError.

    It is read once. What can be read of a compressed one goes to an unnamed temporary file (memory up to 32 MB), as
    sorted reading would inflate it again for every step back; too large members and those that are no files do not.
    """
    with SpooledTemporaryFile(_SPOOL_IN_MEMORY) as spool:
        try:
            stream = open_stream(path)
        except _DAMAGE as error:
            raise SourceError(_failure(path, error)) from error
        with closing(stream):
            try:
                stored = path.stat().st_size
                if path.suffix.lower() == ".tar":
                    members = _list(Forward(stream, stored, is_plain=True), None, 0, stream)
                else:
                    limit = min(MAX_TOTAL_BYTES, inflatable_bytes(stored))
                    members = _list(Forward(stream, limit), spool, spoolable_bytes(stored), spool)
            except _DAMAGE as error:
                raise SourceError(_failure(path, error)) from error
            yield members


def _failure(path: Path, error: BaseException) -> str:
    known = isinstance(error, (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError))
    return f"cannot open {path}: {' '.join(str(error).split()) if known and str(error) else 'it is damaged'}"


def _list(reader: Forward, spool: IO[bytes] | None, room: int, source: IO[bytes]) -> list[Member]:
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
            if names > _MAX_NAMES:
                raise ValueError(f"it holds names of more than {_MAX_NAMES // 1024**2} MB")
            if info.isdir():
                continue
            problem, refusal, place = _problem(info), too_large(info.size), info.offset_data
            if spool is not None and not problem and not refusal:
                place = spool.tell()
                if place + info.size > room:
                    refusal = "the archive inflates past the limit for all its members"
                else:
                    reader.seek(info.offset_data)
                    reader.copy(info.size, spool)
            read = (
                partial(Skipped, info.name, refusal) if refusal else partial(_read, source, info.name, place, info.size)
            )
            members.append(Member(info.name, info.size, read, problem))
    if reader.last_block.strip(b"\0"):
        raise ValueError("a header in it is damaged")
    if _follows(reader):
        members.append(
            Member(_BEHIND, 0, partial(Skipped, _BEHIND, ""), "not read, as tar stops at the zeros before it")
        )
    return members


def _follows(reader: Forward) -> bool:
    """Whether anything but zeros stands behind the end: some programs go on there.

    Reading on also finds a compressed tar damaged where its checksum is wrong.
    """
    end, found = reader.tell() + _PADDING, False
    while reader.tell() < end and (block := reader.rest(tarfile.BLOCKSIZE)):
        found = found or bool(block.strip(b"\0"))
    return found


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
