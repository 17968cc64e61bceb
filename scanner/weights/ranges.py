"""Which parts of a file are read for the values that are wanted of it: near ones together, within a bound.

A part is one answer of a server, far slower than some kilobytes more. Edit this when that balance is another.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

# What lies between two ranges is read with them up to so many bytes: a server far away sends them in the time of half
# an answer.
MOST_GAP = 128 * 1024
# A range grows to so many bytes by others.
_MOST_JOINED = 1024 * 1024


class Range(NamedTuple):
    """Bytes of a file that follow on each other."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.offset + self.length


def joined(wanted: Iterable[Range], spare: int) -> list[Range]:
    """Ranges that hold all of ``wanted``, sorted: the nearest are joined first, over gaps of ``spare`` bytes in all."""
    ordered = sorted(wanted)
    gaps = sorted(
        (max(later.offset - earlier.end, 0), place) for place, (earlier, later) in enumerate(pairwise(ordered), 1)
    )
    bridged = set()
    for gap, place in gaps:
        spare -= gap
        if gap > MOST_GAP or spare < 0:
            break
        bridged.add(place)
    found: list[Range] = []
    for place, each in enumerate(ordered):
        if place in bridged and each.end - found[-1].offset <= _MOST_JOINED:
            found[-1] = Range(found[-1].offset, max(found[-1].end, each.end) - found[-1].offset)
        else:
            found.append(each)
    return found
