"""Release files kept in the user's cache folder; none is handed out unless it has the SHA-256 its index gave."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import platformdirs
from msgspec.structs import asdict
from packaging.version import Version

from ..errors import SourceError
from .checkout import Progress, os_reason
from .download import download
from .index import ReleaseFile, canonical_name, index_url

_CHUNK = 1024**2
_RECORD_SUFFIX = ".release.json"


def cache_folder(name: str) -> Path:
    """Where releases of ``name`` are kept; ``MODELKIN_CACHE_DIR`` overrides the system's place for caches."""
    root = os.environ.get("MODELKIN_CACHE_DIR") or platformdirs.user_cache_dir("modelkin", appauthor=False)
    return Path(root, "registry", canonical_name(name))


def find(name: str, version: Version) -> tuple[Path, ReleaseFile] | None:
    """The cached file of a release and what its index said of it; None when there is none or it was altered."""
    folder = cache_folder(name)
    for record in sorted(folder.glob(f"*{_RECORD_SUFFIX}")):
        release = _recorded(record)
        if release is not None and Version(release.version) == version:
            path = folder / release.filename
            if _sha256(path) == release.sha256:
                return path, release
    return None


def store(name: str, release: ReleaseFile, progress: Progress | None = None) -> Path:
    """Download ``release`` into the cache; raises SourceError, and then keeps nothing."""
    folder = cache_folder(name)
    path = folder / release.filename
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _replacing(path) as file:
            download(release.url, file, release.sha256, release.size, progress, index_url())
        with _replacing(folder / (release.filename + _RECORD_SUFFIX)) as file:
            file.write(json.dumps(asdict(release), indent=1).encode())
    except OSError as error:
        raise SourceError(
            f"the cache {folder} {os_reason(error)}: set MODELKIN_CACHE_DIR to a folder of yours"
        ) from error
    return path


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A temporary file that becomes ``path`` when all went well, so that no reader ever sees half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
        try:
            yield file
            file.flush()
            Path(file.name).replace(path)
        finally:
            Path(file.name).unlink(missing_ok=True)


def _recorded(record: Path) -> ReleaseFile | None:
    try:
        release = ReleaseFile(**json.loads(record.read_bytes()))
        Version(release.version)
    except (OSError, ValueError, TypeError):
        return None
    return release if release.filename + _RECORD_SUFFIX == record.name else None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()
