"""A corpus in, its files in a builder out: to add to a corpus, or to take from it, what nothing else holds goes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .builder import CorpusBuilder, Row
from .pack import KINDS, Corpus, Project


def absorb(builder: CorpusBuilder, corpus: Corpus, keeps: Callable[[Project], bool]) -> None:
    """Put the releases of the projects that ``keeps`` wants, and all their files, into a builder."""
    reader = _Reader(builder, corpus)
    for number, release in enumerate(corpus.releases):
        project = corpus.projects[release.project]
        if keeps(project):
            reader.releases[number] = builder.add_release(project, release.version, release.released, release.sha256)
    owners = np.repeat(np.arange(corpus.file_count), np.diff(corpus.file_version_starts.astype(np.int64)))
    rows = sorted(range(len(owners)), key=lambda row: (int(corpus.version_releases[row]), row))
    for row in rows:
        if int(corpus.version_releases[row]) in reader.releases:
            builder.rows.append(reader.row(row, int(owners[row])))


class _Reader:
    """Translates a corpus's numbers into a builder's, each once."""

    def __init__(self, builder: CorpusBuilder, corpus: Corpus) -> None:
        self.builder, self.corpus = builder, corpus
        self.releases: dict[int, int] = {}
        self._files: dict[int, int] = {}
        self._definitions: dict[int, int] = {}
        self._statements: dict[int, int] = {}
        self._prints = _prints_by_definition(corpus)

    def row(self, row: int, file: int) -> Row:
        corpus, builder = self.corpus, self.builder
        return Row(
            self.file(file),
            self.releases[int(corpus.version_releases[row])],
            self.name(int(corpus.version_paths[row])),
            builder.licences[corpus.licences[corpus.version_licences[row]]],
            builder.notices[corpus.notices[corpus.version_notices[row]]],
        )

    def name(self, number: int) -> int:
        return self.builder.lines.names[self.corpus.text(number).encode("utf-8", "surrogateescape")]

    def file(self, file: int) -> int:
        if file not in self._files:
            corpus = self.corpus
            members = tuple(
                (
                    self.definition(int(corpus.member_definitions[row])),
                    self.name(int(corpus.member_names[row])),
                    int(corpus.member_parents[row]),
                    int(corpus.member_first_lines[row]),
                    int(corpus.member_last_lines[row]),
                )
                for row in range(*corpus.file_starts[file : file + 2].tolist())
            )
            self._files[file] = self.builder.files[members]
        return self._files[file]

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
    hashes = np.repeat(corpus.fingerprints, np.diff(corpus.posting_starts.astype(np.int64)))[order]
    starts = np.searchsorted(corpus.postings[order], np.arange(len(corpus.definition_hashes) + 1))
    return [hashes[first:last] for first, last in zip(starts[:-1], starts[1:], strict=True)]
