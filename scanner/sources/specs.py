"""Take apart what a user names as a source: the thing itself and, after ``!``, a path inside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import SourceError

REGISTRY_PREFIX = "pypi:"
ZIP_SUFFIXES = (".zip", ".whl")
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
ARCHIVE_SUFFIXES = ZIP_SUFFIXES + TAR_SUFFIXES

# A version may itself hold an exclamation mark, its epoch: 1!2.0 (PEP 440).
_REQUIREMENT = re.compile(
    r"pypi:(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
    r"(?:==(?P<version>(?:\d+!)?[A-Za-z0-9._+-]+))?"
    r"(?:!(?P<inner>.*))?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A registry package; ``version`` is empty for the newest, ``inner`` for all of it."""

    name: str
    version: str
    inner: str


def parse_requirement(spec: str) -> Requirement:
    """Parse ``pypi:NAME[==VERSION][!inner/path]``; raises SourceError for anything else."""
    found = _REQUIREMENT.fullmatch(spec)
    if found is None:
        raise SourceError(f"{spec} is not a registry package: write pypi:NAME or pypi:NAME==VERSION, then !PATH")
    return Requirement(found["name"], found["version"] or "", clean_inner(found["inner"] or "", spec))


def split_path(spec: str) -> tuple[Path, str]:
    """The existing path that ``spec`` names and the inner path after it; raises SourceError when nothing is there.

    File names may hold ``!`` themselves, so the longest part that exists is the path.
    """
    cut = len(spec)
    while cut > 0:
        if exists(spec[:cut]):
            return Path(spec[:cut]), clean_inner(spec[cut + 1 :], spec)
        cut = spec.rfind("!", 0, cut)
    raise SourceError(f"{spec}: no such file or folder")


def clean_inner(inner: str, spec: str) -> str:
    """``inner`` with ``.`` and doubled or final slashes gone; raises SourceError when it leaves the source."""
    path = PurePosixPath(inner)
    if path.is_absolute() or ".." in path.parts:
        raise SourceError(f"{spec}: the path after ! must stay inside the source")
    return "" if path == PurePosixPath() else str(path)


def exists(path: str) -> bool:
    """Whether there is something at ``path``; no for names the system cannot hold."""
    try:
        return bool(path) and Path(path).exists()
    except (OSError, ValueError):
        return False
