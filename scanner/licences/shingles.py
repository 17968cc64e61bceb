"""Words in, shingles out: a 32-bit hash of each run of four words (Broder 1997)."""

from __future__ import annotations

import numpy as np

from ..arrays import U32, U64

SIZE = 4

_FACTORS = tuple(
    np.uint64(factor) for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
)
_MIX = np.uint64(0x94D049BB133111EB)


def shingles(words: U64) -> U32:
    """The hash of words i to i + 3, for each i: [n - 3], none for fewer than four words."""
    count = max(len(words) - SIZE + 1, 0)
    sums = np.zeros(count, np.uint64)
    for place, factor in enumerate(_FACTORS):
        sums += words[place : place + count] * factor
    mixed = (sums ^ (sums >> np.uint64(29))) * _MIX
    hashes: U32 = (mixed >> np.uint64(32)).astype(np.uint32)
    return hashes
