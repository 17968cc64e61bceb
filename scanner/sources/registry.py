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

__all__ = ["ReleaseFile", "canonical_name", "check_size", "fetch", "is_fetched", "release_files"]

# What is worth fetching for a page of text.
_MOST_FETCHED = 200 * 1024**2


def fetch(name: str, version: str = "", progress: Progress | None = None) -> tuple[Path, ReleaseFile]:
    """The file of release ``version`` of ``name``, the newest final release when empty; raises SourceError.

    A release fetched before needs no network. One that was yanked is refused, as its authors ask.
    """
    wanted = _parse(name, version) if version else None
    if wanted and (cached := cache.find(name, wanted)):
        return cached
    releases = {Version(version): release for version, release in release_files(name).items()}
    if wanted is None:
        wanted = _newest(name, releases)
    if wanted not in releases:
        raise SourceError(_unknown(name, wanted, list(releases)))
    release = releases[wanted]
    if release.yanked:
        raise SourceError(f"{name} {wanted} was yanked by its authors ({release.yanked}): name another version")
    return cache.find(name, wanted) or (cache.store(name, release, progress), release)


def is_fetched(name: str, release: str) -> bool:
    """Whether a release of an upstream is in the cache. Raises SourceError, also for what is no version."""
    return cache.find(name, _version(name, release)) is not None


def check_size(name: str, release: str, wanted: str) -> None:
    """Raise SourceError where an upstream's release is too large to be fetched for a page of text, its ``wanted``."""
    file = release_files(name).get(str(_version(name, release)))
    if file is not None and file.size > _MOST_FETCHED:
        raise SourceError(f"{name} {release} is {file.size / 1024**2:.0f} MB, too much to fetch for its {wanted}")


def _version(name: str, release: str) -> Version:
    """Of an upstream, whose releases may be commits."""
    try:
        return Version(release)
    except InvalidVersion:
        raise SourceError(f"{name} {release} is no release of a package") from None


def _parse(name: str, version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:
        raise SourceError(f"{version} is not a version: write pypi:{name}==1.2.3") from None


def _newest(name: str, releases: dict[Version, ReleaseFile]) -> Version:
    """The newest release that is neither yanked nor a pre-release; the newest pre-release when there is no other."""
    offered = [version for version, release in releases.items() if not release.yanked]
    if not offered:
        raise SourceError(f"{name} has no release with a wheel or sdist to read")
    return next((version for version in reversed(offered) if not version.is_prerelease), offered[-1])


def _unknown(name: str, version: Version, releases: list[Version]) -> str:
    """``releases`` is sorted, oldest first."""
    if not releases:
        return f"{name} has no release with a wheel or sdist to read"
    place = bisect_left(releases, version)
    near = " and ".join(map(str, releases[max(place - 1, 0) : place + 1]))
    return f"{name} has no release {version}: nearest {near}, newest {releases[-1]}"
