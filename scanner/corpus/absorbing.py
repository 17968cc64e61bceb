"""Corpora put together: what one holds is added to a builder, as if its files had been added one by one.

Each table is translated as a whole, and only what is kept of it. Edit this when a corpus gets a table that files are
made of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from ..notices.model import Notice
from ..sources.checkout import sort_key
from ..support.arrays import Array, among, distinct, first_of_each, run_bounds, runs
from .appearances import Listing
from .builder import CorpusBuilder
from .model import Corpus, Release, Version
from .model_table import stored_models
from .tables import VersionRow

_UINT32_BYTES = 4
_NO_NOTICE = Notice("", ())


def _everything(_: Version) -> bool:
    return True


def _every_model(_: int) -> bool:
    return True


def absorb(
    builder: CorpusBuilder,
    corpus: Corpus,
    keeps: Callable[[Version], bool] = _everything,
    keeps_model: Callable[[int], bool] = _every_model,
) -> None:
    """Put the files that ``keeps`` wants, and the releases they are of, into a builder; of models, told by their keys,
    those that ``keeps_model`` wants.

    In the order of a build, release by release and path by path: what is kept is numbered as if it had been alone.
    """
    rows = sorted(range(len(corpus.version_releases)), key=_build_order(corpus))
    if keeps is not _everything:
        rows = [row for row in rows if keeps(corpus.version_at(row))]
    if rows:
        builder.knows_plain.add(corpus.knows_plain)
    chosen = np.array(rows, np.int64)
    files = _of_runs(corpus.file_version_starts)[chosen]
    translated = _Translator(builder, corpus, _in_order(files), corpus.version_paths[chosen])
    notices = _in_order(corpus.version_notices[chosen]).tolist()
    notice_numbers = {notice: builder.notices[corpus.notices[notice]] for notice in notices}
    releases = {number: translated.release(number) for number in _in_order(corpus.version_releases[chosen]).tolist()}
    columns = (
        translated.files[files].tolist(),
        map(releases.__getitem__, corpus.version_releases[chosen].tolist()),
        translated.names[corpus.version_paths[chosen]].tolist(),
        map(notice_numbers.__getitem__, corpus.version_notices[chosen].tolist()),
    )
    builder.rows += map(VersionRow, *columns)
    owners = np.array([release.project for release in corpus.releases], np.int64)[corpus.version_releases[chosen]]
    kept = set(zip(owners.tolist(), corpus.version_paths[chosen].tolist(), files.tolist(), strict=True))
    translated.pass_on_listings(kept)
    _pass_on_natives(builder, corpus, keeps)
    for key, stored in stored_models(corpus) if corpus.model_count else ():
        if keeps_model(key):
            builder.models.add_stored(key, stored)


def _pass_on_natives(builder: CorpusBuilder, corpus: Corpus, keeps: Callable[[Version], bool]) -> None:
    """The native files that ``keeps`` wants, as if each were a file without a notice."""
    columns = (corpus.native_releases, corpus.native_paths, corpus.native_hashes)
    for number, path, found in sorted(zip(*(column.tolist() for column in columns), strict=True)):
        release = corpus.releases[number]
        project = corpus.projects[release.project]
        if keeps(Version(project, release, corpus.text(path), _NO_NOTICE)):
            builder.add_native(builder.add_release(project, release), corpus.spelling(path), found)


def _build_order(corpus: Corpus) -> Callable[[int], tuple[int, list[str]]]:
    """Where a build comes to each row: paths in the order of a checkout."""
    releases, paths = corpus.version_releases.tolist(), corpus.version_paths.tolist()
    spelled = {path: sort_key(corpus.text(path)) for path in distinct(corpus.version_paths).tolist()}
    return lambda row: (releases[row], spelled[paths[row]])


def _in_order(values: Array) -> Array:
    """The distinct values, in the order in which they first stand there."""
    kept: Array = values[first_of_each(values)]
    return kept


def _of_runs(starts: Array) -> Array:
    """The number of the run that each item is in, by the bounds of the runs."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts).astype(np.int64))


