"""All corpora in use as one: their files, definitions and path histories numbered on from corpus to corpus.

A path history of which one corpus has some releases and another one others is one: it goes by the number of its first
part. What is rare in all of them is in `rarity`, when paths appeared in `histories`, what is oldest in `ancestry`.
Edit this when two corpora should be put together in another way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct, field

from ..support.arrays import I64, U64, Array, distinct, run_bounds, runs
from ..support.mapped_files import MappedBound, let_go
from .history_table import HistoryTable
from .intervals import NEVER
from .kept.fingerprint_marks import FingerprintMarks
from .kept.sorted_rows import SortedRows
from .model import Corpus, Project
from .schema import COLUMNS

if TYPE_CHECKING:
    from .rarity import Rarity

_MIXED = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


# After so many files it is worth while to mark where the corpora have fingerprints.
MARKED_AFTER = 64
# Of so many ranges of definitions the path histories that hold them are remembered.
_MOST_REMEMBERED = 512


class Local(NamedTuple):
    """Things of one corpus among those that were asked for."""

    number: int
    """The number of the corpus."""
    corpus: Corpus
    rows: Array
    """Which of those asked for they are."""
    places: Array
    """Their numbers in the corpus."""


class CorpusUnion(Struct, frozen=True, eq=False, dict=True):
    """Several corpora, or one."""

    corpora: tuple[Corpus, ...]
    known: HistoryTable
    """Their path histories; the same of plain forms, as are their rows in order."""
    rows: tuple[SortedRows, ...]
    fingerprints: FingerprintMarks
    """Where they may have fingerprints; the same of plain forms."""
    _holding: dict[tuple[int, int, int], I64] = field(default_factory=dict)
    _files: count[int] = field(default_factory=lambda: count(1))
    _bound: MappedBound = field(default_factory=MappedBound)

    @classmethod
    def of(cls, corpora: Sequence[Corpus]) -> CorpusUnion:
        """Put corpora together. Raises IndexError for a damaged one."""
        marks = FingerprintMarks([each.fingerprints for each in corpora])
        return cls(tuple(corpora), HistoryTable(tuple(corpora)), tuple(map(SortedRows, corpora)), marks)

    @cached_property
    def plain(self) -> CorpusUnion:
        """The same, with definitions in their plain form where that is known."""
        plain = tuple(each.plain if each.knows_plain else each for each in self.corpora)
        return CorpusUnion(plain, self.known, self.rows, self.fingerprints, self._holding)

    def settle(self) -> None:
        """Have further look-ups be quick, which may take longer than one of them, and let go of what was read."""
        for each in self.rows:
            each.settle()
        if next(self._files) == MARKED_AFTER and self.fingerprints.make():  # which reads whole columns
            let_go(chain.from_iterable(each.arrays.values() for each in self.corpora))
        if self._bound.is_exceeded():
            self._bound.let_go(chain.from_iterable(map(_read_seldom, self.corpora)))

    @cached_property
    def rarity(self) -> Rarity:
        """How rare things are in all of it."""
        from .rarity import Rarity  # few files hold anything that it is asked for

        return Rarity(self.corpora, self.known, self.rows)

    @property
    def knows_plain(self) -> bool:
        """Whether any corpus knows plain forms."""
        return any(each.knows_plain for each in self.corpora)

    @property
    def history_count(self) -> int:
        """How many path histories there are, those that are divided counted once."""
        return self.known.count

    @property
    def projects(self) -> tuple[Project, ...]:
        """All projects, each once."""
        return self.known.projects

    @cached_property
    def file_bounds(self) -> list[int]:
        """The first file of each corpus, and the one after all."""
        return [*map(int, run_bounds([each.file_count for each in self.corpora]))]

    @cached_property
    def definition_bounds(self) -> list[int]:
        """The first definition of each corpus, and the one after all."""
        return [*map(int, run_bounds([len(each.definition_hashes) for each in self.corpora]))]

    def number_of(self, file: int) -> int:
        """The number of the corpus that holds a file."""
        return _owner(self.file_bounds, file)

    def corpus_of(self, file: int) -> Corpus:
        """The corpus that holds a file."""
        return self.corpora[self.number_of(file)]

    def local_file(self, file: int) -> int:
        """The number of a file in its corpus."""
        return file - self.file_bounds[self.number_of(file)]

    def files(self, files: Array) -> Iterator[Local]:
        """These files, corpus by corpus."""
        return self._split(self.file_bounds, files)

    def definitions(self, definitions: Array) -> Iterator[Local]:
        """These definitions, corpus by corpus."""
        return self._split(self.definition_bounds, definitions)

    def parts(self, histories: Array) -> Iterator[Local]:
        """The parts of these path histories, corpus by corpus."""
        rows, parts = self.known.parts_of(histories)
        for each in self._split(self.known.bounds, parts):
            yield each._replace(rows=rows[each.rows])

    def _split(self, bounds: list[int], numbers: Array) -> Iterator[Local]:
        if len(self.corpora) == 1:
            yield Local(0, self.corpora[0], np.arange(len(numbers)), numbers)
            return
        owners = np.searchsorted(np.array(bounds), numbers, "right") - 1
        for number in np.flatnonzero(np.bincount(owners, minlength=1)).tolist():
            rows = np.flatnonzero(owners == number)
            yield Local(number, self.corpora[number], rows, numbers[rows] - bounds[number])

    def histories(self, number: int, local: Array) -> Array:
        """The path histories that are these of corpus ``number``."""
        return self.known.whole(local.astype(np.int64) + self.known.bounds[number])

    def holders(self, definitions: Array) -> tuple[Array, Array]:
        """The path histories that hold these definitions, and which of ``definitions`` each holds."""
        found = []
        for number, corpus, rows, places in self.definitions(definitions):
            at, source = runs(corpus.definition_lineage_starts, places)
            found.append((self.histories(number, corpus.definition_lineages[at]), rows[source]))
        if len(found) == 1:
            return found[0]
        none = np.zeros(0, np.int64)
        histories, sources = zip(*found, strict=True) if found else ((none,), (none,))
        return np.concatenate(histories), np.concatenate(sources)

    def holding(self, number: int, first: int, last: int) -> I64:
        """The path histories that hold any of the definitions ``first`` to ``last``, that one left out, of corpus
        ``number``, each once. They are remembered: what stands in thousands of files stands in the next one as well."""
        found = self._holding.get((number, first, last))
        if found is None:
            if len(self._holding) >= _MOST_REMEMBERED:
                self._holding.clear()
            corpus = self.corpora[number]
            starts = corpus.definition_lineage_starts
            held = corpus.definition_lineages[int(starts[first]) : int(starts[last])]
            found = self._holding[number, first, last] = distinct(self.histories(number, held))
        return found

    @property
    def is_divided(self) -> bool:
        """Whether any path history is divided over corpora."""
        return self.known.canonical is not None

    def contents(self, histories: Array) -> tuple[Array, Array, Array]:
        """The contents of these path histories, in all their parts: which of ``histories`` each is of, its file, and
        the day (20240131) on which it stood there at the latest; 0 where that is not known."""
        found = []
        for number, corpus, rows, places in self.parts(histories):
            at, source = runs(corpus.lineage_file_starts, places)
            files = corpus.lineage_files[at].astype(np.int64) + self.file_bounds[number]
            found.append((rows[source], files, self.known.of_corpora[number].contents[at]))
        if len(found) == 1:
            return found[0]
        none = np.zeros(0, np.int64)
        of_history, files, days = (np.concatenate(each) for each in zip((none, none, none), *found, strict=True))
        order = np.argsort(of_history, kind="stable")
        return of_history[order], files[order], days[order]

    def distinct_contents(self, histories: Array) -> tuple[Array, Array, Array]:
        """The same; what several corpora have under one path is there once, by the first of them."""
        of_history, files, days = self.contents(histories)
        if not self.is_divided:
            return of_history, files, days
        signatures = self.signatures(files)
        order = np.lexsort((files, signatures, of_history))
        of_history, files, signatures = of_history[order], files[order], signatures[order]
        leads = np.ones(len(files), bool)
        leads[1:] = (of_history[1:] != of_history[:-1]) | (signatures[1:] != signatures[:-1])
        first = np.flatnonzero(leads)
        # A release without a date says nothing where another one has a date.
        known = np.where(days[order] > 0, days[order], NEVER)
        earliest = np.minimum.reduceat(known, first) if len(first) else known
        return of_history[first], files[first], earliest % NEVER

    def single_files(self) -> Iterator[tuple[int, int]]:
        """The file, and its path history, of each corpus that has one only."""
        for number, corpus in enumerate(self.corpora):
            if corpus.file_count == 1:
                yield self.file_bounds[number], int(self.histories(number, corpus.file_lineages)[0])

    def path(self, history: int) -> bytes:
        """The path of a path history, in UTF-8."""
        number = _owner(self.known.bounds, history)
        corpus = self.corpora[number]
        return corpus.spelling(int(corpus.lineage_paths[history - self.known.bounds[number]]))

    def signatures(self, files: Array) -> U64:
        """A number for what each of these files is: the same content in two corpora has the same one."""
        found = np.zeros(len(files), np.uint64)
        for _, corpus, rows, places in self.files(files):
            members, of_file = runs(corpus.file_starts, places)
            sums = np.zeros(len(places), np.uint64)
            np.add.at(sums, of_file, _member_numbers(corpus, members, members - corpus.file_starts[places][of_file]))
            found[rows] = sums
        return found


def _read_seldom(corpus: Corpus) -> Iterator[Array]:
    """All columns but those in which each file looks up what it holds, and touches most of, a sixth of a corpus."""
    return (array for name, array in corpus.arrays.items() if not COLUMNS[name].is_sorted)


def _owner(bounds: list[int], number: int) -> int:
    place = len(bounds) - 2
    while bounds[place] > number:
        place -= 1
    return place


def _member_numbers(corpus: Corpus, rows: Array, places: Array) -> U64:
    """A number for each of these definitions in files, by what it is and its place in the file."""
    definitions = corpus.member_definitions[rows]
    code = corpus.definition_hashes[definitions] * _MIXED[0] ^ corpus.definition_spellings[definitions]
    named = corpus.name_hashes[corpus.member_names[rows]] + corpus.definition_kinds[definitions] * _MIXED[2]
    lines = corpus.member_first_lines[rows].astype(np.uint64) << np.uint64(32) | corpus.member_last_lines[rows]
    told = (code * _MIXED[1] ^ named) * _MIXED[0] + (
        lines ^ corpus.member_parents[rows].astype(np.uint64) << np.uint64(20)
    )
    told = (told ^ told >> np.uint64(29)) * _MIXED[1]
    numbers: U64 = (told ^ told >> np.uint64(32)) * (2 * places + 1).astype(np.uint64)
    return numbers
