"""Figures from scores: the area under the ROC curve, shares."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Area under the ROC curve: the chance that a positive outscores a negative, ties counted half (Mann-Whitney U)."""
    if not positives or not negatives:
        return float("nan")
    ranked = sorted(negatives)
    wins = sum(bisect_left(ranked, score) + bisect_right(ranked, score) for score in positives)
    return wins / (2 * len(positives) * len(negatives))


def share(answers: Iterable[bool]) -> float:
    """Share of true answers; not a number when there are none."""
    told = list(answers)
    return sum(told) / len(told) if told else float("nan")


def mean(scores: Sequence[float]) -> float:
    """Arithmetic mean; not a number when there are none."""
    return sum(scores) / len(scores) if scores else float("nan")
