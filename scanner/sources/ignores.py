"""Says which paths of the user's working tree are left out: what git ignores, environments, caches, build output.

Only what git does not track can be left out, as a repository could add whatever else marks a folder (its name,
``pyvenv.cfg``). So where there is no git, or its index is not understood, nothing is. Edit this to leave out one more
kind of folder.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Collection, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ..support.globs import Glob, GlobList, read_glob
from .checkout import Tally
from .git_folder import DOT_GIT, common_folder, git_folder
from .git_index import Tracked, UnknownIndexError, read_tracked
from .specs import CODE_SUFFIXES

IGNORE_FILE = ".gitignore"
_EXCLUDE = ".git/info/exclude"
_CACHES = frozenset(
    {".hg", ".svn", ".venv", ".tox", ".nox", ".eggs", "__pycache__", "node_modules"}
    | {".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
)
_BUILD_OUTPUT = frozenset({"build", "dist"})
_ENVIRONMENT_MARKS = ("pyvenv.cfg", "conda-meta")
# Far above any written by hand (the longest of GitHub's templates has 8 kB, 400 lines and 60 with wildcards).
MAX_BYTES = 256 * 1024
MAX_PATTERNS = 10_000
MAX_WILD_BYTES = 16 * 1024
# Of all the files that hold in one folder.
MAX_FILES = 64
MAX_ALL_WILD_BYTES = 32 * 1024


class Ignores(Struct, frozen=True):
    """The rules that hold in one folder of a tree."""

    tally: Tally
    """Counts what is left out, and what is not obeyed."""
    active: bool = False
    """Whether rules are obeyed at all."""
    top: str = ""
    """The folder of the git checkout."""
    path: str = ""
    """The path of this folder below ``top``; empty, or ending in a slash."""
    files: tuple[IgnoreFile, ...] = ()
    """The ignore files that hold here, outermost first."""
    tracked: Tracked = Tracked()
    """What git tracks: it is never left out."""
    ignored: str = ""
    """By what this folder is left out, where it is entered only for what is tracked in it; else empty."""

    @classmethod
    def of_root(cls, root: Path, tally: Tally) -> Ignores:
        """The rules for what is in ``root``, with those of the checkout around it.

        There are none where the user names a folder that would be left out: what is in it is wanted.
        """
        real = Path(os.path.realpath(root))
        top, git = next(
            ((folder, git) for folder in (real, *real.parents) if (git := git_folder(folder))), (None, None)
        )
        if top is None or git is None:
            return cls(tally)
        rules: Ignores | None = cls._of_checkout(top, git, Tally())  # what lies beside the root is not counted
        for name in real.relative_to(top).parts:
            disk = str(Path(top, rules.path)) if rules else ""
            rules = rules.entered(disk, _marks_in(disk)) if rules else None
            rules = rules.child(os.path.join(disk, name), name, is_folder=True) if rules else None  # noqa: PTH118
        if rules is None or rules.ignored:
            return cls(tally)
        tally.disregard_as(rules.tally)
        return replace(rules, tally=tally)

    @classmethod
    def _of_checkout(cls, top: Path, git: Path, tally: Tally) -> Ignores:
        try:
            tracked = read_tracked(git / "index")
        except UnknownIndexError:
            tally.disregard("git indexes", ".git/index")
            return cls(tally)
        exclude = read_ignore_file(common_folder(git) / "info" / "exclude", "", _EXCLUDE)
        if isinstance(exclude, Unusable):
            tally.disregard("ignore files", _EXCLUDE)
            return cls(tally)
        return cls(tally, True, str(top), files=(exclude,) if exclude else (), tracked=tracked)

    def entered(self, disk: str, names: Collection[str], is_start: bool = False) -> Ignores | None:
        """The rules in a folder that holds ``names``, with its own ``.gitignore``; None when it is an environment.

        Below the top, a folder with ``.git`` is a repository of its own and no longer the one that one stands in.
        """
        has_rules = IGNORE_FILE in names
        if self.active and self.path and DOT_GIT in names:
            return replace(self, active=False)._disregarding(has_rules)
        if not self.active:
            return self._disregarding(has_rules)
        mark = "" if is_start else next((mark for mark in _ENVIRONMENT_MARKS if mark in names), "")
        if mark and not self.tracked.holds(self.path.rstrip("/"), is_folder=True):
            self.tally.leave_out("environments", mark)
            return None
        entered = replace(self, ignored=mark) if mark and not self.ignored else self
        found = read_ignore_file(Path(disk, IGNORE_FILE), self.path, IGNORE_FILE) if has_rules else None
        files = (*entered.files, found) if isinstance(found, IgnoreFile) else entered.files
        if isinstance(found, Unusable) or (found and too_many(files)):
            return replace(entered, active=False)._disregarding(has_rules)
        return replace(entered, files=files)

    def _disregarding(self, has_rules: bool) -> Ignores:
        if has_rules:
            self.tally.disregard("ignore files", IGNORE_FILE)
        return self

    def child(self, disk: str, name: str, is_folder: bool) -> Ignores | None:
        """The rules inside the child ``name``; None when it is left out, which is counted where it is code."""
        if not self.active:
            return self
        path = self.path + name
        ignored = self._ignored_by(disk, path, name, is_folder)
        if ignored and not self.tracked.holds(path, is_folder):
            if is_folder or name.lower().endswith(CODE_SUFFIXES):
                self.tally.leave_out("folders" if is_folder else "files", ignored)
            return None
        return replace(self, path=path + "/", ignored=ignored) if is_folder else self

    def _ignored_by(self, disk: str, path: str, name: str, is_folder: bool) -> str:
        """What leaves the child out, were it not tracked; empty when nothing does."""
        if self.ignored:
            return self.ignored
        if is_folder and name in _CACHES:
            return name
        if is_folder and name.endswith(".egg-info"):
            return "*.egg-info"
        if is_folder and name in _BUILD_OUTPUT and not _is_package(disk) and not self.tracked.holds(path, is_folder):
            return name
        return self._matching(path, is_folder)

    def _matching(self, path: str, is_folder: bool) -> str:
        """The innermost ignore file with a say decides, as in git."""
        for file in reversed(self.files):
            verdict = file.verdict(path, is_folder)
            if verdict is not None:
                return file.name if verdict else ""
        return ""


def _marks_in(disk: str) -> list[str]:
    marks = (IGNORE_FILE, DOT_GIT, *_ENVIRONMENT_MARKS)
    return [name for name in marks if os.path.lexists(os.path.join(disk, name))]  # noqa: PTH118


def _is_package(disk: str) -> bool:
    """Python packages may be called ``build`` (pip has one); build output never is a package at its top."""
    return os.path.lexists(os.path.join(disk, "__init__.py"))  # noqa: PTH118


# Ignore files.


class IgnoreFile:
    """The patterns of one file, last first. ``base`` is its folder, empty or ending in a slash; ``name`` its name."""

    def __init__(self, base: str, patterns: Sequence[Glob], name: str) -> None:
        self.base = base
        self.name = name
        self.wild_bytes = sum(len(pattern.text) for pattern in patterns if pattern.is_wild)
        self._patterns = GlobList(patterns)

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True to ignore ``path``, False to keep it, None when no pattern says; not asked below an ignored folder."""
        return self._patterns.verdict(_as_git_reads(path[len(self.base) :]), is_folder)


