"""The normal distribution seen through rounding: tails, the likelihood of a scale, its maximum, and how well it fits.

A value that was stored is known to lie in an interval only. Noise far below the rounding of a type still moves some
values to their neighbours, and how many tells its scale. Everything is vectorised, and several groups of values are
fitted at once. Edit this when a fit is too slow or not exact enough.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .value_types import Values

# log(erfc(x)) + x², which is smooth: between nodes a straight line is off by 2e-8.
_NODES = 16_384
_END = 26.0
_LOG_ROOT = 0.5 * math.log(2 * math.pi)
# Of an interval narrower than this, in units of the scale, the density around its middle tells the same.
_NARROW = 0.4
_BRACKET = (-6.0, 1.0)
# Steps on the logarithm of a scale: from the first to the finest, each this much of the one before.
_FIRST_STEP, _FINEST, _SHRINK = 0.3, 2e-3, 0.3
_MOST_STEPS = 16
_MOST_BELOW = 2.0
# Where the likelihood is as flat as this, there is no scale to speak of.
_LEAST_BEND = 0.01


class Fit(NamedTuple):
    """The most likely scales of groups of values, one each."""

    scales: Values
    errors: Values
    """The standard error of the logarithm of each."""
    likelihoods: Values
    """The logarithm of the likelihood at the maximum."""


def fit_scales(low: Values, high: Values, groups: NDArray[np.int64]) -> Fit:
    """The scale of a normal distribution of mean 0 that most likely gave values in ``low`` to ``high``, for each group.

    ``groups`` has the group of each value, from 0 on without a gap. A group in which all intervals hold 0 alike has no
    scale: it comes out as the smallest that is looked for.
    """
    count = int(groups[-1]) + 1
    lengths = np.bincount(groups, minlength=count)
    typical = np.sqrt(np.bincount(groups, ((low + high) / 2) ** 2, count) / lengths)
    typical = np.maximum(typical, 1e-3 * np.sqrt(np.bincount(groups, (high - low) ** 2, count) / lengths))
    typical = np.where(typical > 0, typical, 1.0)
    low, high = low / typical[groups], high / typical[groups]
    square = np.bincount(groups, ((low + high) / 2) ** 2 - (high - low) ** 2 / 12, count) / lengths
    # By moments, less what rounding adds to them (Sheppard's correction).
    guess = np.clip(0.5 * np.log(np.maximum(square, math.exp(2 * _BRACKET[0]))), *_BRACKET)
    likelihood = _Likelihood(low, high, groups, np.exp(guess))
    if np.any(square < np.bincount(groups, (high - low) ** 2, count) / lengths / 12):  # below rounding: moments mislead
        grid = np.arange(*_BRACKET)
        nodes = [likelihood.within(each) for each in (guess, *(np.full(count, node) for node in grid))]
        guess = np.choose(np.argmax([likelihood(each) for each in nodes], axis=0), nodes)
    logs, errors, best = _maxima(likelihood, guess)
    return Fit(np.exp(logs) * typical, errors, best)


class _Likelihood:
    """The logarithm of the likelihood of a scale for each group.

    Narrow intervals come in by sums of powers, once for all; equal wide ones are one, and counted.
    """

    def __init__(self, low: Values, high: Values, groups: NDArray[np.int64], guess: Values) -> None:
        self.count = len(guess)
        width = high - low
        is_wide = width > _NARROW / 2 * guess[groups]
        narrow = groups[~is_wide]
        middle, width = (low + high)[~is_wide] / 2, width[~is_wide]
        self.narrow = np.bincount(narrow, minlength=self.count)
        # Far below the guess intervals that were narrow are so no more.
        self.least = np.where(self.narrow > 0, np.log(guess) - _MOST_BELOW, _BRACKET[0])
        self.square, self.widths, self.both, self.logs = (
            np.bincount(narrow, each, self.count)
            for each in (middle**2, width**2, middle**2 * width**2, np.log(np.maximum(width, 1e-300)))
        )
        self.groups = groups[is_wide]
        # By symmetry all have their middle above 0.
        swap = low + high < 0
        self.low, self.high = np.where(swap, -high, low)[is_wide], np.where(swap, -low, high)[is_wide]
        self.weights = np.ones(len(self.low))
        self._join_equal()

    def _join_equal(self) -> None:
        if not len(self.low):
            return
        keys = np.stack([self.groups, self.low.astype(np.float32), self.high.astype(np.float32)], axis=1)
        order = np.lexsort(keys.T[::-1])
        differs = np.append(True, np.any(np.diff(keys[order], axis=0) != 0, axis=1))
        first = np.flatnonzero(differs)
        self.weights = np.diff(np.append(first, len(order))).astype(np.float64)
        chosen = order[first]
        self.groups, self.low, self.high = self.groups[chosen], self.low[chosen], self.high[chosen]

    def within(self, logs: Values) -> Values:
        """The nearest logarithms of scales that can be looked at."""
        return np.clip(logs, self.least, _BRACKET[1])

    def __call__(self, logs: Values) -> Values:
        inverse = np.exp(-2 * logs)
        found = self.logs - self.narrow * (logs + _LOG_ROOT) - self.square * inverse / 2
        found += (self.both * inverse**2 - self.widths * inverse) / 24
        if len(self.low):
            scale = np.exp(logs)[self.groups]
            wide = log_probability(self.low / scale, self.high / scale) * self.weights
            found += np.bincount(self.groups, wide, self.count)
        return found


def _maxima(likelihood: _Likelihood, logs: Values) -> tuple[Values, Values, Values]:
    """Where ``likelihood`` is greatest, for all groups at once: parabolas through three points, ever closer."""
    step = np.full_like(logs, _FIRST_STEP)
    middle = likelihood(logs)
    bend = np.zeros_like(logs)
    for _ in range(_MOST_STEPS):
        left, right = likelihood(logs - step), likelihood(logs + step)
        bend = (left - 2 * middle + right) / step**2
        with np.errstate(divide="ignore", invalid="ignore"):
            move = np.where(bend < 0, (left - right) / (2 * bend * step), np.sign(right - left) * 3 * step)
        moved = likelihood.within(logs + np.clip(move, -3 * step, 3 * step))
        there = likelihood(moved)
        is_better = there >= middle
        is_near = (np.abs(moved - logs) < step) | ~is_better
        logs, middle = np.where(is_better, moved, logs), np.where(is_better, there, middle)
        if np.all(step <= _FINEST):
            break
        step = np.where(is_near, np.maximum(step * _SHRINK, _FINEST), step)
    return logs, 1 / np.sqrt(np.maximum(-bend, _LEAST_BEND)), middle


def log_probability(low: Values, high: Values) -> Values:
    """The logarithm of the probability of each interval, whose middle is above 0, of a standard normal distribution."""
    near = _tail(np.abs(low))
    inner = np.where(low >= 0, near, 1 - near) - _tail(np.abs(high))
    return np.log(np.maximum(inner, 1e-300))


def cumulative(values: Values) -> Values:
    """The share of a standard normal distribution below each value."""
    tail = _tail(np.abs(values))
    return np.where(values < 0, tail, 1 - tail)


def _tail(values: Values) -> Values:
    """The share of a standard normal distribution above each value, which is not negative; exact also far out."""
    scaled = np.minimum(values / math.sqrt(2), _END)
    place = scaled * ((_NODES - 1) / _END)
    node = np.minimum(place.astype(np.int64), _NODES - 2)
    table, rise = _table()
    found: Values = 0.5 * np.exp(table[node] + (place - node) * rise[node] - scaled**2)
    return found


@cache
def _table() -> tuple[Values, Values]:
    nodes = np.linspace(0, _END, _NODES)
    table = np.array([math.log(math.erfc(each)) + each**2 for each in nodes.tolist()])
    return table, np.diff(table)


# How well it fits.


def uniform_places(low: Values, high: Values, scale: Values | float) -> Values:
    """Where in the distribution each value stands, 0 to 1: even, if it is this one. The place inside of an interval is
    drawn, always the same way.
    """
    first, last = cumulative(low / scale), cumulative(high / scale)
    return first + (last - first) * np.random.default_rng(0).random(len(low))


def distance_from_uniform(places: Values) -> float:
    """The largest difference between the share of values below a place and that place (Kolmogorov, Smirnov)."""
    ordered = np.sort(places)
    count = len(ordered)
    steps = np.arange(count + 1) / count
    return float(max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))
