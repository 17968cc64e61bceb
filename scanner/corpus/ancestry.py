"""Which upstream file descends from which, by the distinctive names that they define.

Of one corpus that is worked out when it is built, and kept; of several when it is asked, since what is distinctive, and
what is oldest, is decided over all. Edit this when the wrong file is taken for the ancestor of another: both ways must
tell the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct, field

from ..support.arrays import I64, U64, Array, among, distinct, pack_pairs, run_bounds, runs, unpack_pairs
from .schema import Columns
from .spellings import keys_in
from .union import CorpusUnion

# A name in more upstream paths than this is a word of the field (`Block`, `forward`), not a family's.
COMMON_NAME = 60
# An ancestor has at least this share of the distinctive names, and this share of the statements as they stand.
LEAST_NAMES = 0.4
LEAST_STATEMENTS = 0.02


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


class Ancestor(NamedTuple):
    """A file content, by its number in a union, and the path history that it was first seen in."""

    file: int
    history: int


class Descent(Struct, frozen=True, eq=False, dict=True):
    """What each file of a union of corpora descends from, worked out when it is asked, and remembered."""

    union: CorpusUnion
    _found: dict[int, Ancestor | None] = field(default_factory=dict)

    def parent(self, file: int) -> Ancestor | None:
        """What a file content descends from; None where nothing is known."""
        if file not in self._found:
            self._found[file] = self._of_one(file) if len(self.union.corpora) == 1 else self._of_several(file)
        return self._found[file]

    def _of_one(self, file: int) -> Ancestor | None:
        """By what the corpus itself tells."""
        (corpus,) = self.union.corpora
        ancestor = int(corpus.file_ancestors[file])
        return None if ancestor == file else Ancestor(ancestor, int(corpus.file_lineages[ancestor]))

    def _of_several(self, file: int) -> Ancestor | None:
        names, weights = self._distinctive_names(file)
        if not weights.any():
            return None
        files = self._sharing(names, weights)
        contents = self._contents(files)
        mine = self._home(next(each for each in contents if file in each))
        older = [home for home in map(self._home, contents) if home.age < mine.age]
        for home in sorted(older, key=lambda each: (each.age, each)):
            if self._shared_statements(file, home.file) >= LEAST_STATEMENTS:
                return Ancestor(home.file, home.history)
        return None

    def _distinctive_names(self, file: int) -> tuple[U64, Array]:
        """The hashes of the distinctive names that a file defines, and the IDF weight of each."""
        corpus, local = self.union.corpus_of(file), self.union.local_file(file)
        rows = slice(*corpus.file_starts[local : local + 2].tolist())
        held = corpus.name_hashes[distinct(corpus.member_names[rows])]
        counts = self.union.rarity.name_frequencies(held)
        rare = counts <= COMMON_NAME
        return held[rare], np.log(self.union.history_count / np.maximum(counts[rare], 1))

    def _sharing(self, names: U64, weights: Array) -> I64:
        """The files that define enough of the names, which are sorted."""
        found = [np.zeros(0, np.int64)]
        for number, corpus in enumerate(self.union.corpora):
            places, known = among(corpus.name_hashes, names)
            if not known.any():
                continue
            members = self.union.rarity.members_named(number, places[known])
            if not len(members):  # the names stand there, but are those of no definition
                continue
            owners = np.searchsorted(corpus.file_starts, members, "right") - 1
            of_name = np.searchsorted(places[known], corpus.member_names[members])
            files, of_name = unpack_pairs(distinct(pack_pairs(owners, of_name)))
            held = distinct(files)
            shares = np.bincount(np.searchsorted(held, files), weights[known][of_name]) / weights.sum()
            found.append(held[np.flatnonzero(shares >= LEAST_NAMES)] + self.union.file_bounds[number])
        return np.concatenate(found)

    def _contents(self, files: I64) -> list[list[int]]:
        """The files, those of equal content together."""
        equal: defaultdict[int, list[int]] = defaultdict(list)
        for file, signature in zip(files.tolist(), self.union.signatures(files).tolist(), strict=True):
            equal[signature].append(file)
        return list(equal.values())

    def _home(self, files: list[int]) -> _Home:
        """Where a content, which is that of ``files``, was first seen."""
        return min(map(self._seen, files))

    def _seen(self, file: int) -> _Home:
        number = self.union.number_of(file)
        corpus, local = self.union.corpora[number], self.union.local_file(file)
        first, last = corpus.file_version_starts[local : local + 2].tolist()
        day = self._days[number][corpus.version_releases[first:last]].min()
        own = corpus.file_lineages[local]
        history = int(self.union.histories(number, own[None])[0])
        project = corpus.projects[corpus.lineage_projects[own]].name
        path = corpus.spelling(int(corpus.lineage_paths[own]))
        return _Home(int(day), project, path, file, history, int(self.union.known.first[history]))

    @cached_property
    def _days(self) -> list[I64]:
        return [self.union.known.release_days(corpus) for corpus in self.union.corpora]

    def _shared_statements(self, file: int, other: int) -> float:
        """Share of the distinctive statements of ``file`` that stand in ``other``, spelled alike."""
        number, statements = self._statements(file)
        corpus = self.union.corpora[number]
        weights = self.union.rarity.statement_weights(number, statements)
        value = corpus.statement_tokens[statements] * weights.astype(np.float64)
        others_number, others = self._statements(other)
        if number == others_number:
            held = among(others, statements)[1]
        else:
            held = among(np.sort(keys_in(self.union.corpora[others_number], others)), keys_in(corpus, statements))[1]
        return float(value[held].sum() / max(value.sum(), 1.0))

    def _statements(self, file: int) -> tuple[int, Array]:
        """The number of the corpus that holds a file, and the statements of the file there, distinct and in order."""
        corpus, local = self.union.corpus_of(file), self.union.local_file(file)
        definitions = corpus.member_definitions[slice(*corpus.file_starts[local : local + 2].tolist())]
        places, _ = runs(corpus.definition_statement_starts, definitions)
        return self.union.number_of(file), distinct(corpus.definition_statements[places])


class _Home(Struct, frozen=True, order=True):
    """Where a content was first seen; in the order of age."""

    day: int
    project: str
    path: bytes
    file: int
    history: int
    age: int
    """The day of the first release that has the path."""
