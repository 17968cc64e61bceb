"""Lists the paths of a release at the package registry without fetching it: of a wheel its directory is read.

A listing is kept in the cache beside the releases, so each is asked for once. Edit this when releases come in another
kind of archive, or when a listing should say more of a file.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple

from packaging.version import Version

from ..errors import SourceError
from ..sources.archive import DAMAGED_ZIP, BoundedFile, open_archive
from ..sources.checkout import Entry
from ..sources.download import download
from ..sources.index import ReleaseFile, release_files
from ..sources.members import MAX_MEMBERS, safe_path
from ..sources.registry import find
from ..sources.specs import CODE_SUFFIXES, ZIP_SUFFIXES
from .kept_answers import KeptAnswer, keep, read_kept
from .remote_end import NoRangesError, RemoteEnd

# What is fetched whole where that is the only way to see what is in it.
MOST_WHOLE_BYTES = 8 * 1024**2
_MAX_PATH = 1024
_MOST_HASHED_BYTES = 1024**2
_SUFFIX = ".paths.json"


class TooLargeError(SourceError):
    """A release cannot be listed, now or later: all of it would have to be fetched."""


class PathFacts(NamedTuple):
    """What a listing says of one file."""

    size: int
    """Its bytes."""
    crc: int
    """The CRC-32 of its content, by which contents are told apart; 0 where it is not known."""


Listing = Mapping[str, PathFacts]
"""The files of a release by path, as a wheel has them: without the folder around an sdist."""


class _Kept(KeptAnswer, frozen=True):
    """A listing as it is kept."""

    paths: dict[str, PathFacts]


def releases_by_day(name: str) -> list[ReleaseFile]:
    """The file of each release of ``name`` whose day is known, oldest first, yanked ones too. Raises SourceError."""
    dated = [file for file in release_files(name).values() if file.uploaded]
    return sorted(dated, key=lambda file: file.uploaded)  # those of one day stay in the order of their versions


def paths_of(name: str, file: ReleaseFile) -> Listing:
    """The paths in ``file``, of a release of ``name``: from the cache, else from its server. Raises SourceError.

    Of a wheel only the directory at its end is fetched, where its server sends parts of files. Any other file is
    fetched whole up to 8 MB, and refused above.
    """
    kept = read_kept(name, file, _SUFFIX, _Kept)
    if kept is not None:
        return kept.paths
    found = _of_cached_release(name, file)
    listing = _asked(file) if found is None else found
    keep(name, file, _SUFFIX, _Kept(file.sha256, dict(listing)))
    return listing


def _of_cached_release(name: str, file: ReleaseFile) -> Listing | None:
    found = find(name, Version(file.version))
    return _of_file(found[0], file) if found and found[1].sha256 == file.sha256 else None


def _asked(file: ReleaseFile) -> Listing:
    if file.filename.endswith(ZIP_SUFFIXES):
        with suppress(NoRangesError):
            return _of_zip(RemoteEnd(file.url, file.size, file.asked_by), file)
    if not 0 < file.size <= MOST_WHOLE_BYTES:
        size = f"of {file.size / 1024**2:,.0f} MB" if file.size else "of unknown size"
        raise TooLargeError(f"{file.filename}, {size}, is not fetched for the paths in it")
    content = BytesIO()
    download(file.url, content, file.sha256, file.size, asked_by=file.asked_by)
    if file.filename.endswith(ZIP_SUFFIXES):
        return _of_zip(content, file)
    with TemporaryDirectory(prefix="modelkin-", ignore_cleanup_errors=True) as folder:
        path = Path(folder, file.filename)
        path.write_bytes(content.getbuffer())
        return _of_tar(path)


# Archives.


def _of_file(path: Path, file: ReleaseFile) -> Listing:
    if not file.filename.endswith(ZIP_SUFFIXES):
        return _of_tar(path)
    try:
        with path.open("rb") as content:
            return _of_zip(content, file)
    except OSError as error:
        raise SourceError(f"cannot list {path}: {error.strerror}") from error


def _of_zip(content: IO[bytes] | RemoteEnd, file: ReleaseFile) -> Listing:
    try:
        source: Any = BoundedFile(content)
        with zipfile.ZipFile(source) as archive:
            infos = archive.infolist()
    except SourceError:
        raise
    except DAMAGED_ZIP as error:
        reason = " ".join(str(error).split()) or "it is damaged"
        raise SourceError(f"cannot list {file.filename}: {reason}") from error
    if len(infos) > MAX_MEMBERS:
        raise SourceError(f"cannot list {file.filename}: it holds more than {MAX_MEMBERS:,} members")
    listed = _safe((info.filename, PathFacts(info.file_size, info.CRC)) for info in infos if not info.is_dir())
    return listed if file.filename.endswith(".whl") else _without_top(listed)


def _of_tar(path: Path) -> Listing:
    with open_archive(str(path), path, identity=("sdist", ""), strip_top=True) as checkout:
        return _safe((each.path, _facts(each)) for each in checkout.entries() if isinstance(each, Entry))


def _facts(entry: Entry) -> PathFacts:
    """With the checksum of code only: a tar has none."""
    is_code = entry.path.endswith(CODE_SUFFIXES) and entry.size <= _MOST_HASHED_BYTES
    content = entry.read() if is_code else b""
    return PathFacts(entry.size, zlib.crc32(content) if isinstance(content, bytes) else 0)


def _safe(listed: Iterable[tuple[str, PathFacts]]) -> dict[str, PathFacts]:
    """Those of ``listed`` whose path stays inside, and can be written down."""
    paths = ((safe_path(name), facts) for name, facts in listed if 0 < len(name) <= _MAX_PATH)
    return {path: facts for path, facts in paths if path and path.isprintable()}


def _without_top(listed: dict[str, PathFacts]) -> dict[str, PathFacts]:
    tops = {path.partition("/")[0] for path in listed}
    if len(tops) != 1 or any(path in tops for path in listed):
        return listed
    return {path.partition("/")[2]: facts for path, facts in listed.items()}
