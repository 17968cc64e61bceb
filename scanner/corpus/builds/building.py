"""A corpus built from a manifest: its releases are read into parts, several at a time, and the parts put together.

Before anything is fetched whole the registry is asked which paths its releases have, to date them and to try the
globs. The parts are put together in the order of the manifest, so that nothing else decides a byte. Edit this when
something else of an entry should come into a corpus; `part_reading` reads releases, `parts` knows what was read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from ...errors import CorpusError, ModelkinError
from ...sources import registry
from ...sources.index import ReleaseFile
from ..absorbing import absorb
from ..appearances import Listing
from ..builder import CorpusBuilder
from ..library import CorpusFacts, Progress, facts
from ..model import Corpus, Project, Release, check_writable
from ..store import is_altered, is_there, open_corpus
from .manifest import read_manifest
from .part_reading import ReadRelease, Wanted, in_tasks, read_all
from .parts import (
    MOST_BYTES,
    already_built,
    clear_parts,
    find_part,
    forget_built,
    inputs_digest,
    part_key,
    remember_built,
)
from .past import Past, PastRelease, first_holders, first_of, past_releases
from .upstream_entry import Upstream, package_origin, project_of

# Whether definitions are kept in the plain form as well: that adds a sixth to a corpus.
PLAIN = True


def build(
    manifest: Path,
    output: Path,
    progress: Progress | None = None,
    unlisted: list[str] | None = None,
    *,
    jobs: int | None = None,
    only: Sequence[str] = (),
    offline: bool = False,
    failed: list[str] | None = None,
    plain: bool = PLAIN,
) -> CorpusFacts:
    """Build what ``manifest`` lists into ``output``; the same manifest gives the same bytes.

    Releases are read by ``jobs`` processes (None: one a core); what was read before, by this modelkin, is not read
    again. Of ``only`` some projects everything is built, of the others what ``output`` has is kept. ``offline`` fetches
    nothing. Releases whose paths cannot be listed date nothing, and go to ``unlisted``. An entry that cannot be built
    goes to ``failed``, and the others are kept; what ``output`` had of its project, too. Without ``failed`` it raises.
    Raises ModelkinError, and CorpusError when nothing could be built; ``output`` is then as it was.
    """
    upstreams = read_manifest(manifest)
    if unknown := [name for name in only if name not in {each.name for each in upstreams}]:
        raise CorpusError(f"{manifest}: no project {unknown[0]} in it")
    check_writable(output)
    told: list[str] = [] if unlisted is None else unlisted
    inputs = inputs_digest(upstreams, plain, output.stem)
    if not only and (known := already_built(output, inputs)) is not None:
        told += known
        return facts(output)
    building = _Building(manifest, upstreams, only, failed, plain, offline)
    building.list_past()
    building.read(progress, jobs or _cores())
    corpus = building.corpus(upstreams, output)
    forget_built(output)
    corpus.save(output)
    told += [*building.unlisted, *building.too_large]
    if not (only or failed or building.unlisted):
        remember_built(output, inputs, corpus.digest, building.too_large)
    clear_parts(MOST_BYTES)
    return facts(output)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Entry:
    """An entry of the manifest while its corpus is built."""

    def __init__(self, place: int, upstream: Upstream) -> None:
        self.place, self.upstream = place, upstream
        self.files: dict[str, ReleaseFile] = {}
        """Of a package, what the registry says of each release."""
        self.past = Past([], [], [], [])
        self.keys: dict[str, str] = {}
        """The name of the part of each release."""
        self.found: dict[str, Corpus] = {}
        self.days: dict[str, str] = {}
        self.has_failed = False

    def newest(self) -> str:
        """The day of its newest release, as its registry or repository says."""
        released = (part.releases[0].released for part in self.found.values())
        return max((file.uploaded for file in self.files.values()), default="") or max(released, default="")

    def known_days(self) -> list[str]:
        """The days on which something of it was public, oldest first."""
        begun = (project.published for part in self.found.values() for project in part.projects)
        past = (each.release.released for each in self.past.releases)
        return sorted(filter(None, (*self.days.values(), *past, *begun)))


class _Building:
    """A corpus that is being built."""

    def __init__(
        self,
        manifest: Path,
        upstreams: Sequence[Upstream],
        only: Sequence[str],
        failed: list[str] | None,
        plain: bool,
        offline: bool,
    ) -> None:
        self.unlisted: list[str] = []
        self.too_large: list[str] = []
        self._entries = {
            place: _Entry(place, upstream)
            for place, upstream in enumerate(upstreams)
            if not only or upstream.name in only
        }
        self._manifest, self._failed, self._plain, self._offline = manifest, failed, plain, offline

    def list_past(self) -> None:
        """Ask the registry what its packages have, and name the parts of all releases."""
        for entry in self._going():
            self._or_failed(entry, self._list_package if entry.upstream.package else self._name_repository)

    def _going(self) -> list[_Entry]:
        return [entry for entry in self._entries.values() if not entry.has_failed]

    def _or_failed(self, entry: _Entry, step: Callable[[_Entry], None]) -> None:
        try:
            step(entry)
        except ModelkinError as error:
            if self._failed is None:
                raise
            self._fail(entry, str(error))

    def _fail(self, entry: _Entry, reason: str) -> None:
        told = reason.removeprefix(f"{self._manifest}: ")
        if self._failed is None:
            raise CorpusError(f"{self._manifest}: {told}")
        if not entry.has_failed:
            self._failed.append(
                told if told.startswith(f"{entry.upstream.name} ") else f"{entry.upstream.name}: {told}"
            )
        entry.has_failed = True

    def _list_package(self, entry: _Entry) -> None:
        upstream = entry.upstream
        entry.files = {
            release: registry.described(upstream.package, release, self._offline) for release in upstream.releases
        }
        entry.days = {release: self._day(entry, release, file.uploaded) for release, file in entry.files.items()}
        try:
            entry.past = past_releases(upstream, list(entry.files.values()), self._offline)
        except ModelkinError as error:
            if not self._offline:
                raise
            self.unlisted.append(f"{upstream.name} is dated by the releases listed alone: {error}")
        self.unlisted += entry.past.unlisted
        self.too_large += entry.past.too_large
        for release, file in entry.files.items():
            if file.version in entry.past.unmatched:
                raise CorpusError(f"the globs of {upstream.name} match no Python file in {upstream.spec(release)}")
            entry.keys[release] = self._key(upstream, ["sha256", file.sha256])

    def _name_repository(self, entry: _Entry) -> None:
        """Releases of a repository are dated together, by its history until the last of them."""
        upstream = entry.upstream
        for release in upstream.releases:
            entry.keys[release] = self._key(upstream, [upstream.origin, release, *sorted(upstream.releases)])

    def _key(self, upstream: Upstream, read: Sequence[str]) -> str:
        return part_key([upstream.name, *read], (upstream.include, upstream.exclude, upstream.native), self._plain)

    def _day(self, entry: _Entry, release: str, released: str) -> str:
        day = entry.upstream.published.get(release, released)
        if released and day > released:
            told = f"{entry.upstream.name} {release} was published before {day}: it was uploaded on {released}"
            raise CorpusError(f"{self._manifest}: {told}")
        return day

    def read(self, progress: Progress | None, jobs: int) -> None:
        """Read what no part is there of."""
        tasks = [task for entry in self._going() for task in self._tasks(entry)]
        total = sum(len(entry.keys) for entry in self._going())
        done = total - sum(len(task.keys) for task in tasks)
        for read in read_all(tasks, jobs):
            if progress:
                progress(done, total, self._entries[read.entry].upstream.spec(read.release))
            done += 1
            self._take(self._entries[read.entry], read)
        for entry in self._going():
            if not entry.upstream.package:
                self._or_failed(entry, self._date_repository)

    def _tasks(self, entry: _Entry) -> list[Wanted]:
        """What is to be read of an entry; the parts that are there are opened."""
        entry.found = {release: part for release, key in entry.keys.items() if (part := find_part(key))}
        missing = {release: key for release, key in entry.keys.items() if release not in entry.found}
        if missing and not entry.upstream.package:  # fetched and dated together
            missing = entry.keys
        return list(in_tasks(Wanted(entry.place, entry.upstream, missing, self._plain, self._offline)))

    def _take(self, entry: _Entry, read: ReadRelease) -> None:
        self.too_large += [read.left_out] if read.left_out else []
        if read.unlisted:
            self.unlisted.append(f"{entry.upstream.name}: {read.unlisted}")
        if read.error:
            self._fail(entry, read.error)
        elif part := find_part(read.key):
            entry.found[read.release] = part
        else:
            self._fail(entry, f"{entry.upstream.spec(read.release)} was read, and its part is gone from the cache")

    def _date_repository(self, entry: _Entry) -> None:
        released = {release: entry.found[release].releases[0].released for release in entry.upstream.releases}
        entry.days = {release: self._day(entry, release, day) for release, day in released.items()}

    def corpus(self, upstreams: Sequence[Upstream], output: Path) -> Corpus:
        """All parts put together; of projects of ``upstreams`` that are not built what ``output`` has."""
        projects = self._projects()
        builder, kept = CorpusBuilder(self._plain), _Kept(output)
        going = {entry.place: entry for entry in self._going()}
        for place, upstream in enumerate(upstreams):
            if upstream.name not in projects:
                kept.pass_on(builder, upstream.name)
            elif place in going:
                _put(builder, going[place], projects[upstream.name])
        if not builder.rows:
            why = f": {self._failed[0]}" if self._failed else ""
            raise CorpusError(f"{self._manifest}: nothing of it can be built{why}")
        kept.pass_on_models(builder)
        newest = max(*(entry.newest() for entry in going.values()), kept.newest, "")
        return builder.finish(output.stem, newest.replace("-", "."))

    def _projects(self) -> dict[str, Project]:
        """The projects of which anything can be built, by name."""
        found = {}
        for name, entries in self._by_name().items():
            known = sorted(day for entry in entries for day in entry.known_days())
            begun = max(entry.upstream.begun for entry in entries)
            if begun and known and begun > known[0]:
                for entry in entries:
                    self._fail(entry, f"{name} had begun before {begun}: on {known[0]}")
                continue
            found[name] = project_of([entry.upstream for entry in entries], begun or "".join(known[:1]))
        return found

    def _by_name(self) -> dict[str, list[_Entry]]:
        found: dict[str, list[_Entry]] = {}
        for entry in self._going():
            found.setdefault(entry.upstream.name, []).append(entry)
        return found


class _Kept:
    """What the corpus that is there has of projects that are not built anew."""

    def __init__(self, path: Path) -> None:
        self.newest = ""
        self._path = path
        self._is_open = False
        self._corpus: Corpus | None = None
        self._done: set[str] = set()

    def pass_on(self, builder: CorpusBuilder, name: str) -> None:
        """Put its project ``name`` into a builder, once."""
        if name in self._done:
            return
        self._done.add(name)
        corpus = self._opened()
        if corpus is not None and any(project.name == name for project in corpus.projects):
            self.newest = corpus.version
            absorb(builder, corpus, lambda version: version.project.name == name, lambda _: False)

    def pass_on_models(self, builder: CorpusBuilder) -> None:
        """Put all models that it knows into a builder: no manifest names any."""
        corpus = self._opened()
        if corpus is not None and corpus.model_count:
            absorb(builder, corpus, lambda _: False)

    def _opened(self) -> Corpus | None:
        """None where there is none, or it is damaged."""
        if not self._is_open and is_there(self._path):
            with suppress(CorpusError):
                self._corpus = None if is_altered(self._path) else open_corpus(self._path)
        self._is_open = True
        return self._corpus


def _put(builder: CorpusBuilder, entry: _Entry, project: Project) -> None:
    """Put the releases of an entry into a builder, and say when their paths appeared."""
    first, upstream = len(builder.rows), entry.upstream
    origin = "" if upstream.origin == package_origin(project.package) else upstream.origin
    for release in upstream.releases:
        part, file = entry.found[release], entry.files.get(release)
        licence = upstream.licence(release)
        said = replace(
            part.releases[0],
            version=release,
            released=entry.days[release],
            sha256=file.sha256 if file else "",
            licence="" if licence == project.licence else licence,
            origin=origin,
            source="" if upstream.source == project.source else upstream.source,
        )
        unlisted = tuple(replace(each, origin=origin) for each in part.unlisted)
        absorb(builder, replace(part, projects=(project,), releases=(said,), unlisted=unlisted))
    if entry.past.releases:
        versions = {file.version: release for release, file in entry.files.items()}
        _date(builder, first, versions, entry.past.releases, origin)


def _date(
    builder: CorpusBuilder, first: int, versions: Mapping[str, str], past: Sequence[PastRelease], origin: str
) -> None:
    """Say when the paths of the rows from ``first`` on appeared, and their contents.

    Those are of the releases ``versions``: by the version in the name of its file, as the corpus has it.
    """
    rows = [
        _Row(row.file, builder.releases[row.release], builder.cache.names.spelled[row.path])
        for row in builder.rows[first:]
    ]
    project = rows[0].release.project
    indexed = {row.release.version: row.release for row in rows}
    known = [
        PastRelease(
            indexed.get(versions.get(release.version, "")) or replace(release, project=project, origin=origin), paths
        )
        for release, paths in past
    ]
    known.sort(key=lambda each: each.release.day)
    _date_paths(builder, rows, known)
    _date_contents(builder, rows, known)


class _Row(NamedTuple):
    file: int
    release: Release
    spelled: bytes

    @property
    def path(self) -> str:
        return self.spelled.decode("utf-8", "replace")


def _date_paths(builder: CorpusBuilder, rows: Sequence[_Row], known: Sequence[PastRelease]) -> None:
    for row in {row.spelled: row for row in rows}.values():
        holding, lacking = first_of(known, row.path)
        builder.add_listing(row.release.project, row.spelled, Listing(frozenset(holding), frozenset(lacking)))


def _date_contents(builder: CorpusBuilder, rows: Sequence[_Row], known: Sequence[PastRelease]) -> None:
    paths_of = {each.release: each.paths for each in known}
    holders = first_holders(known)
    for row in rows:
        content = paths_of.get(row.release, {}).get(row.path)
        if content and (row.path, content) in holders:
            builder.add_holder(row.release.project, row.spelled, row.file, holders[row.path, content])
