"""A plan's edits in, files of a working tree out: each whole or not at all, none outside the tree."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..writing import replace_file
from .model import Edit, Undone


def apply(edits: Iterable[Edit], root: Path) -> Iterator[Edit | Undone]:
    """Write each edit below the folder ``root``, in order: what was written, or why it was not.

    An interruption leaves every file either as it was or as it is to be.
    """
    for edit in edits:
        reason = _written(edit, root)
        yield Undone(edit.path, reason) if reason else edit


def inside(path: str, root: Path) -> Path | None:
    """Where ``path`` lies on disk, links followed; None when that is not below ``root``."""
    try:
        target = (root / path).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links; a name no system can hold
        return None
    return target if target != root.resolve() and target.is_relative_to(root.resolve()) else None


def _written(edit: Edit, root: Path) -> str:
    """Why not; empty when it was."""
    target = inside(edit.path, root)
    if target is None:
        return "it leads out of the folder"
    try:
        if _stored(target) != edit.before:
            return "it was changed meanwhile: run the command again"
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, edit.after)
    except OSError as error:
        return f"it cannot be written: {error.strerror or os.strerror(error.errno or 0)}"
    return ""


def _stored(target: Path) -> bytes | None:
    if target.exists() and not target.is_file():
        raise FileExistsError(errno.EEXIST, "something that is no file is there")
    return target.read_bytes() if target.exists() else None
