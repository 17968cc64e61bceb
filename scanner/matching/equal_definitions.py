"""Definitions of the corpora that have the very tokens of a definition of the file, whatever their names.

Edit this when equal definitions are looked up in another way.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from ..corpus.union import CorpusUnion
from ..support.arrays import Array, among, distinct, run_places
from .query import Query

# Where there are more numbers than this part of what they may be, marking them is quicker than to put them in order.
DENSE = 128


class EqualRuns(Struct, frozen=True):
    """The token sequences that a file shares with corpora, by the runs of reference definitions that have them.

    Definitions are sorted by their hash, so that those with equal tokens stand together, a run in each corpus.
    """

    first: Array
    """The first definition of each run, by its number over all corpora; ascending."""
    last: Array
    """The one after its last."""
    sequence: Array
    """The number of the sequence that a run has."""
    definitions: Array
    """The query definitions that have one of the sequences."""
    of_definition: Array
    """The number of the sequence that each of these has."""

    @property
    def sequences(self) -> int:
        """How many sequences there are."""
        return int(self.of_definition.max(initial=-1)) + 1


def equal_runs(query: Query, union: CorpusUnion) -> EqualRuns:
    """The reference definitions with the same token sequence as a query definition."""
    wanted = (query.folded_tokens > 0).nonzero()[0]
    hashes = query.code.hashes[wanted]
    table = distinct(hashes)
    runs = []
    for corpus, start in zip(union.corpora, union.definition_bounds, strict=False):
        places, held = among(corpus.definition_hashes, table)
        known = held.nonzero()[0]
        if len(known):
            last = corpus.definition_hashes.searchsorted(table[known], side="right")
            runs.append((places[known] + start, last + start, known))
    none = np.zeros(0, np.int64)
    first, last, sequence = (np.concatenate(each) for each in zip((none, none, none), *runs, strict=True))
    held = np.zeros(len(table), bool)
    held[sequence] = True
    of_wanted = np.searchsorted(table, hashes)
    kept = held[of_wanted]
    return EqualRuns(first, last, sequence, wanted[kept], of_wanted[kept])


def equal_tokens(query: Query, union: CorpusUnion, equal: EqualRuns) -> tuple[Array, Array]:
    """Path histories, and how many tokens of the file are in definitions of a sequence that each of them has."""
    tokens = np.bincount(equal.of_definition, query.folded_tokens[equal.definitions], minlength=equal.sequences)
    found = []
    for number, corpus, rows, first in union.definitions(equal.first):
        bounds = corpus.definition_lineage_starts
        last = first + (equal.last - equal.first)[rows]
        places, source = run_places(bounds[first], bounds[last])
        histories = union.histories(number, corpus.definition_lineages[places])
        found.append(equal.sequence[rows[source]] * union.known.bounds[-1] + histories)
    # One history may have definitions of one sequence many times; most have those of an empty class.
    pairs = _distinct(np.concatenate([np.zeros(0, np.int64), *found]), equal.sequences * union.known.bounds[-1])
    sequence, history = np.divmod(pairs, max(union.known.bounds[-1], 1))
    return history, tokens[sequence]


def _distinct(numbers: Array, size: int) -> Array:
    """The distinct ones of ``numbers`` below ``size``, sorted."""
    if len(numbers) * DENSE < size:
        return distinct(numbers)
    held = np.zeros(size, bool)
    held[numbers] = True
    return np.flatnonzero(held)
