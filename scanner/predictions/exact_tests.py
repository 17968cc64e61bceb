"""Tests and intervals for counts, exact and in logarithms, so that none is too small to be told.

Edit this when a figure needs another interval. numpy and the standard library do: scipy is 113 MB.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .model import Estimate

# Of the normal distribution, for intervals of 95 %.
_DEVIATIONS = 1.96
_STEEPEST = 60.0
_HALVINGS = 80


def share_of(count: int, total: int) -> Estimate:
    """``count`` of ``total`` with Wilson's interval (1927); all 0 where there is nothing to count."""
    if not total:
        return Estimate(0.0, 0.0, 0.0)
    share, spread = count / total, _DEVIATIONS**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = _DEVIATIONS * math.sqrt(share * (1 - share) / total + spread / total / 4) / (1 + spread)
    return Estimate(share, max(middle - half, 0.0), min(middle + half, 1.0))


def odds_ratio(both: int, first: int, second: int, neither: int) -> Estimate:
    """The odds ratio of a table of four counts, half a case added to each (Haldane, Anscombe 1956)."""
    cells = [count + 0.5 for count in (both, first, second, neither)]
    middle = math.log(cells[0] * cells[3] / cells[1] / cells[2])
    half = _DEVIATIONS * math.sqrt(sum(1 / cell for cell in cells))
    return Estimate(math.exp(middle), math.exp(middle - half), math.exp(middle + half))


def log_shared(total: int, first: int, second: int, both: int) -> float:
    """The natural logarithm of the chance that two random subsets of ``total`` share ``both`` or more (Fisher 1935)."""
    if both <= max(0, first + second - total):
        return 0.0
    every = _log_choices(total, second)
    terms = [
        _log_choices(first, shared) + _log_choices(total - first, second - shared) - every
        for shared in range(both, min(first, second) + 1)
    ]
    highest = max(terms)
    return min(highest + math.log(sum(math.exp(term - highest) for term in terms)), 0.0)


def _log_choices(total: int, chosen: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(chosen + 1) - math.lgamma(total - chosen + 1)


class Drawn(NamedTuple):
    """A number of marked things among ``drawn`` ones, which were drawn from ``total`` with ``marked`` among them."""

    total: int = 0
    marked: int = 0
    drawn: int = 0

    def logs(self) -> NDArray[np.float64]:
        """The natural logarithms of the chances of 0, 1 … of them; minus infinity where that many cannot be."""
        sums = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, self.total + 1)))])

        def choices(total: int, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
            inside = np.clip(chosen, 0, total)
            found: NDArray[np.float64] = sums[total] - sums[inside] - sums[total - inside]
            return np.where(chosen == inside, found, -np.inf)

        numbers = np.arange(min(self.marked, self.drawn) + 1)
        of_all = choices(self.total, np.array([self.drawn]))
        others = choices(self.total - self.marked, self.drawn - numbers)
        return np.asarray(choices(self.marked, numbers) + others - of_all)


def log_at_least(chances: NDArray[np.float64], count: int, drawn: Drawn = Drawn()) -> float:
    """The natural logarithm of the chance that independent events and marked things among ``drawn`` ones together are
    ``count`` or more.

    ``chances`` (one an event, 0 to 1) may differ: a Poisson binomial. All are tilted until ``count`` is to be expected
    (Esscher 1932), so that the sum's distribution, had by Fourier transform (Hong 2013), is precise where it is read.
    """
    possible = chances[chances > 0]
    logs = drawn.logs()
    most = len(possible) + len(logs) - 1
    if count <= 0:
        return 0.0
    if count > most:
        return -math.inf
    if count == most:
        return float(np.log(possible).sum() + logs[-1])
    slope = _slope(possible, logs, count)
    scales = 1 + possible * math.expm1(slope)
    kinds, numbers = np.unique(possible * math.exp(slope) / scales, return_counts=True)
    turns = np.exp(-2j * np.pi * np.arange(most + 1) / (most + 1))
    tilted, scale = _tilted(logs, slope)
    wave = np.fft.fft(tilted, most + 1)
    for chance, number in zip(kinds, numbers, strict=True):
        wave *= (1 + chance * (turns - 1)) ** number
    tail = np.fft.ifft(wave).real.clip(0)[count:]
    kept = float((tail * np.exp(-slope * np.arange(len(tail)))).sum())
    return min(float(np.log(scales).sum()) + scale - slope * count + math.log(kept), 0.0)


def _tilted(logs: NDArray[np.float64], slope: float) -> tuple[NDArray[np.float64], float]:
    """Chances whose logarithms grow by ``slope`` a step, and the logarithm of what they came to before they were 1."""
    grown = logs + slope * np.arange(len(logs))
    highest = float(grown.max())
    scale = highest + math.log(float(np.exp(grown - highest).sum()))
    return np.exp(grown - scale), scale


def _slope(chances: NDArray[np.float64], logs: NDArray[np.float64], count: int) -> float:
    """How far to tilt ``chances`` and ``logs`` to expect ``count``; 0 where that many are to be expected as it is."""

    def expected(slope: float) -> float:
        grown = chances * math.exp(slope)
        drawn = _tilted(logs, slope)[0]
        return float((grown / (1 - chances + grown)).sum() + drawn @ np.arange(len(drawn)))

    low, high = 0.0, _STEEPEST
    if expected(low) >= count:
        return low
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if expected(middle) < count:
            low = middle
        else:
            high = middle
    return low
