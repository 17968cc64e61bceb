"""The package index -> the files of each release (PEP 503 and 691 pages, PEP 592 yanks, PEP 700 dates)."""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import urljoin

from msgspec import Struct
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from ..errors import SourceError
from .download import NothingThereError, fetch_text, without_password
from .pipsettings import configured_index
from .simple_page import parse_page

DEFAULT_INDEX = "https://pypi.org/simple"
_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
# A file name becomes a path in the cache, so an index may not put a slash into it.
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")


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
        answer = fetch_text(url, _ACCEPT)
        items = parse_page(answer) if answer.lstrip().startswith(b"<") else json.loads(answer)["files"]
        files = [_parse(item, project, url) for item in items]
    except NothingThereError:
        raise SourceError(f"there is no package called {name} on {without_password(index)}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SourceError(
            f"{without_password(index)} does not answer as a package index (PEP 503, PEP 691): check PIP_INDEX_URL"
        ) from None
    return [file for file in files if file is not None]


def _parse(item: dict[str, Any], project: str, url: str) -> ReleaseFile | None:
    """One file of the index's answer; None when it is not a wheel or sdist of ``project`` that can be checked."""
    filename, sha256 = item["filename"], item["hashes"].get("sha256", "").lower()
    version = _version(filename, project)
    if version is None or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        return None
    yanked = item.get("yanked", False)
    reason = (str(yanked) if isinstance(yanked, str) else "") or "no reason given"
    return ReleaseFile(
        filename=filename,
        url=urljoin(url, item["url"]),
        sha256=sha256,
        uploaded=(item.get("upload-time") or "")[:10],
        version=str(version),
        size=int(item.get("size") or 0),
        yanked=" ".join(reason.split()) if yanked else "",
    )


def _version(filename: str, project: str) -> Version | None:
    if not _SAFE_NAME.fullmatch(filename):
        return None
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
        else:
            name, version = parse_sdist_filename(filename)
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
