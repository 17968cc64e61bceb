"""Counts of what a walk over a folder left out, and of the rules it met and did not obey."""

from __future__ import annotations

from collections import Counter

from .checkout import LeftOut


class Tally:
    """The counts of one walk. Each walk takes a new one, so that a folder walked twice counts once."""

    def __init__(self) -> None:
        self._left_out: Counter[tuple[str, str]] = Counter()
        self._disregarded: Counter[tuple[str, str]] = Counter()

    def leave_out(self, what: str, by: str) -> None:
        self._left_out[what, by] += 1

    def disregard(self, what: str, by: str) -> None:
        self._disregarded[what, by] += 1

    def disregard_as(self, other: Tally) -> None:
        self._disregarded += other._disregarded

    def left_out(self) -> tuple[LeftOut, ...]:
        return _listed(self._left_out)

    def disregarded(self) -> tuple[LeftOut, ...]:
        return _listed(self._disregarded)


def _listed(counts: Counter[tuple[str, str]]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(what, by, count) for (what, by), count in sorted(counts.items()))
