"""Which repositories an audit is of: those in a folder, or those that a list names.

Edit this when a folder is divided wrongly. These are repositories, outermost first:

- a folder with ``.git`` in it;
- each snapshot of a Hugging Face cache folder (``models--ORG--NAME/snapshots/REV`` and the like), and what code lies
  beside the snapshots, divided likewise;
- a folder with a file that marks a project and with Python code in or below it, and none of the above inside;
- a folder with Python code in it, and none of the first two inside;
- a folder with a tokenizer or tensors in it, and none of the above inside;
- a Python file or notebook beside repositories.

The folder that is divided is one itself when it has ``.git``, a project's own files, or nothing but code in it. So
every Python file is of one repository, whatever the folders above it are called or hold: what marks an environment, a
repository can add. Only folders behind links are left out: what they lead to is listed under its own name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from msgspec import Struct

from ..errors import SourceError
from ..repository.layout import is_model_path
from ..sources.checkout import os_reason
from ..sources.pasted import as_source
from ..sources.specs import ARCHIVE_SUFFIXES, CODE_SUFFIXES, without_login

# What lies deeper belongs to the repository around it.
MOST_LEVELS = 64
MOST_LIST_BYTES = 64 * 1024**2
PROJECT_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "__init__.py"})
_MARKER = re.compile(r"(?i)(?:readme|licen[cs]e|copying)(?:[.-][^/]*)?|pyproject\.toml|setup\.(?:py|cfg)|config\.json")
_OWNER = re.compile(r"hf:(?P<name>[\w-][\w.-]*)", re.ASCII)
_CACHED = re.compile(r"(?:models|datasets|spaces)--.+")


class RepositorySource(Struct, frozen=True):
    """A repository before it is opened."""

    name: str
    """What the audit calls it: its path below the folder, or its line in the list."""
    source: str
    """As ``scan`` takes it."""


class _Folder(Struct, frozen=True):
    """A folder, what is directly in it, and how far below the divided one it lies.

    ``code`` are its Python files. ``has_python``: also true where only a link or a pipe has such a name; the scan of
    the folder then says why it was skipped.
    """

    disk: str
    path: str
    level: int = 0
    names: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    has_python: bool = False
    has_model: bool = False
    """Whether a tokenizer, or tensors, lie in it: it is a repository where nothing below it is one."""
    readable: bool = True

    def itself(self) -> RepositorySource:
        return RepositorySource(self.path or ".", self.disk)

    def child(self, name: str) -> _Folder:
        path = f"{self.path}/{name}" if self.path else name
        return _listed(os.path.join(self.disk, name), path, self.level + 1)  # noqa: PTH118 - names need not be UTF-8


class _Below(Struct, frozen=True):
    """The repositories in a folder; ``certain`` says that one of them has ``.git`` or is of a cache."""

    repositories: tuple[RepositorySource, ...] = ()
    certain: bool = False


def divide(root: Path) -> list[RepositorySource]:
    """The repositories in ``root``, in no order. A folder that cannot be listed is one, for its scan to say why."""
    top = _listed(str(root), "", 0)
    sure = _certain(top)
    if sure is not None:
        return list(sure.repositories)
    below = _inside(top)
    flat, project = not below.repositories, bool(top.names & PROJECT_FILES)
    if not below.certain and (top.has_python or top.has_model if flat else project):
        return [top.itself()]
    return [*below.repositories, *_loose(top)]


def _of(folder: _Folder) -> _Below:
    """The repositories in a folder below the divided one."""
    if folder.level >= MOST_LEVELS or not folder.readable:
        return _Below((folder.itself(),))
    sure = _certain(folder)
    if sure is not None:
        return sure
    below = _inside(folder)
    if below.certain:
        return _Below((*below.repositories, *_loose(folder)), certain=True)
    marked = bool(below.repositories) and any(map(_MARKER.fullmatch, folder.names))
    is_model = folder.has_model and not below.repositories
    return _Below((folder.itself(),)) if folder.has_python or marked or is_model else below


def _certain(folder: _Folder) -> _Below | None:
    if ".git" in folder.names:
        return _Below((folder.itself(),), certain=True)
    if _CACHED.fullmatch(os.path.basename(folder.disk)) and "snapshots" in folder.folders:  # noqa: PTH119
        snapshots = folder.child("snapshots")
        revisions = [snapshots.child(revision).itself() for revision in snapshots.folders]
        beside = [_of(folder.child(name)).repositories for name in folder.folders if name != "snapshots"]
        found = (*revisions, *chain.from_iterable(beside), *_loose(snapshots), *_loose(folder))
        return _Below(found, certain=True)
    return None


def _inside(folder: _Folder) -> _Below:
    parts = [_of(folder.child(name)) for name in folder.folders]
    return _Below(
        tuple(repository for part in parts for repository in part.repositories), any(part.certain for part in parts)
    )


def _loose(folder: _Folder) -> Iterator[RepositorySource]:
    """Each Python file that lies beside repositories."""
    for name in folder.code:
        yield RepositorySource(f"{folder.path}/{name}" if folder.path else name, os.path.join(folder.disk, name))  # noqa: PTH118


def _listed(disk: str, path: str, level: int) -> _Folder:
    try:
        with os.scandir(disk) as found:
            children = sorted(found, key=lambda child: child.name)
        folders = tuple(child.name for child in children if child.is_dir(follow_symlinks=False))
        python = [
            child for child in children if child.name.lower().endswith(CODE_SUFFIXES) and child.name not in folders
        ]
        code = tuple(child.name for child in python if child.is_file(follow_symlinks=False))
    except OSError:
        return _Folder(disk, path, level, readable=False)
    names = frozenset(child.name for child in children)
    return _Folder(disk, path, level, names, folders, code, bool(python), any(map(_is_of_model, names)))


def _is_of_model(name: str) -> bool:
    """A file of a model and of nothing else; ``config.json`` may be anything's."""
    return (is_model_path(name) and "config.json" not in name) or name == "tokenizer_config.json"


