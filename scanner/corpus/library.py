"""Corpora that a user keeps: what is in them, adding to them, removing from them, checking them.

Edit this when `modelkin corpus` gets a command or tells more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..errors import CorpusError
from ..results import Skipped
from ..settings import checked_date
from .absorbing import absorb
from .builder import CorpusBuilder
from .indexing import index_release
from .model import Corpus, Project, Release, Version, check_writable, write
from .model_table import model_key
from .segments import MOST_SEGMENTS, SMALL, TIMES, alone, save_segments, segment_list, segment_name, signature
from .store import damaged, is_altered, is_there, open_corpus, open_segments, packed_path
from .validation import problems

if TYPE_CHECKING:
    from ..models.model import ModelFacts

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
    models: int
    bytes: int


class ModelRow(Struct, frozen=True):
    """A model that a corpus knows; ``date`` is when it was public at the latest, ``known`` what is known of it."""

    model: str
    release: str
    date: str
    known: str
    licence: str


class Removed(NamedTuple):
    """How many there were."""

    files: int
    models: int


class ProjectRow(Struct, frozen=True):
    """A project of a corpus; ``published`` is when it was first public, ``files`` counts those of every release."""

    name: str
    releases: str
    published: str
    files: int
    licence: str


def facts(path: Path) -> CorpusFacts:
    """What is in a corpus; of one in segments, of all of them together. Raises CorpusError."""
    segments = open_segments(path)
    digests = "".join(segment.digest for segment in segments)
    return CorpusFacts(
        path,
        segments[0].name,
        segments[0].version,
        digests if len(segments) == 1 else hashlib.sha256(digests.encode()).hexdigest(),
        len({project for segment in segments for project in segment.projects}),
        len({(segment.projects[each.project], each.version) for segment in segments for each in segment.releases}),
        sum(segment.file_count for segment in segments),
        sum(len(segment.definition_hashes) for segment in segments),
        sum(len(segment.statement_digests) for segment in segments),
        sum(len(segment.fingerprints) for segment in segments),
        sum(segment.model_count for segment in segments),
        sum(segment.path.stat().st_size for segment in segments if segment.path),
    )


def models(path: Path) -> list[ModelRow]:
    """The models that a corpus knows, by name; one row for all architectures. Raises CorpusError."""
    known = [each for segment in open_segments(path) for each in segment.models]
    found = [each for each in known if not each.is_architecture]
    rows = [
        ModelRow(each.name, each.release or "-", each.date or "-", _known_of(each), each.licence or "-")
        for each in sorted(found, key=lambda each: (each.name.casefold(), each.release))
    ]
    more = len(known) - len(found)
    return [
        *rows,
        *([ModelRow(f"({more:,} architectures)", "-", "-", "what all of their models have", "-")] if more else []),
    ]


def _known_of(model: ModelFacts) -> str:
    parts = ["configuration"] if model.configurations else []
    parts += ["tokenizer"] if model.tokenizer else []
    parts += [f"layout of {model.layouts[0].count:,} tensors"] if model.layouts else []
    parts += [f"hashes of files ({len(model.files)})"] if model.files else []
    return ", ".join(parts)


def projects(path: Path) -> list[ProjectRow]:
    """The projects of a corpus, with the span of their releases. Raises CorpusError."""
    return _project_rows([_whole(segment) for segment in open_segments(path)])


def _project_rows(segments: Sequence[Corpus]) -> list[ProjectRow]:
    files: dict[Project, int] = {}
    releases: dict[Project, dict[str, Release]] = {}
    for segment in segments:
        of_row = np.array([release.project for release in segment.releases], np.int64)[segment.version_releases]
        counts = np.bincount(of_row, minlength=len(segment.projects)).tolist()
        for project, count in zip(segment.projects, counts, strict=True):
            files[project] = files.get(project, 0) + count
            releases.setdefault(project, {})
        for release in segment.releases:
            releases[segment.projects[release.project]].setdefault(release.version, release)
    return [
        ProjectRow(project.name, _span(releases[project].values()), project.published or "-", count, project.licence)
        for project, count in files.items()
    ]


def _span(releases: Iterable[Release]) -> str:
    """The oldest release to the newest, and how many there are."""
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

    It costs what is added, and what the segments cost that held some of it. ``released`` is the day on which it was
    first public, YYYY-MM-DD; empty means what the source itself says. What could not be read goes to ``skipped``.
    Raises ModelkinError; the corpus is then as before.
    """
    released = released and checked_date(released, "--released: ")
    check_writable(path, [source])
    if is_there(path):
        open_segments(path)  # a damaged one is told of before the work
    if progress:
        progress(0, 0, source)
    new = index_release(source, name, licence, release, [] if skipped is None else skipped, released)
    with alone(path):
        seen = signature(path)
        segments = open_segments(path) if is_there(path) else []
        names = (segments[0].name, segments[0].version) if segments else (path.stem, "")
        kept = [segment for each in segments if (segment := _without(each, new, bool(released))) is not None]
        _save(path, _grown(kept, _as_known(new, segments, bool(released)), names), names, seen)
    return facts(path)


