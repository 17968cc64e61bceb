"""What a scanned folder may do: the one place that decides it.

Nothing that is scanned is trusted. Only in the working tree that the user stands in do its settings that select, its
waivers and its ignore rules count, as ruff's do; what they hide is counted in every report. Everything else (a path
elsewhere, an archive, a release, a repository of git or the Hub, every repository of an audit) may say what it likes:
it is counted and shown, never obeyed. `--isolated` treats the working tree in that way, too. What lowers a threshold
or brings something to compare with counts only where the person who runs the scan names it.

Edit this when a scanned folder could say something new to modelkin, or when one more kind of place becomes a source;
`omissions` counts what did and did not count.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from .errors import SourceError
from .settings import SETTINGS
from .sources import of_current_folder
from .sources.specs import ARCHIVE_SUFFIXES, REMOTE_PREFIXES, split_path

SELECTING = frozenset(each.key for each in SETTINGS if each.selects)
"""The settings that count in the working tree one stands in; all others count only in a file named by --settings."""


class Trust(str, Enum):
    """How far a source is trusted."""

    WORKING_TREE = "working-tree"
    """Its settings that select, its waivers and its ignore rules count."""
    ISOLATED = "isolated"
    """Nothing that it says to modelkin counts."""


def trust_in(source: str | Sequence[str], isolated: bool = False) -> Trust:
    """How far ``source``, or what of the current folder a list names, is trusted; never, when ``isolated``."""
    if isolated:
        return Trust.ISOLATED
    if not isinstance(source, str) and of_current_folder(source):
        return Trust.WORKING_TREE
    folder = _folder_of(source if isinstance(source, str) else source[0])
    return Trust.WORKING_TREE if folder is not None and _stands_in(folder) else Trust.ISOLATED


def _folder_of(source: str) -> Path | None:
    """The folder that a local source is, or that its file lies in; None for all others and for what is not there."""
    if source.startswith(REMOTE_PREFIXES):
        return None
    try:
        path, _ = split_path(source)
    except SourceError:
        return None
    if path.is_dir():
        return path
    return None if path.name.lower().endswith(ARCHIVE_SUFFIXES) else path.parent


def _stands_in(folder: Path) -> bool:
    """Whether ``folder`` is the working tree that this process runs in, or a part of it that its git tracks."""
    from .sources.gitfolder import git_folder

    here, real = Path(os.path.realpath(os.curdir)), Path(os.path.realpath(folder))
    if real == here:
        return True
    top = next((each for each in (here, *here.parents) if git_folder(each)), None)
    if real in here.parents:
        return top is None or real.is_relative_to(top)
    return top is not None and real.is_relative_to(top) and _is_tracked(real, top)


def _is_tracked(folder: Path, top: Path) -> bool:
    """Whether git tracks files in ``folder``; not those of a repository of its own inside, as a clone or submodule."""
    from .sources.gitfolder import git_folder
    from .sources.gitindex import UnknownIndexError, read_tracked

    relative = folder.relative_to(top).as_posix()
    git = git_folder(top)
    if git is None or is_of_another(top, f"{relative}/"):
        return False
    try:
        return read_tracked(git / "index").holds(relative, is_folder=True)
    except UnknownIndexError:
        return False


def is_of_another(top: Path, path: str) -> bool:
    """Whether the file at ``path`` below the folder ``top`` is of a repository of its own: a clone, a submodule."""
    from .sources.gitfolder import DOT_GIT

    parts = path.split("/")[:-1]
    return any(os.path.lexists(os.path.join(top, *parts[: count + 1], DOT_GIT)) for count in range(len(parts)))  # noqa: PTH118
