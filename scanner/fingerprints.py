"""Canonical streams in, winnowed fingerprints out (Schleimer, Wilkerson, Aiken 2003, "Winnowing", §3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import I64, U32, U64
from .canonical import CanonicalFile, mix

_IDENTIFIER = np.uint32(1 << 31)
_DISTANCE = np.uint32((1 << 29) - 1)
_FACTOR = 0x9E3779B97F4A7C15


class Winnowing(NamedTuple):
    """``k`` tokens make a k-gram; of each ``window`` neighbouring k-grams one is kept.

    A run of ``window + k - 1`` equal tokens always shares a fingerprint.
    """

    k: int = 16
    window: int = 8


WINNOWING = Winnowing()


class Fingerprints(NamedTuple):
    """``hashes`` uint64[F], sorted and distinct in each definition; ``starts`` int64[D+1] bounds the definitions."""

    hashes: U64
    starts: I64


def winnow(file: CanonicalFile, winnowing: Winnowing = WINNOWING) -> Fingerprints:
    """The fingerprints of each definition; one shorter than ``k`` has a single one, its own hash."""
    starts, sizes = file.token_starts[:-1], np.diff(file.token_starts)
    grams = _kgrams(file.stream, file.back, winnowing.k)
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


def _kgrams(stream: U32, back: I64, k: int) -> U64:
    """A hash of each k-gram [T-k+1]; identifiers that last occurred before the k-gram count as first occurrences."""
    length = len(stream) - k + 1
    if length <= 0:
        return np.zeros(0, np.uint64)
    near = mix(stream.astype(np.uint64))
    far = mix(np.where(back >= 0, stream & ~_DISTANCE, stream).astype(np.uint64))
    total = np.zeros(length, np.uint64)
    power = 1
    for offset in range(k):
        power = power * _FACTOR & (1 << 64) - 1
        window = slice(offset, offset + length)
        total += np.where(back[window] <= offset, near[window], far[window]) * np.uint64(power)
    return mix(total)


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
    whole = owner[:length] == owner[window - 1 :]
    return least[whole], owner[:length][whole]


def _least(hashes: U64, count: I64, few: I64) -> U64:
    """The least hash of each definition that has fewer k-grams than a window."""
    bounds = np.cumsum(count) - count
    return np.array([hashes[bounds[i] : bounds[i] + count[i]].min() for i in few], np.uint64)


def _distinct(hashes: U64, owner: I64, definitions: int) -> Fingerprints:
    order = np.lexsort((hashes, owner))
    hashes, owner = hashes[order], owner[order]
    new = np.ones(len(hashes), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (owner[1:] != owner[:-1])
    starts = np.zeros(definitions + 1, np.int64)
    np.cumsum(np.bincount(owner[new], minlength=definitions), out=starts[1:])
    return Fingerprints(hashes[new], starts)
