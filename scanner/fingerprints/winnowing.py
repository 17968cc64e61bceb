"""Winnowing: which hashes of k-grams are kept as a definition's fingerprints (Schleimer, Wilkerson, Aiken 2003, §3).

Edit this to change the hash; k and the window stand in `window`. Every corpus must then be built again: raise FORMAT in
`corpus.model`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from msgspec import Struct

from ..support.arrays import I64, U32, U64, run_bounds
from ..syntax.token_format import without_distances
from .normalize import NormalisedFile, mix
from .window import WINNOWING, Winnowing

_FACTOR = 0x9E3779B97F4A7C15
_INVERSE = pow(_FACTOR, -1, 1 << 64)
# Of each factor so many powers are kept, enough for most files.
_KEPT_POWERS = 1 << 13


class Fingerprints(Struct, frozen=True):
    """``hashes`` uint64[F], sorted and distinct in each definition; ``starts`` int64[D+1] bounds the definitions."""

    hashes: U64
    starts: I64


def winnow(file: NormalisedFile, winnowing: Winnowing = WINNOWING) -> Fingerprints:
    """The fingerprints of each definition; one shorter than ``k`` has a single one, its own hash."""
    starts = file.token_starts
    sizes = starts[1:] - starts[:-1]
    count = sizes - winnowing.k + 1
    grams = _kgrams(file.tokens, file.distances, winnowing.k)
    kept, kept_owner = _minima(grams, np.arange(len(sizes)).repeat(sizes), winnowing)
    short = ((count <= 0) & (sizes > 0)).nonzero()[0]
    few = ((count > 0) & (count < winnowing.window)).nonzero()[0]
    return _distinct(
        np.concatenate([kept, file.hashes[short], _least(grams, starts[few], count[few])]),
        np.concatenate([kept_owner, short, few]),
        len(sizes),
    )


def _kgrams(tokens: U32, distances: I64, k: int) -> U64:
    """A hash of each k-gram [T-k+1]; identifiers that last occurred before the k-gram count as first occurrences."""
    length = len(tokens) - k + 1
    if length <= 0:
        return np.zeros(0, np.uint64)
    symbols = np.where(distances >= 0, without_distances(tokens), tokens)
    far = mix(symbols.astype(np.uint64))
    # A k-gram from i on is the sum of its tokens t times F^(t-i+1), modulo 2^64, where F has an inverse: as if all
    # were far, F^(1-i) times a difference of running sums of token times F^t. A token is near in the k-grams between
    # those that begin too early to hold it and those that begin after its name last occurred.
    powers = _powers(1, _FACTOR, len(tokens))
    sums = np.zeros(len(tokens) + 1, np.uint64)
    np.cumsum(far * powers, out=sums[1:])
    known = ((symbols != tokens) & (distances < k)).nonzero()[0]
    change = (mix(tokens[known].astype(np.uint64)) - far[known]) * powers[known]
    changes = np.zeros(len(tokens) + 1, np.uint64)
    np.add.at(changes, np.maximum(known - k + 1, 0), change)
    np.subtract.at(changes, known - distances[known] + 1, change)
    total = sums[k:] - sums[:-k] + changes[:length].cumsum()
    return mix(total * _powers(_FACTOR, _INVERSE, length))


def _powers(first: int, factor: int, count: int) -> U64:
    """``first``, ``first`` times ``factor``, times its square and so on, modulo 2^64."""
    return _kept_powers(first, factor)[:count] if count <= _KEPT_POWERS else _new_powers(first, factor, count)


@cache
def _kept_powers(first: int, factor: int) -> U64:
    return _new_powers(first, factor, _KEPT_POWERS)


def _new_powers(first: int, factor: int, count: int) -> U64:
    powers = np.full(count, factor, np.uint64)
    powers[:1] = first
    np.multiply.accumulate(powers, out=powers)
    return powers


def _minima(grams: U64, owner: I64, winnowing: Winnowing) -> tuple[U64, I64]:
    """The least hash of each window of neighbours in one definition; ``owner`` says which each token is of."""
    length = len(grams) - winnowing.window + 1
    if length <= 0:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    least, span = grams, 1
    while span * 2 <= winnowing.window:
        least = np.minimum(least[:-span], least[span:])
        span *= 2
    if span < winnowing.window:
        rest = winnowing.window - span
        least = np.minimum(least[:-rest], least[rest:])
    first, last = owner[:length], owner[winnowing.window + winnowing.k - 2 :]
    kept = first == last
    # Neighbouring windows mostly have the same least hash; said once, there is less to sort.
    kept[1:] &= (least[1:] != least[:-1]) | (first[1:] != first[:-1])
    return least[kept], first[kept]


def _least(grams: U64, starts: I64, counts: I64) -> U64:
    """The least of the ``counts`` k-grams from each of ``starts`` on."""
    edges = np.empty(2 * len(starts), np.int64)
    edges[::2], edges[1::2] = starts, starts + counts
    return np.minimum.reduceat(np.concatenate([grams, np.zeros(1, np.uint64)]), edges)[::2]


def _distinct(hashes: U64, owner: I64, definitions: int) -> Fingerprints:
    order = hashes.argsort()
    # Numbers of 16 bits are put in order several times as fast.
    owner = owner[order].astype(np.uint16 if definitions <= 1 << 16 else np.int64)
    again = owner.argsort(kind="stable")
    hashes, owner = hashes[order[again]], owner[again]
    new = np.ones(len(hashes), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (owner[1:] != owner[:-1])
    return Fingerprints(hashes[new], run_bounds(np.bincount(owner[new], minlength=definitions)))
