"""A plan's edits in, files of a working tree out: each whole or not at all, none outside the tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from .model import Edit, Undone, UnwritableError
from .worktree import WorkTree, reason, work_tree


def apply(edits: Iterable[Edit], root: Path | WorkTree) -> Iterator[Edit | Undone]:
    """Write each edit below the folder ``root``, in order: what was written, or why it was not.

    An interruption leaves every file either as it was or as it is to be. Raises OSError for a folder that is gone.
    """
    with work_tree(root) as tree:
        for edit in edits:
            why = _unwritten(edit, tree)
            yield Undone(edit.path, why) if why else edit


def _unwritten(edit: Edit, tree: WorkTree) -> str:
    """Why not; empty when it was."""
    try:
        tree.replace(edit.path, edit.before, edit.after)
    except UnwritableError as error:
        return str(error)
    except OSError as error:
        return f"it cannot be written: {reason(error)}"
    return ""
