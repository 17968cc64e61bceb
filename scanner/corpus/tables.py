"""The tables of a corpus that is being built: everything once and numbered, and packed into columns at the end.

Edit this when the corpus gets a column, together with `schema`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..fingerprints.statement_cache import StatementCache
from ..support.arrays import Array, distinct, first_of_each, pack_pairs, run_bounds, runs, unpack_pairs
from .ancestry import ancestors
from .appearances import Listing, filled, narrowed
from .model import Corpus, Release
from .model_table import ModelTable
from .native_table import NativeTable
from .plain_tables import PlainTables, plain_columns
from .rarity import idf_weights
from .schema import Column, Columns, fitted

# What is known of a definition in a file: numbers, as int64.
MEMBER_FIELDS = 5
_MEMBER_BYTES = 8 * MEMBER_FIELDS
# Definitions in files of so many are looked at together: some 200 MB.
MOST_AT_ONCE = 500_000

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

    def __init__(self, cache: StatementCache | None = None) -> None:
        self.projects = Numbering()
        self.releases: list[Release] = []
        self.cache = cache or StatementCache()
        self.notices = Numbering()
        self.statements = Numbering()  # (digest, names) -> number
        self.statement_tokens: list[int] = []
        self.definitions = Numbering()  # (kind, hash, statements) -> number
        self.definition_tokens: list[int] = []
        self.spellings: list[int] = []
        self.fingerprints: list[Array] = []
        self.plain = PlainTables()
        self.knows_plain: set[bool] = set()
        self.natives = NativeTable()
        self.models = ModelTable()
        self.files = Numbering()  # int64[definitions, 5] as bytes -> number
        self.rows: list[VersionRow] = []
        # What is known by lists of paths: of (project, path), and of (project, path, file) what held it first.
        self.listings: dict[tuple[int, int], Listing] = {}
        self.holders: dict[tuple[int, int, int], Release] = {}

    def finish(self, name: str, version: str = "") -> Corpus:
        """Pack everything added so far. The order it was added in changes no answer."""
        self._number_by_age()
        plain = self.plain.numbered(self.statements, self.statement_tokens)
        packed = _Packed(self, plain)
        columns = {
            **packed.name_columns(),
            **packed.statement_columns(),
            **packed.definition_columns(),
            **plain_columns(plain, packed.definition_ranks, self.statement_tokens),
            **packed.history_columns(),
            **packed.version_columns(),
            **self.natives.columns(packed.name_ranks, self.cache.names.spelled),
            **self.models.columns(),
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
        corpus = narrowed(replace(corpus, arrays={**corpus.arrays, **filled(corpus)}), *self._listed(packed))
        return replace(corpus, digest=corpus.content_digest())

    def _listed(self, packed: _Packed) -> tuple[dict[int, Listing], dict[int, Release]]:
        """What lists of paths tell, by the numbers of path histories, and of their contents."""
        keys = list(zip(packed.history_projects.tolist(), packed.history_paths.tolist(), strict=True))
        listings = {number: self.listings[key] for number, key in enumerate(keys) if key in self.listings}
        contents = zip(packed.held_histories.tolist(), packed.held_files.tolist(), strict=True)
        rows = ((*keys[history], file) for history, file in contents)
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

    def _ages(self, first_releases: Array) -> Array:
        """Releases by their date, as ranks; those of one day are of one age."""
        _, ranks = np.unique([release.day for release in self.releases], return_inverse=True)
        return ranks[first_releases] if len(first_releases) else first_releases


class _Packed:
    """The tables as arrays. Path histories are numbered in the order in which the rows first have them."""

    def __init__(self, tables: Tables, plain: Mapping[int, Array]) -> None:
        self.tables, self._plain = tables, plain
        rows = tables.rows
        self.files = np.array([row.file for row in rows], np.int64)
        self.releases = np.array([row.release for row in rows], np.int64)
        self.paths = np.array([row.path for row in rows], np.int64)
        lengths = [len(content) // _MEMBER_BYTES for content in tables.files]
        self.file_starts = run_bounds(lengths)
        # [N, 5]: definition, name, place of the one around it, first and last line
        self.members = np.frombuffer(b"".join(tables.files), np.int64).reshape(-1, MEMBER_FIELDS)
        self.statement_starts, self.statements = _joined([key[2] for key in tables.definitions])
        self.name_starts, self.names = _joined([key[1] for key in tables.statements])
        owners = np.array([release.project for release in tables.releases], np.int64)[self.releases]
        self.histories, first = _numbered(pack_pairs(owners, self.paths))
        self.history_projects, self.history_paths = owners[first], self.paths[first]
        self.held_histories, self.held_files = unpack_pairs(distinct(pack_pairs(self.histories, self.files)))
        self.name_ranks, self._kept_names = self._rank_names()
        # The corpus sorts definitions by their hash.
        self.definition_order = np.argsort(self._definition_hashes(), kind="stable")
        self.definition_ranks = np.empty(len(self.definition_order), np.int64)
        self.definition_ranks[self.definition_order] = np.arange(len(self.definition_order))

    def _rank_names(self) -> tuple[Array, Array]:
        """Where each name stands in the corpus, which sorts those in use by their hash; and the names in that order."""
        is_used = np.zeros(len(self.tables.cache.names), bool)
        for used in (self.names, self.members[:, 1], self.paths, np.array(self.tables.natives.paths, np.int64)):
            is_used[used] = True
        kept = np.flatnonzero(is_used)
        kept = kept[np.argsort(self.tables.cache.names.hashes[kept], kind="stable")]
        ranks = np.zeros(len(is_used), np.int64)
        ranks[kept] = np.arange(len(kept))
        return ranks, kept

    def _definition_hashes(self) -> Array:
        return np.array([key[0] for key in self.tables.definitions], np.uint64)

    def name_columns(self) -> _Filled:
        names = self.tables.cache.names
        spelled = [names.spelled[number] for number in self._kept_names.tolist()]
        return {
            Columns.name_hashes: names.hashes[self._kept_names],
            Columns.name_bytes: np.frombuffer(b"".join(spelled), np.uint8),
            Columns.name_starts: run_bounds([len(name) for name in spelled]),
        }

    def statement_columns(self) -> _Filled:
        digests = np.array([key[0] for key in self.tables.statements], np.uint64)
        digests, places = np.unique(digests, return_inverse=True)
        spelled, bare = self._frequencies(self.statement_starts, self.statements, places, len(digests))
        plain_spelled, plain_bare = spelled, bare
        # What stands in plain forms alone is as what is not known to the first form.
        if self._plain:
            held = np.split(self.statements, self.statement_starts[1:-1])
            for number, statements in self._plain.items():
                held[number] = statements
            starts = run_bounds([len(each) for each in held])
            plain_spelled, plain_bare = self._frequencies(starts, np.concatenate(held), places, len(digests))
        total = len(self.history_paths)
        return {
            Columns.digests: digests,
            Columns.digest_weights: idf_weights(bare, total),
            Columns.digest_lineages: bare,
            Columns.digest_plain_lineages: plain_bare,
            Columns.statement_digests: places,
            Columns.plain_digest_weights: idf_weights(plain_bare, total),
            Columns.plain_statement_weights: idf_weights(plain_spelled, total),
            Columns.statement_tokens: np.array(self.tables.statement_tokens, np.int64),
            Columns.statement_weights: idf_weights(spelled, total),
            Columns.statement_lineages: spelled,
            Columns.statement_plain_lineages: plain_spelled,
            Columns.statement_name_starts: self.name_starts,
            Columns.statement_names: self.name_ranks[self.names],
        }

    def _frequencies(self, starts: Array, statements: Array, places: Array, digests: int) -> tuple[Array, Array]:
        """How many path histories ever held each statement, and each normalised one.

        ``statements`` are those of the definitions, by their bounds ``starts``; ``places`` says what each is without
        names.
        """
        spelled, bare = np.zeros(len(places), np.int64), np.zeros(digests, np.int64)
        # History by history, so that memory does not grow with the corpus.
        for histories, definitions in self._history_definitions():
            rows, owners = runs(starts, definitions)
            held = distinct(pack_pairs(histories[owners], statements[rows]))
            _count(spelled, unpack_pairs(held)[1])
            of_history, numbers = unpack_pairs(held)
            _count(bare, unpack_pairs(distinct(pack_pairs(of_history, places[numbers])))[1])
        return spelled, bare

    def _history_definitions(self) -> Iterator[tuple[Array, Array]]:
        """Distinct pairs of a path history and a definition that it ever held, all of a history together, in parts."""
        sizes = self.file_starts[self.held_files + 1] - self.file_starts[self.held_files]
        parts = np.cumsum(sizes) // MOST_AT_ONCE
        starts = np.searchsorted(self.held_histories, np.arange(len(self.history_paths)))
        cuts = starts[first_of_each(parts[starts])] if len(starts) else starts
        for first, last in pairwise([*cuts.tolist(), len(parts)]):
            places, owners = runs(self.file_starts, self.held_files[first:last])
            histories = self.held_histories[first:last][owners]
            yield unpack_pairs(distinct(pack_pairs(histories, self.members[places, 0])))

    def history_columns(self) -> _Filled:
        count, tables = len(self.history_paths), self.tables
        # Of the releases that hold a path the oldest; among those of one day the one that was added first.
        days = np.unique([release.day for release in tables.releases], return_inverse=True)[1]
        order = np.lexsort((np.arange(len(self.files)), days[self.releases] if len(self.files) else self.releases))
        first = np.zeros(count, np.int64)
        first[self.histories[order[::-1]]] = self.releases[order[::-1]]
        of_file = np.zeros(len(tables.files), np.int64)
        of_file[self.files[::-1]] = self.histories[::-1]
        defined = np.zeros(len(self.name_ranks), np.int64)
        places, owners = runs(self.file_starts, self.held_files)
        pairs = pack_pairs(self.held_histories[owners], self.members[places, 1])
        _count(defined, unpack_pairs(distinct(pairs))[1])
        return {
            Columns.file_lineages: of_file,
            Columns.lineage_paths: self.name_ranks[self.history_paths],
            Columns.lineage_projects: self.history_projects,
            Columns.lineage_first_releases: first,
            Columns.lineage_file_starts: run_bounds(np.bincount(self.held_histories, minlength=count)),
            Columns.lineage_files: self.held_files,
            Columns.name_lineages: defined[self._kept_names],
        }

    def definition_columns(self) -> _Filled:
        order, ranks, tables = self.definition_order, self.definition_ranks, self.tables
        places, _ = runs(self.statement_starts, order)
        lengths = np.diff(self.statement_starts)[order]
        fingerprints, posting_starts, postings = inverted([tables.fingerprints[number] for number in order], np.uint64)
        pairs = [pack_pairs(ranks[definitions], histories) for histories, definitions in self._history_definitions()]
        held, holders = unpack_pairs(np.sort(np.concatenate([*pairs, np.zeros(0, np.int64)])))
        return {
            Columns.definition_hashes: self._definition_hashes()[order],
            Columns.definition_kinds: np.array([key[1] for key in tables.definitions], np.uint8)[order],
            Columns.definition_spellings: np.array(tables.spellings, np.uint64)[order],
            Columns.definition_tokens: np.array(tables.definition_tokens, np.uint32)[order],
            Columns.definition_statement_starts: run_bounds(lengths),
            Columns.definition_statements: self.statements[places],
            Columns.definition_lineage_starts: run_bounds(np.bincount(held, minlength=len(order))),
            Columns.definition_lineages: holders,
            Columns.fingerprints: fingerprints,
            Columns.posting_starts: posting_starts,
            Columns.postings: postings,
            Columns.file_starts: self.file_starts,
            Columns.member_definitions: ranks[self.members[:, 0]],
            Columns.member_names: self.name_ranks[self.members[:, 1]],
            Columns.member_parents: np.minimum(self.members[:, 2], 65535),
            Columns.member_first_lines: self.members[:, 3],
            Columns.member_last_lines: self.members[:, 4],
        }

    def version_columns(self) -> _Filled:
        spelled = self.tables.cache.names.spelled
        rows = sorted(self.tables.rows, key=lambda row: (row.file, row.release, spelled[row.path]))
        counts = np.bincount(self.files, minlength=len(self.tables.files))
        return {
            Columns.file_version_starts: run_bounds(counts),
            Columns.version_releases: np.array([row.release for row in rows], np.int64),
            Columns.version_paths: self.name_ranks[np.array([row.path for row in rows], np.int64)],
            Columns.version_notices: np.array([row.notice for row in rows], np.int64),
        }


def _joined(held: Sequence[bytes]) -> tuple[Array, Array]:
    """Rows of uint32, end to end: their bounds, and what they hold."""
    return run_bounds([len(row) // 4 for row in held]), np.frombuffer(b"".join(held), np.uint32)


def _numbered(values: Array) -> tuple[Array, Array]:
    """Numbers for values, in the order in which they first stand there; and where each does."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks[inverse], first[order]


def _count(counts: Array, numbers: Array) -> None:
    counts += np.bincount(numbers, minlength=len(counts))


def inverted(rows: Sequence[Array], dtype: type[np.generic]) -> tuple[Array, Array, Array]:
    """Of the values in each row: the distinct values, bounds, and the rows that hold each."""
    values = np.concatenate([*rows, np.zeros(0, dtype)])
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    order = np.argsort(values, kind="stable")
    values = values[order]
    starts = np.flatnonzero(np.concatenate([[True] * bool(len(values)), values[1:] != values[:-1]]))
    return values[starts], np.append(starts, len(values)), owners[order]
