"""A corpus in, its files in a builder out: to add to a corpus, or to take from it, what nothing else holds goes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..sources.checkout import sort_key
from .builder import CorpusBuilder
from .pack import Corpus, Version
from .schema import KINDS
from .tables import Row


def absorb(builder: CorpusBuilder, corpus: Corpus, keeps: Callable[[Version], bool] = lambda _: True) -> None:
    """Put the files that ``keeps`` wants, and the releases they are of, into a builder.

    In the order of a build, release by release and path by path: what is kept is numbered as if it had been alone.
    """
    reader = _Reader(builder, corpus)
    lengths = np.diff(corpus.file_version_starts).astype(np.int64)
    files = np.repeat(np.arange(corpus.file_count), lengths).tolist()
    for row in sorted(range(len(files)), key=lambda row: _place(corpus, row)):
        if keeps(corpus.version_at(row)):
            builder.rows.append(reader.row(row, files[row]))


def _place(corpus: Corpus, row: int) -> tuple[int, list[str]]:
    """Where a build comes to a row: paths in the order of a checkout."""
    return int(corpus.version_releases[row]), sort_key(corpus.text(int(corpus.version_paths[row])))


class _Reader:
    """Translates a corpus's numbers into a builder's, each once."""

    def __init__(self, builder: CorpusBuilder, corpus: Corpus) -> None:
        self.builder, self.corpus = builder, corpus
        self._releases: dict[int, int] = {}
        self._files: dict[int, int] = {}
        self._definitions: dict[int, int] = {}
        self._statements: dict[int, int] = {}
        self._prints = _prints_by_definition(corpus)

    def row(self, row: int, file: int) -> Row:
        corpus, builder = self.corpus, self.builder
        return Row(
            self.file(file),
            self.release(int(corpus.version_releases[row])),
            self.name(int(corpus.version_paths[row])),
            builder.notices[corpus.notices[corpus.version_notices[row]]],
        )

    def release(self, number: int) -> int:
        if number not in self._releases:
            release = self.corpus.releases[number]
            project = self.corpus.projects[release.project]
            self._releases[number] = self.builder.add_release(project, release)
        return self._releases[number]

    def name(self, number: int) -> int:
        return self.builder.lines.names[self.corpus.spelling(number)]

    def file(self, file: int) -> int:
        if file not in self._files:
            rows = range(*self.corpus.file_starts[file : file + 2].tolist())
            self._files[file] = self.builder.files[tuple(map(self.member, rows))]
        return self._files[file]

    def member(self, row: int) -> tuple[int, int, int, int, int]:
        corpus = self.corpus
        return (
            self.definition(int(corpus.member_definitions[row])),
            self.name(int(corpus.member_names[row])),
            int(corpus.member_parents[row]),
            int(corpus.member_first_lines[row]),
            int(corpus.member_last_lines[row]),
        )

    def definition(self, number: int) -> int:
        if number not in self._definitions:
            corpus = self.corpus
            places = slice(*corpus.definition_statement_starts[number : number + 2].tolist())
            held = [self.statement(int(content)) for content in corpus.definition_statements[places]]
            self._definitions[number] = self.builder.add_definition(
                int(corpus.definition_hashes[number]),
                KINDS[corpus.definition_kinds[number]],
                int(corpus.definition_spellings[number]),
                held,
                self._prints[number],
            )
        return self._definitions[number]

    def statement(self, number: int) -> int:
        if number not in self._statements:
            corpus = self.corpus
            places = slice(*corpus.statement_name_starts[number : number + 2].tolist())
            names = np.array([self.name(int(name)) for name in corpus.statement_names[places]], np.uint32)
            digest = int(corpus.digests[corpus.statement_digests[number]])
            self._statements[number] = self.builder.add_statement(digest, names, int(corpus.statement_tokens[number]))
        return self._statements[number]


def _prints_by_definition(corpus: Corpus) -> list[np.ndarray[tuple[int], np.dtype[np.uint64]]]:
    order = np.argsort(corpus.postings, kind="stable")
    lengths = np.diff(corpus.posting_starts).astype(np.int64)
    hashes = np.repeat(corpus.fingerprints, lengths)[order]
    starts = np.searchsorted(corpus.postings[order], np.arange(len(corpus.definition_hashes) + 1))
    return np.split(hashes, starts[1:-1])
