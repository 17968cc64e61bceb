"""Writes a file that the user named: whole or not at all, and never through a link that a stranger may have set.

Below the current folder, and below other folders that are not trusted, no part of a path may be a link: a repository
may hold ``report.json`` as a link to a file of the user. What stands above these is the user's own: links there are
followed. Edit this when a path should be followed in another way; `folders` does the writing.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from .folders import Folder, is_link

_MOST_LINKS = 40


def replace_file(path: Path, content: bytes, distrusted: Iterable[str | Path] = ()) -> None:
    """Make ``content`` the whole file at ``path``, its mode kept; its old content stays until the new is complete.

    Raises OSError, `LinkError` among them.
    """
    with opened_target(path, distrusted) as target:
        target.folder.replace(target.name, content)


class Target(Struct, frozen=True):
    """Where a file is to be written: a name in an open folder."""

    folder: Folder
    name: str
    is_strict: bool
    """Whether no link may be followed, as a stranger may have filled the folder."""


@contextmanager
def opened_target(path: Path, distrusted: Iterable[str | Path] = (), make: bool = False) -> Iterator[Target]:
    """Open the folder in which ``path`` is to be written; make it first if ``make`` says so. Raises OSError.

    ``distrusted`` are folders below which, as below the current one, no link is followed.
    """
    top, names, is_strict = _resolved(path, _roots(distrusted))
    if not names:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if make:
        top.mkdir(parents=True, exist_ok=True)
    shown = "" if is_strict and top == Path.cwd().resolve() else str(top)
    with Folder.open(top, shown) as folder, folder.below(names[:-1], make) as inner:
        yield Target(inner, names[-1], is_strict)


@contextmanager
def opened_folder(path: Path, distrusted: Iterable[str | Path] = (), make: bool = False) -> Iterator[Folder]:
    """The folder that ``path`` names, as `opened_target` finds it. Raises OSError."""
    with opened_target(path / "_", distrusted, make) as target:
        yield target.folder


def _roots(distrusted: Iterable[str | Path]) -> list[Path]:
    """By their real names, the outermost first. The root of the file system is nobody's upload."""
    roots = set(filter(None, map(_real_folder, (os.curdir, *distrusted))))
    return sorted((each for each in roots if each.parent != each), key=lambda each: len(each.parts))


def _real_folder(path: str | Path) -> Path | None:
    try:
        return Path(path).resolve() if Path(path).is_dir() else None
    except (OSError, RuntimeError, ValueError):  # gone; a loop of links; no name that a system could hold
        return None


def _resolved(path: Path, roots: list[Path]) -> tuple[Path, list[str], bool]:
    """The folder to open by its name, the names below it, and whether no link is followed on these."""
    if os.name == "nt":
        path = Path(os.path.abspath(path))  # noqa: PTH100 - as Windows does it: `..` first, then links
    location, rest = _start(path, Path())
    if not path.is_absolute():
        location = Path.cwd().resolve()
    links = 0
    while True:
        top = next((root for root in roots if location.is_relative_to(root)), None)
        if top is not None:
            names, above = _without_parents([*location.relative_to(top).parts, *rest])
            if above is None:
                return top, names, True
            location, rest = top.parent, above
            continue
        if not rest:
            return location, [], False
        name = rest.pop(0)
        inner = location.parent if name == os.pardir else location / name
        target = _followed(inner)
        if target is not None:
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            location, names = _start(target, location)
            rest[:0] = names
        elif rest or name == os.pardir:
            location = inner
        else:
            return location, [name], False


def _start(path: Path, here: Path) -> tuple[Path, list[str]]:
    """Where a path starts, and the names from there on."""
    return (Path(path.anchor), list(path.parts[1:])) if path.is_absolute() else (here, list(path.parts))


def _without_parents(names: list[str]) -> tuple[list[str], list[str] | None]:
    """The names without ``..``: none of them is a link. Where they climb above their folder, what is left there."""
    kept: list[str] = []
    for place, name in enumerate(names):
        if name != os.pardir:
            kept.append(name)
        elif kept:
            kept.pop()
        else:
            return [], names[place + 1 :]
    return kept, None


def _followed(path: Path) -> Path | None:
    """Where a link leads, if it is one and leads to a file or folder or nowhere; a device is opened by its name."""
    try:
        if not is_link(path.lstat()):
            return None
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    return path.readlink() if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else None
