"""The earlier releases of an upstream at the package registry: which paths each has, listed without fetching it.

They tell in which release a path first appeared, though the corpus holds the files of a few releases only. Edit this
when a release should be listed in another way, or tell more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ...dating.kept_answers import KeptAnswer, keep, read_kept
from ...dating.release_paths import Listing as Paths
from ...dating.release_paths import PathFacts, TooLargeError, paths_of, releases_by_day
from ...errors import SourceError
from ...sources.index import ReleaseFile
from ...support.globs import matcher
from ..model import Release
from .upstream_entry import Upstream

# Almost all of the time is spent waiting for a server.
_AT_ONCE = 8
_SUFFIX, _WHEEL = ".py", ".whl"
_GLOB_DIGITS = 16
# In an sdist the package may stand in one of these folders, which a wheel is without.
_FOLDERS = ("", "src/", "python/", "lib/")


class PastRelease(NamedTuple):
    """A release at the registry, and what it has of the paths that its upstream's globs take."""

    release: Release
    """Of project 0."""
    paths: Paths


class Past(NamedTuple):
    """What the registry's releases tell of an upstream's paths."""

    releases: list[PastRelease]
    """Oldest first; without those that have none of the paths, which are another package, or not about it."""
    unlisted: list[str]
    """Which releases cannot be listed, and why; not those that never can."""
    too_large: list[str]
    """Those."""
    unmatched: list[str]
    """The versions of which the globs take nothing."""


class _KeptPast(KeptAnswer, frozen=True):
    """A past as it is kept, under the newest of its releases: paths by number."""

    paths: list[str]
    releases: list[tuple[str, str, list[tuple[int, int, int]]]]
    too_large: list[str]
    unmatched: list[str]


def past_releases(upstream: Upstream, files: Sequence[ReleaseFile], offline: bool = False) -> Past:
    """The releases up to the newest of ``files``, those of ``files`` too; as it was kept where all could be listed.

    Raises SourceError; when ``offline`` and nothing was kept as well.
    """
    newest = max(files, key=lambda file: (file.uploaded, file.filename))
    globs = hashlib.sha256(json.dumps([*upstream.include, None, *upstream.exclude]).encode()).hexdigest()
    suffix = f".{globs[:_GLOB_DIGITS]}.past.json"
    if kept := read_kept(upstream.package, newest, suffix, _KeptPast):
        return _unpacked(kept)
    if offline:
        raise SourceError("its earlier releases were not listed before, and --offline asks for nothing")
    past = _listed(upstream, newest.uploaded)
    if not past.unlisted:
        keep(upstream.package, newest, suffix, _packed(past, newest.sha256))
    return past


def _listed(upstream: Upstream, until: str) -> Past:
    older = [file for file in releases_by_day(upstream.package) if file.uploaded <= until]
    takes = _takes(upstream)

    def listed(file: ReleaseFile) -> Paths | SourceError:
        try:
            return _taken(paths_of(upstream.package, file), takes)
        except SourceError as error:
            return error

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(zip(older, pool.map(listed, older), strict=True))
    # What failed among many requests at once may not fail alone, and each makes another corpus.
    found = [(file, listed(file) if isinstance(paths, SourceError) else paths) for file, paths in found]
    past = Past([], [], [], [])
    for file, paths in found:
        if isinstance(paths, SourceError):
            told = past.too_large if isinstance(paths, TooLargeError) else past.unlisted
            told.append(f"{upstream.package} {file.version}: {paths}")
        elif paths:
            past.releases.append(PastRelease(Release(0, file.version, file.uploaded, ""), paths))
        elif file.filename.endswith(_WHEEL):  # in an sdist the globs may mean another folder
            past.unmatched.append(file.version)
    return past


def _packed(past: Past, sha256: str) -> _KeptPast:
    numbers: dict[str, int] = {}
    rows = [
        (
            each.release.version,
            each.release.released,
            [(numbers.setdefault(path, len(numbers)), *facts) for path, facts in each.paths.items()],
        )
        for each in past.releases
    ]
    return _KeptPast(sha256, list(numbers), rows, past.too_large, past.unmatched)


def _unpacked(kept: _KeptPast) -> Past:
    releases = [
        PastRelease(Release(0, version, day, ""), {kept.paths[path]: PathFacts(size, crc) for path, size, crc in rows})
        for version, day, rows in kept.releases
    ]
    return Past(releases, [], kept.too_large, kept.unmatched)


def _takes(upstream: Upstream) -> Callable[[str], bool]:
    includes, excludes = matcher(upstream.include), matcher(upstream.exclude)
    return lambda path: path.endswith(_SUFFIX) and includes(path) and not excludes(path)


def _taken(paths: Paths, takes: Callable[[str], bool]) -> Paths:
    """What is taken of the paths of a release, in the first folder that has any of it."""
    for folder in _FOLDERS:
        inner = ((path.removeprefix(folder), facts) for path, facts in paths.items() if path.startswith(folder))
        if taken := {path: facts for path, facts in inner if takes(path)}:
            return taken
    return {}


def first_of(past: Iterable[PastRelease], path: str) -> tuple[list[Release], list[Release]]:
    """The first of these releases, oldest first, that has a path; and those before it."""
    lacking: list[Release] = []
    for each in past:
        if path in each.paths:
            return [each.release], lacking
        lacking.append(each.release)
    return [], lacking


def first_holders(past: Sequence[PastRelease]) -> Mapping[tuple[str, PathFacts], Release]:
    """The first of these releases, oldest first, that has each path with each content, by its checksum."""
    found: dict[tuple[str, PathFacts], Release] = {}
    for each in past:
        for path, facts in each.paths.items():
            if facts.crc:
                found.setdefault((path, facts), each.release)
    return found
