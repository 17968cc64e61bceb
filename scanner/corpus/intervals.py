"""When the paths of upstreams, and their contents, first appeared, by the releases that a corpus lists.

Of a path that a project gained between two listed releases, nothing tells on which day: whoever has the same code from
in between may have been first. Edit this when more should be known than the releases tell.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from msgspec import Struct

from ..support.arrays import I64, Array
from .model import Corpus

# Later than any day.
NEVER = 9999_12_31
_DIGITS = 8


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
    published = np.array([day_number(each.published) for each in corpus.projects], np.int64)[corpus.lineage_projects]
    by, without = days[corpus.lineage_appeared], days[corpus.lineage_without]
    began = np.where(without > 0, without, np.where(published > 0, published, by))
    return Intervals(np.minimum(began, by), by, days[corpus.lineage_file_releases])


def known_days(corpus: Corpus) -> I64:
    """The days (20240131) of the releases of a corpus, listed or not, by their numbers from 1; 0: not known."""
    days = (day_number(each.released) for each in (*corpus.releases, *corpus.unlisted))
    return np.array([0, *days], np.int64)


@lru_cache(1 << 14)
def day_number(day: str) -> int:
    """An ISO date as a number that orders alike: 20240131; 0 for none."""
    # Asked of some thousand releases at each start, many of one day: a pattern would take four times as long.
    digits = day[:4] + day[5:7] + day[8:]
    is_day = len(digits) == _DIGITS and day[4:5] == day[7:8] == "-" and digits.isascii() and digits.isdigit()
    return int(digits) if is_day else 0
