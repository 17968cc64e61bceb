"""Fetches releases from the package registry, and keeps their files in the user's cache folder.

No file is handed out unless it has the SHA-256 that its index gave. A record says what that was: it must fit the name
of its file, and has a digest over itself. What is hashed is what was opened, in a folder that nobody else may write
to, and no link in it is followed. Edit this to choose another release, or to keep more of one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from packaging.version import InvalidVersion, Version

from ..errors import SourceError
from ..support.data_files import user_cache
from ..support.folders import OTHERS_WRITE, Folder
from ..support.lazy import sha256_of_file
from .checkout import Progress, os_reason
from .download import download
from .index import SHA256, ReleaseFile, canonical_name, release_files, version_of_file

# What is worth fetching for a page of text.
_MOST_FETCHED_BYTES = 200 * 1024**2
_RECORD_SUFFIX = ".release.json"
_MOST_RECORD_BYTES = 64 * 1024
_DIGEST_KEY = "digest"
_REGISTRY_FOLDER = "registry"
_DATE = re.compile(r"(?:\d{4}-\d\d-\d\d)?", re.ASCII)
OWN_FOLDER = "set MODELKIN_CACHE_DIR to a folder of yours"


def fetch(name: str, version: str = "", progress: Progress | None = None) -> tuple[Path, ReleaseFile]:
    """The file of release ``version`` of ``name``, the newest final release when empty; raises SourceError.

    A release fetched before needs no network. One that was yanked is refused, as its authors ask.
    """
    wanted = _parse(name, version) if version else None
    if wanted and (cached := find(name, wanted)):
        return cached
    release = _offered(name, wanted)
    return find(name, Version(release.version)) or (store(name, release, progress), release)


def _offered(name: str, wanted: Version | None) -> ReleaseFile:
    """The file of a release that the index lists, the newest when none is named; raises SourceError."""
    releases = {Version(version): release for version, release in release_files(name).items()}
    if wanted is None:
        wanted = _newest(name, releases)
    if wanted not in releases:
        raise SourceError(_unknown(name, wanted, list(releases)))
    release = releases[wanted]
    if release.yanked:
        raise SourceError(f"{name} {wanted} was yanked by its authors ({release.yanked}): name another version")
    return release


def described(name: str, version: str, offline: bool = False) -> ReleaseFile:
    """What the index says of the file of release ``version`` of ``name``, which is not fetched; raises SourceError.

    Of a release fetched before the cache says it, and it alone if ``offline``. One that was yanked since is refused
    only where it is not in it.
    """
    wanted = _parse(name, version)
    found = _recorded_release(name, wanted)
    if found is None and offline:
        raise SourceError(f"pypi:{name}=={version} is not in the cache, and --offline fetches nothing")
    return found or _offered(name, wanted)


def is_fetched(name: str, release: str) -> bool:
    """Whether a release of an upstream is in the cache. Raises SourceError, also for what is no version."""
    return find(name, _version(name, release)) is not None


def check_size(name: str, release: str, wanted: str) -> None:
    """Raise SourceError where an upstream's release is too large to be fetched for a page of text, its ``wanted``."""
    file = release_files(name).get(str(_version(name, release)))
    if file is not None and file.size > _MOST_FETCHED_BYTES:
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


# The cache.


def cache_folder(name: str) -> Path:
    """Where releases of ``name`` are kept; ``MODELKIN_CACHE_DIR`` overrides the system's place for caches."""
    return user_cache() / _REGISTRY_FOLDER / canonical_name(name)


def find(name: str, version: Version) -> tuple[Path, ReleaseFile] | None:
    """The cached file of a release and what its index said of it; None when there is none or it was altered.

    Raises SourceError for a cache that others may write to.
    """
    try:
        with opened(name, make=False) as folder:
            for release in _records(folder, name, version):
                if _is_whole(folder, release):
                    return cache_folder(name) / release.filename, release
    except OSError:
        pass
    return None


def _records(folder: Folder, name: str, version: Version) -> Iterator[ReleaseFile]:
    for record in folder.names():
        release = _recorded(folder, record, name) if record.endswith(_RECORD_SUFFIX) else None
        if release is not None and Version(release.version) == version:
            yield release


def _recorded_release(name: str, version: Version) -> ReleaseFile | None:
    try:
        with opened(name, make=False) as folder:
            return next(_records(folder, name, version), None)
    except OSError:
        return None


def store(name: str, release: ReleaseFile, progress: Progress | None = None) -> Path:
    """Download ``release`` into the cache; raises SourceError, and then keeps nothing."""
    try:
        with opened(name, make=True) as folder:
            with folder.replacing(release.filename, private=True) as file:
                download(release.url, file, release.sha256, release.size, progress, release.asked_by)
            with folder.replacing(release.filename + _RECORD_SUFFIX, private=True) as file:
                fields = msgspec.to_builtins(release)
                file.write(json.dumps({**fields, _DIGEST_KEY: _digest(fields)}, indent=1).encode())
    except OSError as error:
        raise SourceError(f"the cache {cache_folder(name)} {os_reason(error)}: {OWN_FOLDER}") from error
    return cache_folder(name) / release.filename


@contextmanager
def opened(name: str, make: bool) -> Iterator[Folder]:
    """The folder of the cache for a project, with all that is above it and ours. Raises OSError or SourceError."""
    with opened_cache([_REGISTRY_FOLDER, canonical_name(name)], make) as folder:
        yield folder


@contextmanager
def opened_cache(parts: Sequence[str], make: bool) -> Iterator[Folder]:
    """A folder of the user's cache, which nobody else may write to. Raises OSError or SourceError."""
    root = user_cache()
    if make:
        root.mkdir(0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = stack.enter_context(Folder.open(root, str(root)))
        _check_own(folder)
        for part in parts:
            folder = stack.enter_context(folder.below([part], make, private=True))
            _check_own(folder)
        yield folder


def _check_own(folder: Folder) -> None:
    if folder.is_writable_by_others():
        raise SourceError(
            f"the cache {folder.shown} may be written to by others, and is not used: take that right from them "
            f"(chmod go-w), or {OWN_FOLDER}"
        )


def _recorded(folder: Folder, record: str, name: str) -> ReleaseFile | None:
    """What a record says, if it is as it was written, and about a file of ``name`` and of that version."""
    try:
        stored = folder.read(record, _MOST_RECORD_BYTES)
        fields = json.loads(stored or b"")
        if not isinstance(fields, dict) or fields.pop(_DIGEST_KEY, None) != _digest(fields):
            return None
        release = msgspec.convert(fields, ReleaseFile)
        is_of_file = version_of_file(release.filename, canonical_name(name)) == Version(release.version)
    except (OSError, ValueError, InvalidVersion, RecursionError):
        return None
    is_sound = SHA256.fullmatch(release.sha256) and _DATE.fullmatch(release.uploaded) and release.size >= 0
    return release if is_of_file and is_sound and release.filename + _RECORD_SUFFIX == record else None


def _digest(fields: dict[str, Any]) -> str:
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _is_whole(folder: Folder, release: ReleaseFile) -> bool:
    """Whether its file is what the index gave; what is looked at is what was opened."""
    try:
        with os.fdopen(folder.open_file(release.filename), "rb") as file:
            status = os.fstat(file.fileno())
            if (release.size and status.st_size != release.size) or (
                os.name == "posix" and status.st_mode & OTHERS_WRITE
            ):
                return False
            return sha256_of_file(file) == release.sha256
    except OSError:
        return False
