"""Path histories: the paths of upstream files through the releases, how old each is, and which descends from which.

Edit this when an upstream should not answer for a copy, or when the wrong file is taken for the ancestor of another.
The columns of a corpus that say `lineage` are about path histories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..support.arrays import Array, distinct, pack_pairs, run_bounds, runs, unpack_pairs
from .intervals import NEVER, Intervals, day_number, intervals_of
from .model import Corpus, Project, Version
from .schema import Columns

# A name in more upstream paths than this is a word of the field (`Block`, `forward`), not a family's.
COMMON_NAME = 60
# An ancestor has at least this share of the distinctive names, and this share of the statements as they stand.
LEAST_NAMES = 0.4
LEAST_STATEMENTS = 0.02


class PathHistories(Struct, frozen=True, eq=False):
    """The path histories [H] of a corpus: each is one path of one project through its releases."""

    corpus: Corpus
    first: Array
    """int64[H]: the rank, by date, of the first release that holds the path."""
    allowed: Array
    """bool[H]: whether the path may answer for a copy."""
    intervals: Intervals
    """When its paths and contents appeared."""
    until: int = 0
    """The day (20240131) of the copy that is asked about; 0 where it is not known. Younger contents do not answer."""
    own: Array | None = None
    """bool[H]: the paths of the scanned project itself, which go on after the day on which they appeared."""

    def dated(self, day: str, owns: Callable[[Project], bool], but: Iterable[int] = ()) -> PathHistories:
        """The same for a copy of that ISO date (any, when empty), in a project that ``owns`` its own paths.

        Paths that certainly appeared later do not answer, nor those of ``but``.
        """
        until = day_number(day)
        own = np.array([owns(project) for project in self.corpus.projects], bool)[self.corpus.lineage_projects]
        allowed = self.allowed & ((self.intervals.after <= until) | own | (not until))
        allowed[list(but)] = False
        return replace(self, allowed=allowed, until=until, own=own)

    def plain(self) -> PathHistories:
        """The same, with definitions in their plain form where that is known."""
        return replace(self, corpus=self.corpus.plain) if self.corpus.knows_plain else self

    def oldest_ancestor(self, file: int) -> int | None:
        """The oldest file content that ``file`` descends from by its names, among those that may answer."""
        found, ancestors = None, self.corpus.file_ancestors
        while ancestors[file] != file:
            file = int(ancestors[file])
            if self.allowed[self.corpus.file_lineages[file]]:
                found = file
        return found

    def born(self, history: int) -> int:
        """The day (20240131) of the first release that has the path, far in the future where none is known."""
        return int(self.intervals.by[history]) or NEVER

    def versions(self, file: int, history: int) -> list[Version]:
        """The releases that hold file content ``file`` under the path of ``history``, oldest first."""
        corpus = self.corpus
        project = corpus.projects[int(corpus.lineage_projects[history])]
        path = corpus.text(int(corpus.lineage_paths[history]))
        return [each for each in corpus.versions(file) if (each.project, each.path) == (project, path)]

    def day_of(self, file: int, history: int) -> int:
        """The day (20240131) on which a content of a path stood there at the latest; 0 where that is not known."""
        first, last = self.corpus.lineage_file_starts[history : history + 2].tolist()
        place = first + int(np.searchsorted(self.corpus.lineage_files[first:last], file))
        return int(self.intervals.contents[place])

    def contents(self, history: int, until: int = NEVER) -> list[int]:
        """The contents that a path ever had, or had until a day (20240131), oldest first."""
        first, last = self.corpus.lineage_file_starts[history : history + 2].tolist()
        places = first + np.flatnonzero(self.intervals.contents[first:last] <= until)
        days = self.intervals.contents[places]
        files: list[int] = self.corpus.lineage_files[places][np.argsort(days, kind="stable")].tolist()
        return files


def path_histories(corpus: Corpus, allows: Callable[[Project], bool] = lambda _: True) -> PathHistories:
    """The path histories of a corpus; those of projects that ``allows`` refuses do not answer."""
    days = [release.day for release in corpus.releases]
    ranks = np.empty(len(days), np.int64)
    ranks[sorted(range(len(days)), key=days.__getitem__)] = np.arange(len(days))
    allowed = np.array([allows(project) for project in corpus.projects], bool)[corpus.lineage_projects]
    return PathHistories(corpus, ranks[corpus.lineage_first_releases], allowed, intervals_of(corpus))


def ancestors(columns: Columns, ages: Array) -> Array:
    """For each file content the one it descends from, itself where none is known.

    Of the ``columns`` all others are filled; ``ages`` int64[H] ranks the path histories by their first release. An
    ancestor is of an older history, so that to follow ancestors always ends.
    """
    ancestry = _Ancestry.of(columns, ages)
    return np.array([ancestry.ancestor(file) for file in range(len(columns.file_lineages))], np.int64)


class _Ancestry(Struct, frozen=True):
    """The columns, which files define each name, and which statements each file has."""

    columns: Columns
    ages: Array
    files_by_name: Array
    name_starts: Array
    statements: Array
    """Of each file those that it has, distinct and in order; ``starts`` [F + 1] are their bounds."""
    starts: Array
    shared: Array
    """float64[S], all 0 but while a file is looked at: what each of its statements counts."""

    @classmethod
    def of(cls, columns: Columns, ages: Array) -> _Ancestry:
        owners = np.repeat(np.arange(len(columns.file_lineages)), np.diff(columns.file_starts).astype(np.int64))
        names, files = unpack_pairs(np.unique(pack_pairs(columns.member_names, owners)))
        starts = np.searchsorted(names, np.arange(len(columns.name_lineages) + 1))
        held = [np.zeros(0, np.uint32)] + [_contents(columns, file) for file in range(len(columns.file_lineages))]
        bounds = run_bounds([len(each) for each in held[1:]])
        shared = np.zeros(len(columns.statement_tokens))
        return cls(columns, ages, files, starts, np.concatenate(held), bounds, shared)

    def ancestor(self, file: int) -> int:
        rare, weights = self._distinctive_names(file)
        if not weights.any():  # no rare name, or one upstream path only, whose names are then nothing special
            return file
        places, of_name = runs(self.name_starts, rare)
        files, inverse = np.unique(self.files_by_name[places], return_inverse=True)
        shares = np.bincount(inverse, weights[of_name]) / weights.sum()
        history = self.columns.file_lineages
        older = self.ages[history[files]] < self.ages[history[file]]
        near = files[older & (shares >= LEAST_NAMES)]
        # Files are numbered as releases were added, so that the least number is the oldest content of a history.
        oldest_first = near[np.lexsort((near, self.ages[history[near]]))].tolist()
        return self._first_kin(file, oldest_first)

    def _distinctive_names(self, file: int) -> tuple[Array, Array]:
        """The distinctive names that a file defines, and the IDF weight of each."""
        counts = self.columns.name_lineages
        held = np.unique(self.columns.member_names[slice(*self.columns.file_starts[file : file + 2].tolist())])
        rare = held[counts[held] <= COMMON_NAME]
        return rare, np.log(len(self.ages) / np.maximum(counts[rare], 1).astype(np.int64))

    def _first_kin(self, file: int, others: Iterable[int]) -> int:
        """The first of ``others`` that has enough of the distinctive statements of ``file``, spelled alike."""
        mine = self._statements(file)
        value = self.columns.statement_tokens[mine] * self.columns.statement_weights[mine].astype(np.float64)
        whole = max(value.sum(), 1.0)
        self.shared[mine] = value
        shares = ((other, self.shared[self._statements(other)].sum() / whole) for other in others)
        found = next((other for other, share in shares if share >= LEAST_STATEMENTS), file)
        self.shared[mine] = 0.0
        return found

    def _statements(self, file: int) -> Array:
        first, last = self.starts[file : file + 2].tolist()
        return self.statements[first:last]


def _contents(columns: Columns, file: int) -> Array:
    definitions = columns.member_definitions[slice(*columns.file_starts[file : file + 2].tolist())]
    places, _ = runs(columns.definition_statement_starts, definitions)
    return distinct(columns.definition_statements[places])
