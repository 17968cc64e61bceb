"""Finds the git folder of a checkout without running git, its commit and remote, and code that hides in it.

Nothing outside the checkout is followed: a ``.git`` file counts where the folder that it names says that it is this
checkout's. Edit this when git marks its folders, or writes its refs and logs, in another way.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..errors import SourceError
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

_MAX_LIST_BYTES = 64 * 1024**2
_MAX_LINKS = 5
FULL_HASH = lazy_pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = lazy_pattern(r"refs(/(?!\.)[^\x00-\x20\x7f~^:?*\[\\/]+(?<!\.lock))+")


class GitError(SourceError):
    """git failed, or its folder is not to be trusted; the message is the reason alone, one line."""


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


# Which commit is checked out, where the folder can be trusted.


def git_folders(top: Path) -> tuple[Path, Path]:
    """The checkout's git folder, and the one that holds its objects and refs: another one for a worktree.

    Raises GitError where there is none to trust.
    """
    named = top.absolute() / ".git"
    if named.is_symlink():
        raise GitError(f"{named} is a link, which is not followed")
    if named.is_dir():
        return named, _common(named)
    text = _line(named)
    if not text.startswith("gitdir: "):
        raise GitError(f"{top} is not the top of a git checkout")
    folder = Path(named.parent, text.removeprefix("gitdir: ")).resolve()
    common = _common(folder)
    if common != folder:  # made by `git worktree add`, and the repository knows of it
        belongs = _is_same(Path(folder, _line(folder / "gitdir")), named)
    else:
        inside = (parent / ".git" / "modules" for parent in named.parent.resolve().parents)
        belongs = any(folder.is_relative_to(place) for place in (named.parent.resolve(), *inside))
    if not belongs:
        raise GitError(f"{named} names {folder}, which does not say that it is this checkout's: not followed")
    return folder, common


def _common(folder: Path) -> Path:
    text = _line(folder / "commondir")
    if not text:
        return folder
    common = Path(folder, text).resolve()
    if folder.resolve().parent != common / "worktrees":
        raise GitError(f"{folder} names {common} for its objects, which it is not a part of: not followed")
    return common


def head_of(top: Path) -> str:
    """The hash of the commit that is checked out at ``top``, without running git; empty before the first one.

    Raises GitError where there is no git folder to trust.
    """
    return commit_of_head(*git_folders(top))


def commit_of_head(folder: Path, common: Path) -> str:
    """The hash HEAD stands for, by way of refs; empty where its branch has no commit yet."""
    text = _line(folder / "HEAD")
    for _ in range(_MAX_LINKS):
        if FULL_HASH.fullmatch(text):
            return text
        name = text.removeprefix("ref:").strip()
        if not text.startswith("ref:") or not _REF.fullmatch(name) or name == "refs/heads/.invalid":
            break
        text = _line(common / name) or _packed(common, name)
        if not text:
            return ""
    raise GitError(f"HEAD of {folder} leads to no commit by a way that is known here")


def _packed(common: Path, name: str) -> str:
    rows = (line.split(" ", 1) for line in lines_of(common / "packed-refs") if line[:1] not in "#^")
    return next((row[0] for row in rows if row[1:] == [name]), "")


def _line(path: Path) -> str:
    """The first line of a small file; empty when there is none."""
    return os.fsdecode(content_of(path, _MAX_POINTER_BYTES)).split("\n")[0].strip()


def lines_of(path: Path) -> list[str]:
    """The lines of a file, blank ones left out; none when there is no file. Raises GitError for a large one."""
    return [line.strip() for line in os.fsdecode(content_of(path, _MAX_LIST_BYTES)).split("\n") if line.strip()]


def content_of(path: Path, limit: int) -> bytes:
    """Of a regular file that is no link; empty when there is none. Raises GitError for a larger one."""
    try:
        # A queue in its place would be waited for.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - a descriptor
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return b""
            content = file.read(limit + 1)
    except OSError:
        return b""
    if len(content) > limit:
        raise GitError(f"{path} is larger than {limit:,} bytes")
    return content


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
