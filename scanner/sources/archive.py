"""An archive -> its members, read in memory one by one; nothing is ever written under a name the archive chose."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from difflib import get_close_matches
from pathlib import Path

from ..errors import SourceError
from .checkout import Checkout, Entry, Skipped, os_reason, sort_key
from .members import Member
from .specs import ZIP_SUFFIXES
from .tars import open_tar
from .zips import open_zip

# No system takes a longer path.
_MAX_PATH = 4096
_MAX_COMPARED = 3_000
_DIST_INFO = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-/]+)\.dist-info/METADATA")


@contextmanager
def open_archive(
    spec: str, path: Path, inner: str = "", identity: tuple[str, str] = ("", ""), strip_top: bool = False
) -> Iterator[Checkout]:
    """Open the archive ``path``, or only ``inner`` in it; raises SourceError when it is damaged or over a bound.

    ``identity`` is the project and release, where known; a wheel tells its own. ``strip_top`` drops the one folder that
    holds all of an sdist, so that its paths read as a wheel's.
    """
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise SourceError(f"cannot open {path}: it {os_reason(error)}") from error
    if not is_file:
        raise SourceError(f"cannot open {path}: it is not a regular file")
    with _members(path) as members:
        listing = list_members(members)
        if strip_top:
            listing = _without_top(listing)
        project, release = identity if identity[0] else _identity(listing)
        chosen = inside(listing, inner, spec)
        yield Checkout(spec, lambda: iter(chosen), project, release, whole=lambda: iter(listing))


def _members(path: Path) -> AbstractContextManager[list[Member]]:
    return open_zip(path) if path.name.lower().endswith(ZIP_SUFFIXES) else open_tar(path)


def list_members(members: Iterable[Member], place: str = "archive") -> list[Entry | Skipped]:
    """Members by safe path, sorted. A name stored twice counts once, by its last member, as when it is unpacked.

    That the others were not read is said by a Skipped of the same path, before it.
    """
    by_path: dict[str, Entry | Skipped] = {}
    repeated: dict[str, int] = {}
    for member in members:
        path = safe_path(member.name)
        if path is None:
            path = member.name
            item: Entry | Skipped = Skipped(path, f"path leaves the {place}")
        elif member.problem:
            item = Skipped(path, member.problem)
        else:
            item = Entry(path, member.size, member.read)
        if len(path) > _MAX_PATH:
            item = Skipped(f"{path[:100]}…", f"a path of {len(path):,} characters, which no system takes")
        if path in by_path:
            repeated[path] = repeated.get(path, 1) + 1
        by_path[path] = item
    extra = [
        Skipped(path, f"stored {count} times in the {place}: only the last one counts")
        for path, count in repeated.items()
    ]
    return sorted([*extra, *by_path.values()], key=lambda item: sort_key(item.path))


def safe_path(name: str) -> str | None:
    """``name`` without ``.`` and doubled slashes; None when it is absolute or climbs out, also by Windows' rules."""
    slashed = name.replace("\\", "/")
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if slashed.startswith("/") or ".." in parts or not parts or re.match(r"[A-Za-z]:", parts[0]):
        return None
    return "/".join(parts)


def _without_top(listing: list[Entry | Skipped]) -> list[Entry | Skipped]:
    tops = {item.path.partition("/")[0] for item in listing}
    if len(tops) != 1 or any(item.path in tops for item in listing):  # the one thing at the top may be a file
        return listing
    cut = len(tops.pop()) + 1
    return [
        Skipped(item.path[cut:], item.reason)
        if isinstance(item, Skipped)
        else Entry(item.path[cut:], item.size, item.read)
        for item in listing
        if len(item.path) > cut
    ]


def _identity(listing: list[Entry | Skipped]) -> tuple[str, str]:
    """Project and release by the name of the one dist-info folder; empty when there is none or several."""
    found = {match.groups() for item in listing if (match := _DIST_INFO.fullmatch(item.path))}
    if len(found) != 1:
        return "", ""
    name, version = found.pop()
    return re.sub(r"[-_.]+", "-", name).lower(), version


def inside(listing: list[Entry | Skipped], inner: str, spec: str) -> list[Entry | Skipped]:
    """What of ``listing`` is ``inner`` or lies in it; raises SourceError when nothing is."""
    chosen = [item for item in listing if not inner or item.path == inner or item.path.startswith(inner + "/")]
    if inner and not chosen:
        names = [item.path for item in listing if len(item.path) < 2 * len(inner) + 20]
        near = get_close_matches(inner, names[:_MAX_COMPARED], n=1)
        hint = f"; the nearest name is {near[0]}" if near else ""
        raise SourceError(f"{spec}: there is no {inner} in it{hint}")
    return chosen
