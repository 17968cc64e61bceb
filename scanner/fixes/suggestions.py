"""All that could be written into a scanned source, whatever kind it is: notices and front matter, for who shows them.

Nothing is written, and no licence text is fetched. Edit this when a report is to suggest one more change.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ModelkinError
from ..results import Report, Trust
from ..scan_steps import ScanOptions
from ..sources import open_sources
from .card_plan import plan_card
from .model import Plan, Undone
from .plan import plan_source
from .work_tree import SourceTree


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
