"""The names of aligned statements, side by side, and how often each stands beside which.

Edit this when names should be paired or counted in another way; which pairs are a renaming is decided in `renames`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..corpus.model import Corpus
from ..support.arrays import Array, among, group, run_places
from ..syntax.token_format import pack_spaces
from .query import Query

_GLOBAL = 0  # the file's own variables: scope 0, namespace 0


class NamePairs(NamedTuple):
    """Each name of the aligned statements beside the one in its place upstream, a row per name and statement."""

    copies: Array
    """The name of the copy, by its number in the name table of the query."""
    originals: Array
    """The name of the original, by its number in the corpus."""
    rows: Array
    """Which of the alignment's statements they stand in."""
    slots: Array
    """Where in ``order`` of the query the name of the copy stands."""
    equal: Array
    """Whether the two names are spelled alike."""


def pair_names(query: Query, corpus: Corpus, statements: Array, contents: Array) -> NamePairs:
    """Zip the names of statements that match ``contents`` of a corpus, in order of first occurrence."""
    code = query.code
    slots, rows = run_places(code.order_starts[statements], code.order_starts[statements + 1])
    bounds = corpus.statement_name_starts
    places, _ = run_places(bounds[contents], bounds[contents + 1])
    if len(places) != len(slots):  # equal digests of different statements: a collision, or a forged corpus
        empty = np.zeros(0, np.int64)
        return NamePairs(empty, empty, empty, empty, empty.astype(bool))
    copies, originals = code.order[slots].astype(np.int64), corpus.statement_names[places].astype(np.int64)
    equal = query.name_hashes[copies] == corpus.name_hashes[originals]
    return NamePairs(copies, originals, rows, slots, equal)


class Tally(NamedTuple):
    """The pairs of names of an alignment, G of them, sorted by original; a name is told apart by its scope."""

    distinct: Array
    """[G, 3]: the space, the original and the copy."""
    first: Array
    """[G]: where each stands first among the pairs."""
    inverse: Array
    """Which of them each of the pairs is."""
    counts: Array
    """[G]: how often each stands there."""
    original: Array
    """[G]: a number for the original."""

    @classmethod
    def of(cls, query: Query, pairs: NamePairs) -> Tally:
        spaces = pack_spaces(query.code.scopes[pairs.slots], query.code.namespaces[pairs.slots])
        distinct, first, inverse, counts = group(np.stack([spaces, pairs.originals, pairs.copies]).T)
        return cls(distinct, first, inverse, counts, _originals(distinct))

    @property
    def occurrences(self) -> Array:
        """[G]: how often the original stands in aligned statements."""
        occurrences: Array = np.bincount(self.original, self.counts).astype(np.int64)[self.original]
        return occurrences

    def swapped(self) -> Array:
        """bool[G]: where one name stands for another."""
        return _swapped(self.distinct, _majority(self.original, self.counts, self.first), self.counts)


def _originals(distinct: Array) -> Array:
    """A number for the original name in its scope of each row; they are sorted by it."""
    leads = np.zeros(len(distinct), np.int64)
    leads[1:] = (distinct[1:, 0] != distinct[:-1, 0]) | (distinct[1:, 1] != distinct[:-1, 1])
    return np.cumsum(leads)


def _majority(original: Array, counts: Array, first: Array) -> Array:
    """For each row whether its pair is the most frequent of that name, the earliest among equals."""
    order = np.lexsort((first, -counts, original))
    majority = np.zeros(len(order), bool)
    majority[order[np.searchsorted(original, np.arange(original.max(initial=-1) + 1))]] = True
    return majority


def _swapped(distinct: Array, majority: Array, counts: Array) -> Array:
    """Rows where one name of the copy stands for another: not the usual name here, but that of something else.

    A name of the whole file stands for one name and no other: where it is the usual one of two, for the one that it
    stands for most often. An attribute may be renamed differently in different classes.
    """
    space, original, copy = distinct.T
    keys = space * (copy.max(initial=0) + 1) + copy
    usual = np.flatnonzero(majority)
    usual = usual[np.lexsort((-counts[usual], keys[usual]))]
    places, known = among(keys[usual], keys)
    taken = known & (original[usual][places] != original) if len(usual) else known
    strict = (space == _GLOBAL) | ~majority
    swapped: Array = strict & taken | (space == _GLOBAL) & ~majority
    return swapped
