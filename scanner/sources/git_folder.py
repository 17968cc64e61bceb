"""Finds the git folder of a checkout without running git, its remote, and code that hides in a folder called ``.git``.

Edit this when git marks its folders, or writes its refs and logs, in another way.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..results import Skipped
from ..support.lazy import lazy_pattern
from .specs import without_login
from .unscanned_code import unscanned_code

DOT_GIT = ".git"
_MAX_POINTER_BYTES = 8192
_MAX_CONFIG_BYTES = 64 * 1024
_MAX_URL = 1024
_SECTION = lazy_pattern(r'\s*\[\s*remote\s+"origin"\s*\](.*)')
_URL = lazy_pattern(r'\s*url\s*=\s*"?([^"\s]+)"?\s*')
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


def top_of(folder: Path) -> Path | None:
    """The top of the checkout that ``folder`` is in, by its real path; None where it is in none."""
    real = Path(os.path.realpath(folder))
    return next((each for each in (real, *real.parents) if git_folder(each)), None)


def remote_of(folder: Path) -> str:
    """The address of the remote "origin" of the checkout that ``folder`` is in, without a login; empty without one.

    It is read as text: git is not run, and files that the settings include are not read.
    """
    top = top_of(folder)
    if top is None:
        return ""
    git = top / DOT_GIT
    if not git.is_dir() or git.is_symlink():
        from .git_command import GitError
        from .git_history import git_folders  # what runs git: not needed for most checkouts

        try:
            _, git = git_folders(top)
        except GitError:
            return ""
    text = _start_of(git / "config", _MAX_CONFIG_BYTES).decode("utf-8", "replace")
    is_origin = False
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            section = _SECTION.fullmatch(line)
            is_origin, line = section is not None, section[1] if section else ""
        if is_origin and (found := _URL.fullmatch(line)):
            return without_login(found[1]) if len(found[1]) <= _MAX_URL and found[1].isprintable() else ""
    return ""


def common_folder(git: Path) -> Path:
    """The git folder that a worktree's ``git`` shares with others; ``git`` itself where it is alone."""
    text = _start_of(git / "commondir").strip()
    return git / os.fsdecode(text) if text else git


def _start_of(path: Path, limit: int = _MAX_POINTER_BYTES) -> bytes:
    """The first bytes of a regular file, which are all of those files of git; nothing if it cannot be read."""
    try:
        if not os.path.isfile(path):  # noqa: PTH113  a pipe would never end
            return b""
        with path.open("rb") as file:
            return file.read(limit).split(b"\0")[0]
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
