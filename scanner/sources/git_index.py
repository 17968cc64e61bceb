"""Reads which paths git tracks, from the index of a checkout, without running git.

What is tracked is never left out of a scan, so an index that is not understood whole is refused. Edit this when git
writes an index of a new form (git's Documentation/gitformat-index.adoc).
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

# The index of Linux (80,000 files) has 9 MB. Version 4 shortens names, so what they come to is bounded as well.
MAX_INDEX_BYTES = 128 * 1024**2
MAX_NAME_BYTES = 4096
MAX_ALL_NAMES_BYTES = 128 * 1024**2

_STAT_BYTES = 40  # ten 32-bit fields, before the hash of the object and 16 bits of flags
_EXTENDED_FLAG = 0x4000
_NAME_LENGTH = 0x0FFF
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
    try:
        if not os.path.lexists(index):
            return Tracked()
        if not index.is_file() or index.stat().st_size > MAX_INDEX_BYTES:
            raise UnknownIndexError
        data = index.read_bytes()
    except OSError as error:
        raise UnknownIndexError from error
    length = next((length for length in _HASHES if _is_whole(data, length)), 0)
    try:
        return Tracked(_entries(data, length))
    except (ValueError, IndexError, struct.error) as error:
        raise UnknownIndexError from error


def _entries(data: bytes, hash_length: int) -> Iterator[bytes]:
    """The names of an index whose hashes have ``hash_length`` bytes; it must fit to its end."""
    signature, version, count = struct.unpack_from(">4sII", data)
    end = len(data) - hash_length
    if signature != b"DIRC" or version not in (2, 3, 4) or not hash_length:
        raise UnknownIndexError
    offset, name, total = 12, b"", 0
    for _ in range(count):
        name, offset = _entry(data, offset, hash_length, name if version == 4 else None)
        total += len(name)
        if offset > end or len(name) > MAX_NAME_BYTES or total > MAX_ALL_NAMES_BYTES:
            raise UnknownIndexError
        yield name
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
