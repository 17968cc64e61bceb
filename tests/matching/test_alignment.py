"""Definitions are paired one to one, the likeliest pair first, and statements in their order, as many as can be."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelkin.corpus.indexing import index_text
from modelkin.corpus.union import CorpusUnion
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.fingerprints.winnowing import winnow
from modelkin.matching.alignment import (
    Alignment,
    ReferenceDefinitions,
    _by_likeness,
    _greedy,
    _is_same,
    _LikelyPairs,
    _side_by_side,
)
from modelkin.matching.query import make_query

from ..support.sequences import normalised
from ..support.small_corpora import MODULES

MOST = 6
CELLS = st.lists(
    st.tuples(st.integers(0, MOST - 1), st.integers(0, MOST - 1), st.integers(1, 4)),
    max_size=30,
    unique_by=lambda cell: cell[:2],
)


def one_by_one(cells: list[tuple[int, int, int]]) -> list[int]:
    """By definition: go through the pairs, best first, and take each whose two are both free."""
    partner, taken = [-1] * MOST, set()
    for definition, reference, _ in sorted(cells, key=lambda cell: -cell[2]):
        if partner[definition] < 0 and reference not in taken:
            partner[definition] = reference
            taken.add(reference)
    return partner


@given(CELLS)
def test_taking_mutual_bests_first_changes_no_pair(cells: list[tuple[int, int, int]]) -> None:
    definitions, references, scores = np.array(cells, np.int64).reshape(-1, 3).T
    assert _greedy(_LikelyPairs(definitions, references, scores.astype(float)), MOST, MOST).tolist() == one_by_one(
        cells
    )


def told(alignment: Alignment) -> list[list[int]]:
    columns = (*alignment.pairs, alignment.statements, alignment.contents, alignment.owners, alignment.partners)
    return [column.tolist() for column in columns]


@given(MODULES)
def test_what_is_the_same_in_the_same_order_need_not_be_aligned(text: str) -> None:
    cache, corpus = StatementCache(), index_text(text.encode())
    code = normalised(text, cache)
    query = make_query(code, winnow(code), cache.names.hashes)
    upstream, weights = ReferenceDefinitions.of(corpus, 0), query.idf_weights(CorpusUnion.of([corpus]))
    assert _is_same(query, upstream)
    assert told(_side_by_side(query, upstream)) == told(_by_likeness(query, corpus, upstream, weights))
