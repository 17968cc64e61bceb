"""Rows grouped, runs summed and pairs packed by the fast way are what the plain way gives."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelkin.support.arrays import (
    MANY,
    FewNumbers,
    distinct,
    first_of_each,
    group,
    pack_pairs,
    run_bounds,
    run_sums,
    unpack_pairs,
)

ROWS = arrays(np.int64, st.tuples(st.integers(0, 40), st.integers(1, 3)), elements=st.integers(0, 5))


# As they are they fit in one number with their place; far apart, or below zero, they do not.
@pytest.mark.parametrize(("factor", "shift"), [(1, 0), (1 << 20, 0), (1 << 40, 0), (1, -3)])
@given(table=ROWS)
def test_rows_are_grouped_as_numpy_groups_them(factor: int, shift: int, table: np.ndarray) -> None:
    table = table * factor + shift
    rows, first, inverse, counts = np.unique(table, axis=0, return_index=True, return_inverse=True, return_counts=True)
    found = group(table)
    assert np.array_equal(found.rows, rows)
    assert np.array_equal(found.first, first)
    assert np.array_equal(found.inverse, inverse.reshape(-1))
    assert np.array_equal(found.counts, counts)


def test_rows_of_hashes_are_grouped() -> None:
    large = np.uint64(2**64 - 1)
    found = group(np.array([[large, 1], [3, large], [large, 1]], np.uint64))
    assert found.rows.tolist() == [[3, 2**64 - 1], [2**64 - 1, 1]]
    assert (found.first.tolist(), found.inverse.tolist(), found.counts.tolist()) == ([1, 0], [1, 0, 1], [1, 2])


@given(arrays(np.uint64, st.integers(0, 40), elements=st.integers(0, 2**64 - 1)))
def test_distinct_values_are_sorted(values: np.ndarray) -> None:
    assert distinct(values).tolist() == sorted(set(values.tolist()))


PAIRS = st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**32 - 1)))


@given(PAIRS)
def test_pairs_are_ordered_as_their_numbers_are(pairs: list[tuple[int, int]]) -> None:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    # As corpora have them: 32 bits, which would not hold the pair.
    keys = pack_pairs(table[:, 0].astype(np.uint32), table[:, 1].astype(np.uint32))
    assert list(zip(*map(np.ndarray.tolist, unpack_pairs(np.sort(keys))), strict=True)) == sorted(pairs)


@given(st.lists(st.lists(st.integers(0, 2**40), max_size=5)))
def test_runs_are_summed_by_their_bounds(runs: list[list[int]]) -> None:
    starts = run_bounds([len(run) for run in runs])
    values = np.array([value for run in runs for value in run], np.int64)
    assert [values[first:last].tolist() for first, last in pairwise(starts.tolist())] == runs
    assert run_sums(values, starts).tolist() == [sum(run) for run in runs]


def test_small_numbers_are_summed_in_large_ones() -> None:
    assert run_sums(np.full(600, 255, np.uint8), np.array([0, 600], np.uint32)).tolist() == [600 * 255]
    assert run_sums(np.ones(300, bool), np.array([0, 0, 300])).tolist() == [0, 300]


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@given(data=st.data())
def test_a_few_numbers_are_found_wherever_they_stand(dtype: type, data: st.DataObject) -> None:
    # Many share the bits by which others are told apart at once.
    number = st.integers(0, 40) | st.integers(0, 40).map(lambda each: each << 12) | st.integers(0, 2**32 - 1)
    few = data.draw(st.lists(number, max_size=12))
    values = data.draw(st.lists(number | st.sampled_from(few or [0]), max_size=60))
    found = FewNumbers(np.array(few, dtype)).places_in(np.array(values, dtype))
    assert found.tolist() == [place for place, value in enumerate(values) if value in few]


@pytest.mark.parametrize("length", [0, 1, MANY - 1, MANY, 3 * MANY])
@given(seed=st.integers(0, 2**32 - 1), distinct=st.integers(1, 500))
def test_the_first_of_equal_values_is_told_apart(length: int, seed: int, distinct: int) -> None:
    values = np.random.default_rng(seed).integers(0, 2**63, distinct).repeat(length // distinct + 1)[:length]
    np.random.default_rng(seed).shuffle(values)
    before: set[int] = set()
    first = [not (each in before or before.add(each)) for each in values.tolist()]  # type: ignore[func-returns-value]
    assert first_of_each(values).tolist() == first
