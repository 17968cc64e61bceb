"""Corpora as things to keep: what is in them, adding to them, taking from them, checking them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import CorpusError
from .builder import CorpusBuilder
from .indexing import add_source
from .merging import absorb
from .pack import ARRAYS, Corpus, Project, content_digest, open_corpus
from .shelf import PROJECT_CORPUS, shipped_path, user_path

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """A corpus in numbers; ``bytes`` on disk."""

    path: Path
    name: str
    version: str
    digest: str
    projects: int
    releases: int
    files: int
    definitions: int
    statements: int
    fingerprints: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project of a corpus; ``files`` counts every file of every release."""

    name: str
    releases: str
    files: int
    licence: str


def facts(path: Path) -> CorpusFacts:
    """What is in a corpus. Raises CorpusError."""
    corpus = open_corpus(path)
    return CorpusFacts(
        path,
        corpus.name,
        corpus.version,
        corpus.digest,
        len(corpus.projects),
        len(corpus.releases),
        corpus.file_count,
        len(corpus.definition_hashes),
        len(corpus.statement_digests),
        len(corpus.fingerprints),
        path.stat().st_size,
    )


def known_corpora() -> list[Path]:
    """The corpora that a scan uses when none is named."""
    return [path for path in (shipped_path(), user_path(), PROJECT_CORPUS) if path.is_file()]


def projects(path: Path) -> list[ProjectRow]:
    """The projects of a corpus, with the span of their releases. Raises CorpusError."""
    corpus = open_corpus(path)
    of_row = np.array([release.project for release in corpus.releases], np.int64)[corpus.version_releases]
    files = np.bincount(of_row, minlength=len(corpus.projects)).tolist()
    return [
        ProjectRow(project.name, _span(corpus, number), files[number], project.licence)
        for number, project in enumerate(corpus.projects)
    ]


def _span(corpus: Corpus, project: int) -> str:
    versions = [release.version for release in corpus.releases if release.project == project]
    return versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]} ({len(versions)})"


def add(
    source: str, name: str, licence: str, release: str, path: Path, progress: Progress | None = None
) -> CorpusFacts:
    """Add a source to a corpus, made if it is not there yet. Raises ModelkinError; the corpus is then as before."""
    builder = CorpusBuilder()
    corpus = open_corpus(path) if path.exists() else None
    if corpus is not None:
        absorb(builder, corpus, lambda project: True)
    if progress:
        progress(0, 0, source)
    if not add_source(builder, source, Project(name, licence, "", ""), release):
        raise CorpusError(f"{source}: no Python file or notebook in it to add")
    builder.finish(corpus.name if corpus else path.stem, corpus.version if corpus else "").save(path)
    return facts(path)


def remove(name: str, path: Path) -> int:
    """Remove a project from a corpus; how many of its files there were. Raises CorpusError when it is not in it."""
    rows = {row.name: row for row in projects(path)}
    if name not in rows:
        raise CorpusError(f"{path}: no project {name}; it has {', '.join(rows) or 'none'}")
    corpus, builder = open_corpus(path), CorpusBuilder()
    absorb(builder, corpus, lambda project: project.name != name)
    builder.finish(corpus.name, corpus.version).save(path)
    return rows[name].files


def verify(path: Path) -> list[str]:
    """What is wrong with a corpus file; nothing when it is whole. Raises CorpusError when it cannot be opened at all."""
    corpus = open_corpus(path)
    problems = [] if content_digest(corpus.arrays) == corpus.digest else ["its content does not match its digest"]
    for name in ARRAYS:
        array = corpus.arrays[name]
        if name.endswith("_starts") and (not len(array) or bool(np.any(array[1:] < array[:-1]))):
            problems.append(f"{name} is not in order")
    return problems
