"""A package name and version -> the release's file on disk, from the cache or the user's package index.

Nothing is installed and no package code runs: the file is downloaded, checked and read as an archive.
"""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

from packaging.version import InvalidVersion, Version

from ..errors import SourceError
from . import cache
from .checkout import Progress
from .index import ReleaseFile, canonical_name, release_files

__all__ = ["ReleaseFile", "canonical_name", "fetch", "release_files"]


def fetch(name: str, version: str = "", progress: Progress | None = None) -> tuple[Path, ReleaseFile]:
    """The file of release ``version`` of ``name``, the newest final release when empty; raises SourceError.

    A release fetched before needs no network. One that was yanked is refused, as its authors ask.
    """
    if version:
        version = _normalised(name, version)
        if cached := cache.find(name, version):
            return cached
    releases = release_files(name)
    version = version or _newest(name, releases)
    if version not in releases:
        raise SourceError(_unknown(name, version, list(releases)))
    release = releases[version]
    if release.yanked:
        raise SourceError(f"{name} {version} was yanked by its authors ({release.yanked}): name another version")
    return cache.find(name, version) or (cache.store(name, release, progress), release)


def _normalised(name: str, version: str) -> str:
    try:
        return str(Version(version))
    except InvalidVersion:
        raise SourceError(f"{version} is not a version: write pypi:{name}==1.2.3") from None


def _newest(name: str, releases: dict[str, ReleaseFile]) -> str:
    """The newest release that is neither yanked nor a pre-release; the newest pre-release when there is no other."""
    offered = [version for version, release in releases.items() if not release.yanked]
    if not offered:
        raise SourceError(f"{name} has no release with a wheel or sdist to read")
    return next((version for version in reversed(offered) if not Version(version).is_prerelease), offered[-1])


def _unknown(name: str, version: str, releases: list[str]) -> str:
    """``releases`` is sorted, oldest first."""
    if not releases:
        return f"{name} has no release with a wheel or sdist to read"
    place = bisect_left([Version(release) for release in releases], Version(version))
    near = " and ".join(releases[max(place - 1, 0) : place + 1])
    return f"{name} has no release {version}: nearest {near}, newest {releases[-1]}"
