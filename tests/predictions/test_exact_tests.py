"""Tests and intervals for counts, held against sums over all cases and against published figures."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pytest

from modelkin.predictions.exact_tests import Drawn, log_at_least, log_shared, odds_ratio, share_of


def by_hand(chances: list[float], count: int) -> float:
    """The chance of at least so many, over all outcomes."""
    outcomes = product((0, 1), repeat=len(chances))
    return sum(
        math.prod(chance if hit else 1 - chance for chance, hit in zip(chances, each, strict=True))
        for each in outcomes
        if sum(each) >= count
    )


def test_the_chance_of_at_least_so_many_is_that_of_all_cases() -> None:
    for chances in ([0.5] * 6, [0.1, 0.9, 1 / 3, 2 / 3], [0.0, 1.0, 0.2, 0.0], [1e-9, 1e-3, 0.5], [1.0, 1.0]):
        for count in range(len(chances) + 1):
            told = math.exp(log_at_least(np.array(chances), count))
            assert told == pytest.approx(by_hand(chances, count), rel=1e-9), (chances, count)


@pytest.mark.parametrize("drawn", [Drawn(5, 2, 3), Drawn(6, 6, 2), Drawn(7, 1, 6), Drawn(4, 3, 3), Drawn(4, 0, 2)])
def test_marked_ones_that_are_drawn_count_with_the_events(drawn: Drawn) -> None:
    chances = [0.5, 0.1, 1 / 3]
    sets = list(combinations(range(drawn.total), drawn.drawn))
    for count in range(1, 3 + min(drawn.marked, drawn.drawn) + 1):
        wanted = [by_hand(chances, max(count - sum(each < drawn.marked for each in one), 0)) for one in sets]
        told = math.exp(log_at_least(np.array(chances), count, drawn))
        assert told == pytest.approx(sum(wanted) / len(sets), rel=1e-9), count


def test_drawing_that_leaves_little_to_chance_is_told_however_small_it_is() -> None:
    # All 400 marked of 2,000 among the 400 that were drawn: one way out of all.
    one_way = math.lgamma(401) + math.lgamma(1_601) - math.lgamma(2_001)
    assert log_at_least(np.zeros(0), 400, Drawn(2_000, 400, 400)) == pytest.approx(one_way)
    told = log_at_least(np.full(3_000, 0.1), 800, Drawn(2_000, 400, 400))
    assert -300 < told < -200


def test_chances_far_below_the_smallest_number_are_told() -> None:
    chances = np.full(5_000, 0.1)
    # 4,000 of 5,000: the first term of the sum carries nearly all of it.
    first = math.lgamma(5_001) - math.lgamma(4_001) - math.lgamma(1_001) + 4_000 * math.log(0.1) + 1_000 * math.log(0.9)
    assert log_at_least(chances, 4_000) == pytest.approx(first, abs=0.1)
    assert log_at_least(np.zeros(3), 1) == -math.inf
    assert log_at_least(chances, 5_000) == pytest.approx(5_000 * math.log(0.1))
    assert log_at_least(chances, 0) == 0.0


def test_a_hundred_thousand_questions_take_no_time_to_speak_of() -> None:
    chances = np.tile([1 / 3, 1 / 6, 0.3, 0.1], 25_000)
    assert log_at_least(chances, 22_500) == pytest.approx(math.log(0.5), abs=0.01)
    assert -1_000 < log_at_least(chances, 28_000) < -500


def test_shared_errors_by_chance_are_those_of_all_subsets() -> None:
    # Of 5 questions 3 and 2 wrong: both of the 2 are among the 3 in 3 of 10 cases, at least one in 9.
    assert math.exp(log_shared(5, 3, 2, 2)) == pytest.approx(0.3)
    assert math.exp(log_shared(5, 3, 2, 1)) == pytest.approx(0.9)
    assert log_shared(5, 3, 2, 0) == 0.0
    assert log_shared(5, 4, 3, 2) == 0.0


def test_intervals_are_those_of_the_textbook() -> None:
    share = share_of(8, 10)
    assert [round(each, 3) for each in (share.value, share.low, share.high)] == [0.8, 0.49, 0.943]
    assert share_of(0, 0).high == 0.0
    ratio = odds_ratio(0, 0, 0, 0)
    assert ratio.value == 1.0
    assert ratio.low < 1.0 < ratio.high
