"""Opens a folder or a file on this machine as a checkout, and walks over the files in it.

What cannot be read (a link out of the folder, a pipe, a locked file) is named, never dropped. Edit this for what a
folder may hold. Nothing is left out except in the user's own working tree: `ignores` says what.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..errors import SourceError
from ..results import LeftOut, Skipped
from .checkout import Checkout, Entry, Tally, os_reason, sort_key
from .git_folder import DOT_GIT, hidden_code, remote_of
from .specs import exists

if TYPE_CHECKING:
    from .ignores import Ignores

_Items = Iterator[Entry | Skipped]


def open_file(spec: str, path: Path) -> Checkout:
    """Open one file as a checkout of its own, under its bare name."""
    folder = path.parent
    return Checkout(spec, lambda: iter([_read_later(str(path), path.name)]), folder=folder, remote=remote_of(folder))


def open_folder(spec: str, root: Path, inner: str, outermost: Path | None = None, obey: bool = False) -> Checkout:
    """Open the folder ``root``, or only ``inner`` in it. What the user names is listed even where rules leave it out.

    Links out of ``outermost`` (``root``, if it is None) are not followed. Rules are obeyed only if ``obey`` is set.
    """
    start = root / inner
    if not exists(str(start)):
        raise SourceError(f"{spec}: there is no {inner} in {root}")
    real_root, real_start = os.path.realpath(outermost or root), os.path.realpath(start)
    if not _is_inside(real_start, real_root):
        raise SourceError(f"{spec}: {inner or root} is a symbolic link out of {outermost or root}")
    whole = partial(_tree, root, "", _Bounds(real_root, (os.path.realpath(root),)), obey, Tally())
    if not start.is_dir():
        read = partial(_read_later, str(start), inner)
        return Checkout(spec, lambda: iter([read()]), whole=whole, folder=root, remote=remote_of(root))
    walks = _Walks(partial(_tree, start, inner, _Bounds(real_root, (real_start,)), obey))
    return _checkout(spec, root, walks, whole)


def open_chosen(root: Path, names: Sequence[str], obey: bool = False) -> Checkout:
    """Open the files and folders ``names`` in the folder ``root``, which is their ``whole``. Raises SourceError."""
    real_root = os.path.realpath(root)
    chosen: dict[str, Path] = {}
    for name in names:
        if not exists(name):
            raise SourceError(f"{name}: no such file or folder")
        if not _is_inside(os.path.realpath(name), real_root):
            raise SourceError(f"{name} is outside of {real_root}: several sources must be of the folder you are in")
        relative = os.path.relpath(os.path.abspath(name), os.path.abspath(root))  # noqa: PTH100  links stay as named
        chosen["" if relative == "." else relative.replace(os.sep, "/")] = Path(name)
    bounds = _Bounds(real_root, tuple(os.path.realpath(disk) for disk in chosen.values()))

    def walk(tally: Tally) -> _Items:
        found: dict[str, Entry | Skipped] = {}
        for path, disk in chosen.items():
            listed = _tree(disk, path, bounds, obey, tally) if disk.is_dir() else [_read_later(str(disk), path)]
            found.update((entry.path, entry) for entry in listed)
        return iter(sorted(found.values(), key=lambda entry: sort_key(entry.path)))

    whole = partial(_tree, root, "", _Bounds(real_root, (real_root,)), obey, Tally())
    return replace(_checkout(".", root, _Walks(walk), whole), chosen=frozenset(chosen))


def _checkout(spec: str, root: Path, walks: _Walks, whole: Callable[[], _Items]) -> Checkout:
    return Checkout(
        spec,
        walks.entries,
        whole=whole,
        left_out=walks.left_out,
        disregarded=walks.disregarded,
        folder=root,
        remote=remote_of(root),
    )


class _Walks:
    """Walks over one folder, each with its own counts; those of the last walk that ended are given."""

    def __init__(self, walk: Callable[[Tally], _Items]) -> None:
        self._walk = walk
        self._last = Tally()

    def entries(self) -> _Items:
        tally = Tally()
        yield from self._walk(tally)
        self._last = tally

    def left_out(self) -> tuple[LeftOut, ...]:
        return self._last.left_out()

    def disregarded(self) -> tuple[LeftOut, ...]:
        return self._last.disregarded()


# The walk.


class _Subfolder(Struct, frozen=True):
    """A folder that is still to be listed: its path on disk, its path in the checkout, the rules that hold in it."""

    disk: str
    path: str
    ignores: Ignores


class _GitStore(Struct, frozen=True):
    """A folder called ``.git``, of which only code that hides in it is named."""

    disk: str
    path: str


class _Bounds(Struct, frozen=True):
    """Where links may lead."""

    root: str
    """The real path of the folder that no link may leave."""
    listed: tuple[str, ...]
    """The real paths of the folders that are listed: a link to a folder in them adds nothing."""


def _tree(folder: Path, path: str, bounds: _Bounds, obey: bool, tally: Tally) -> _Items:
    from .ignores import Ignores  # a file alone is scanned whatever is ignored

    ignores = Ignores.of_root(folder, tally) if obey else Ignores(tally)
    return _walk(_Subfolder(str(folder), path, ignores), bounds)


def _walk(start: _Subfolder, bounds: _Bounds) -> _Items:
    """Depth first, names sorted. A stack rather than recursion: a tree may be deeper than Python's own.

    What lies in a folder is looked at one by one, for it may hold a million files.
    """
    stack: list[Iterator[_Subfolder | _GitStore | Entry | Skipped | None]] = [_listing(start, bounds, is_start=True)]
    while stack:
        for item in stack[-1]:
            if isinstance(item, _Subfolder):
                stack.append(_listing(item, bounds))
                break
            if isinstance(item, _GitStore):
                yield from hidden_code(item.disk, item.path)
            elif item is not None:
                yield item
        else:
            stack.pop()


def _listing(
    folder: _Subfolder, bounds: _Bounds, is_start: bool = False
) -> Iterator[_Subfolder | _GitStore | Entry | Skipped | None]:
    try:
        with os.scandir(folder.disk) as found:
            children = sorted(found, key=lambda child: child.name, reverse=True)
    except OSError as error:
        yield Skipped(folder.path or ".", os_reason(error))
        return
    ignores = folder.ignores.entered(folder.disk, {child.name for child in children}, is_start)
    prefix = f"{folder.path}/" if folder.path else ""
    while ignores is not None and children:
        child = children.pop()
        yield _item(child, prefix + child.name, ignores, bounds)


def _item(
    child: os.DirEntry[str], path: str, ignores: Ignores, bounds: _Bounds
) -> _Subfolder | _GitStore | Entry | Skipped | None:
    """What ``child`` is; None when it is left out, and then counted where it is code."""
    try:
        is_folder = child.is_dir(follow_symlinks=False) and not _is_junction(child)
        if child.name == DOT_GIT and (ignores.active or not child.is_symlink()):
            # Git itself refuses to track one, so that of one's own working tree is nobody else's.
            return _GitStore(child.path, path) if is_folder and not ignores.active else None
        inside = ignores.child(child.path, child.name, is_folder)
        if inside is None:
            return None
        if is_folder:
            return _Subfolder(child.path, path, inside)
        if child.is_symlink() or _is_junction(child):
            return _link(child, path, bounds)
        return _regular(child.path, path, child.stat(follow_symlinks=False))
    except OSError as error:
        return Skipped(path, os_reason(error))


def _is_junction(child: os.DirEntry[str]) -> bool:
    """Whether it is a link to a folder of Windows' older kind, which Python tells from 3.12 on."""
    return os.name == "nt" and hasattr(child, "is_junction") and child.is_junction()


