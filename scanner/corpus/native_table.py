"""The native files (C++, CUDA, Cython …) of releases: which are taken, their hashes, and the columns that hold them.

A corpus knows no more of a native file than the hash of what is not comment or white space. Edit this when other native
files of a release should be known, or more of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..fingerprints.native_code import is_native, native_hash
from ..results import Skipped
from ..sources.checkout import Entry
from ..support.arrays import Array
from ..support.globs import matcher
from .schema import Column, Columns

# The largest that were seen in releases have 1 MB; above this it is data, or generated.
MOST_BYTES = 2 * 1024**2
# flash-attn, which carries all of CUTLASS, has 1,700 of 25 MB.
MOST_FILES, MOST_BYTES_IN_ALL = 10_000, 256 * 1024**2


class NativeFile(NamedTuple):
    """A native file, by its path and its hash."""

    path: str
    hash: int


def hashed(
    entries: Iterable[Entry | Skipped], most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES_IN_ALL
) -> Iterator[NativeFile | Skipped]:
    """The native files among ``entries`` that have enough code to tell; Skipped where one is not read, and why.

    Of ``most_files`` with ``most_bytes`` in all: what comes after is one Skipped, of the first that is left out.
    """
    files = bytes_ = left = 0
    first = ""
    for entry in entries:
        if isinstance(entry, Skipped) or not is_native(entry.path):
            continue
        if entry.size > MOST_BYTES:
            yield Skipped(entry.path, f"{entry.size / 1024**2:.1f} MB of native code, of which no hash is kept")
        elif files == most_files or bytes_ + entry.size > most_bytes:
            left, first = left + 1, first or entry.path
        else:
            files, bytes_ = files + 1, bytes_ + entry.size
            yield from _hashed(entry)
    if left:
        yield Skipped(first, f"this and {left - 1:,} more native files have no hash: too many, or too large together")


def _hashed(entry: Entry) -> Iterator[NativeFile | Skipped]:
    stored = entry.read()
    if isinstance(stored, Skipped):
        yield Skipped(entry.path, stored.reason)
    elif (found := native_hash(entry.path, stored[:MOST_BYTES])) is not None:
        yield NativeFile(entry.path, found)


def taken_natives(folders: Iterable[str], globs: Sequence[str] | None, exclude: Sequence[str]) -> Callable[[str], bool]:
    """Which paths are native files to take: in or below ``folders``, or by ``globs`` (None: all); not ``exclude``.

    Of the root, "", what stands right in it: its subfolders are no parts of one thing.
    """
    held, named, excluded = frozenset(folders), matcher(globs or ()), matcher(exclude)

    def takes(path: str) -> bool:
        if not is_native(path) or excluded(path):
            return False
        return globs is None or path.rpartition("/")[0] in held or _is_below(path, held) or named(path)

    return takes


def _is_below(path: str, folders: frozenset[str]) -> bool:
    places = (place for place, sign in enumerate(path) if sign == "/")
    return any(path[:place] in folders for place in places)


def may_be_taken(include: Sequence[str], globs: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    """Which paths `taken_natives` may take, before it is known what ``include`` finds: all that it can be."""
    folders = [glob.rpartition("/")[0] for glob in include if not glob.startswith("!")]
    below = [f"{folder}/**" if folder.strip("/") else "*" for folder in folders]
    return taken_natives((), (*below, *globs), exclude)


class NativeTable:
    """The native files of the releases of a corpus that is being built; a path of a release has one content."""

    def __init__(self) -> None:
        self._hashes: dict[tuple[int, int], int] = {}

    def add(self, release: int, path: int, found: int) -> None:
        """Add a file by the numbers of its release and of its path among the names."""
        self._hashes[release, path] = found

    @property
    def paths(self) -> list[int]:
        """The paths among the names."""
        return [path for _, path in self._hashes]

    def columns(self, renumbered: Array, spelled: Sequence[bytes]) -> dict[Column[np.unsignedinteger], Array]:
        """The columns, by hash, then release, then path; ``renumbered`` gives the number of each name in the corpus."""
        rows = sorted((found, *key) for key, found in self._hashes.items())
        rows.sort(key=lambda row: (*row[:2], spelled[row[2]]))
        return {
            Columns.native_hashes: np.array([row[0] for row in rows], np.uint64),
            Columns.native_releases: np.array([row[1] for row in rows], np.int64),
            Columns.native_paths: renumbered[np.array([row[2] for row in rows], np.int64)],
        }
