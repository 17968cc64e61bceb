"""When the paths of upstreams, and their contents, first appeared, by the releases that a corpus lists.

Of a path that a project gained between two listed releases, nothing tells on which day: whoever has the same code from
in between may have been first. Edit this when more should be known than the releases tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct

from ..support.arrays import I64, Array
from .file_header import stored
from .model import Corpus

# Later than any day.
NEVER = 9999_12_31
_DIGITS, _LENGTH = 8, len("2024-01-31")
_DIGIT_PLACES, _DASH_PLACES = [0, 1, 2, 3, 5, 6, 8, 9], [4, 7]
_TENS = 10 ** np.arange(_DIGITS)[::-1]


class Intervals(Struct, frozen=True, eq=False):
    """When paths and contents appeared, as days (20240131); 0 where that is not known, which is older than any."""

    after: Array
    """int64[H]: not before this day each path appeared."""
    by: Array
    """int64[H]: on this day at the latest."""
    contents: Array
    """int64[C]: on this day at the latest each content of a path stood there, in the order of `lineage_files`."""


def intervals_of(corpus: Corpus) -> Intervals:
    """The intervals of all path histories. Raises IndexError for releases that there are not."""
    days = known_days(corpus)
    published = day_numbers([each.published for each in corpus.projects])[corpus.lineage_projects]
    by, without = days[corpus.lineage_appeared], days[corpus.lineage_without]
    began = np.where(without > 0, without, np.where(published > 0, published, by))
    return Intervals(np.minimum(began, by), by, days[corpus.lineage_file_releases])


def known_days(corpus: Corpus) -> I64:
    """The days (20240131) of the releases of a corpus, listed or not, by their numbers from 1; 0: not known."""
    return day_numbers(["", *(each.released for each in (*corpus.releases, *stored(corpus.unlisted)))])


def day_numbers(days: Sequence[str]) -> I64:
    """`day_number` of each: thousands are asked for at each start."""
    numbers = np.zeros(len(days), np.int64)
    lengths, text = np.fromiter(map(len, days), np.int64, len(days)), "".join(days)
    written = np.flatnonzero(lengths)
    if (lengths[written] != _LENGTH).any() or not text.isascii():
        return np.array([day_number(day) for day in days], np.int64)
    signs = np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, _LENGTH)
    digits = signs[:, _DIGIT_PLACES] - np.int64(ord("0"))
    are_days = (signs[:, _DASH_PLACES] == ord("-")).all(1) & (digits >= 0).all(1) & (digits <= 9).all(1)
    numbers[written] = digits @ _TENS * are_days
    return numbers


@lru_cache(1 << 14)
def day_number(day: str) -> int:
    """An ISO date as a number that orders alike: 20240131; 0 for none."""
    digits = day[:4] + day[5:7] + day[8:]
    is_day = len(digits) == _DIGITS and day[4:5] == day[7:8] == "-" and digits.isascii() and digits.isdigit()
    return int(digits) if is_day else 0
