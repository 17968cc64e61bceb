"""The package index -> the files of each release (PEP 503 and 691 pages, PEP 592 yanks, PEP 700 dates)."""

from __future__ import annotations

import os
import re
from math import prod
from urllib.parse import urljoin

from msgspec import Struct
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from ..errors import SourceError
from .addresses import without_password
from .download import NothingThereError, fetch_text
from .pipsettings import configured_index
from .simple_page import ListedFile, parse_page

DEFAULT_INDEX = "https://pypi.org/simple"
_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
# A file name becomes a path in the cache, so an index may not put a slash into it.
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,199}")
# A wheel's name stands for every combination of its tags; real ones for a dozen.
_MAX_TAGS = 200


class ReleaseFile(Struct, frozen=True):
    """The file a release is read from.

    ``uploaded`` is the ISO date (YYYY-MM-DD) on which the first file of the release appeared, empty when the index does
    not say; ``size`` is in bytes, 0 when unknown; ``yanked`` the reason it was withdrawn for, empty when it was not.
    """

    filename: str
    url: str
    sha256: str
    uploaded: str
    version: str
    size: int = 0
    yanked: str = ""


def canonical_name(name: str) -> str:
    """``name`` as the index spells it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def index_url() -> str:
    """The index pip would use: its environment variable, else its configuration, else pypi.org."""
    return (os.environ.get("PIP_INDEX_URL") or configured_index() or DEFAULT_INDEX).rstrip("/")


def release_files(name: str) -> dict[str, ReleaseFile]:
    """The file to read each release of ``name`` from, oldest version first, yanked ones included; raises SourceError.

    A wheel for any Python 3 is preferred, then any wheel, the smallest first (it is only read, so its platform does not
    matter), then the sdist. Files without a SHA-256 are left out.
    """
    by_version: dict[Version, list[ReleaseFile]] = {}
    for file in _listed(name):
        by_version.setdefault(Version(file.version), []).append(file)
    return {str(version): _chosen(by_version[version]) for version in sorted(by_version)}


def _listed(name: str) -> list[ReleaseFile]:
    index, project = index_url(), canonical_name(name)
    url = f"{index}/{project}/"
    try:
        listed = parse_page(fetch_text(url, _ACCEPT))
    except NothingThereError:
        raise SourceError(f"there is no package called {name} on {without_password(index)}") from None
    except ValueError:
        raise SourceError(
            f"{without_password(index)} does not answer as a package index (PEP 503, PEP 691): check PIP_INDEX_URL"
        ) from None
    return [found for file in listed if (found := _checked(file, project, url)) is not None]


def _checked(file: ListedFile, project: str, page: str) -> ReleaseFile | None:
    """One file of the index's answer; None when it is not a wheel or sdist of ``project`` that can be checked."""
    version = version_of_file(file.filename, project) if file.sha256 else None
    if version is None:
        return None
    try:
        url = urljoin(page, file.url)
    except ValueError:
        return None
    return ReleaseFile(file.filename, url, file.sha256, file.uploaded, str(version), file.size, file.yanked)


def version_of_file(filename: str, project: str) -> Version | None:
    """The version in the name of a wheel or sdist; None when it is none of ``project``, or no safe name."""
    if not _SAFE_NAME.fullmatch(filename):
        return None
    try:
        if not filename.endswith(".whl"):
            name, version = parse_sdist_filename(filename)
        elif prod(part.count(".") + 1 for part in filename.split("-")[-3:]) > _MAX_TAGS:
            return None
        else:
            name, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
    return version if name == project else None


def _chosen(files: list[ReleaseFile]) -> ReleaseFile:
    best = min(files, key=_rank)
    first = min((file.uploaded for file in files if file.uploaded), default="")
    return ReleaseFile(best.filename, best.url, best.sha256, first, best.version, best.size, best.yanked)


def _rank(file: ReleaseFile) -> tuple[bool, int, int, str]:
    if not file.filename.endswith(".whl"):
        kind = 3
    elif not file.filename.endswith("-none-any.whl"):
        kind = 2
    else:
        kind = 0 if "py3" in file.filename.split("-")[-3] else 1
    return bool(file.yanked), kind, file.size, file.filename
