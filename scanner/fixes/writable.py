"""How much `modelkin attribute` can write into what was scanned, for the last line of its report.

Edit this when that line should say more, or when it takes too long. Each scan in text with findings loads this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import ModelkinError
from ..evidence.conclusion import counted_words
from ..results import Report, SourceKind
from ..sources import of_current_folder
from ..support.folders import LinkError
from .model import Edit
from .needs import needs
from .plan import header_edits, plan_tree, read_targets
from .work_tree import work_tree

_MENDED = (SourceKind.FOLDER, SourceKind.FILE, SourceKind.CHOSEN)
# Planning takes 5 ms a copy, and a scan should take no second more to tell how many there are.
_MOST_TRIED = 50


def writable_words(report: Report, sources: Sequence[str]) -> str:
    """What `modelkin attribute` writes into ``sources`` as they are now, in words; empty where it is nothing.

    Files that get lines are counted, of many copies among the first. Of what goes beside them it depends on a package
    how many files it is.
    """
    root = Path() if of_current_folder(sources) else Path(sources[0])
    asked = list(needs(report)) if report.scanned.kind in _MENDED and root.exists() else []
    if not asked:
        return ""
    try:
        with work_tree(root if root.is_dir() else root.parent) as tree:
            targets, _ = read_targets(asked[:_MOST_TRIED], tree)
            count = sum(isinstance(each, Edit) for each in header_edits(targets))
            if not count and targets and root.is_dir() and len(asked) <= _MOST_TRIED:
                is_beside = bool(plan_tree(report, root, True, tree=tree).edits)
                return "`modelkin attribute` can write what goes along with the code" if is_beside else ""
    except (LinkError, ModelkinError):
        return ""
    files = f"{count} or more files" if len(asked) > _MOST_TRIED else counted_words(count, "file")
    return f"`modelkin attribute` can write {files}" if count else ""
