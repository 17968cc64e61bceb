"""What is read of many tensors: their ends, in few parts of the files, never more bytes than allowed."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelkin.weights.checkpoint import Tensor
from modelkin.weights.positions import Block, at_ends
from modelkin.weights.ranges import MOST_GAP, Range, joined
from modelkin.weights.reading_plan import plan

RANGES = some.lists(
    some.builds(Range, some.integers(0, 3_000_000), some.integers(1, 40_000)), max_size=40, unique_by=lambda each: each
)


@given(RANGES, some.integers(0, 500_000))
def test_every_range_lies_in_one_that_is_read_and_no_more_is_spent(wanted: list[Range], spare: int) -> None:
    found = joined(wanted, spare)
    assert all(any(one.offset <= each.offset and each.end <= one.end for one in found) for each in wanted)
    held = len(set().union(*(range(each.offset, each.end) for each in wanted))) if wanted else 0
    assert len(set().union(*(range(each.offset, each.end) for each in found)) if found else ()) <= held + spare
    assert found == sorted(found)


def test_the_nearest_are_joined_first_and_far_ones_never() -> None:
    wanted = [Range(0, 10), Range(10, 10), Range(120, 10), Range(135, 5), Range(400 + MOST_GAP, 1)]
    assert joined(wanted, 0) == [Range(0, 20), *wanted[2:]]
    assert joined(wanted, 5) == [Range(0, 20), Range(120, 20), wanted[4]]
    assert joined(wanted, 10**9) == [Range(0, 140), wanted[4]]


@pytest.mark.parametrize("shape", [(4096, 4096), (344, 128), (128, 344), (5000,), (64, 3, 7, 7), (10, 333), (3, 3)])
def test_ends_are_whole_groups_at_both_ends(shape: tuple[int, ...]) -> None:
    total = math.prod(shape)
    found = at_ends(shape, 2048)
    if total <= 2048:
        assert found == (Block(0, total),)
        return
    first, last = found
    assert (first.first, last.first + last.length) == (0, total)
    assert 0 < first.length == last.length <= 1024


def tensors(count: int, shape: tuple[int, ...] = (256, 512)) -> dict[str, Tensor]:
    size = 2 * math.prod(shape)
    return {str(place): Tensor(str(place), "BF16", shape, "m", place * size) for place in range(count)}


@pytest.mark.parametrize("most_bytes", [64_000, 4_000_000, 10**9])
@pytest.mark.parametrize("count", [1, 64, 65, 1000, 30_000])
def test_no_plan_takes_more_than_allowed(count: int, most_bytes: int) -> None:
    side = tensors(count)
    how = plan((side, side), most_bytes)
    read = [each for _, each in zip(range(how.most_tensors), side.values(), strict=False)]
    wanted = [Range(t.place + 2 * b.first, 2 * b.length) for t in read for b in how.blocks(t.sizes)]
    assert sum(each.length for each in joined(wanted, how.spare)) <= most_bytes
    assert len(read) <= 2048


def test_many_tensors_take_one_request_each_and_one_more() -> None:
    side = tensors(500)
    how = plan((side, side), 4_000_000)
    wanted = [Range(t.place + 2 * b.first, 2 * b.length) for t in side.values() for b in how.blocks(t.sizes)]
    assert len(wanted) == 1000
    assert len(joined(wanted, how.spare)) == 501
    assert all(one.end < other.offset for one, other in pairwise(joined(wanted, how.spare)))


def test_of_a_tall_matrix_rows_inside_are_read() -> None:
    side = tensors(100, (50_000, 64))
    found = plan((side, side), 4_000_000).blocks((50_000, 64))
    assert len(found) == 2
    assert all(each.first > 2048 and each.first + each.length < 50_000 * 64 for each in found)
