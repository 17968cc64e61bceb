"""Finds the git folder of a checkout without running git, and names code that hides in a folder called ``.git``.

Edit this when git marks its folders, or writes its refs and logs, in another way.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..results import Skipped
from ..support.lazy import lazy_pattern
from .unscanned_code import unscanned_code

DOT_GIT = ".git"
_MAX_POINTER_BYTES = 8192
_HASH = rb"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_HEAD = lazy_pattern(rb"ref:[ \t]*refs/|" + _HASH + rb"\s*\Z")
# A branch may be called x.py. Two hashes side by side begin no Python, whatever follows.
_REF_OR_LOG = lazy_pattern(_HASH + rb"\n?\Z|" + _HASH + rb" " + _HASH + rb" |\Z")


def git_folder(top: Path) -> Path | None:
    """The git folder of the checkout ``top``, as git judges it: with a HEAD, objects and refs; None if it has none.

    Worktrees and submodules name it in a file called ``.git``.
    """
    dot_git = top / DOT_GIT
    if os.path.isfile(dot_git):  # noqa: PTH113  never raises
        text = _start_of(dot_git)
        if not text.startswith(b"gitdir:"):
            return None
        dot_git = top / os.fsdecode(text.removeprefix(b"gitdir:").strip())
    common = common_folder(dot_git)
    is_git = _HEAD.match(_start_of(dot_git / "HEAD")) and all(map(os.path.isdir, (common / "objects", common / "refs")))
    return dot_git if is_git else None


def common_folder(git: Path) -> Path:
    """The git folder that a worktree's ``git`` shares with others; ``git`` itself where it is alone."""
    text = _start_of(git / "commondir").strip()
    return git / os.fsdecode(text) if text else git


def _start_of(path: Path) -> bytes:
    """The first bytes of a regular file, which are all of those files of git; nothing if it cannot be read."""
    try:
        if not os.path.isfile(path):  # noqa: PTH113  a pipe would never end
            return b""
        with path.open("rb") as file:
            return file.read(_MAX_POINTER_BYTES).split(b"\0")[0]
    except (OSError, ValueError):
        return b""


def hidden_code(disk: str, path: str) -> list[Skipped]:
    """A line for each Python file in the ``.git`` folder ``disk``, or one for many."""
    return unscanned_code(disk, path, f"in {DOT_GIT}: git's own store is not scanned", _is_gits)


def _is_gits(child: os.DirEntry[str]) -> bool:
    """Whether a file is empty or a ref or log of git's; one that cannot be read is not."""
    try:
        if not child.is_file(follow_symlinks=False):
            return False
        with Path(child.path).open("rb") as file:
            return _REF_OR_LOG.match(file.read(_MAX_POINTER_BYTES)) is not None
    except OSError:
        return False
