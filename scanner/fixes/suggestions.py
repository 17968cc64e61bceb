"""What could be written into a scanned source, for who shows it or says how much it is: notices and front matter.

Nothing is written, and no licence text is fetched. Edit this when a report is to suggest one more change.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import ModelkinError
from ..results import Report, SourceKind, Trust
from ..scan_steps import ScanOptions
from ..sources import of_current_folder, open_sources
from ..support.folders import LinkError
from .card_plan import plan_card
from .model import Edit, Plan, Undone
from .needs import needs
from .plan import header_edits, plan_source, plan_tree, read_targets
from .work_tree import SourceTree, WorkTree, work_tree

_MENDED = (SourceKind.FOLDER, SourceKind.FILE, SourceKind.CHOSEN)


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

    Files that get lines are counted. Of what goes beside them it depends on a package how many files it is.
    """
    root = Path() if of_current_folder(sources) else Path(sources[0])
    if report.scanned.kind not in _MENDED or not root.exists() or not any(needs(report)):
        return ""
    try:
        with work_tree(root if root.is_dir() else root.parent) as tree:
            count, beside = _writable(report, root, tree)
    except (LinkError, ModelkinError):
        return ""
    if count:
        return f"`modelkin attribute` can write {count:,} file{'s' if count > 1 else ''}"
    return "`modelkin attribute` can write what goes along with the code" if beside else ""


def _writable(report: Report, root: Path, tree: WorkTree) -> tuple[int, bool]:
    """How many copies get lines; where none does, whether anything is written beside them."""
    targets, _ = read_targets(report, tree)
    count = sum(isinstance(each, Edit) for each in header_edits(targets))
    return count, bool(not count and targets and root.is_dir() and plan_tree(report, root, True, tree=tree).edits)
