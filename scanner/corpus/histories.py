"""Path histories: the paths of upstream files through the releases, how old each is, and which of them may answer.

Edit this when an upstream should not answer for a copy. The columns of a corpus that say `lineage` are about path
histories; in a union of corpora a path history may be divided over several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from ..support.arrays import Array, Mask, among
from .ancestry import Ancestor, Descent
from .intervals import NEVER, day_number
from .model import Corpus, Project, Release, Version
from .union import CorpusUnion

# The releases of so many contents are remembered: each is asked for several times while a file is judged.
MOST_REMEMBERED = 256


class _Contents(Struct, frozen=True):
    """The contents that a path ever had, by their files in a union."""

    days: dict[int, int]
    """The day on which each stood there at the latest; oldest first."""
    copies: dict[int, list[int]]
    """For each file in the part of any corpus those of the same content in the parts of all; the first goes for all."""


class PathHistories(Struct, frozen=True, eq=False, dict=True):
    """The path histories [H] of a union of corpora: each is one path of one project through its releases."""

    union: CorpusUnion
    descent: Descent
    """What descends from what; the same of plain forms."""
    answering: Mask
    """bool: whether each project of the union may answer for a copy."""
    until: int = 0
    """The day (20240131) of the copy that is asked about; 0 where it is not known. Younger contents do not answer."""
    own: Mask | None = None
    """bool: whether each project is the scanned one, whose paths go on after the day on which they appeared."""
    refused: frozenset[int] = frozenset()
    """Path histories that do not answer either."""
    _contents: dict[int, _Contents] = field(default_factory=dict)
    _versions: dict[tuple[int, int], list[Version]] = field(default_factory=dict)

    def dated(self, day: str, owns: Callable[[Project], bool], but: Iterable[int] = ()) -> PathHistories:
        """The same for a copy of that ISO date (any, when empty), in a project that ``owns`` its own paths.

        Paths that certainly appeared later do not answer, nor those of ``but``.
        """
        own = np.array([owns(project) for project in self.union.projects], bool)
        return replace(self, until=day_number(day), own=own, refused=frozenset(but))

    def plain(self) -> PathHistories:
        """The same, with definitions in their plain form where that is known."""
        return replace(self, union=self.union.plain)

    def answer(self, histories: Array) -> Mask:
        """Which of these path histories may answer for a copy."""
        owners = self.union.known.owners[histories]
        answering: Mask = self.answering[owners]
        if self.until:
            own = self.own[owners] if self.own is not None else False
            answering = answering & ((self.union.known.intervals[0][histories] <= self.until) | own)
        if self.refused:
            answering = answering & ~among(np.array(sorted(self.refused)), histories)[1]
        return answering

    def are_own(self, histories: Array) -> Mask:
        """Which of these path histories are the scanned project's."""
        owners = self.union.known.owners[histories]
        return np.zeros(len(owners), bool) if self.own is None else self.own[owners]

    def oldest_ancestor(self, file: int) -> Ancestor | None:
        """The oldest file content that ``file`` descends from by its names, among those that may answer."""
        found, parent = None, self.descent.parent(file)
        while parent is not None:
            if self.answer(np.array([parent.history]))[0]:
                found = parent
            parent = self.descent.parent(parent.file)
        return found and found._replace(file=self._known(found.history).copies[found.file][0])

    def corpus_of(self, file: int) -> Corpus:
        """The corpus that holds a file."""
        return self.union.corpus_of(file)

    def project(self, history: int) -> Project:
        """Whose path it is."""
        return self.union.projects[int(self.union.known.owners[history])]

    def path(self, history: int) -> bytes:
        """The path, in UTF-8."""
        return self.union.path(history)

    def after(self, history: int) -> int:
        """The day (20240131) before which the path did not appear; 0 where none is known."""
        return int(self.union.known.intervals[0][history])

    def by(self, history: int) -> int:
        """The day (20240131) on which the path appeared at the latest; 0 where none is known."""
        return int(self.union.known.intervals[1][history])

    def born(self, history: int) -> int:
        """The day (20240131) of the first release that has the path, far in the future where none is known."""
        return self.by(history) or NEVER

    def order(self, history: int) -> tuple[int, str, bytes]:
        """Sorts path histories by age; those of one day by name."""
        return int(self.union.known.first[history]), self.project(history).name, self.path(history)

    def age(self, file: int, history: int) -> tuple[int, int, str, bytes, int]:
        """Sorts contents of paths by the age of the path, then by their own."""
        day, project, path = self.order(history)
        return day, self.day_of(file, history), project, path, file

    def interval(self, history: int) -> tuple[Release | None, Release | None]:
        """The last known release without the path, and the first with it."""
        told = [
            (_release(corpus, corpus.lineage_without, place), _release(corpus, corpus.lineage_appeared, place))
            for _, corpus, _, places in self.union.parts(np.array([history]))
            for place in places.tolist()
        ]
        owner = int(self.union.known.owners[history])
        if owner not in self.union.known.shared:
            return told[0]
        from .appearances import oldest, youngest_before  # of projects that several corpora hold

        first = oldest([appeared for _, appeared in told if appeared])
        lacking = [without for without, _ in told if without]
        return youngest_before(first, [*self.union.known.releases_of(owner), *lacking]), first

    def versions(self, file: int, history: int) -> list[Version]:
        """The releases that hold file content ``file`` under the path of ``history``, oldest first."""
        found = self._versions.get((file, history))
        if found is None:
            if len(self._versions) >= MOST_REMEMBERED:
                self._versions.clear()
            found = self._held(history, self._known(history).copies.get(file, [file]))
            self._versions[file, history] = found
        return list(found)

    def _held(self, history: int, copies: Iterable[int]) -> list[Version]:
        project, path = self.project(history), self.path(history).decode("utf-8", "replace")
        held = [
            each
            for copy in copies
            for each in self.union.corpus_of(copy).versions(self.union.local_file(copy))
            if (each.project, each.path) == (project, path)
        ]
        return sorted(held, key=lambda version: (version.release.day, _natural(version.release.version)))

    def day_of(self, file: int, history: int) -> int:
        """The day (20240131) on which a content of a path stood there at the latest; 0 where that is not known."""
        known = self._known(history)
        return known.days[known.copies[file][0]]

    def contents(self, history: int, until: int = NEVER) -> list[int]:
        """The contents that a path ever had, or had until a day (20240131), oldest first."""
        days = self._known(history).days
        return list(days) if until == NEVER else [file for file, day in days.items() if day <= until]

    def _known(self, history: int) -> _Contents:
        if history not in self._contents:
            files, days = (each.tolist() for each in self.union.distinct_contents(np.array([history]))[1:])
            copies = self._copies(history) if self.union.is_divided else {file: [file] for file in files}
            self._contents[history] = _Contents(self._by_age(history, files, days, copies), copies)
        return self._contents[history]

    def _copies(self, history: int) -> dict[int, list[int]]:
        files = np.sort(self.union.contents(np.array([history]))[1])
        equal: dict[int, list[int]] = {}
        for file, signature in zip(files.tolist(), self.union.signatures(files).tolist(), strict=True):
            equal.setdefault(signature, []).append(file)
        return {file: same for same in equal.values() for file in same}

    def _by_age(self, history: int, files: list[int], days: list[int], copies: dict[int, list[int]]) -> dict[int, int]:
        """The files with their days, oldest first; those of one day by the versions that have them."""

        def age(each: tuple[int, int]) -> tuple[object, ...]:
            file, day = each
            is_alone = days.count(day) == 1
            return day, "" if is_alone else _natural(self._held(history, copies[file])[0].release.version), file

        return dict(sorted(zip(files, days, strict=True), key=age))


def _natural(version: str) -> str:
    """Sorts versions, 0.9 before 0.10: of releases of one day, or without a date, nothing else tells which is older."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(12), version)


def _release(corpus: Corpus, column: Array, history: int) -> Release | None:
    return corpus.known_release(int(column[history]))


def path_histories(union: CorpusUnion, allows: Callable[[Project], bool] = lambda _: True) -> PathHistories:
    """The path histories of a union; those of projects that ``allows`` refuses do not answer. Raises IndexError for a
    damaged corpus."""
    answering = np.array([allows(project) for project in union.projects], bool)
    assert len(union.known.first) == len(union.known.intervals[0])
    return PathHistories(union, Descent(union), answering)
