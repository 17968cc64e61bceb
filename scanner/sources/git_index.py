"""Reads which paths git tracks, and whether they changed, from the index of a checkout, without running git.

What is tracked is never left out of a scan, so an index that is not understood whole is refused. Edit this when git
writes an index of a new form (git's Documentation/gitformat-index.adoc).
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

# The index of Linux (80,000 files) has 9 MB. Version 4 shortens names, so what they come to is bounded as well.
MAX_INDEX_BYTES = 128 * 1024**2
MAX_NAME_BYTES = 4096
MAX_ALL_NAMES_BYTES = 128 * 1024**2

_STAT_BYTES = 40  # ten 32-bit fields, before the hash of the object and 16 bits of flags
_EXTENDED_FLAG = 0x4000
_NAME_LENGTH = 0x0FFF
# What `git update-index --assume-unchanged` and a sparse checkout set.
_ASSUMED_VALID, _SKIPPED = 0x8000, 0x4000
# Of files that may have changed, as all may have in a copy of a checkout.
_MOST_HASHED_BYTES = 64 * 1024**2
_HASHES = {20: "sha1", 32: "sha256"}
_FOLDS_CASE = sys.platform in ("win32", "cygwin", "darwin")


class UnknownIndexError(ValueError):
    """The index is of a form that this does not read, or damaged."""


class Tracked:
    """The paths that git tracks. Where file names have no case, case does not count."""

    def __init__(self, names: Iterator[bytes] | tuple[()] = ()) -> None:
        self._names = sorted(map(_folded, names))

    def holds(self, path: str, is_folder: bool) -> bool:
        """Whether the file ``path``, or something in the folder ``path``, is tracked; a submodule is as a folder."""
        name = _folded(os.fsencode(path))
        return self._begins(name, exactly=True) or (is_folder and self._begins(name + b"/", exactly=False))

    def _begins(self, name: bytes, exactly: bool) -> bool:
        place = bisect_left(self._names, name)
        if place == len(self._names):
            return False
        found = self._names[place]
        return found == name if exactly else found.startswith(name)


def read_tracked(index: Path) -> Tracked:
    """The paths in ``index``; none when there is no such file yet. Raises UnknownIndexError."""
    data, length = _read(index)
    if not data:
        return Tracked()
    try:
        return Tracked(name for name, _ in _entries(data, length))
    except (ValueError, IndexError, struct.error) as error:
        raise UnknownIndexError from error


def _read(index: Path) -> tuple[bytes, int]:
    """An index and the length of its hashes, 0 where they do not fit; nothing when there is no such file yet."""
    try:
        if not os.path.lexists(index):
            return b"", 0
        if not index.is_file() or index.stat().st_size > MAX_INDEX_BYTES:
            raise UnknownIndexError
        data = index.read_bytes() or b"\0"
    except OSError as error:
        raise UnknownIndexError from error
    return data, next((length for length in _HASHES if _is_whole(data, length)), 0)


class IndexedFile(NamedTuple):
    """A tracked file, as it was when git last looked at it."""

    path: str
    """Below the top of the checkout; bytes that are not UTF-8 stand as surrogates."""
    changed_at: tuple[int, int]
    """When it was last written: seconds since 1970, and nanoseconds."""
    size: int
    """In bytes, modulo 2^32."""
    digest: bytes
    """Its hash as a blob."""
    is_racy: bool
    """Whether it may have been written again in the very moment in which the index was."""


def indexed_files(index: Path, beneath: str = "") -> list[IndexedFile]:
    """The regular files in ``index`` below the folder ``beneath``, but for those that git is told not to look at.

    Raises UnknownIndexError, also for a path that leads out of the checkout.
    """
    data, length = _read(index)
    inside = os.fsencode(f"{beneath}/") if beneath else b""
    try:
        written = divmod(index.stat().st_mtime_ns, 10**9) if data else (0, 0)
        entries = _entries(data, length) if data else iter(())
        found = [_indexed(data, start, length, name, written) for name, start in entries if name.startswith(inside)]
    except (ValueError, IndexError, struct.error, OSError) as error:
        raise UnknownIndexError from error
    return [each for each in found if each is not None]


def _indexed(data: bytes, start: int, length: int, name: bytes, written: tuple[int, int]) -> IndexedFile | None:
    _, _, seconds, fraction, _, _, mode, _, _, size = struct.unpack_from(">10I", data, start)
    (flags,) = struct.unpack_from(">H", data, start + _STAT_BYTES + length)
    more = struct.unpack_from(">H", data, start + _STAT_BYTES + length + 2)[0] if flags & _EXTENDED_FLAG else 0
    if name.startswith(b"/") or b".." in name.split(b"/"):
        raise UnknownIndexError
    if not stat.S_ISREG(mode) or flags & _ASSUMED_VALID or more & _SKIPPED:
        return None
    digest = data[start + _STAT_BYTES : start + _STAT_BYTES + length]
    return IndexedFile(os.fsdecode(name), (seconds, fraction), size, digest, (seconds, fraction) >= written)


def any_changed(top: Path, files: Iterable[IndexedFile]) -> bool | None:
    """Whether one of ``files`` is another than in the index, or gone; None where that would take too much reading.

    As git does, a file that was not written since is not read.
    """
    left = _MOST_HASHED_BYTES
    for file in files:
        place = os.path.join(top, file.path)  # noqa: PTH118 - names need not be UTF-8
        try:
            found = os.lstat(place)
        except OSError:
            return True
        if not stat.S_ISREG(found.st_mode):
            return True
        if _is_as_it_was(found, file):
            continue
        left -= found.st_size
        if left < 0:
            return None
        if not _has_content(place, file.digest):
            return True
    return False


def _is_as_it_was(found: os.stat_result, file: IndexedFile) -> bool:
    seconds, fraction = divmod(found.st_mtime_ns, 10**9)
    same = seconds == file.changed_at[0] and file.changed_at[1] in (fraction, 0)  # 0 where git keeps no fractions
    return same and found.st_size % 2**32 == file.size and not file.is_racy


def _has_content(place: str, digest: bytes) -> bool:
    """Whether a file has that content, as it stands or with the line ends that git stores."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(place, flags), "rb") as file:  # noqa: PTH123 - a descriptor
            content = file.read(_MOST_HASHED_BYTES + 1)
    except OSError:
        return False
    return any(_blob(each, len(digest)) == digest for each in (content, content.replace(b"\r\n", b"\n")))


