"""Winnowing: which hashes of k-grams are kept as a definition's fingerprints (Schleimer, Wilkerson, Aiken 2003, §3).

Edit this to change the hash; k and the window stand in `window`. Every corpus must then be built again: raise FORMAT in
`corpus.model`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..support.arrays import I64, U32, U64, run_bounds
from ..syntax.token_format import without_distances
from .normalize import NormalisedFile, mix
from .window import WINNOWING, Winnowing

_FACTOR = 0x9E3779B97F4A7C15
_INVERSE = pow(_FACTOR, -1, 1 << 64)


class Fingerprints(NamedTuple):
    """``hashes`` uint64[F], sorted and distinct in each definition; ``starts`` int64[D+1] bounds the definitions."""

    hashes: U64
    starts: I64


def winnow(file: NormalisedFile, winnowing: Winnowing = WINNOWING) -> Fingerprints:
    """The fingerprints of each definition; one shorter than ``k`` has a single one, its own hash."""
    starts, sizes = file.token_starts[:-1], np.diff(file.token_starts)
    grams = _kgrams(file.tokens, file.distances, winnowing.k)
    count = np.maximum(sizes - winnowing.k + 1, 0)
    owner = np.repeat(np.arange(len(sizes)), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(starts, count)
    hashes = grams[place] if len(place) else np.zeros(0, np.uint64)
    kept, kept_owner = _minima(hashes, owner, winnowing.window)
    short = np.flatnonzero((count == 0) & (sizes > 0))
    few = np.flatnonzero((count > 0) & (count < winnowing.window))
    return _distinct(
        np.concatenate([kept, file.hashes[short], _least(hashes, count, few)]),
        np.concatenate([kept_owner, short, few]),
        len(sizes),
    )


def _kgrams(tokens: U32, distances: I64, k: int) -> U64:
    """A hash of each k-gram [T-k+1]; identifiers that last occurred before the k-gram count as first occurrences."""
    length = len(tokens) - k + 1
    if length <= 0:
        return np.zeros(0, np.uint64)
    near = mix(tokens.astype(np.uint64))
    far = mix(np.where(distances >= 0, without_distances(tokens), tokens).astype(np.uint64))
    # A k-gram from i on is the sum of its tokens t times F^(t-i+1), modulo 2^64, where F has an inverse: as if all
    # were far, F^(1-i) times a difference of running sums of token times F^t. A token is near in the k-grams between
    # those that begin too early to hold it and those that begin after its name last occurred.
    powers = _powers(_FACTOR, len(tokens))
    sums = np.zeros(len(tokens) + 1, np.uint64)
    np.cumsum(far * powers, out=sums[1:])
    known = np.flatnonzero((distances >= 0) & (distances < k))
    change = (near[known] - far[known]) * powers[known]
    changes = np.zeros(len(tokens) + 1, np.uint64)
    np.add.at(changes, np.maximum(known - k + 1, 0), change)
    np.subtract.at(changes, known - distances[known] + 1, change)
    total = sums[k:] - sums[:-k] + np.cumsum(changes[:length])
    return mix(total * _powers(_INVERSE, length) * np.uint64(_FACTOR))


def _powers(factor: int, count: int) -> U64:
    """1, ``factor``, its square and so on, modulo 2^64."""
    powers = np.full(count, factor, np.uint64)
    powers[:1] = 1
    np.multiply.accumulate(powers, out=powers)
    return powers


def _minima(hashes: U64, owner: I64, window: int) -> tuple[U64, I64]:
    """The least hash of each window of neighbours with one owner."""
    length = len(hashes) - window + 1
    if length <= 0:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    least, span = hashes, 1
    while span * 2 <= window:
        least = np.minimum(least[:-span], least[span:])
        span *= 2
    if span < window:
        rest = window - span
        least = np.minimum(least[:-rest], least[rest:])
    kept = owner[:length] == owner[window - 1 :]
    # Neighbouring windows mostly have the same least hash; said once, there is less to sort.
    kept[1:] &= (least[1:] != least[:-1]) | (owner[1:length] != owner[: length - 1])
    return least[kept], owner[:length][kept]


def _least(hashes: U64, count: I64, few: I64) -> U64:
    """The least hash of each definition that has fewer k-grams than a window."""
    starts = np.cumsum(count) - count
    edges = np.stack([starts[few], starts[few] + count[few]], axis=1).ravel()
    return np.minimum.reduceat(np.append(hashes, np.uint64(0)), edges)[::2]


def _distinct(hashes: U64, owner: I64, definitions: int) -> Fingerprints:
    order = np.lexsort((hashes, owner))
    hashes, owner = hashes[order], owner[order]
    new = np.ones(len(hashes), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (owner[1:] != owner[:-1])
    return Fingerprints(hashes[new], run_bounds(np.bincount(owner[new], minlength=definitions)))
