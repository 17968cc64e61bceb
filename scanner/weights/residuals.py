"""What was added to the values of one checkpoint to get another's: is it noise of one scale throughout?

Training, adapters, merges and quantisation move each tensor, row and value by an amount of its own; noise that was
drawn once for all does not. Four things have to hold: the scales of all tensors agree, no tensor has a likelier one of
its own, residuals are spread as a normal distribution is, and as many values stayed the same as rounding lets stay,
coarse and fine ones alike. Edit this when noise is missed, or training is taken for it: the benchmark of weights
measures both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..support.budget import check
from .gaussian import Fit, cumulative, distance_from_uniform, fit_scales, uniform_places
from .tensor_pairs import Pair
from .value_types import Values, coarsest_type, rounded, rounding_room

# For it to be claimed at all.
LEAST_TENSORS, LEAST_VALUES, _LEAST_CHANGED = 3, 4096, 500
# Noise has at most .02, .008 and 2.2; the nearest training seen 32 times the ratio.
_MOST_SPREAD, _MOST_DISTANCE, _MOST_RATIO = 0.05, 0.012, 2.5
_KOLMOGOROV = 1.63
# Values that are fitted, in all.
_MOST_FITTED = 131_072
_BINS = 12
_WITHIN = 1.96
# Of a normal distribution, one in ten thousand lies beyond it.
_FAR = 3.72
_HISTOGRAM = np.linspace(-4, 4, 42)


class Residuals(NamedTuple):
    """What the residuals of matrices that changed look like."""

    scale: float
    """The one scale that fits all of them best."""
    interval: tuple[float, float]
    """Where it lies with a probability of .95, if there is one."""
    scales: tuple[float, ...]
    """The scale of each tensor."""
    tensors: int
    values: int
    changed: int
    """How many of the values are not what rounding alone would have left."""
    spread: float
    """The coefficient of variation of the scales, beyond what chance gives."""
    ratio: float
    """Twice the logarithm of how much likelier scales of their own are, for each one more; about 1 if one holds."""
    distance: float
    """From a normal distribution (Kolmogorov, Smirnov)."""
    stayed: float
    """Chi-square, for each degree, of how many values stayed the same; about 1 if one scale holds."""
    histogram: tuple[float, ...]
    """The shares of residuals from -4 to 4 scales."""

    @property
    def is_one_scale(self) -> bool:
        """Whether noise of one scale explains them."""
        return (
            self.tensors >= LEAST_TENSORS
            and self.values >= LEAST_VALUES
            and self.changed >= _LEAST_CHANGED
            and self.spread < _MOST_SPREAD
            and self.distance < max(_MOST_DISTANCE, _KOLMOGOROV / math.sqrt(self.values))
            and self.ratio < max(_MOST_RATIO, _likely_ratio(self.tensors - 1))
            and self.stayed < max(_MOST_RATIO, _likely_ratio(_BINS))
        )


class _Held(NamedTuple):
    """The intervals that residuals lie in, and those in which a value would have stayed the same."""

    low: Values
    high: Values
    stay_low: Values
    stay_high: Values
    stays: NDArray[np.bool_]
    groups: NDArray[np.int64]


def residuals(pairs: Sequence[Pair]) -> Residuals | None:
    """What was added to the originals in ``pairs``, matrices that vary; None where fewer than two changed."""
    changed = [each for each in pairs if each.equal < 1]
    if len(changed) < 2:
        return None
    held = _intervals(changed)
    each = fit_scales(held.low, held.high, held.groups)
    check()
    one = fit_scales(held.low, held.high, np.zeros_like(held.groups))
    scale, error = float(one.scales[0]), float(one.errors[0])
    places = uniform_places(held.low, held.high, scale)
    return Residuals(
        scale,
        (scale * math.exp(-_WITHIN * error), scale * math.exp(_WITHIN * error)),
        tuple(each.scales.tolist()),
        len(changed),
        len(held.low),
        int(np.count_nonzero(~held.stays)),
        _spread(each, scale, np.bincount(held.groups)),
        2 * float(each.likelihoods.sum() - one.likelihoods[0]) / (len(changed) - 1),
        distance_from_uniform(places),
        _stayed(held, scale),
        _histogram(places),
    )


def _intervals(pairs: Sequence[Pair]) -> _Held:
    """Of all pairs together, of each as many values."""
    most = max(_MOST_FITTED // len(pairs), 64)
    parts: list[tuple[Values, ...]] = []
    for pair in pairs:
        step = -(-len(pair.ours) // most)
        ours, theirs = pair.ours[::step], pair.theirs[::step]
        dtype = coarsest_type(pair.ours)
        below, above = rounding_room(ours, dtype)
        stored = rounded(theirs, dtype) if dtype != "F64" else theirs
        stay_below, stay_above = rounding_room(stored, dtype)
        parts.append(
            (ours - below - theirs, ours + above - theirs, stored - stay_below - theirs, stored + stay_above - theirs,
             (ours == stored).astype(np.float64))
        )  # fmt: skip
    low, high, stay_low, stay_high, stays = (np.concatenate(each) for each in zip(*parts, strict=True))
    groups = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    return _Held(low, high, stay_low, stay_high, stays > 0, groups)


def _spread(fit: Fit, scale: float, lengths: NDArray[np.int64]) -> float:
    found = np.average(np.log(fit.scales / scale) ** 2, weights=lengths)
    return math.sqrt(max(0.0, float(found - np.average(np.minimum(fit.errors, 1.0) ** 2, weights=lengths))))


def _stayed(held: _Held, scale: float) -> float:
    """Chi-square over bins of like roundings, from those far below the scale to those far above it."""
    expected = cumulative(held.stay_high / scale) - cumulative(held.stay_low / scale)
    order = np.argsort(held.stay_high - held.stay_low, kind="stable")
    total = 0.0
    for part in np.array_split(order, _BINS):
        variance = float(np.sum(expected[part] * (1 - expected[part])))
        difference = abs(float(np.sum(held.stays[part] - expected[part])))
        # Less than a value's difference says nothing where next to none stays, or next to all.
        total += max(difference - 1, 0) ** 2 / max(variance, 1.0)
    return total / _BINS


def _histogram(places: Values) -> tuple[float, ...]:
    counts, _ = np.histogram(places, np.clip(cumulative(_HISTOGRAM), 0, 1))
    return tuple((counts / len(places)).tolist())


def normal_histogram() -> tuple[float, ...]:
    """The shares that a normal distribution has, as `Residuals.histogram`."""
    return tuple(np.diff(cumulative(_HISTOGRAM)).tolist())


def _likely_ratio(degrees: int) -> float:
    """What chi-square for each degree exceeds once in ten thousand times (Wilson, Hilferty 1931)."""
    part = 2 / (9 * max(degrees, 1))
    return float((1 - part + _FAR * math.sqrt(part)) ** 3)
