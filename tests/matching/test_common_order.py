"""What begins and ends alike is aligned without a library, as the library would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from modelkin.matching.common_order import common

STATEMENTS = st.lists(st.integers(0, 5), max_size=12)


@given(STATEMENTS, STATEMENTS)
def test_what_begins_and_ends_alike_is_aligned_as_in_the_whole(left: list[int], right: list[int]) -> None:
    """Ties, too, are decided as the library alone would."""
    blocks = LCSseq.editops(left, right).as_matching_blocks()
    whole = [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]
    assert common([9, *left], [*right, 8], 1, 1 + len(left), 0, len(right)) == [
        (row + 1, other) for row, other in whole
    ]
