"""Which paths of a working tree are no part of the code: what git ignores, environments, caches, build output."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from .gitignore import IgnoreFile, read_ignore_file
from .gitindex import git_folder, tracked_paths

NEVER_CODE = frozenset(
    {".git", ".hg", ".svn", ".venv", ".tox", ".nox", ".eggs", "__pycache__", "node_modules"}
    | {".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
)
BUILD_OUTPUT = frozenset({"build", "dist"})


def is_environment(names: Collection[str]) -> bool:
    """Whether a folder that holds ``names`` is a virtual or conda environment."""
    return "pyvenv.cfg" in names or "conda-meta" in names


class Ignores(Struct, frozen=True):
    """The rules in force in one folder of a tree.

    ``top`` is the git checkout's folder, else the root; ``path`` the folder's path below it, empty or ending in a
    slash; ``files`` its ignore files, outermost first; ``tracked`` every path git tracks, folders too (git never
    ignores those); ``ignored`` says that the folder is ignored and entered only for what is tracked in it. ``active``
    is off below a root that would be left out itself: whoever names it wants what is in it.
    """

    top: str
    path: str = ""
    files: tuple[IgnoreFile, ...] = ()
    tracked: frozenset[str] = frozenset()
    ignored: bool = False
    active: bool = True

    @classmethod
    def of_root(cls, root: Path) -> Ignores:
        """The rules for what lies in ``root``, those of the checkout around it included."""
        real = Path(os.path.realpath(root))
        top = next((folder for folder in (real, *real.parents) if (folder / ".git").exists()), None)
        if top is None:
            return cls(str(real), active=not _names_itself(real))
        rules = cls._of_checkout(top)
        for folder in real.relative_to(top).parts:
            entered = rules.entered(str(Path(rules.top, rules.path)), {".gitignore"})
            below = entered.child(str(Path(rules.top, rules.path, folder)), folder, is_folder=True)
            if below is None or below.ignored:
                return replace(rules, active=False)
            rules = below
        return replace(rules, active=not _names_itself(real))

    @classmethod
    def _of_checkout(cls, top: Path) -> Ignores:
        git = git_folder(top)
        exclude = read_ignore_file(git / "info" / "exclude", "")
        return cls(str(top), files=(exclude,) if exclude else (), tracked=tracked_paths(git / "index"))

    def entered(self, disk: str, names: Collection[str]) -> Ignores:
        """These rules with the folder's own ``.gitignore``, when ``names`` has one."""
        if not self.active or ".gitignore" not in names:
            return self
        found = read_ignore_file(Path(disk, ".gitignore"), self.path)
        return replace(self, files=(*self.files, found)) if found else self

    def child(self, disk: str, name: str, is_folder: bool) -> Ignores | None:
        """The rules inside the child ``name``; None when it is left out."""
        path = self.path + name
        if name in NEVER_CODE or name.endswith(".egg-info"):
            return None
        tracked = path in self.tracked
        if is_folder and name in BUILD_OUTPUT and not tracked and not _is_package(disk):
            return None
        if not self.active:
            return self
        ignored = self.ignored or self._matches(path, is_folder)
        if ignored and not tracked:
            return None
        return replace(self, path=path + "/", ignored=ignored) if is_folder else self

    def _matches(self, path: str, is_folder: bool) -> bool:
        """The innermost ignore file with a say decides, as in git."""
        verdicts = (file.verdict(path, is_folder) for file in reversed(self.files))
        return next((verdict for verdict in verdicts if verdict is not None), False)


def _names_itself(root: Path) -> bool:
    """Whether ``root`` would be left out, were it found inside another folder."""
    names = {name for name in ("pyvenv.cfg", "conda-meta") if (root / name).exists()}
    return is_environment(names) or root.name in NEVER_CODE | BUILD_OUTPUT or root.name.endswith(".egg-info")


def _is_package(disk: str) -> bool:
    """Python packages may be called ``build`` (pip has one); build output never is a package at its top."""
    return Path(disk, "__init__.py").exists()
