"""A folder on disk -> its files, without what git ignores, environments and build output."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from ..errors import SourceError
from .checkout import Checkout, Entry, Skipped, os_reason, sort_key
from .ignores import Ignores, is_environment
from .specs import exists


class _Folder(Struct, frozen=True):
    """A folder still to list: its path on disk, its path in the checkout, and the rules that hold in it."""

    disk: str
    path: str
    ignores: Ignores


def open_file(spec: str, path: Path) -> Checkout:
    """One file as a checkout of its own, under its bare name."""
    return Checkout(spec, lambda: iter([_read_later(str(path), path.name)]))


def open_folder(spec: str, root: Path, inner: str, outermost: Path | None = None) -> Checkout:
    """The folder ``root``, or only ``inner`` in it; what the user names is listed even where rules leave it out.

    Links out of ``outermost`` (``root``, if it is None) are not followed.
    """
    start = root / inner
    if not exists(str(start)):
        raise SourceError(f"{spec}: there is no {inner} in {root}")
    real_root = os.path.realpath(outermost or root)
    if not _is_inside(os.path.realpath(start), real_root):
        raise SourceError(f"{spec}: {inner} is a symbolic link out of {outermost or root}")
    if start.is_dir():
        return Checkout(spec, lambda: _tree(start, inner, real_root), whole=lambda: _tree(root, "", real_root))
    return Checkout(spec, lambda: iter([_read_later(str(start), inner)]), whole=lambda: _tree(root, "", real_root))


def open_chosen(root: Path, names: Sequence[str]) -> Checkout:
    """The files and folders ``names`` of the folder ``root``, the ``whole`` around them. Raises SourceError."""
    real_root = os.path.realpath(root)
    chosen: dict[str, Path] = {}
    for name in names:
        if not exists(name):
            raise SourceError(f"{name}: no such file or folder")
        if not _is_inside(os.path.realpath(name), real_root):
            raise SourceError(f"{name} is outside of {real_root}: several sources must be of the folder you are in")
        relative = os.path.relpath(os.path.abspath(name), os.path.abspath(root))  # noqa: PTH100  links stay as named
        chosen["" if relative == "." else relative.replace(os.sep, "/")] = Path(name)

    def entries() -> Iterator[Entry | Skipped]:
        found: dict[str, Entry | Skipped] = {}
        for path, disk in chosen.items():
            listed = _tree(disk, path, real_root) if disk.is_dir() else [_read_later(str(disk), path)]
            found.update((entry.path, entry) for entry in listed)
        return iter(sorted(found.values(), key=lambda entry: sort_key(entry.path)))

    return Checkout(".", entries, whole=lambda: _tree(root, "", real_root), chosen=frozenset(chosen))


def _tree(folder: Path, path: str, real_root: str) -> Iterator[Entry | Skipped]:
    return _walk(_Folder(str(folder), path, Ignores.of_root(folder)), real_root)


def _walk(start: _Folder, real_root: str) -> Iterator[Entry | Skipped]:
    """Depth first, names sorted. A stack rather than recursion: a tree may be deeper than Python's own."""
    stack: list[_Folder | Entry | Skipped] = [start]
    while stack:
        item = stack.pop()
        if isinstance(item, _Folder):
            stack.extend(reversed(_listing(item, real_root, is_start=item is start)))
        else:
            yield item


def _listing(folder: _Folder, real_root: str, is_start: bool) -> list[_Folder | Entry | Skipped]:
    try:
        with os.scandir(folder.disk) as found:
            children = sorted(found, key=lambda child: child.name)
    except OSError as error:
        return [Skipped(folder.path or ".", os_reason(error))]
    names = {child.name for child in children}
    if not is_start and is_environment(names):
        return []
    ignores = folder.ignores.entered(folder.disk, names)
    prefix = f"{folder.path}/" if folder.path else ""
    items = (_item(child, prefix + child.name, ignores, real_root) for child in children)
    return [item for item in items if item is not None]


def _item(child: os.DirEntry[str], path: str, ignores: Ignores, real_root: str) -> _Folder | Entry | Skipped | None:
    """What ``child`` is; None when it is left out without a word."""
    try:
        is_folder = child.is_dir(follow_symlinks=False)
        inside = ignores.child(child.path, child.name, is_folder)
        if inside is None:
            return None
        if is_folder:
            return _Folder(child.path, path, inside)
        if child.is_symlink():
            return _link(child, path, real_root)
        return _regular(child.path, path, child.stat(follow_symlinks=False))
    except OSError as error:
        return Skipped(path, os_reason(error))


def _link(child: os.DirEntry[str], path: str, real_root: str) -> Entry | Skipped | None:
    """A link to a file in the root is that file; to a folder in the root nothing: that is listed under its own name."""
    try:
        target = child.stat()
    except OSError as error:
        return Skipped(path, "symbolic link loop" if error.errno == errno.ELOOP else "broken symbolic link")
    real = os.path.realpath(child.path)
    if not _is_inside(real, real_root):
        return Skipped(path, "symbolic link out of the scanned folder")
    return None if stat.S_ISDIR(target.st_mode) else _regular(real, path, target)


def _regular(disk: str, path: str, status: os.stat_result) -> Entry | Skipped:
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, "not a regular file (a pipe, a socket or a device)")
    return Entry(path, status.st_size, partial(_read, disk, path))


def _read_later(disk: str, path: str) -> Entry | Skipped:
    try:
        return _regular(disk, path, Path(disk).stat())
    except OSError as error:
        return Skipped(path, os_reason(error))


def _read(disk: str, path: str) -> bytes | Skipped:
    try:
        return Path(disk).read_bytes()
    except OSError as error:
        return Skipped(path, os_reason(error))


def _is_inside(real: str, real_root: str) -> bool:
    return real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)
