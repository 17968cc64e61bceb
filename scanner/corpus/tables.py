"""The tables of a corpus that is being built: everything once and numbered, and packed into columns at the end.

Edit this when the corpus gets a column, together with `schema`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..fingerprints.statement_cache import StatementCache
from ..support.arrays import Array, pack_pairs, run_bounds, unpack_pairs
from .ancestry import ancestors
from .appearances import Listing, filled, narrowed
from .model import Corpus, Release
from .plain_tables import PlainTables, plain_columns
from .rarity import idf_weights
from .schema import Column, Columns, fitted

# Arrays that will be columns of a corpus, in whatever type they were worked out.
_Filled = dict[Column[Any], Array]


class Numbering(dict[Any, int]):
    """Numbers for values, in the order they are first seen."""

    def __missing__(self, value: Any) -> int:
        self[value] = number = len(self)
        return number


class VersionRow(Struct, frozen=True):
    """One file of one release, by the numbers of what it is."""

    file: int
    release: int
    path: int
    notice: int


class Tables:
    """Everything of a corpus but its arrays, each thing once and numbered; ``finish`` packs it."""

    def __init__(self) -> None:
        self.projects = Numbering()
        self.releases: list[Release] = []
        self.cache = StatementCache()
        self.notices = Numbering()
        self.statements = Numbering()  # (digest, names) -> number
        self.statement_tokens: list[int] = []
        self.definitions = Numbering()  # (kind, hash, statements) -> number
        self.definition_tokens: list[int] = []
        self.spellings: list[int] = []
        self.fingerprints: list[Array] = []
        self.plain = PlainTables()
        # Whether plain forms are known of what was added: all of it, none, or some.
        self.knows_plain: set[bool] = set()
        self.files = Numbering()  # rows of definitions -> number
        self.rows: list[VersionRow] = []
        # What is known by lists of paths: of (project, path), and of (project, path, file) what held it first.
        self.listings: dict[tuple[int, int], Listing] = {}
        self.holders: dict[tuple[int, int, int], Release] = {}

    def finish(self, name: str, version: str = "") -> Corpus:
        """Pack everything added so far. The order it was added in changes no answer."""
        self._number_by_age()
        plain = self.plain.numbered(self.statements, self.statement_tokens)
        columns = {
            **self._name_columns(),
            **self._statement_columns(plain),
            **self._definition_columns(),
            **plain_columns(plain, self._definition_ranks(), self.statement_tokens),
            **self._history_columns(),
            **self._version_columns(),
        }
        known = Columns({column.name: fitted(column, array) for column, array in columns.items()})
        found = ancestors(known, self._ages(known.lineage_first_releases))
        corpus = Corpus(
            arrays={**known.arrays, Columns.file_ancestors.name: fitted(Columns.file_ancestors, found)},
            name=name,
            projects=tuple(self.projects),
            releases=tuple(self.releases),
            notices=tuple(self.notices),
            version=version,
            # Where some of it was added without plain forms, those of the rest are known if there are any.
            knows_plain=self.knows_plain == {True} or len(plain) > 0,
        )
        corpus = narrowed(replace(corpus, arrays={**corpus.arrays, **filled(corpus)}), *self._listed())
        return replace(corpus, digest=corpus.content_digest())

    def _listed(self) -> tuple[dict[int, Listing], dict[int, Release]]:
        """What lists of paths tell, by the numbers of path histories, and of their contents."""
        histories = self._histories()
        listings = {number: self.listings[key] for number, key in enumerate(histories) if key in self.listings}
        rows = ((*key, file) for key, files in histories.items() for file in sorted(files))
        return listings, {row: self.holders[key] for row, key in enumerate(rows) if key in self.holders}

    def _number_by_age(self) -> None:
        """Put rows, and so path histories, and files in order of age: among equals a look-up takes the first."""
        projects, spelled = list(self.projects), self.cache.names.spelled

        def age(row: VersionRow) -> tuple[str, str, bytes, int]:
            release = self.releases[row.release]
            return release.day, projects[release.project].name, spelled[row.path], row.release

        rows = sorted(self.rows, key=age)
        numbers = {file: number for number, file in enumerate(dict.fromkeys(row.file for row in rows))}
        files = list(self.files)
        self.files = Numbering((files[file], number) for file, number in numbers.items())
        self.rows = [replace(row, file=numbers[row.file]) for row in rows]
        self.holders = {(project, path, numbers[file]): first for (project, path, file), first in self.holders.items()}

    def _name_columns(self) -> _Filled:
        spelled, order = self.cache.names.spelled, np.argsort(self._name_hashes(), kind="stable")
        names = [spelled[number] for number in order]
        return {
            Columns.name_hashes: self._name_hashes()[order],
            Columns.name_bytes: np.frombuffer(b"".join(names), np.uint8),
            Columns.name_starts: run_bounds([len(name) for name in names]),
        }

    def _name_hashes(self) -> Array:
        return np.array(self.cache.names.hashes, np.uint64)

    def _name_ranks(self) -> Array:
        """Where each name of the builder's numbering stands in the corpus, which sorts them by hash."""
        order = np.argsort(self._name_hashes(), kind="stable")
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        return ranks

    def _statement_columns(self, plain: Mapping[int, Array]) -> _Filled:
        keys = list(self.statements)
        of_statement = np.array([digest for digest, _ in keys], np.uint64)
        digests, places = np.unique(of_statement, return_inverse=True)
        by_history = list(self._history_statements({}))
        plainly = list(self._history_statements(plain)) if plain else by_history
        count, total = len(digests), len(by_history)
        of_digest = frequencies((places[held] for held in by_history), count)
        of_key = frequencies(by_history, len(keys))
        # What stands in plain forms alone is as what is not known to the first form.
        of_plain_digest = frequencies((places[held] for held in plainly), count) if plain else of_digest
        of_plain_key = frequencies(plainly, len(keys)) if plain else of_key
        return {
            Columns.digests: digests,
            Columns.digest_weights: idf_weights(of_digest, total),
            Columns.digest_lineages: of_digest,
            Columns.digest_plain_lineages: of_plain_digest,
            Columns.statement_digests: places,
            Columns.plain_digest_weights: idf_weights(of_plain_digest, total),
            Columns.plain_statement_weights: idf_weights(of_plain_key, total),
            Columns.statement_tokens: np.array(self.statement_tokens, np.int64),
            Columns.statement_weights: idf_weights(of_key, total),
            Columns.statement_lineages: of_key,
            Columns.statement_plain_lineages: of_plain_key,
            Columns.statement_name_starts: run_bounds([len(names) // 4 for _, names in keys]),
            Columns.statement_names: self._name_ranks()[np.frombuffer(b"".join(names for _, names in keys), np.uint32)],
        }

    def _histories(self) -> dict[tuple[int, int], set[int]]:
        """(project, path) -> the files it ever was, in the order the path histories were first seen."""
        histories: dict[tuple[int, int], set[int]] = {}
        for row in self.rows:
            histories.setdefault((self.releases[row.release].project, row.path), set()).add(row.file)
        return histories

    def _file_histories(self) -> list[list[int]]:
        """The path histories of each file, the first it was seen in first."""
        found: list[list[int]] = [[] for _ in self.files]
        numbers = {key: number for number, key in enumerate(self._histories())}
        for row in self.rows:
            number = numbers[self.releases[row.release].project, row.path]
            if number not in found[row.file]:
                found[row.file].append(number)
        return found

    def _history_statements(self, plain: Mapping[int, Array]) -> Iterator[Array]:
        """For each path history, the distinct statements it ever held, those of ``plain`` definitions in its place."""
        held = [
            plain[number] if number in plain else np.frombuffer(key[2], np.uint32)
            for number, key in enumerate(self.definitions)
        ]
        files = list(self.files)
        for contents in self._histories().values():
            definitions = sorted({row[0] for file in contents for row in files[file]})
            yield np.unique(np.concatenate([held[number] for number in definitions]))

    def _ages(self, first_releases: Array) -> Array:
        """Releases by their date, as ranks; those of one day are of one age."""
        _, ranks = np.unique([release.day for release in self.releases], return_inverse=True)
        return ranks[first_releases] if len(first_releases) else first_releases

    def _day(self, release: int) -> str:
        return self.releases[release].day

    def _history_columns(self) -> _Filled:
        histories = self._histories()
        files = [sorted(contents) for contents in histories.values()]
        first: dict[tuple[int, int], int] = {}
        for row in self.rows:
            key = self.releases[row.release].project, row.path
            first[key] = min(first.get(key, row.release), row.release, key=self._day)
        of_file = [np.array(numbers) for numbers in self._file_histories()]
        names = [np.unique([row[1] for row in rows]) for rows in self.files]
        defined = _owners(zip(names, of_file, strict=True), len(self.cache.names))
        return {
            Columns.file_lineages: np.array([numbers[0] for numbers in of_file], np.int64),
            Columns.lineage_paths: self._name_ranks()[np.array([path for _, path in histories], np.int64)],
            Columns.lineage_projects: np.array([project for project, _ in histories], np.int64),
            Columns.lineage_first_releases: np.array([first[key] for key in histories], np.int64),
            Columns.lineage_file_starts: run_bounds([len(contents) for contents in files]),
            Columns.lineage_files: np.concatenate([np.array(contents, np.int64) for contents in [*files, []]]),
            Columns.name_lineages: np.diff(defined[0])[np.argsort(self._name_ranks())],
        }

    def _definition_ranks(self) -> Array:
        """Where each definition of the builder's numbering stands in the corpus, which sorts them by hash."""
        order = np.argsort(np.array([key[0] for key in self.definitions], np.uint64), kind="stable")
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        return ranks

    def _definition_columns(self) -> _Filled:
        keys = list(self.definitions)
        hashes = np.array([key[0] for key in keys], np.uint64)
        renumbered = self._definition_ranks()
        order = np.argsort(renumbered)
        held = [np.frombuffer(keys[number][2], np.uint32) for number in order]
        fingerprints, posting_starts, postings = inverted([self.fingerprints[number] for number in order], np.uint64)
        files = [np.array(rows, np.int64).reshape(-1, 5) for rows in self.files]
        held_definitions = np.concatenate(files) if files else np.zeros((0, 5), np.int64)
        held_definitions[:, 0] = renumbered[held_definitions[:, 0]]
        of_file = [np.array(sorted(histories), np.int64) for histories in self._file_histories()]
        held_by = _owners(zip([renumbered[rows[:, 0]] for rows in files], of_file, strict=True), len(keys))
        return {
            Columns.definition_hashes: hashes[order],
            Columns.definition_kinds: np.array([key[1] for key in keys], np.uint8)[order],
            Columns.definition_spellings: np.array(self.spellings, np.uint64)[order],
            Columns.definition_tokens: np.array(self.definition_tokens, np.uint32)[order],
            Columns.definition_statement_starts: run_bounds([len(row) for row in held]),
            Columns.definition_statements: np.concatenate([*held, np.zeros(0, np.uint32)]),
            Columns.definition_lineage_starts: held_by[0],
            Columns.definition_lineages: held_by[1],
            Columns.fingerprints: fingerprints,
            Columns.posting_starts: posting_starts,
            Columns.postings: postings,
            Columns.file_starts: run_bounds([len(rows) for rows in files]),
            Columns.member_definitions: held_definitions[:, 0],
            Columns.member_names: self._name_ranks()[held_definitions[:, 1]],
            Columns.member_parents: np.minimum(held_definitions[:, 2], 65535),
            Columns.member_first_lines: held_definitions[:, 3],
            Columns.member_last_lines: held_definitions[:, 4],
        }

    def _version_columns(self) -> _Filled:
        spelled = self.cache.names.spelled
        rows = sorted(self.rows, key=lambda row: (row.file, row.release, spelled[row.path]))
        counts = np.bincount(np.array([row.file for row in rows], np.int64), minlength=len(self.files))
        return {
            Columns.file_version_starts: run_bounds(counts),
            Columns.version_releases: np.array([row.release for row in rows]),
            Columns.version_paths: self._name_ranks()[np.array([row.path for row in rows], np.int64)],
            Columns.version_notices: np.array([row.notice for row in rows]),
        }


def inverted(rows: Sequence[Array], dtype: type[np.generic]) -> tuple[Array, Array, Array]:
    """Of the values in each row: the distinct values, bounds, and the rows that hold each."""
    values = np.concatenate([*rows, np.zeros(0, dtype)])
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    order = np.argsort(values, kind="stable")
    distinct, counts = np.unique(values, return_counts=True)
    return distinct, run_bounds(counts), owners[order]


def _owners(held: Iterable[tuple[Array, Array]], count: int) -> tuple[Array, Array]:
    """Of things and their owners: bounds [count+1], and for each thing its distinct owners."""
    pairs = [pack_pairs(np.unique(things)[:, None], owners).ravel() for things, owners in held]
    things, owners = unpack_pairs(np.unique(np.concatenate([*pairs, np.zeros(0, np.int64)])))
    return run_bounds(np.bincount(things, minlength=count)), owners


def frequencies(groups: Iterable[Array], size: int) -> Array:
    """int64[size]: in how many of the groups each of ``size`` things is."""
    frequency = np.zeros(size, np.int64)
    for held in groups:
        frequency[np.unique(held)] += 1
    return frequency
