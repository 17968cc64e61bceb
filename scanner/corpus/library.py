"""Corpora that a user keeps: what is in them, adding to them, removing from them, checking them.

Edit this when `modelkin corpus` gets a command or tells more.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from msgspec import Struct

from ..errors import CorpusError
from ..results import Skipped
from ..settings import checked_date
from .absorbing import absorb
from .builder import CorpusBuilder
from .indexing import index_release
from .model import Corpus, Project, Version, check_writable
from .store import is_altered, is_there, open_corpus
from .validation import damaged, problems

Progress = Callable[[int, int, str], None]
"""Told how many sources are done, of how many, and the one at work."""


class CorpusFacts(Struct, frozen=True):
    """A corpus in numbers; ``bytes`` is its size on disk."""

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


class ProjectRow(Struct, frozen=True):
    """A project of a corpus; ``published`` is when it was first public, ``files`` counts those of every release."""

    name: str
    releases: str
    published: str
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


def projects(path: Path) -> list[ProjectRow]:
    """The projects of a corpus, with the span of their releases. Raises CorpusError."""
    return _project_rows(_whole(path))


def _project_rows(corpus: Corpus) -> list[ProjectRow]:
    of_row = np.array([release.project for release in corpus.releases], np.int64)[corpus.version_releases]
    files = np.bincount(of_row, minlength=len(corpus.projects)).tolist()
    return [
        ProjectRow(project.name, _span(corpus, number), project.published or "-", files[number], project.licence)
        for number, project in enumerate(corpus.projects)
    ]


def _span(corpus: Corpus, project: int) -> str:
    """The oldest release to the newest, and how many there are."""
    releases = [release for release in corpus.releases if release.project == project]
    versions = [release.version for release in sorted(releases, key=lambda release: release.day)]
    return f"{versions[0]} to {versions[-1]} ({len(versions)})" if len(versions) > 1 else "".join(versions)


def add(
    source: str,
    name: str,
    licence: str,
    release: str,
    path: Path,
    progress: Progress | None = None,
    skipped: list[Skipped] | None = None,
    released: str = "",
) -> CorpusFacts:
    """Add a source to a corpus, made if it is not there yet, in place of what this release had under the same paths.

    ``released`` is the day on which it was first public, YYYY-MM-DD; empty means what the source itself says. What
    could not be read goes to ``skipped``. Raises ModelkinError; the corpus is then as before.
    """
    released = released and checked_date(released, "--released: ")
    check_writable(path, [source])
    corpus = _whole(path) if is_there(path) else None
    if progress:
        progress(0, 0, source)
    new = index_release(source, name, licence, release, [] if skipped is None else skipped, released)
    builder = CorpusBuilder()
    if corpus is not None:
        if released:  # what the release has already is of that day too
            builder.add_release(new.projects[0], new.releases[0])
        replaced = set(map(_identity, _versions(new)))
        absorb(builder, corpus, lambda version: _identity(version) not in replaced)
    absorb(builder, new)
    builder.finish(corpus.name if corpus else path.stem, corpus.version if corpus else "").save(path)
    return facts(path)


def _versions(corpus: Corpus) -> list[Version]:
    return [corpus.version_at(row) for row in range(len(corpus.version_releases))]


def _identity(version: Version) -> tuple[Project, str, str]:
    return version.project, version.release.version, version.path


def remove(name: str, path: Path) -> int:
    """Remove a project from a corpus; how many of its files there were. Raises CorpusError when it is not in it."""
    corpus, builder = _whole(path), CorpusBuilder()
    check_writable(path)
    rows = _project_rows(corpus)
    if name not in (row.name for row in rows):
        known = ", ".join(dict.fromkeys(row.name for row in rows))
        raise CorpusError(f"{path}: no project {name}; it has {known or 'none'}")
    absorb(builder, corpus, lambda version: version.project.name != name)
    builder.finish(corpus.name, corpus.version).save(path)
    return sum(row.files for row in rows if row.name == name)


def verify(path: Path) -> list[str]:
    """What is wrong with a corpus file; nothing when it is whole. Raises CorpusError when it cannot be opened."""
    corpus = open_corpus(path)
    altered = ["its content does not match its digest"] if is_altered(path) else []
    return altered + problems(corpus)


def _whole(path: Path) -> Corpus:
    """Open a corpus to read all of it. Raises CorpusError when anything is wrong."""
    corpus = open_corpus(path)
    if found := verify(path):
        raise damaged(corpus, found[0])
    return corpus
