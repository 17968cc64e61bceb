"""Dates are read many at a time as they are one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelkin.corpus.intervals import day_number, day_numbers

MUCH_ALIKE = st.text("0189-", min_size=10, max_size=10)
DAYS = st.one_of(st.just(""), st.dates().map(str), st.text("0123456789-/٣a", max_size=11), MUCH_ALIKE)


@given(st.lists(DAYS, max_size=8))
def test_many_days_are_the_numbers_that_each_is(days: list[str]) -> None:
    assert day_numbers(days).tolist() == list(map(day_number, days))


@given(st.lists(st.one_of(st.just(""), st.dates().map(str), MUCH_ALIKE), max_size=8))
def test_so_they_are_where_all_are_as_long_as_a_day(days: list[str]) -> None:
    assert day_numbers(days).tolist() == list(map(day_number, days))
