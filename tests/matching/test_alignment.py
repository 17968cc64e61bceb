"""Definitions are paired one to one, the likeliest pair first, and statements in their order, as many as can be."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from modelkin.matching.alignment import _common, _greedy, _LikelyPairs

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


STATEMENTS = st.lists(st.integers(0, 5), max_size=12)


@given(STATEMENTS, STATEMENTS)
def test_what_begins_and_ends_alike_is_aligned_as_in_the_whole(left: list[int], right: list[int]) -> None:
    """Ties, too, are decided as the library alone would."""
    blocks = LCSseq.editops(left, right).as_matching_blocks()
    whole = [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]
    assert _common([9, *left], [*right, 8], 1, 1 + len(left), 0, len(right)) == [
        (row + 1, other) for row, other in whole
    ]
