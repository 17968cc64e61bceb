"""What could be written into a scanned source, for who shows it or says how much it is: notices and front matter.

Nothing is written, and no licence text is fetched. Edit this when a report is to suggest one more change.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import ModelkinError
from ..evidence.conclusion import counted_words
from ..results import Report, SourceKind, Trust
from ..scan_steps import ScanOptions
from ..sources import of_current_folder, open_sources
from ..support.folders import LinkError
from .card_plan import plan_card
from .model import Edit, Plan, Undone
from .needs import needs
from .plan import header_edits, plan_source, plan_tree, read_targets
from .work_tree import SourceTree, work_tree

_MENDED = (SourceKind.FOLDER, SourceKind.FILE, SourceKind.CHOSEN)
# Planning takes 5 ms a copy, and a scan should take no second more to tell how many there are.
_MOST_TRIED = 50


def suggested(report: Report, source: str | Sequence[str], options: ScanOptions) -> Plan:
    """What `modelkin attribute --card` would write into ``source``, the model card first."""
    try:
        with open_sources(source, obey=report.trust is Trust.WORKING_TREE) as checkout:
            tree = SourceTree(checkout)
            plan = plan_source(report, checkout, tree)
            if checkout.whole is None:
                return plan
            card = plan_card(report, checkout, tree, options)
    except ModelkinError as error:
        return Plan((), (Undone(report.root, f"no change can be suggested: {error}"),))
    told = card.undone if card.edit or card.is_model else ()
    return Plan((*([card.edit] if card.edit else []), *plan.edits), (*told, *plan.undone))


def writable_words(report: Report, sources: Sequence[str]) -> str:
    """What `modelkin attribute` writes into ``sources`` as they are now, in words; empty where it is nothing.

    Files that get lines are counted, of many copies among the first. Of what goes beside them it depends on a package
    how many files it is.
    """
    root = Path() if of_current_folder(sources) else Path(sources[0])
    asked = len(list(needs(report))) if report.scanned.kind in _MENDED and root.exists() else 0
    if not asked:
        return ""
    try:
        with work_tree(root if root.is_dir() else root.parent) as tree:
            targets, _ = read_targets(report, tree, _MOST_TRIED)
            count = sum(isinstance(each, Edit) for each in header_edits(targets))
            if not count and targets and root.is_dir() and asked <= _MOST_TRIED:
                is_beside = bool(plan_tree(report, root, True, tree=tree).edits)
                return "`modelkin attribute` can write what goes along with the code" if is_beside else ""
    except (LinkError, ModelkinError):
        return ""
    files = f"{count} or more files" if asked > _MOST_TRIED else counted_words(count, "file")
    return f"`modelkin attribute` can write {files}" if count else ""
