"""The earlier releases of an upstream at the package registry: which paths each has, listed without fetching it.

They tell in which release a path first appeared, though the corpus holds the files of a few releases only. Edit this
when a release should be listed in another way, or tell more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ..dating.release_paths import Listing as Paths
from ..dating.release_paths import PathFacts, paths_of, releases_by_day
from ..errors import SourceError
from ..sources.index import ReleaseFile
from ..support.globs import matcher
from .manifest import Upstream
from .model import Release

# Almost all of the time is spent waiting for a server.
_AT_ONCE = 8
_SUFFIX = ".py"
# In an sdist the package may stand in one of these folders, which a wheel is without.
_FOLDERS = ("", "src/", "python/", "lib/")


class PastRelease(NamedTuple):
    """A release at the registry, and what it has of the paths that its upstream's globs take."""

    release: Release
    """Of project 0."""
    paths: Paths


def past_releases(upstream: Upstream, files: Sequence[ReleaseFile], unknown: list[str]) -> list[PastRelease]:
    """The releases up to the newest of ``files``, oldest first, those of ``files`` too.

    One that has none of the upstream's paths is another package of that name, or not about it, and left out. So is one
    that cannot be listed: what could not goes to ``unknown``. Raises SourceError.
    """
    newest = max(file.uploaded for file in files)
    older = [file for file in releases_by_day(upstream.package) if file.uploaded <= newest]
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
    unknown += [
        f"{upstream.package} {file.version}: {error}" for file, error in found if isinstance(error, SourceError)
    ]
    return [
        PastRelease(Release(0, file.version, file.uploaded, ""), paths)
        for file, paths in found
        if not isinstance(paths, SourceError) and paths
    ]


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
