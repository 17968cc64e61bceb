"""A corpus built from a manifest: its releases are fetched and indexed, and earlier ones listed to date their paths.

Edit this when something else of a release should come into a corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from ..errors import CorpusError
from ..sources import open_source, registry
from ..sources.files import Selection
from ..sources.index import ReleaseFile
from ..sources.specs import REGISTRY_PREFIX, parse_requirement
from .appearances import Listing
from .builder import CorpusBuilder
from .indexing import add_checkout
from .library import CorpusFacts, Progress, facts
from .manifest import Upstream, read_manifest
from .model import Release, check_writable
from .past import PastRelease, first_holders, first_of, past_releases

# Whether definitions are kept in the plain form as well: that adds a sixth to a corpus.
PLAIN = False
# Seconds for one file: what is in a corpus is not for the machine it is built on to decide.
_LONGEST = 3_600.0


def build(
    manifest: Path, output: Path, progress: Progress | None = None, unlisted: list[str] | None = None
) -> CorpusFacts:
    """Build what ``manifest`` lists into ``output``; the same manifest gives the same bytes.

    Releases whose paths cannot be listed date nothing, and go to ``unlisted``. Raises ModelkinError.
    """
    upstreams = read_manifest(manifest)
    check_writable(output)
    names = {upstream.name: [f"{upstream.package}=={each}" for each in upstream.releases] for upstream in upstreams}
    for name in (each for several in names.values() for each in several):
        parse_requirement(REGISTRY_PREFIX + name)
    building = _Building(manifest, progress, sum(map(len, names.values())), [] if unlisted is None else unlisted)
    for upstream in upstreams:
        building.add(upstream)
    building.builder.finish(output.stem, building.newest.replace("-", ".")).save(output)
    return facts(output)


class _Building:
    """A corpus that is being built, upstream by upstream."""

    def __init__(self, manifest: Path, progress: Progress | None, total: int, unlisted: list[str]) -> None:
        self.builder = CorpusBuilder(PLAIN)
        self.newest = ""
        self._manifest, self._progress, self._total, self._unlisted = manifest, progress, total, unlisted
        self._done = 0

    def add(self, upstream: Upstream) -> None:
        """Fetch and index the releases of an upstream, and date their paths."""
        specs = {version: f"{REGISTRY_PREFIX}{upstream.package}=={version}" for version in upstream.releases}
        files = {version: self._fetched(spec) for version, spec in specs.items()}
        days = {version: self._day(upstream, version, file) for version, file in files.items()}
        past = past_releases(upstream, list(files.values()), self._unlisted)
        known = sorted(filter(None, (*days.values(), *(each.release.released for each in past))))
        if upstream.begun and upstream.begun > known[0]:
            raise CorpusError(f"{self._manifest}: {upstream.name} had begun before {upstream.begun}: on {known[0]}")
        project = upstream.project(upstream.begun or "".join(known[:1]))
        first = len(self.builder.rows)
        selection = Selection(upstream.include, upstream.exclude, timeout=_LONGEST)
        for version, file in files.items():
            with open_source(specs[version]) as checkout:
                checkout = replace(checkout, released=days[version])
                if not add_checkout(self.builder, checkout, project, version, file.sha256, selection):
                    told = f"the globs of {upstream.name} match no Python file in {specs[version]}"
                    raise CorpusError(f"{self._manifest}: {told}")
        _date(self.builder, first, {file.version: version for version, file in files.items()}, past)

    def _fetched(self, spec: str) -> ReleaseFile:
        if self._progress:
            self._progress(self._done, self._total, spec)
        self._done += 1
        wanted = parse_requirement(spec)
        _, file = registry.fetch(wanted.name, wanted.version)
        self.newest = max(self.newest, file.uploaded)
        return file

    def _day(self, upstream: Upstream, version: str, file: ReleaseFile) -> str:
        day = upstream.published.get(version, file.uploaded)
        if file.uploaded and day > file.uploaded:
            told = f"{upstream.name} {version} was published before {day}: it was uploaded on {file.uploaded}"
            raise CorpusError(f"{self._manifest}: {told}")
        return day


def _date(builder: CorpusBuilder, first: int, versions: Mapping[str, str], past: Sequence[PastRelease]) -> None:
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
        PastRelease(indexed.get(versions.get(release.version, "")) or replace(release, project=project), paths)
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