def _save(path: Path, kept: Sequence[Corpus], names: tuple[str, str], seen: tuple[int, ...]) -> None:
    if signature(path) != seen:
        raise CorpusError(f"{path}: another run changed it meanwhile: run this again")
    save_segments(path, kept or [CorpusBuilder().finish(*names)], *names)


def _without(segment: Corpus, new: Corpus, dated: bool) -> Corpus | None:
    """A segment without what is ``new``; None where that leaves nothing. If ``dated``, its release has the new date."""
    models = set(_keys(new))
    if not new.releases:  # a model without code
        return segment if models.isdisjoint(_keys(segment)) else _rebuilt([segment], _names(segment), models=models)
    (release,) = new.releases
    same = [
        number
        for number, each in enumerate(segment.releases)
        if (segment.projects[each.project], each.version) == (new.projects[0], release.version)
    ]
    rows = np.flatnonzero(np.isin(segment.version_releases, same))
    replaced = {version.path for version in _versions(new)} | set(map(new.text, new.native_paths.tolist()))
    natives = segment.native_paths[np.isin(segment.native_releases, same)].tolist()
    is_held = any(segment.text(path) in replaced for path in (*segment.version_paths[rows].tolist(), *natives))
    is_redated = dated and any(segment.releases[number].released != release.released for number in same)
    if not (is_held or is_redated) and models.isdisjoint(_keys(segment)):
        return segment
    if is_redated:
        renewed = [
            replace(release, project=each.project) if n in same else each for n, each in enumerate(segment.releases)
        ]
        segment = replace(_whole(segment), releases=tuple(renewed), path=None)
    gone = {(new.projects[0], release.version, each) for each in replaced}
    return _rebuilt([segment], _names(segment), lambda version: _identity(version) not in gone, models)


def _names(segment: Corpus) -> tuple[str, str]:
    return segment.name, segment.version


def _keys(segment: Corpus) -> list[int]:
    """The keys of its models."""
    return segment.model_hashes.tolist() if segment.model_count else []


def _as_known(new: Corpus, segments: Sequence[Corpus], dated: bool) -> Corpus:
    """What is ``new``, its release as the corpus knows it, unless it is ``dated``: a release has one date."""
    if not new.releases:
        return new
    (release,) = new.releases
    for segment in segments if not dated else ():
        for each in segment.releases:
            if (segment.projects[each.project], each.version) == (new.projects[0], release.version):
                new = replace(new, releases=(replace(each, project=release.project),))
                return replace(new, digest=new.content_digest())
    return new


def _grown(kept: Sequence[Corpus], new: Corpus, names: tuple[str, str]) -> list[Corpus]:
    """The segments with a new one, put together with those before it where that costs little, or they get too many."""
    left, together = list(kept), [new]
    most = max(SMALL, TIMES * _bytes(new))
    while left and sum(map(_bytes, [left[-1], *together])) <= most:
        together.insert(0, left.pop())
    if len(left) >= MOST_SEGMENTS:
        while left and _bytes(left[-1]) <= 2 * sum(map(_bytes, together)):
            together.insert(0, left.pop())
    made = _rebuilt(together, names)
    return [*left, made] if made is not None else left


