"""A bit for each range of hashes that says whether any corpus has a fingerprint there.

Of the fingerprints of a file that nobody knows most fall where there is none, and are told by that, without a search
through a column of millions. Edit this when the look-up of fingerprints should take less memory, or less time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...support.arrays import U8, U64, Mask

# So many ranges for each fingerprint, at least: of those that nobody has, one in this many is searched for.
_RANGES = 8
# More than this do not fit in what a processor keeps at hand: 8 MB.
_MOST_BITS = 26
_FEWEST_BITS = 10
# Ranges are marked in so many steps, each of which takes a byte a range.
_STEPS = 16


class FingerprintMarks:
    """The ranges that ``columns`` have fingerprints in; of all ranges until ``make`` is called."""

    def __init__(self, columns: Sequence[U64]) -> None:
        self._columns = columns
        self._bits = 0
        self._marks: U8 | None = None

    def make(self) -> bool:
        """Mark the ranges, and whether that was still to do. It takes as long as the searches of some hundred files,
        and reads the columns."""
        if self._marks is not None:
            return False
        count = sum(map(len, self._columns)) * _RANGES
        self._bits = min(max(count.bit_length(), _FEWEST_BITS), _MOST_BITS)
        step = (1 << self._bits) // _STEPS
        bounds = np.arange(_STEPS, dtype=np.uint64) * np.uint64((1 << 64) // _STEPS)
        parts = [np.split(column, column.searchsorted(bounds[1:])) for column in self._columns]
        marks = []
        for number in range(_STEPS):
            row = np.zeros(step, bool)
            for each in parts:
                row[(self._ranges(each[number]) - np.uint64(number * step)).astype(np.int64)] = True
            marks.append(np.packbits(row, bitorder="little"))
        self._marks = np.concatenate(marks)
        return True

    def may_be_known(self, hashes: U64) -> Mask:
        """Which of ``hashes`` any column may have: all that one has, and a few more."""
        if self._marks is None:
            return np.ones(len(hashes), bool)
        ranges = self._ranges(hashes)
        marks = self._marks[(ranges >> np.uint64(3)).astype(np.int64)]
        known: Mask = (marks >> (ranges & np.uint64(7)).astype(np.uint8) & np.uint8(1)).astype(bool)
        return known

    def _ranges(self, hashes: U64) -> U64:
        ranges: U64 = hashes >> np.uint64(64 - self._bits)
        return ranges
