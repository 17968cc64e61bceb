"""Hashes of the names in statements, in order of first occurrence: with equal tokens, equal names mean equal code.

Edit this only together with everything that compares such hashes; none of them stands in a file.
"""

from __future__ import annotations

import numpy as np

from ..support.arrays import I64, U64, Array, run_bounds
from .schema import Columns

_ODD = np.uint64(0x9E3779B97F4A7C15)


def spellings(names: U64, bounds: I64) -> U64:
    """A hash of each run of names; ``names`` are hashes of single names, ``bounds`` those of the runs."""
    places = np.arange(len(names)) - bounds[:-1].repeat(bounds[1:] - bounds[:-1])
    return _hashes(names, places, bounds)


def _hashes(names: U64, places: I64, bounds: I64) -> U64:
    """The same of names of which each has its place in its run."""
    sums = np.zeros(len(names) + 1, np.uint64)
    (names * (2 * places + 1).view(np.uint64)).cumsum(out=sums[1:])
    hashes: U64 = sums[bounds[1:]] - sums[bounds[:-1]]
    return hashes


def spellings_in(corpus: Columns, statements: Array) -> U64:
    """A hash of the names of each of these statements of a corpus, as `spellings` has it for a scanned file."""
    starts = corpus.statement_name_starts[statements].astype(np.int64)
    lengths = corpus.statement_name_starts[statements + 1] - starts
    bounds = run_bounds(lengths)
    places = np.arange(bounds[-1]) - bounds[:-1].repeat(lengths)
    names = corpus.statement_names[places + starts.repeat(lengths)]
    return _hashes(corpus.name_hashes[names], places, bounds)


def statement_keys(digests: U64, spelled: U64) -> U64:
    """A number for each statement, by its digest and the hash of its names: equal statements, equal numbers."""
    keys: U64 = digests * _ODD ^ (spelled + (spelled << np.uint64(7)))
    return keys


def keys_in(corpus: Columns, statements: Array) -> U64:
    """The number of each of these statements of a corpus, the same in any."""
    digests = corpus.digests[corpus.statement_digests[statements]]
    return statement_keys(digests, spellings_in(corpus, statements))