def _bytes(corpus: Corpus) -> int:
    return sum(array.nbytes for array in corpus.arrays.values())


def _rebuilt(
    segments: Sequence[Corpus],
    names: tuple[str, str],
    keeps: Callable[[Version], bool] = lambda _: True,
    models: Container[int] = (),
) -> Corpus | None:
    """One corpus of these, without the models of the keys ``models``; None where nothing is kept."""
    builder = CorpusBuilder()
    for segment in segments:
        absorb(builder, segment if segment.path is None else _whole(segment), keeps, lambda key: key not in models)
    return builder.finish(*names) if builder.rows or len(builder.models) else None


def _versions(corpus: Corpus) -> list[Version]:
    return [corpus.version_at(row) for row in range(len(corpus.version_releases))]


def _identity(version: Version) -> tuple[Project, str, str]:
    return version.project, version.release.version, version.path


def remove(name: str, path: Path) -> Removed:
    """Remove a project, and the models of that name, from a corpus. Raises CorpusError when there are none."""
    open_segments(path)
    check_writable(path)
    with alone(path):
        seen, segments = signature(path), open_segments(path)
        names = segments[0].name, segments[0].version
        rows = _project_rows(segments)
        models = [each for segment in segments for each in segment.models]
        if name not in (known := dict.fromkeys([*(row.name for row in rows), *(each.name for each in models)])):
            raise CorpusError(f"{path}: no project or model {name}; it has {', '.join(known) or 'none'}")
        kept = [segment for each in segments if (segment := _without_project(each, name, names)) is not None]
        _save(path, kept, names, seen)
    return Removed(sum(row.files for row in rows if row.name == name), sum(each.name == name for each in models))


def _without_project(segment: Corpus, name: str, names: tuple[str, str]) -> Corpus | None:
    models = {model_key(each.name, each.release) for each in segment.models if each.name == name}
    if not models and name not in (project.name for project in segment.projects):
        return segment
    return _rebuilt([segment], names, lambda version: version.project.name != name, models)


def merge(path: Path, output: Path) -> CorpusFacts:
    """Make one file of a corpus in segments, in its place or in another. Raises CorpusError."""
    open_segments(path)
    check_writable(output)
    with alone(output):
        seen, segments = signature(output), open_segments(path)
        names = segments[0].name, segments[0].version
        made = segments[0] if len(segments) == 1 else _rebuilt(segments, names)
        _save(output, [made] if made is not None else [], names, seen)
    return facts(output)


def pack(path: Path, output: Path) -> None:
    """Write the packed form of a corpus, a quarter of its size, to be shipped. Raises CorpusError."""
    from .packed.packing import packed

    _whole(open_corpus(path))
    check_writable(output)
    write(output, packed(path))


def unpack(folder: Path | None, path: Path | None = None) -> Path:
    """Unpack a packed corpus, else the shipped one, into a folder, else where a run does so. Raises CorpusError."""
    from .packed.unpacking import corpora_folder, unpack

    wanted = folder or corpora_folder()
    try:
        return unpack(path or packed_path(), wanted, readable=folder is not None)
    except OSError as error:
        raise CorpusError(f"{wanted} cannot be used: {error.strerror}: name another folder") from None


def verify(path: Path) -> list[str]:
    """What is wrong with a corpus; nothing when it is whole. Raises CorpusError when it cannot be opened."""
    listed = segment_list(path)
    return [
        problem if listed is None else f"{segment.path}: {problem}"
        for segment in open_segments(path)
        for problem in _problems(segment, listed is not None)
    ]


def _problems(segment: Corpus, is_listed: bool) -> list[str]:
    if segment.path is None:
        return problems(segment)
    altered = ["its content does not match its digest"] if is_altered(segment.path) else []
    if is_listed and segment.path.name != segment_name(segment):
        altered.append("it is another segment than the list says")
    return altered + problems(segment)


def _whole(segment: Corpus) -> Corpus:
    """A corpus to read all of. Raises CorpusError when anything is wrong."""
    if found := _problems(segment, is_listed=False):
        raise damaged(segment, found[0])
    return segment
