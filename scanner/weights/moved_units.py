"""Whether weights that have nothing in common place by place are another's, moved: units in another order, or rotated.

Exchanging units of a layer, or turning the space that all layers share, changes every value and nothing of what a model
computes. What stays: the values within a row, the angles between rows of the embedding, and which unit is like which.
Edit this when weights can be moved in one more way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..support.budget import check
from .checkpoint import Checkpoint, Tensor
from .positions import Block, rows, spread, width_of
from .tensor_pairs import Pair, correlation
from .value_types import Values

_ROWS, _LEAST_ROWS, _LEAST_UNITS, _MOST_UNITS = 64, 16, 32, 16_384
_MOST_MATRICES, _AT_ONCE = 4, 1024
# Of the spread of a row: rounding to bf16 moves its sorted values by .001, other rows of 16,384 values lie .017 away.
_SAME_VALUES = 2e-3
# Angles of independent embeddings agree to .29.
_SAME_ANGLES = 0.75
# Of the units that find each other; by chance about one in all of them is found by both halves.
_MOST_OF_UNITS, _LEAST_FOUND = 0.5, 8


class Moved(NamedTuple):
    """How weights were moved."""

    is_permuted: bool
    """Whether units stand in another order; else the space of all layers was turned."""
    units: int
    """How many units there are in the matrices that were looked at, and"""
    found: int
    """how many of them both halves of the rows find in the same place."""
    angles: float
    """How much the angles between rows of the matrix with the most rows agree: a correlation."""
    same_rows: float
    """The share of rows that hold the same values in another order."""


def moved(copy: Checkpoint, original: Checkpoint, pairs: Sequence[Pair]) -> Moved | None:
    """How the weights in ``pairs``, matrices with nothing in common, were moved; None where nothing tells of it."""
    fitting = [each for each in pairs if min(each.original.sizes[0], each.width) >= _LEAST_UNITS]
    if not fitting:
        return None
    tall = max(fitting, key=lambda each: (each.original.sizes[0] / each.width, each.name))
    angles, same = _of_tall(copy, original, tall)
    units = found = 0
    for pair in spread(fitting, _MOST_MATRICES):
        check()
        matched = _units(copy, original, pair)
        units, found, same = units + matched[0], found + matched[1], max(same, matched[2])
    is_permuted = same > _MOST_OF_UNITS or (found >= _LEAST_FOUND and found > _MOST_OF_UNITS * units)
    if is_permuted or angles > _SAME_ANGLES:
        return Moved(is_permuted, units, found, angles, same)
    return None


def _of_tall(copy: Checkpoint, original: Checkpoint, pair: Pair) -> tuple[float, float]:
    """Of rows of the tallest matrix, the embedding as a rule: how angles agree, and the share with the same values."""
    chosen = rows(pair.original.sizes, _ROWS, "angles")
    ours, theirs = _rows(copy, pair.copy, chosen), _rows(original, pair.original, chosen)
    if ours is None or theirs is None or len(chosen) < _LEAST_ROWS:
        return 0.0, 0.0
    upper = np.triu_indices(len(chosen), 1)
    return correlation(_angles(ours)[upper], _angles(theirs)[upper]), _same_values(ours, theirs)


def _angles(values: Values) -> Values:
    unit = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-300)
    return np.asarray(unit @ unit.T)


def _same_values(ours: Values, theirs: Values) -> float:
    """The share of rows that hold the same values in another order."""
    one, other = np.sort(ours, axis=1), np.sort(theirs, axis=1)
    size = np.std(other, axis=1)
    near = np.sqrt(np.mean((one - other) ** 2, axis=1)) < _SAME_VALUES * size
    return float(np.mean(near))


def _units(copy: Checkpoint, original: Checkpoint, pair: Pair) -> tuple[int, int, float]:
    """How many columns of the two find each other, how many by both halves of the rows; and as `_same_values`."""
    chosen = rows(pair.original.sizes, 2 * _ROWS, "units")
    if pair.width > _MOST_UNITS or len(chosen) < 2 * _LEAST_ROWS:
        return 0, 0, 0.0
    ours, theirs = _rows(copy, pair.copy, chosen), _rows(original, pair.original, chosen)
    if ours is None or theirs is None:
        return 0, 0, 0.0
    half = len(chosen) // 2
    first, second = _nearest(ours[:half], theirs[:half]), _nearest(ours[half:], theirs[half:])
    both = (first >= 0) & (second >= 0)
    # A sample of the same rows holds the same values only where columns alone were moved.
    return int(np.count_nonzero(both)), int(np.count_nonzero((first == second) & both)), _same_values(ours, theirs)


def _nearest(ours: Values, theirs: Values) -> NDArray[np.int64]:
    """For each column of the one the column of the other that is most like it; -1 where that is not mutual."""
    one, other = _unit_columns(ours), _unit_columns(theirs)
    best = np.empty(one.shape[1], np.int64)
    back, most = np.zeros(other.shape[1], np.int64), np.full(other.shape[1], -np.inf, np.float32)
    for first in range(0, one.shape[1], _AT_ONCE):
        check()
        likeness = one[:, first : first + _AT_ONCE].T @ other
        best[first : first + _AT_ONCE] = likeness.argmax(axis=1)
        top = likeness.max(axis=0)
        back = np.where(top > most, likeness.argmax(axis=0) + first, back)
        most = np.maximum(most, top)
    return np.where(back[best] == np.arange(len(best)), best, -1)


def _unit_columns(values: Values) -> NDArray[np.float32]:
    centred = values - values.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=0), 1e-12), np.float32)


def _rows(checkpoint: Checkpoint, tensor: Tensor, chosen: Sequence[int]) -> Values | None:
    width = width_of(tensor.sizes)
    found = checkpoint.finite_values(tensor, [Block(row * width, width) for row in chosen])
    return found if found is None else found.reshape(len(chosen), width)
