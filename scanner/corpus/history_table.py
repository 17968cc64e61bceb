"""The path histories of all corpora in use, numbered on from corpus to corpus: whose each is, and when it appeared.

A path of which one corpus has some releases and another one others has one path history: it goes by the number of its
first part. Edit this when it should be told in another way what is one path, or when it appeared.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec import Struct

from ..support.arrays import I64, Array, run_bounds
from .intervals import NEVER, Intervals, day_number, day_numbers, intervals_of, known_days
from .model import Corpus, Project, Release


class HistoryTable(Struct, frozen=True, eq=False, dict=True):
    """The path histories [H] of all corpora, numbered from corpus to corpus."""

    corpora: tuple[Corpus, ...]

    @cached_property
    def bounds(self) -> list[int]:
        """The first of each corpus, and the one after all."""
        return [*map(int, run_bounds([len(each.lineage_projects) for each in self.corpora]))]

    @cached_property
    def of_corpora(self) -> list[Intervals]:
        """When paths and contents appeared, as each corpus tells."""
        return [intervals_of(each) for each in self.corpora]

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """All projects, each once."""
        return tuple(dict.fromkeys(project for each in self.corpora for project in each.projects))

    @cached_property
    def owners(self) -> I64:
        """[H]: the number of the project in `projects`."""
        numbers = {project: number for number, project in enumerate(self.projects)}
        found = [
            np.array([numbers[project] for project in each.projects], np.int64)[each.lineage_projects]
            for each in self.corpora
        ]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    @cached_property
    def shared(self) -> list[int]:
        """The numbers of projects that more than one corpus has releases of."""
        seen: dict[Project, int] = {}
        for each in self.corpora:
            for project in each.projects:
                seen[project] = seen.get(project, 0) + 1
        return [number for number, project in enumerate(self.projects) if seen[project] > 1]

    @cached_property
    def canonical(self) -> I64 | None:
        """[H]: the first part of each; None where none is divided."""
        if not self.shared:
            return None
        of_shared = np.zeros(len(self.projects), bool)
        of_shared[self.shared] = True
        histories = np.flatnonzero(of_shared[self.owners])
        paths = np.concatenate([each.name_hashes[each.lineage_paths] for each in self.corpora])[histories]
        order = np.lexsort((histories, paths, self.owners[histories]))
        histories, paths = histories[order], paths[order]
        owners = self.owners[histories]
        leads = np.ones(len(histories), bool)
        leads[1:] = (paths[1:] != paths[:-1]) | (owners[1:] != owners[:-1])
        if leads.all():
            return None
        whole = np.arange(self.bounds[-1])
        whole[histories] = histories[np.maximum.accumulate(np.where(leads, np.arange(len(leads)), 0))]
        return whole

    def whole(self, histories: Array) -> Array:
        """What path history each of these numbers, which may be of parts, is of."""
        return histories if self.canonical is None else self.canonical[histories]

    @cached_property
    def count(self) -> int:
        """How many there are, parts of one counted once."""
        total = self.bounds[-1]
        return total if self.canonical is None else int((self.canonical == np.arange(total)).sum())

    @cached_property
    def _parts(self) -> tuple[Array, Array]:
        """The parts of divided path histories in order of what they are parts of, and that."""
        if self.canonical is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        times = np.bincount(self.canonical, minlength=len(self.canonical))
        parts = np.flatnonzero(times[self.canonical] > 1)
        parts = parts[np.argsort(self.canonical[parts], kind="stable")]
        return parts, self.canonical[parts]

    def parts_of(self, histories: Array) -> tuple[Array, Array]:
        """The parts of these path histories, and before them which of ``histories`` each is of."""
        if self.canonical is None:
            return np.arange(len(histories)), histories
        parts, whole = self._parts
        first = np.searchsorted(whole, histories, "left")
        counts = np.searchsorted(whole, histories, "right") - first
        rows = np.repeat(np.arange(len(histories)), np.maximum(counts, 1))
        place = np.arange(len(rows)) - np.repeat(run_bounds(np.maximum(counts, 1))[:-1], np.maximum(counts, 1))
        divided = counts[rows] > 0
        found = histories[rows].astype(np.int64)
        found[divided] = parts[(first[rows] + place)[divided]]
        return rows, found

    @cached_property
    def divided_parts(self) -> list[tuple[Array, Array]]:
        """For each corpus its parts of divided path histories: their numbers there, and what each is a part of."""
        parts, whole = self._parts
        return [
            (parts[chosen] - first, whole[chosen])
            for first, last in zip(self.bounds[:-1], self.bounds[1:], strict=True)
            for chosen in [(parts >= first) & (parts < last)]
        ]

    @cached_property
    def first(self) -> I64:
        """[H]: the day (20240131) of the first release of a corpus that holds the path; NEVER where none is known."""
        found = [self.release_days(corpus)[corpus.lineage_first_releases] for corpus in self.corpora]
        return self._of_whole(np.concatenate(found) if found else np.zeros(0, np.int64), np.minimum)

    @staticmethod
    def release_days(corpus: Corpus) -> I64:
        """The days (20240131) of the releases of a corpus, NEVER where none is known."""
        days = day_numbers([each.released for each in corpus.releases])
        return np.where(days > 0, days, NEVER)

    def _of_whole(self, days: I64, choose: np.ufunc) -> I64:
        """[H]: of each path history what ``choose`` takes of the days of its parts."""
        parts, whole = self._parts
        if len(parts):
            days = days.copy()
            choose.at(days, whole, days[parts])
            days[parts] = days[whole]
        return days

    @cached_property
    def intervals(self) -> tuple[I64, I64]:
        """[H]: the days (20240131) not before which, and on which at the latest, each path appeared; 0: not known."""
        none = np.zeros(0, np.int64)
        after = np.concatenate([each.after for each in self.of_corpora] or [none])
        by = np.concatenate([each.by for each in self.of_corpora] or [none])
        if not self.shared:
            return after, by
        after, by = after.copy(), self._of_whole(np.where(by > 0, by, NEVER), np.minimum)
        without = self._last_without(by)
        for number in self.shared:
            rows = np.flatnonzero(self.owners == number)
            days = np.sort([day for each in self.releases_of(number) if (day := day_number(each.released))])
            places = np.searchsorted(days, by[rows], "left")
            before = np.append(days, 0).astype(np.int64)[places - 1] * (places > 0) * (by[rows] < NEVER)
            before = np.maximum(before, without[rows])
            published = day_number(self.projects[number].published) or by[rows] % NEVER
            began = np.where(before > 0, before, published)
            after[rows] = np.minimum(began, by[rows] % NEVER)
        return after, by % NEVER

    def _last_without(self, by: I64) -> I64:
        """[H]: the last day on which a corpus knows a release that lacks the path, before the day ``by``."""
        without = np.concatenate([known_days(corpus)[corpus.lineage_without] for corpus in self.corpora])
        without[without >= by] = 0
        return self._of_whole(without, np.maximum)

    def releases_of(self, project: int) -> list[Release]:
        """All releases of a project that a corpus lists."""
        wanted = self.projects[project]
        return [
            release
            for corpus in self.corpora
            for release in corpus.releases
            if corpus.projects[release.project] == wanted
        ]
