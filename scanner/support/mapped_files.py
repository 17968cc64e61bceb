"""What this process holds in memory of the files that it has mapped, and how it lets go of it.

A system reads ahead: of a few bytes here and there it soon holds the whole file. Edit this when there is a better way
to bound that, or on a system that tells in another way what is held.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from typing import Any

import numpy as np

from .arrays import Array
from .own_memory import own_memory

# A process that takes more in all, as one does that has examined thousands of files, lets go of what it has mapped
# where that is more than MOST_BYTES beside what was held when the bound was set; LEAST_BYTES may come back at once.
MOST_RESIDENT, MOST_BYTES, LEAST_BYTES = 208 * 1024**2, 48 * 1024**2, 24 * 1024**2
# To look takes as long as some statements; where the system does not tell, all is let go of after so many looks.
EACH, LOOKS = 2, 64


class MappedBound:
    """A bound on what is held of mapped files once a process is large: what comes back again and again takes time."""

    def __init__(self) -> None:
        self._most = _mapped() + MOST_BYTES
        self._looks = 0

    def is_exceeded(self) -> bool:
        """Whether it is time to let go."""
        self._looks += 1
        if self._looks % EACH:
            return False
        memory = own_memory()
        if memory is None:
            return self._looks % LOOKS == 0
        _, resident, mapped = memory
        return resident > MOST_RESIDENT and mapped > self._most

    def let_go(self, arrays: Iterable[Array]) -> None:
        """Let go of these; where others hold much, too, the bound is raised."""
        let_go(arrays)
        self._most = max(self._most, _mapped() + LEAST_BYTES)


def _mapped() -> int:
    memory = own_memory()
    return memory[2] if memory else 0


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
