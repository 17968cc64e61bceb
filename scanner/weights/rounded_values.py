"""Whether the values of a checkpoint are another's made coarser: cast to a type, quantised in groups, or pruned.

Edit this when one more kind of quantisation leaves a grid of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from .positions import spread
from .tensor_pairs import Pair
from .value_types import FLOATS, INTEGERS, Values, rounded

# The share of all values that has to be as the relation says.
_NEARLY_ALL = 0.999
_PRUNED, _LEAST_PRUNED = 0.995, 0.05
# How many values share a scale; 0 for all of a row.
_LARGEST_FIRST = (0, 256, 128, 64, 32)
_MOST_MATRICES, _MOST_PIECES = 8, 32
# A grid of 8 bits has 255 steps; a value may be off by so much of a step.
_MOST_BITS, _OFF = 8.6, 0.06
_LEAST_STEPS = 3
_MOST_SPAN = 70_000
_NO_GRID = 99.0
# The original has to lie on no such grid: so many bits more.
_FINER = 2.0
# Values of one code book in a group, where the original has twice as many.
_MOST_CODES = 16


_Piece = tuple[Values, Values]
"""Values of the copy that share a scale, and the original's at the same places."""


class Quantised(NamedTuple):
    """What values were brought to."""

    bits: int
    group: int
    """How many values share a scale; 0 for all of a row."""
    has_even_steps: bool
    """Whether the steps between values are the same, or there is a code book."""


def cast_to(pairs: Sequence[Pair]) -> str:
    """The type that the originals' values were rounded to, where that gives all of the copy's; else empty."""
    return next((each for each in FLOATS if _mean_equal(pairs, each, False)), "")


def cast_from(pairs: Sequence[Pair]) -> str:
    """The type that the copy's values were rounded to, where that gives all of the originals'; else empty."""
    return next((each for each in FLOATS if _mean_equal(pairs, each, True)), "")


def _mean_equal(pairs: Sequence[Pair], dtype: str, back: bool) -> bool:
    shares = []
    for each in pairs:
        source, target = (each.ours, each.theirs) if back else (each.theirs, each.ours)
        shares.append(float(np.mean(rounded(source, dtype) == target)))
        if shares[-1] < 0.9:
            return False
    return sum(shares) / len(shares) > _NEARLY_ALL


def pruned_share(pairs: Sequence[Pair]) -> float:
    """The share of values that became 0, where all others stayed; else 0."""
    zero = sum(float(np.mean((each.ours == 0) & (each.theirs != 0))) for each in pairs) / len(pairs)
    same = sum(each.equal for each in pairs) / len(pairs)
    return zero if zero > _LEAST_PRUNED and zero + same > _PRUNED else 0.0


def quantised(pairs: Sequence[Pair]) -> Quantised | None:
    """The grid that the copy's values lie on and the originals' do not; of several the one of the largest groups."""
    chosen = spread(pairs, _MOST_MATRICES)
    if all(each.copy.dtype in INTEGERS and each.original.dtype not in INTEGERS for each in chosen):
        return Quantised(8, 0, True)
    grouped = {group: list(chain.from_iterable(_pieces(each, group) for each in chosen)) for group in _LARGEST_FIRST}
    found = (_on_even_steps(group, pieces) for group, pieces in grouped.items() if pieces)
    books = (_of_code_book(group, pieces) for group, pieces in grouped.items() if pieces)
    return next((each for each in chain(found, books) if each), None)


def _on_even_steps(group: int, pieces: Sequence[_Piece]) -> Quantised | None:
    bits, before = (_median_bits([piece[side] for piece in pieces]) for side in (0, 1))
    is_grid = bits <= _MOST_BITS and before > bits + _FINER
    return Quantised(max(round(bits), 1), group, True) if is_grid else None


def _of_code_book(group: int, pieces: Sequence[_Piece]) -> Quantised | None:
    codes, before = (float(np.median([len(np.unique(piece[side])) for piece in pieces])) for side in (0, 1))
    is_book = codes <= _MOST_CODES and before > 2 * codes and len(pieces[0][0]) > 2 * _MOST_CODES
    return Quantised(max(math.ceil(math.log2(codes)), 1), group, False) if is_book else None


def _pieces(pair: Pair, group: int) -> Iterator[_Piece]:
    """The values that share a scale, where groups have this size (0: rows, or what was read of one), of both sides."""
    place, left = 0, _MOST_PIECES
    for block in pair.blocks:
        size = group or min(pair.width, block.length)
        if group and (pair.width % group or block.first % group):
            return
        for begin in range(place, place + block.length - size + 1, size):
            left -= 1
            if left < 0:
                return
            yield pair.ours[begin : begin + size], pair.theirs[begin : begin + size]
        place += block.length


def _median_bits(pieces: Sequence[Values]) -> float:
    return float(np.median([_bits(each) for each in pieces]))


def _bits(values: Values) -> float:
    """The logarithm of how many even steps the values span; `_NO_GRID` where they lie on none."""
    different = np.unique(values)
    gaps = np.diff(different)
    if len(gaps) < _LEAST_STEPS:
        return math.log2(len(different)) if len(different) > 1 else 1.0
    steps = (different - different[0]) / gaps.min()
    is_even = steps[-1] < _MOST_SPAN and float(np.max(np.abs(steps - np.round(steps)))) < _OFF
    return math.log2(float(steps[-1]) + 1) if is_even else _NO_GRID