def _pieces(content: Array, starts: Array, runs_of: Array) -> tuple[bytes, list[int]]:
    """The runs of ``content`` as bytes of uint32, one after the other, and where each begins and ends in them."""
    places, _ = runs(starts, runs_of)
    lengths = starts[runs_of + 1].astype(np.int64) - starts[runs_of].astype(np.int64)
    return content[places].astype(np.uint32).tobytes(), (_UINT32_BYTES * run_bounds(lengths)).tolist()


class _Translator:
    """A corpus's numbers as a builder's: arrays by the number that a thing has in the corpus, filled where it is kept.

    Things get their numbers in the order in which files, added one by one, would have asked for them.
    """

    def __init__(self, builder: CorpusBuilder, corpus: Corpus, files: Array, paths: Array) -> None:
        self.builder, self.corpus = builder, corpus
        members, _ = runs(corpus.file_starts, files)
        definitions = _in_order(corpus.member_definitions[members])
        statements = _in_order(corpus.definition_statements[runs(corpus.definition_statement_starts, definitions)[0]])
        plain_rows, known = among(corpus.plain_definitions, definitions)
        plain_rows = plain_rows[known]
        plain_places, _ = runs(corpus.plain_statement_starts, plain_rows)
        plain_statements = distinct(corpus.plain_statements[plain_places])
        named = np.concatenate([statements, plain_statements])
        self.names = self._names([paths, corpus.member_names[members], self._names_in(named)])
        self.statements = self._statements(statements)
        self.definitions = self._definitions(definitions)
        self._pass_on_plain(plain_rows)
        self.files = self._files(files)

    def release(self, number: int) -> int:
        release = self.corpus.releases[number]
        return self.builder.add_release(self.corpus.projects[release.project], release)

    def _names_in(self, statements: Array) -> Array:
        return self.corpus.statement_names[runs(self.corpus.statement_name_starts, statements)[0]]

    def _names(self, used: Iterable[Array]) -> Array:
        corpus, names = self.corpus, self.builder.cache.names
        is_used = np.zeros(len(corpus.name_hashes), bool)
        for numbers in used:
            is_used[numbers] = True
        content, starts = corpus.name_bytes.tobytes(), corpus.name_starts.tolist()
        kept = np.flatnonzero(is_used)
        translated = np.zeros(len(is_used), np.int64)
        translated[kept] = [names[content[starts[name] : starts[name + 1]]] for name in kept.tolist()]
        return translated

    def _spelled(self, statements: Array) -> Iterator[tuple[int, bytes]]:
        """What tells each statement from all others: its digest, and its names as the builder numbers them."""
        corpus = self.corpus
        content, bounds = _pieces(self.names[corpus.statement_names], corpus.statement_name_starts, statements)
        digests = corpus.digests[corpus.statement_digests[statements]].tolist()
        return zip(digests, (content[first:last] for first, last in pairwise(bounds)), strict=True)

    def _statements(self, kept: Array) -> Array:
        builder, before = self.builder, len(self.builder.statements)
        numbers = np.array([builder.statements[key] for key in self._spelled(kept)], np.int64)
        builder.statement_tokens += self.corpus.statement_tokens[kept[numbers >= before]].tolist()
        return _table(len(self.corpus.statement_digests), kept, numbers)

    def _definitions(self, kept: Array) -> Array:
        corpus, builder, before = self.corpus, self.builder, len(self.builder.definitions)
        held = self.statements[corpus.definition_statements]
        content, bounds = _pieces(held, corpus.definition_statement_starts, kept)
        keys = zip(
            corpus.definition_hashes[kept].tolist(),
            corpus.definition_kinds[kept].tolist(),
            (content[first:last] for first, last in pairwise(bounds)),
            strict=True,
        )
        numbers = np.array([builder.definitions[key] for key in keys], np.int64)
        new = kept[numbers >= before]
        builder.fingerprints += _prints_of(corpus, new)
        builder.spellings += corpus.definition_spellings[new].tolist()
        builder.definition_tokens += corpus.definition_tokens[new].tolist()
        return _table(len(corpus.definition_hashes), kept, numbers)

    def _pass_on_plain(self, rows: Array) -> None:
        """The plain forms of definitions, by their rows in the corpus."""
        corpus = self.corpus
        places, owners = runs(corpus.plain_statement_starts, rows)
        statements = corpus.plain_statements[places]
        tokens = corpus.statement_tokens[statements].tolist()
        spelled = [(*key, size) for key, size in zip(self._spelled(statements), tokens, strict=True)]
        bounds = np.searchsorted(owners, np.arange(len(rows) + 1)).tolist()
        numbers = self.definitions[corpus.plain_definitions[rows]].tolist()
        for number, (first, last) in zip(numbers, pairwise(bounds), strict=True):
            self.builder.plain.add(number, spelled[first:last])

    def _files(self, kept: Array) -> Array:
        corpus = self.corpus
        members, _ = runs(corpus.file_starts, kept)
        rows = np.stack(
            [
                self.definitions[corpus.member_definitions[members]],
                self.names[corpus.member_names[members]],
                corpus.member_parents[members],
                corpus.member_first_lines[members],
                corpus.member_last_lines[members],
            ],
            axis=1,
        ).astype(np.int64)
        content = rows.tobytes()
        lengths = corpus.file_starts[kept + 1].astype(np.int64) - corpus.file_starts[kept].astype(np.int64)
        bounds = (run_bounds(lengths) * rows.itemsize * rows.shape[1]).tolist()
        numbers = [self.builder.files[content[first:last]] for first, last in pairwise(bounds)]
        return _table(corpus.file_count, kept, np.array(numbers, np.int64))

    def pass_on_listings(self, kept: Collection[tuple[int, int, int]]) -> None:
        """What releases that the corpus does not list tell of the (project, path, file) that are kept."""
        corpus, listed = self.corpus, len(self.corpus.releases)
        bounds = zip(corpus.lineage_appeared.tolist(), corpus.lineage_without.tolist(), strict=True)
        holders, starts = corpus.lineage_file_releases.tolist(), corpus.lineage_file_starts.tolist()
        for history, (appeared, without) in enumerate(bounds):
            rows = range(starts[history], starts[history + 1])
            if max(appeared, without, *(holders[row] for row in rows)) <= listed:
                continue
            project, path = int(corpus.lineage_projects[history]), int(corpus.lineage_paths[history])
            held = [row for row in rows if (project, path, int(corpus.lineage_files[row])) in kept]
            if not held:
                continue
            number, name = self.builder.projects[corpus.projects[project]], corpus.spelling(path)
            listing = Listing(self._unlisted(number, appeared), self._unlisted(number, without))
            if listing != Listing():
                self.builder.add_listing(number, name, listing)
            for row in held:
                for release in self._unlisted(number, holders[row]):
                    file = int(self.files[corpus.lineage_files[row]])
                    self.builder.add_holder(number, name, file, release)

    def _unlisted(self, project: int, number: int) -> frozenset[Release]:
        """The release of that number, where the corpus does not list it, of the builder's ``project``."""
        release = self.corpus.known_release(number)
        is_listed = release is None or number <= len(self.corpus.releases)
        return frozenset() if is_listed or release is None else frozenset((replace(release, project=project),))


def _table(size: int, kept: Array, numbers: Array) -> Array:
    table = np.zeros(size, np.int64)
    table[kept] = numbers
    return table


def _prints_of(corpus: Corpus, definitions: Array) -> list[Array]:
    """The fingerprints of each of these definitions."""
    wanted = np.zeros(len(corpus.definition_hashes), bool)
    wanted[definitions] = True
    places = np.flatnonzero(wanted[corpus.postings])
    owners = corpus.postings[places]
    order = np.argsort(owners, kind="stable")
    hashes = corpus.fingerprints[_of_runs(corpus.posting_starts)[places[order]]]
    bounds = np.searchsorted(owners[order], definitions)
    ends = np.searchsorted(owners[order], definitions, side="right")
    return [hashes[first:last] for first, last in zip(bounds.tolist(), ends.tolist(), strict=True)]
