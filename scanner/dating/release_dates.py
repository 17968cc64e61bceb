"""Dates the files of a release by the first release at the package registry that holds the path.

What release a source is: it was named as one, or a wheel, an sdist or an unpacked wheel says so itself, which is a
claim but for what the registry has byte by byte: that wheel or sdist, or single files of an unpacked wheel. Edit this
when releases should be asked in another way, or when another kind of source names its release.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec.structs import replace
from packaging.version import InvalidVersion, Version

from ..errors import SourceError
from ..results import FileDate, Ground
from ..sources.checkout import Checkout
from ..sources.index import ReleaseFile, by_release, listed_files
from ..support.lazy import sha256_of_file
from .release_digests import digests_of
from .release_identity import Identity
from .release_paths import Listing, paths_of

SECONDS = 60.0
MOST_RELEASES = 400
_THREADS = 8
# Where sdists keep packages that wheels have at their top.
_SOURCE_FOLDERS = ("src/", "lib/", "python/")


class ReleaseDates:
    """Says which release of a project first held a path, of a ``checkout`` that says that it is release ``stated``.

    Nothing is asked of the registry before the first file.
    """

    def __init__(self, checkout: Checkout, stated: Identity) -> None:
        self._checkout = checkout
        self._stated = stated
        self._own: ReleaseFile | None = None
        self._first: dict[str, FileDate] = {}
        self._waiting: list[ReleaseFile] | None = None
        self._identity: Identity | None = None
        self._digests: Mapping[str, str] | None = None
        self._is_sure = True
        self._deadline = 0.0

    def __call__(self, path: str) -> FileDate:
        """The date of the file at ``path``; none where its release is not known, or does not hold it."""
        if self._waiting is None:
            self._waiting = self._releases()
        if self._identity is None or self._own is None:
            return FileDate()
        keys = _keys(path.removeprefix(self._identity.top))
        while not any(key in self._first for key in keys) and self._waiting:
            self._read_some(self._identity)
        found = [self._first[key] for key in keys if key in self._first]
        first = min(found, key=lambda each: each.date, default=None)
        if self._identity.is_claim and self._is_released(path):
            first = _vouched(first, self._identity.name) if first else None
            return first or _itself(self._own, self._identity)
        return first or self._bound(self._own, self._identity)

    def _is_released(self, path: str) -> bool:
        """Whether the file in an unpacked wheel is, byte by byte, the one that the registry has in its place."""
        if self._checkout.folder is None or self._own is None or self._identity is None:
            return False
        if self._digests is None:
            try:
                self._digests = digests_of(self._identity.name, self._own)
            except SourceError:
                self._digests = {}
        wanted = self._digests.get(path)
        return bool(wanted) and _sha256(self._checkout.folder / path) == wanted

    def _releases(self) -> list[ReleaseFile]:
        """Those up to this release, oldest first; none where this one is not known at the registry."""
        self._deadline = time.monotonic() + SECONDS
        identity = self._stated
        try:
            listed = listed_files(identity.name)
        except SourceError:
            return []
        own = _release(listed, identity.version)
        if own is None:
            return []
        is_claim = identity.is_claim and not _is_listed(self._checkout.archive, own, listed)
        self._identity, self._own = Identity(identity.name, own.version, identity.top, is_claim), own
        dated = [file for file in by_release(listed).values() if file.uploaded]
        older = [file for file in dated if file.uploaded <= own.uploaded and file != own]
        return [*sorted(older, key=lambda file: file.uploaded)[:MOST_RELEASES], own] if own.uploaded else []

    def _read_some(self, identity: Identity) -> None:
        """The listings of the next releases, at once."""
        assert self._waiting is not None
        batch, self._waiting = self._waiting[:_THREADS], self._waiting[_THREADS:]
        if time.monotonic() > self._deadline:
            self._waiting = []
            return
        with ThreadPoolExecutor(_THREADS) as pool:
            listings = list(pool.map(lambda file: _listing(identity.name, file), batch))
        if all(listing is None for listing in listings):
            self._waiting = []  # the server has none, or has gone
        for file, listing in zip(batch, listings, strict=True):
            if listing is None:
                self._is_sure = False
                continue
            says = f"{identity.name} {file.version}, the first release with the path"
            if not self._is_sure:
                says = f"{identity.name} {file.version}; not all releases before it could be listed"
            newest = self._own.uploaded if self._own and identity.is_claim else ""
            project = "" if identity.is_claim else identity.name
            date = FileDate(file.uploaded, Ground.RELEASE, identity.is_claim, not self._is_sure, says, newest, project)
            is_sdist = not file.filename.endswith(".whl")
            for path in listing:
                for key in _suffixes(path) if is_sdist else (path,):
                    self._first.setdefault(key, date)

    def _bound(self, own: ReleaseFile, identity: Identity) -> FileDate:
        """A file that no listing has: this very release has it, where that is no claim."""
        if identity.is_claim or not own.uploaded:
            return FileDate(says=f"no release of {identity.name} up to {own.version} was seen to hold the path")
        return _itself(own, identity)


def _itself(own: ReleaseFile, identity: Identity) -> FileDate:
    says = f"{identity.name} {own.version} itself"
    return FileDate(own.uploaded, Ground.RELEASE, False, True, says, project=identity.name)


def _vouched(date: FileDate, project: str) -> FileDate:
    """The date of a file that the registry has: no claim."""
    return replace(date, claim=False, newest="", project=project)


def _release(listed: list[ReleaseFile], version: str) -> ReleaseFile | None:
    """The release of that version, as it is read; a local label (``+cu121``) is no part of what a registry has."""
    try:
        return by_release(listed).get(str(Version(Version(version).public)))
    except InvalidVersion:
        return None


def _is_listed(archive: Path | None, own: ReleaseFile, listed: list[ReleaseFile]) -> bool:
    """Whether the archive is, byte by byte, one that the registry has of this release."""
    digest = _sha256(archive) if archive else ""
    return bool(digest) and any(each.version == own.version and each.sha256 == digest for each in listed)


def _sha256(path: Path) -> str:
    """Of a file's content, in hexadecimal; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return sha256_of_file(file)
    except OSError:
        return ""


def _listing(name: str, file: ReleaseFile) -> Listing | None:
    try:
        return paths_of(name, file)
    except SourceError:
        return None


def _keys(path: str) -> list[str]:
    """What ``path`` may be called in a wheel: an sdist has packages in a folder of their own."""
    return [path, *(path.removeprefix(folder) for folder in _SOURCE_FOLDERS if path.startswith(folder))]


def _suffixes(path: str) -> Iterator[str]:
    """``path`` and, where the package it is of may stand deeper in an sdist, what it may be called in a wheel."""
    yield path
    while "/" in (path := path.partition("/")[2]):
        yield path
