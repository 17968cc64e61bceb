"""What this process holds in memory of the files that it has mapped, and how it lets go of it.

A system reads ahead: of a few bytes here and there it soon holds the whole file. Edit this when there is a better way
to bound that, or on a system that tells in another way what is held.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from .arrays import Array

# What may be held beside what was held when the bound was set, and what may come back after all was let go of.
MOST_BYTES, LEAST_BYTES = 48 * 1024**2, 24 * 1024**2
# To look takes as long as some statements; where the system does not tell, all is let go of after so many looks.
EACH, LOOKS = 2, 64


def mapped_bytes() -> int:
    """How many bytes of mapped files this process holds in memory, those of libraries too; 0: the system can't tell."""
    try:
        with open("/proc/self/statm", "rb", 0) as file:  # noqa: PTH123 - half the time of Path's
            return int(file.read().split()[2]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


class MappedBound:
    """A bound on what is held of mapped files, of which much must not come back at once each time."""

    def __init__(self) -> None:
        self._most = mapped_bytes() + MOST_BYTES
        self._looks = 0

    def is_exceeded(self) -> bool:
        """Whether it is time to let go."""
        self._looks += 1
        if self._looks % EACH:
            return False
        return mapped_bytes() > self._most or (self._most == MOST_BYTES and self._looks % LOOKS == 0)

    def let_go(self, arrays: Iterable[Array]) -> None:
        """Let go of these; where others hold much, too, the bound is raised."""
        let_go(arrays)
        self._most = max(self._most, mapped_bytes() + LEAST_BYTES) if mapped_bytes() else self._most


def let_go(arrays: Iterable[Array]) -> None:
    """Hold nothing in memory of these ``arrays`` of mapped files: what is asked for again comes back by itself."""
    if not hasattr(mmap, "MADV_DONTNEED"):
        return
    for array in arrays:
        part: Any = array.base
        if isinstance(part, memoryview) and isinstance(part.obj, mmap.mmap):
            first = _address(array) - _address(np.frombuffer(part.obj, np.uint8))
            _let_go(part.obj, first, first + array.nbytes)


def _let_go(mapped: mmap.mmap, first: int, end: int) -> None:
    """Of the whole pages between these bytes: on a shared one others may stand that are read often."""
    first = -(-first // mmap.PAGESIZE) * mmap.PAGESIZE
    length = end // mmap.PAGESIZE * mmap.PAGESIZE - first
    if length > 0:
        mapped.madvise(mmap.MADV_DONTNEED, first, length)


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])
