"""An archive -> its members, read in memory one by one; nothing is ever written under a name the archive chose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from difflib import get_close_matches
from pathlib import Path

from ..errors import SourceError
from .checkout import Checkout, Entry, Skipped, sort_key
from .members import Member
from .specs import ZIP_SUFFIXES
from .tars import open_tar
from .zips import open_zip

_DIST_INFO = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-/]+)\.dist-info/METADATA")


@contextmanager
def open_archive(
    spec: str, path: Path, inner: str = "", identity: tuple[str, str] = ("", ""), strip_top: bool = False
) -> Iterator[Checkout]:
    """Open the archive ``path``, or only ``inner`` in it; raises SourceError when it is damaged or over a bound.

    ``identity`` is the project and release, where known; a wheel tells its own. ``strip_top`` drops the one folder that
    holds all of an sdist, so that its paths read as a wheel's.
    """
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
    """Members by safe path, sorted. A name stored twice counts once, by its last member, as when it is unpacked."""
    by_path: dict[str, Entry | Skipped] = {}
    for member in members:
        path = safe_path(member.name)
        if path is None:
            by_path[member.name] = Skipped(member.name, f"path leaves the {place}")
        elif member.problem:
            by_path[path] = Skipped(path, member.problem)
        else:
            by_path[path] = Entry(path, member.size, member.read)
    return sorted(by_path.values(), key=lambda item: sort_key(item.path))


def safe_path(name: str) -> str | None:
    """``name`` without ``.`` and doubled slashes; None when it is absolute or climbs out, also by Windows' rules."""
    slashed = name.replace("\\", "/")
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if slashed.startswith("/") or ".." in parts or not parts or re.match(r"[A-Za-z]:", parts[0]):
        return None
    return "/".join(parts)


def _without_top(listing: list[Entry | Skipped]) -> list[Entry | Skipped]:
    tops = {item.path.partition("/")[0] for item in listing}
    if len(tops) != 1:
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
    found = [match for item in listing if (match := _DIST_INFO.fullmatch(item.path))]
    if len(found) != 1:
        return "", ""
    return re.sub(r"[-_.]+", "-", found[0]["name"]).lower(), found[0]["version"]


def inside(listing: list[Entry | Skipped], inner: str, spec: str) -> list[Entry | Skipped]:
    """What of ``listing`` is ``inner`` or lies in it; raises SourceError when nothing is."""
    chosen = [item for item in listing if not inner or item.path == inner or item.path.startswith(inner + "/")]
    if inner and not chosen:
        near = get_close_matches(inner, [item.path for item in listing], n=1)
        hint = f"; the nearest name is {near[0]}" if near else ""
        raise SourceError(f"{spec}: there is no {inner} in it{hint}")
    return chosen