def _link(child: os.DirEntry[str], path: str, bounds: _Bounds) -> Entry | Skipped | None:
    """A link to a file in the root is that file; to a listed folder nothing: that is listed under its own name."""
    try:
        target = child.stat()
    except OSError as error:
        return Skipped(path, "symbolic link loop" if error.errno == errno.ELOOP else "broken symbolic link")
    real = os.path.realpath(child.path)
    if not _is_inside(real, bounds.root):
        return Skipped(path, "symbolic link out of the scanned folder")
    if not stat.S_ISDIR(target.st_mode):
        return _regular(real, path, target)
    if any(_is_inside(real, listed) for listed in bounds.listed):
        return None
    return Skipped(path, "symbolic link to a folder that is not scanned: scan a folder that holds both")


def _regular(disk: str, path: str, status: os.stat_result) -> Entry | Skipped:
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, "not a regular file (a pipe, a socket or a device)")
    return Entry(path, status.st_size, partial(_read, disk, path), partial(_read_part, disk, path))


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


def _read_part(disk: str, path: str, offset: int, count: int) -> bytes | Skipped:
    try:
        with open(disk, "rb") as file:  # noqa: PTH123  as bytes of a path may be no UTF-8
            file.seek(offset)
            return file.read(count)
    except (OSError, OverflowError) as error:
        return Skipped(path, os_reason(error) if isinstance(error, OSError) else "no file has so many bytes")


def _is_inside(real: str, real_root: str) -> bool:
    return real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)
