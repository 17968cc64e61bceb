"""Definitions of the corpora that have the very tokens of a definition of the file, whatever their names.

Edit this when equal definitions are looked up in another way.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from ..corpus.union import CorpusUnion
from ..support.arrays import Array, among, among_few, distinct, run_places
from .query import Query

# Where there are more numbers than this part of what they may be, marking them is quicker than to put them in order.
DENSE = 128
# Runs of definitions with equal tokens up to this long are gone through together; the empty class has thousands.
SHORT_RUN = 64


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
    sequences: int
    """All numbers of sequences are below this."""


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
    if not runs:
        none = np.zeros(0, np.int64)
        return EqualRuns(none, none, none, none, none, 0)
    first, last, sequence = runs[0] if len(runs) == 1 else map(np.concatenate, zip(*runs, strict=True))
    held = np.zeros(len(table), bool)
    held[sequence] = True
    of_wanted = table.searchsorted(hashes)
    kept = held[of_wanted]
    return EqualRuns(first, last, sequence, wanted[kept], of_wanted[kept], int(sequence.max()) + 1)


def equal_tokens(query: Query, union: CorpusUnion, equal: EqualRuns) -> tuple[Array, Array]:
    """Path histories, and how many tokens of the file are in definitions of a sequence that each of them has."""
    tokens = np.bincount(equal.of_definition, query.folded_tokens[equal.definitions], minlength=equal.sequences)
    found = [np.zeros(0, np.int64)]
    count = max(union.known.bounds[-1], 1)
    for number, corpus, rows, first in union.definitions(equal.first):
        bounds = corpus.definition_lineage_starts
        last, sequence = first + (equal.last - equal.first)[rows], equal.sequence[rows] * count
        short = last - first <= SHORT_RUN
        places, source = run_places(bounds[first[short]], bounds[last[short]])
        found.append(sequence[short][source] + union.histories(number, corpus.definition_lineages[places]))
        long = (~short).nonzero()[0].tolist()
        found += [union.holding(number, int(first[run]), int(last[run])) + sequence[run] for run in long]
    # One history may have definitions of one sequence many times.
    pairs = _distinct(np.concatenate(found), equal.sequences * count)
    sequence = pairs // count
    return pairs - sequence * count, tokens[sequence]


def runs_holding(equal: EqualRuns, references: Array) -> tuple[Array, Array]:
    """Which of ``references``, numbers over all corpora, are in any run, and in which."""
    lengths = equal.last - equal.first
    short = (lengths <= SHORT_RUN).nonzero()[0]
    table, owner = run_places(equal.first[short], equal.last[short])
    at, held = among_few(table, references)
    places = held.nonzero()[0]
    found = [places], [short[owner[at[places]]]]
    for run in (lengths > SHORT_RUN).nonzero()[0].tolist():
        within = ((references >= equal.first[run]) & (references < equal.last[run])).nonzero()[0]
        found[0].append(within)
        found[1].append(np.full(len(within), run))
    return np.concatenate(found[0]), np.concatenate(found[1])


def _distinct(numbers: Array, size: int) -> Array:
    """The distinct ones of ``numbers`` below ``size``, sorted."""
    if len(numbers) * DENSE < size:
        return distinct(numbers)
    held = np.zeros(size, bool)
    held[numbers] = True
    return held.nonzero()[0]