def _blob(content: bytes, length: int) -> bytes:
    told = hashlib.new(_HASHES[length], b"blob %d\0" % len(content), usedforsecurity=False)
    told.update(content)
    return told.digest()


def _entries(data: bytes, hash_length: int) -> Iterator[tuple[bytes, int]]:
    """Each name of an index whose hashes have ``hash_length`` bytes, and where its entry begins; it must fit whole."""
    signature, version, count = struct.unpack_from(">4sII", data)
    end = len(data) - hash_length
    if signature != b"DIRC" or version not in (2, 3, 4) or not hash_length:
        raise UnknownIndexError
    offset, name, total = 12, b"", 0
    for _ in range(count):
        start = offset
        name, offset = _entry(data, offset, hash_length, name if version == 4 else None)
        total += len(name)
        if offset > end or len(name) > MAX_NAME_BYTES or total > MAX_ALL_NAMES_BYTES:
            raise UnknownIndexError
        yield name, start
    _check_extensions(data, offset, end)


def _entry(data: bytes, start: int, hash_length: int, previous: bytes | None) -> tuple[bytes, int]:
    """The name of one entry and where the next begins; ``previous`` is the name before in version 4."""
    after_hash = start + _STAT_BYTES + hash_length
    (flags,) = struct.unpack_from(">H", data, after_hash)
    offset = after_hash + (4 if flags & _EXTENDED_FLAG else 2)
    kept = 0
    if previous is not None:
        dropped, offset = _offset_number(data, offset)
        kept = len(previous) - dropped
        if kept < 0:
            raise UnknownIndexError
    end = data.index(b"\0", offset, offset + MAX_NAME_BYTES + 1)
    name = (previous or b"")[:kept] + data[offset:end]
    following = end + 1 if previous is not None else start + (end - start + 8) // 8 * 8
    if min(len(name), _NAME_LENGTH) != flags & _NAME_LENGTH or any(data[end:following]) or name.endswith(b"/"):
        raise UnknownIndexError  # the last is a folder of a sparse index, which stands for all in it
    return name, following


def _offset_number(data: bytes, offset: int) -> tuple[int, int]:
    """Version 4's count of bytes dropped from the previous name (the "offset encoding" of pack files), and its end."""
    byte = data[offset]
    number = byte & 0x7F
    while byte & 0x80:
        offset += 1
        byte = data[offset]
        number = ((number + 1) << 7) | (byte & 0x7F)
        if number > MAX_NAME_BYTES:
            raise UnknownIndexError
    return number, offset + 1


def _is_whole(data: bytes, hash_length: int) -> bool:
    """Whether the hash at the end is that of the rest, or zero, which git writes where it is told to skip hashes."""
    stored = data[-hash_length:]
    if not any(stored):
        return hash_length == max(_HASHES) or any(data[-max(_HASHES) : -hash_length])
    return hashlib.new(_HASHES[hash_length], data[:-hash_length], usedforsecurity=False).digest() == stored


def _check_extensions(data: bytes, offset: int, end: int) -> None:
    """An extension in small letters (``link`` of a split index, ``sdir`` of a sparse one) changes what is tracked."""
    while offset < end:
        name, size = struct.unpack_from(">4sI", data, offset)
        if not name[:1].isupper():
            raise UnknownIndexError
        offset += 8 + size
    if offset != end:
        raise UnknownIndexError


def _folded(name: bytes) -> bytes:
    if not _FOLDS_CASE:
        return name
    from unicodedata import normalize

    return os.fsencode(normalize("NFC", os.fsdecode(name)).casefold())
