"""Knows the folders of the Hugging Face Hub's cache: which snapshot to scan, and what repository and commit it is.

Edit this when huggingface_hub lays out its cache in another way.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..results import Skipped
from .unscanned_code import unscanned_code

_REPOSITORY = re.compile(r"(?:models|datasets|spaces)--(?P<name>[\w.-]+?)", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")


def repository_folder(folder: Path) -> Path | None:
    """The folder ``models--ORG--NAME`` that ``folder`` is a snapshot in; its files are links to blobs there."""
    parts = folder.absolute()
    if parts.parent.name != "snapshots" or not _REPOSITORY.fullmatch(parts.parent.parent.name):
        return None
    return parts.parent.parent


def snapshot_folder(folder: Path) -> Path | None:
    """The snapshot to scan in a folder ``models--ORG--NAME``: that of the main branch, else the only one.

    None for any other folder, and where there are several and nothing says which.
    """
    if not _REPOSITORY.fullmatch(folder.absolute().name):
        return None
    snapshots = folder / "snapshots"
    main = folder / "refs" / "main"
    try:
        commit = main.read_text("ascii").strip() if main.is_file() else ""
        found = [path for path in snapshots.iterdir() if path.is_dir()]
    except (OSError, ValueError):
        return None
    named = [path for path in found if COMMIT.fullmatch(commit) and path.name == commit]
    return named[0] if named else found[0] if len(found) == 1 else None


def identity(folder: Path) -> tuple[str, str]:
    """The repository's name and the commit of a snapshot; empty for any other folder."""
    repository = repository_folder(folder)
    if repository is None:
        return "", ""
    return repository.name.rpartition("--")[2], folder.absolute().name


def beside(repository: Path, snapshot: Path) -> list[Skipped]:
    """The Python files of ``repository`` that are not in its ``snapshot``, which alone is scanned."""
    reason = "beside the snapshot that is scanned: name its folder to scan it"
    return unscanned_code(str(repository), repository.absolute().name, reason, _is_empty, but=str(snapshot))


def _is_empty(child: os.DirEntry[str]) -> bool:
    """The Hub's library keeps an empty file for each one that it asked for and that was not there."""
    try:
        return child.is_file(follow_symlinks=False) and child.stat(follow_symlinks=False).st_size == 0
    except OSError:
        return False
