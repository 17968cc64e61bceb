"""Whether what was added to matrices has a low rank, as adapters that were merged leave it.

The singular values of a window of the residual fall off at the adapter's rank, the same in most matrices; those of
noise lie below the edge that Marchenko and Pastur found. Edit this when adapters of other forms are merged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..support.budget import check
from .checkpoint import Checkpoint, Tensor
from .positions import Block, spread, width_of
from .tensor_pairs import Pair
from .value_types import Values

_ROWS, _COLUMNS, _MOST_MATRICES = 64, 512, 12
# Rows of up to so many bytes are read in one piece.
_ONE_PIECE = 256 * 1024
_MOST_RANK, _LEAST_GAP, _MOST, _LEAST_MATRICES = 32, 2.8, 0.8, 3


class Spectrum(NamedTuple):
    """The singular values of the residual of one matrix."""

    name: str
    values: tuple[float, ...]
    edge: float
    """Of noise as large as the smaller half of them, the largest."""
    rank: int
    """After how many the largest gap comes."""
    gap: float
    """The ratio of the two values beside it."""


def spectra(copy: Checkpoint, original: Checkpoint, pairs: Sequence[Pair]) -> tuple[Spectrum, ...]:
    """The spectra of up to twelve matrices that changed, of a window of 64 rows and up to 512 columns each."""
    wanted = [each for each in pairs if each.original.sizes[0] >= _ROWS and each.width >= _ROWS]
    found = []
    for pair in spread(wanted, _MOST_MATRICES):
        check()
        ours, theirs = window(copy, pair.copy), window(original, pair.original)
        if ours is not None and theirs is not None and np.any(ours != theirs):
            found.append(_spectrum(pair.name, ours - theirs))
    return tuple(found)


def low_rank(found: Sequence[Spectrum]) -> int:
    """The rank of what was added, where most matrices have a gap at the same one; else 0."""
    if len(found) < _LEAST_MATRICES:
        return 0
    rank, _ = Counter(each.rank for each in found).most_common(1)[0]
    same = sum(each.rank == rank and each.gap >= _LEAST_GAP for each in found)
    return rank if rank <= _MOST_RANK and same >= _MOST * len(found) else 0


def window(checkpoint: Checkpoint, tensor: Tensor) -> Values | None:
    """The first columns of the first rows of a matrix, at most 64 by 512; None where they cannot be read."""
    width = width_of(tensor.sizes)
    columns, count = min(width, _COLUMNS), min(_ROWS, tensor.sizes[0])
    if count * width * 4 <= _ONE_PIECE:
        whole = checkpoint.finite_values(tensor, [Block(0, count * width)])
        return whole if whole is None else whole.reshape(count, width)[:, :columns]
    parts = checkpoint.finite_values(tensor, [Block(row * width, columns) for row in range(count)])
    return parts if parts is None else parts.reshape(count, columns)


def _spectrum(name: str, residual: Values) -> Spectrum:
    values: Values = np.linalg.svd(residual, compute_uv=False).astype(np.float64)
    most = min(40, len(values) - 1)
    gaps = values[:most] / np.maximum(values[1 : most + 1], 1e-12 * values[0])
    place = int(np.argmax(gaps))
    return Spectrum(name, tuple(values.tolist()), _edge(values, residual.shape), place + 1, float(gaps[place]))


def _edge(values: Values, shape: tuple[int, ...]) -> float:
    """The largest singular value of noise whose median one these have (Gavish, Donoho 2014)."""
    rows, columns = sorted(shape)
    beta = rows / columns
    root = math.sqrt(beta**2 + 14 * beta + 1)
    best = math.sqrt(2 * (beta + 1) + 8 * beta / (beta + 1 + root))
    of_median = best / (0.56 * beta**3 - 0.95 * beta**2 + 1.82 * beta + 1.43)
    return float(np.median(values)) / of_median * (1 + math.sqrt(beta))
