"""Rows of one corpus found by what stands in another: statements by what they are, definitions in files by their name.

No column is in that order. For a few look-ups a corpus is gone through; then, between two files, its rows are put in
order, once, and that is kept in the user's cache. Edit this when rows are to be found by something else.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...support.arrays import U64, Array, Mask, among, distinct, run_bounds, runs
from ..model import Corpus
from ..spellings import keys_in
from .corpus_cache import keep_table, kept_table

# So many times a corpus is gone through before its rows are put in order.
FEW_LOOKUPS = 20
# The rows of a small one are put in order at once.
SMALL = 50_000
# So many statements are gone through at a time, as their names take several times the room.
AT_A_TIME = 1 << 18
_COLUMNS = (np.uint64, np.uint32, np.uint32, np.uint32)


class SortedRows:
    """The rows of a corpus, in order as soon as that pays, or is kept."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus, self._asked = corpus, 0
        self._table: _Table | None = None

    def statements(self, keys: U64, digests: U64) -> tuple[Array, Mask]:
        """The statement that is each of ``keys``, and whether there is one; ``digests`` say what each is without its
        names."""
        table = self._found()
        if table is not None:
            places, held = among(table.keys, keys)
            return table.statements[places], held
        places, known = among(self._corpus.digests, distinct(digests))
        if not known.any():
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), bool)
        statements = _places(self._corpus.statement_digests, len(self._corpus.digests), places[known])
        like = keys_in(self._corpus, statements)
        order = np.argsort(like, kind="stable")
        places, held = among(like[order], keys)
        return statements[order][places], held

    def members(self, names: Array) -> Array:
        """The rows of definitions in files that have one of these names of the corpus, ascending."""
        table = self._found()
        if table is None:
            return _places(self._corpus.member_names, len(self._corpus.name_hashes), names)
        return np.sort(table.members[runs(table.bounds, names)[0]])

    def settle(self) -> None:
        """Put the rows in order where that pays by now: it may take longer than any look-up should."""
        is_small = len(self._corpus.statement_digests) <= SMALL
        if self._table is None and (self._asked > FEW_LOOKUPS or (self._asked and is_small)):
            self._table = _Table.made(self._corpus)
            self._table.keep(self._corpus)

    def _found(self) -> _Table | None:
        if not self._asked:
            self._table = _Table.kept(self._corpus)
        self._asked += 1
        return self._table


class _Table:
    """Rows in order."""

    def __init__(self, keys: U64, statements: Array, members: Array, bounds: Array) -> None:
        self.keys, self.statements = keys, statements
        """Statements by `spellings.statement_keys`, which are sorted."""
        self.members, self.bounds = members, bounds
        """The rows of definitions in files by their names, and the bounds of those of each name."""

    @classmethod
    def made(cls, corpus: Corpus) -> _Table:
        every = np.arange(len(corpus.statement_digests))
        keys = np.concatenate([keys_in(corpus, each) for each in np.split(every, every[AT_A_TIME::AT_A_TIME])])
        order = np.argsort(keys, kind="stable")
        members = np.argsort(corpus.member_names, kind="stable")
        counts = np.bincount(corpus.member_names, minlength=len(corpus.name_hashes))
        return cls(keys[order], order.astype(np.uint32), members.astype(np.uint32), run_bounds(counts))

    @classmethod
    def kept(cls, corpus: Corpus) -> _Table | None:
        lengths = _lengths(corpus)
        sizes = [length * np.dtype(dtype).itemsize for length, dtype in zip(lengths, _COLUMNS, strict=True)]
        stored = kept_table(corpus.file_key, sum(sizes))
        if stored is None:
            return None
        ends = run_bounds(sizes).tolist()
        parts = (stored[first:last] for first, last in pairwise(ends))
        return cls(*(np.frombuffer(part, dtype) for part, dtype in zip(parts, _COLUMNS, strict=True)))

    def keep(self, corpus: Corpus) -> None:
        columns = zip((self.keys, self.statements, self.members, self.bounds), _COLUMNS, strict=True)
        if sum(_lengths(corpus)) > SMALL:
            keep_table(corpus.file_key, (array.astype(dtype, copy=False).data.cast("B") for array, dtype in columns))


def _lengths(corpus: Corpus) -> list[int]:
    statements, members = len(corpus.statement_digests), len(corpus.member_names)
    return [statements, statements, members, len(corpus.name_hashes) + 1]


def _places(numbers: Array, size: int, wanted: Array) -> Array:
    """The places of all of ``wanted`` in an array of numbers below ``size``."""
    mask = np.zeros(size, bool)
    mask[wanted] = True
    return np.flatnonzero(mask[numbers])
