"""What a corpus keeps of when paths and contents first appeared: by its own releases, and by others' lists of paths.

Of a path that a project gained between two releases, nothing tells on which day. Of releases that a corpus does not
list, the list of their paths may be known, which brings the two closer. Edit this when more should be known of when a
path appeared; `intervals` reads what is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..support.arrays import Array
from .model import Corpus, Release
from .schema import Columns, fitted


class Listing(Struct, frozen=True):
    """What releases tell of a path whose files are not in the corpus, only listed."""

    holding: frozenset[Release] = frozenset()
    """Those that have the path,"""
    lacking: frozenset[Release] = frozenset()
    """and those that lack it."""

    def __or__(self, other: Listing) -> Listing:
        return Listing(self.holding | other.holding, self.lacking | other.lacking)


def filled(corpus: Corpus) -> dict[str, Array]:
    """The APPEARANCES of a corpus that has all other columns: what its own releases tell."""
    first = corpus.lineage_first_releases
    before = np.array(list(_numbers_before(corpus.releases)), np.int64)
    columns = {
        Columns.lineage_appeared: first.astype(np.int64) + 1,
        Columns.lineage_without: before[first],
        Columns.lineage_file_releases: np.array(list(_first_of_contents(corpus)), np.int64) + 1,
    }
    return {column.name: fitted(column, array) for column, array in columns.items()}


def _numbers_before(releases: Iterable[Release]) -> Iterator[int]:
    """For each release the number, from 1, of the youngest of its project and origin that is older; 0: none."""
    by_origin: defaultdict[tuple[int, str], list[Release]] = defaultdict(list)
    numbers = {release: number for number, release in enumerate(releases, 1)}
    for release in releases:
        by_origin[release.project, release.origin].append(release)
    for release in releases:
        before = youngest_before(release, by_origin[release.project, release.origin])
        yield numbers[before] if before else 0


def youngest_before(release: Release, others: Iterable[Release]) -> Release | None:
    """The youngest of ``others`` that is older by its day; none where no day is known."""
    return max((other for other in others if other.day < release.released), key=_age, default=None)


def oldest(releases: Iterable[Release]) -> Release:
    """The oldest by its day."""
    return min(releases, key=_age)


def _age(release: Release) -> tuple[str, str, str]:
    """By day, and in an order that is always the same."""
    return release.day, release.version, release.origin


def identity(release: Release) -> tuple[int, str, str]:
    """What tells a release from all others of a corpus: two packages of a project may have the same versions."""
    return release.project, release.version, release.origin


def _first_of_contents(corpus: Corpus) -> Iterator[int]:
    """For each content of each path history the number of the oldest release that holds it there."""
    days = [release.day for release in corpus.releases]
    owners = [release.project for release in corpus.releases]
    rows = zip(
        corpus.version_releases.tolist(),
        corpus.version_paths.tolist(),
        _of_runs(corpus.file_version_starts),
        strict=True,
    )
    first: dict[tuple[int, int, int], int] = {}
    for release, path, file in sorted(rows, key=lambda row: (days[row[0]], row[0])):
        first.setdefault((owners[release], path, file), release)
    histories = list(zip(corpus.lineage_projects.tolist(), corpus.lineage_paths.tolist(), strict=True))
    for history, file in zip(_of_runs(corpus.lineage_file_starts), corpus.lineage_files.tolist(), strict=True):
        project, path = histories[history]
        yield first[project, path, file]


def _of_runs(starts: Array) -> list[int]:
    """The number of the run that each item is in, by the bounds of the runs."""
    of_item: list[int] = np.repeat(np.arange(len(starts) - 1), np.diff(starts).astype(np.int64)).tolist()
    return of_item


def narrowed(corpus: Corpus, listings: Mapping[int, Listing], held: Mapping[int, Release]) -> Corpus:
    """The corpus with what listed paths tell: of path histories, by number, and which release ``held`` a content, by
    its row, before those of the corpus.

    Of the releases that are not in the corpus it gets those that bound an interval.
    """
    known = _Known(corpus)
    bounds = {history: known.bounds(history, listing) for history, listing in listings.items()}
    firsts = {row: known.first_holder(row, release) for row, release in held.items()}
    needed = {release for pair in bounds.values() for release in pair if release} | set(firsts.values())
    numbers = known.numbered(needed)
    columns = (Columns.lineage_appeared, Columns.lineage_without, Columns.lineage_file_releases)
    appeared, without, holders = (corpus.arrays[column.name].astype(np.int64) for column in columns)
    for history, (first, before) in bounds.items():
        appeared[history], without[history] = numbers[first], numbers[before] if before else 0
    for row, release in firsts.items():
        holders[row] = numbers[release]
    filled_in = zip(columns, (appeared, without, holders), strict=True)
    arrays = {column.name: fitted(column, array) for column, array in filled_in}
    return replace(corpus, arrays={**corpus.arrays, **arrays}, unlisted=tuple(numbers)[len(corpus.releases) :])


class _Known:
    """The releases of a corpus, which win over equal ones that are only listed."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.by_version = {identity(release): release for release in corpus.releases}
        # What one package of a project lacks, another may have had before.
        self.by_origin: defaultdict[tuple[int, str], list[Release]] = defaultdict(list)
        for release in corpus.releases:
            self.by_origin[release.project, release.origin].append(release)

    def itself(self, release: Release) -> Release:
        return self.by_version.get(identity(release), release)

    def bounds(self, history: int, listing: Listing) -> tuple[Release, Release | None]:
        """The oldest release that has a path, and the youngest before it that lacks the path."""
        first = self.corpus.releases[self.corpus.lineage_first_releases[history]]
        first = oldest((first, *map(self.itself, listing.holding)))
        lacking = (each for each in map(self.itself, listing.lacking) if each.origin == first.origin)
        return first, youngest_before(first, (*self.by_origin[first.project, first.origin], *lacking))

    def first_holder(self, row: int, release: Release) -> Release:
        listed = self.corpus.known_release(int(self.corpus.lineage_file_releases[row]))
        return oldest((listed or release, self.itself(release)))

    def numbered(self, needed: set[Release]) -> dict[Release, int]:
        """The numbers, from 1, of the releases of the corpus and after them of those that are needed besides."""
        further = sorted(
            needed - set(self.corpus.releases), key=lambda each: (each.project, each.day, each.version, each.origin)
        )
        return {release: number for number, release in enumerate((*self.corpus.releases, *further), 1)}
