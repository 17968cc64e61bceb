"""A report and the tree it is of in, all that mends it out: nothing is written yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..api import Report
from ..attribution.repository import Repository
from ..files import NOTEBOOK_SUFFIX
from ..licences import identify
from ..licences.expressions import is_covered
from ..sources import Progress, open_source
from ..statements import read_statements
from ..trust import Trust
from ..verdict import UpstreamMatch
from .carrying import Carried, Fetch, carry
from .header import header_ways
from .model import Edit, Plan, Undone, UnwritableError
from .needs import Need
from .notebooks import cell_ways
from .notices_file import notices_edit, notices_path
from .rereading import added_for_good
from .targets import Target, read_targets
from .upstream_texts import UpstreamTexts, upstream_texts
from .wording import acknowledgement, header_lines
from .worktree import WorkTree, work_tree


def plan_tree(
    report: Report, root: Path, offline: bool = False, progress: Progress | None = None, tree: WorkTree | None = None
) -> Plan:
    """What to write below the folder ``root``; licence texts are fetched unless ``offline``. Raises ModelkinError.

    Licence texts come first and headers last: after an interruption, what is still missed shows what is still to do.
    ``tree`` is the same folder where it is open already.
    """
    with work_tree(tree or root) as held:
        targets, unread = read_targets(report, held)
        if not targets:
            return Plan((), unread)
        with open_source(str(root), obey=report.trust is Trust.WORKING_TREE) as checkout:
            repository = Repository(read_statements(checkout))
        needed = [target.need for target in targets]
        fetch = _fetcher(offline, progress)
        carried = carry(needed, repository, held, fetch)
        notices = _notices(needed, carried, held)
        if lost := _no_longer_read(notices, carried):
            carried = carry(needed, repository, held, fetch, lost)
            notices = _notices(needed, carried, held)
        steps = (*carried.edits, notices, *map(_header, targets))
        return _planned(steps, (*unread, *carried.undone))


def plan_file(report: Report, path: Path, tree: WorkTree | None = None) -> Plan:
    """What to write into the one file ``path``; what belongs beside it is left to whoever names its repository.

    ``tree`` is its folder where that is open already.
    """
    targets, unread = read_targets(report, tree or path.parent)
    beside = Undone(path.name, "its licence text and entry in a notices file: name the folder of its repository")
    return _planned(map(_header, targets), (*unread, beside) if targets else unread)


def _planned(steps: Iterable[Edit | Undone | None], undone: Iterable[Undone]) -> Plan:
    steps = tuple(steps)
    edits = tuple(step for step in steps if isinstance(step, Edit))
    return Plan(edits, (*undone, *(step for step in steps if isinstance(step, Undone))))


def _fetcher(offline: bool, progress: Progress | None) -> Fetch:
    """Looks at each package once."""
    seen: dict[tuple[str, str], UpstreamTexts] = {}

    def fetch(upstream: UpstreamMatch) -> UpstreamTexts:
        key = upstream.package or upstream.project, upstream.first_release
        if key not in seen:
            seen[key] = upstream_texts(upstream, offline, progress)
        return seen[key]

    return fetch


def _notices(needed: Sequence[Need], carried: Carried, tree: WorkTree) -> Edit | Undone | None:
    path = notices_path(tree)
    told = [
        acknowledgement(need, carried.places, carried.notices.get(need.attribution.upstream.project, ()))
        for need in needed
    ]
    try:
        return notices_edit(tree, path, told)
    except UnwritableError as error:
        return Undone(path, f"the notices cannot be added: {error}")


def _no_longer_read(notices: Edit | Undone | None, carried: Carried) -> frozenset[str]:
    """The licences that the notices file carries by a few words alone, which are not enough once more stands in it."""
    if not isinstance(notices, Edit):
        return frozenset()
    read = tuple(found.licence for found in identify(notices.after.decode("utf-8", "replace")))
    placed = (licence for licence, place in carried.places.items() if place == notices.path)
    return frozenset(licence for licence in placed if not is_covered(licence, read))


def _header(target: Target) -> Edit | Undone | None:
    path = target.need.attribution.path
    lines = header_lines(target.need, target.text)
    if not lines:
        return None
    ways = cell_ways if path.lower().endswith(NOTEBOOK_SUFFIX) else header_ways
    try:
        after, added = added_for_good(target.need, path, target.stored, lines, ways)
        return Edit(path, target.stored, after, "; ".join(added))
    except UnwritableError as error:
        return Undone(path, f"its notices cannot be added: {error}")
