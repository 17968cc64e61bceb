"""Definitions are paired one to one, the likeliest pair first."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelkin.matching.alignment import _greedy, _Likely

MOST = 6
CELLS = st.lists(
    st.tuples(st.integers(0, MOST - 1), st.integers(0, MOST - 1), st.integers(1, 4)),
    max_size=30,
    unique_by=lambda cell: cell[:2],
)


def one_by_one(cells: list[tuple[int, int, int]]) -> list[int]:
    """The definition of it: go through the pairs, best first, and take each whose two are both free."""
    partner, taken = [-1] * MOST, set()
    for unit, member, _ in sorted(cells, key=lambda cell: -cell[2]):
        if partner[unit] < 0 and member not in taken:
            partner[unit] = member
            taken.add(member)
    return partner


@given(CELLS)
def test_taking_mutual_bests_first_changes_no_pair(cells: list[tuple[int, int, int]]) -> None:
    units, members, scores = np.array(cells, np.int64).reshape(-1, 3).T
    assert _greedy(_Likely(units, members, scores.astype(float)), MOST, MOST).tolist() == one_by_one(cells)