def find_repositories(place: str) -> tuple[RepositorySource, ...]:
    """The repositories in the folder ``place``, those that a text file names, or all models of ``hf:OWNER``.

    Raises SourceError.
    """
    path = Path(place)
    owner = _OWNER.fullmatch(place)
    if owner is not None and not path.exists():
        from ..sources.hub import models_of  # huggingface_hub, an extra

        return tuple(RepositorySource(each, each) for each in models_of(owner["name"]))
    try:
        if path.is_dir():
            return _in_folder(path)
        if path.is_file() and not place.lower().endswith((*CODE_SUFFIXES, *ARCHIVE_SUFFIXES)):
            return tuple(_in_list(path))
    except OSError as error:
        raise SourceError(f"{place} {os_reason(error)}") from error
    if path.exists():
        raise SourceError(f"{place} is one source: audit takes a folder of repositories or a list; `scan` takes this")
    raise SourceError(f"{place}: no such folder or list; hf:OWNER audits the models of an owner on the Hub")


def _in_folder(root: Path) -> tuple[RepositorySource, ...]:
    found = divide(root)
    if not found:
        raise SourceError(f"{root}: no repository in it: no folder with .git, with Python code or with a model")
    return tuple(sorted(found, key=lambda repository: repository.name))


def _in_list(path: Path) -> Iterator[RepositorySource]:
    """A source a line; an empty line or one that begins with ``#`` names none, and the same source counts once."""
    if path.stat().st_size > MOST_LIST_BYTES:
        raise SourceError(f"{path}: over {MOST_LIST_BYTES // 1024**2} MB is no list of sources")
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    if "\0" in text:
        raise SourceError(f"{path}: not a text file, which a list of sources is")
    lines = (line.strip() for line in text.split("\n"))
    named = (as_source(line) for line in lines if line and not line.startswith("#"))
    sources = {without_login(each): each for each in named}
    if not sources:
        raise SourceError(f"{path}: names no source: write one in each line")
    yield from (RepositorySource(name, sources[name]) for name in sorted(sources))
