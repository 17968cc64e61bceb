"""When the paths of upstreams, and their contents, first appeared, by the releases that a corpus lists.

Of a path that a project gained between two listed releases, nothing tells on which day: whoever has the same code from
in between may have been first. Edit this when more should be known than the releases tell.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from msgspec import Struct

from ..support.arrays import Array
from ..support.lazy import lazy_pattern
from .model import Corpus, Release
from .schema import Columns

# Later than any day.
NEVER = 9999_12_31
_DAY = lazy_pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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
    known = [0, *(day_number(each.released) for each in (*corpus.releases, *corpus.unlisted))]
    days = np.array(known, np.int64)
    published = np.array([day_number(each.published) for each in corpus.projects], np.int64)[corpus.lineage_projects]
    by, without = days[corpus.lineage_appeared], days[corpus.lineage_without]
    began = np.where(without > 0, without, np.where(published > 0, published, by))
    return Intervals(np.minimum(began, by), by, days[corpus.lineage_file_releases.astype(np.int64) + 1])


def day_number(day: str) -> int:
    """An ISO date as a number that orders alike: 20240131; 0 for none."""
    return int(day.replace("-", "")) if _DAY.fullmatch(day) else 0


def filled(corpus: Corpus) -> dict[str, Array]:
    """The columns that follow from the others: the releases around the first appearance of paths and contents.

    Of a corpus that has all others.
    """
    first = corpus.lineage_first_releases
    before = _releases_before(corpus.releases)
    return {
        Columns.lineage_without.name: _typed(Columns.lineage_without, np.array(before, np.int64)[first]),
        Columns.lineage_appeared.name: _typed(Columns.lineage_appeared, first.astype(np.int64) + 1),
        Columns.lineage_file_releases.name: _typed(Columns.lineage_file_releases, _first_of_contents(corpus)),
    }


def _typed(column: Any, array: Array) -> Array:
    return array.astype(column.dtype, copy=False)


def _releases_before(releases: tuple[Release, ...]) -> list[int]:
    """For each release the number, from 1, of the last one of its project that is older by its day; 0: none."""
    by_project: defaultdict[int, list[int]] = defaultdict(list)
    for number, release in enumerate(releases):
        if release.released:
            by_project[release.project].append(number)
    before = [0] * len(releases)
    for numbers in by_project.values():
        numbers.sort(key=lambda number: releases[number].released)
        last, day = 0, ""
        for place, number in enumerate(numbers):
            if releases[number].released != day:
                last, day = (numbers[place - 1] + 1 if place else 0), releases[number].released
            before[number] = last
    return before


def _first_of_contents(corpus: Corpus) -> Array:
    """For each content of each path history the number of the oldest release that holds it there."""
    owners = np.array([release.project for release in corpus.releases], np.int64)
    days = [release.day for release in corpus.releases]
    age = np.empty(len(days), np.int64)
    age[sorted(range(len(days)), key=days.__getitem__)] = np.arange(len(days))
    files = np.repeat(np.arange(corpus.file_count), np.diff(corpus.file_version_starts).astype(np.int64))
    histories = np.repeat(np.arange(len(corpus.lineage_paths)), np.diff(corpus.lineage_file_starts).astype(np.int64))
    told = np.stack([owners[corpus.version_releases], corpus.version_paths.astype(np.int64), files], axis=1)
    held = np.stack(
        [
            corpus.lineage_projects[histories].astype(np.int64),
            corpus.lineage_paths[histories].astype(np.int64),
            corpus.lineage_files.astype(np.int64),
        ],
        axis=1,
    )
    rows = np.concatenate([held, told])
    _, places = np.unique(rows, axis=0, return_inverse=True)
    places = places.ravel()
    oldest = np.full(int(places.max(initial=-1)) + 1, len(days), np.int64)
    np.minimum.at(oldest, places[len(held) :], age[corpus.version_releases])
    by_age = np.argsort(age)
    return by_age[np.minimum(oldest[places[: len(held)]], max(len(days) - 1, 0))]