class Unusable(Struct, frozen=True):
    """An ignore file that is past a bound or cannot be read. Nobody knows what it keeps, so nothing is left out."""


def read_ignore_file(path: Path, base: str, name: str) -> IgnoreFile | Unusable | None:
    """Read an ignore file; None when there is none or it holds no pattern. Like git, no link is followed."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would never end
            return None
        with path.open("rb") as file:
            stored = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError:
        return Unusable()
    lines = stored.removeprefix(codecs.BOM_UTF8).decode("latin-1").split("\n")
    if len(stored) > MAX_BYTES or len(lines) > MAX_PATTERNS:
        return Unusable()
    patterns = tuple(filter(None, map(_pattern, lines)))
    found = IgnoreFile(base, patterns[::-1], name)
    if found.wild_bytes > MAX_WILD_BYTES:
        return Unusable()
    return found if patterns else None


def too_many(files: Sequence[IgnoreFile]) -> bool:
    """Whether the files that hold in one folder are past the bounds for all of them."""
    return len(files) > MAX_FILES or sum(file.wild_bytes for file in files) > MAX_ALL_WILD_BYTES


def _pattern(line: str) -> Glob | None:
    text = _without_trailing_spaces(line.removesuffix("\r").partition("\0")[0])
    return None if text.startswith("#") else read_glob(text)


def _without_trailing_spaces(line: str) -> str:
    """A space after a backslash stays, and so does whatever is before it."""
    end = len(line.rstrip(" "))
    backslashes = end - len(line[:end].rstrip("\\"))
    return line[: end + 1] if backslashes % 2 and end < len(line) else line[:end]


def _as_git_reads(name: str) -> str:
    """One character per byte: in git ``?`` is one byte of a name, whatever its encoding."""
    return name if name.isascii() else os.fsencode(name).decode("latin-1")
