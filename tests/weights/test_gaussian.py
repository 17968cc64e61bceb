"""The scale of noise seen through rounding."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modelkin.weights.gaussian import cumulative, distance_from_uniform, fit_scales, uniform_places
from modelkin.weights.value_types import Values, rounded, rounding_room


def noise(scale: float, dtype: str, count: int = 40_000) -> tuple[Values, Values]:
    """The intervals that the noise lies in which was added to values of a type."""
    chance = np.random.default_rng(3)
    before = rounded(chance.normal(0, 0.02, count), dtype)
    after = rounded(before + chance.normal(0, scale, count), dtype)
    below, above = rounding_room(after, dtype)
    return after - below - before, after + above - before


def test_tails_are_exact_far_out() -> None:
    values = np.linspace(0, 30, 301)
    exact = [0.5 * math.erfc(each / math.sqrt(2)) for each in values]
    assert np.allclose(cumulative(-values), exact, rtol=1e-6, atol=0)


@pytest.mark.parametrize("dtype", ["BF16", "F16", "F32"])
@pytest.mark.parametrize("scale", [1e-2, 1 / 708, 1e-4, 3e-5, 1e-5])
def test_one_scale_is_found_above_and_below_rounding(scale: float, dtype: str) -> None:
    low, high = noise(scale, dtype)
    one = fit_scales(low, high, np.zeros(len(low), int))
    assert abs(math.log(one.scales[0] / scale)) < 4 * one.errors[0]
    assert one.errors[0] < 0.012
    assert distance_from_uniform(uniform_places(low, high, one.scales[0])) < 0.012


def test_groups_are_fitted_each_for_itself() -> None:
    parts = [noise(scale, "BF16", 4000) for scale in (1e-3, 1e-4, 1e-2)]
    low, high = (np.concatenate(each) for each in zip(*parts, strict=True))
    together = fit_scales(low, high, np.repeat(np.arange(3), 4000))
    alone = [fit_scales(*part, np.zeros(4000, int)).scales[0] for part in parts]
    assert np.allclose(together.scales, alone, rtol=5e-3)


def test_values_that_did_not_move_have_the_smallest_scale() -> None:
    found = fit_scales(np.full(100, -1e-3), np.full(100, 1e-3), np.zeros(100, int))
    assert found.scales[0] < 1e-4
    assert np.isfinite(found.errors).all()
