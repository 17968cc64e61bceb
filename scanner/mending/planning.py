"""A report and the tree it is of in, all that mends it out: nothing is written yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..attribution.repository import Repository
from ..files import NOTEBOOK_SUFFIX, Skipped, read_file
from ..notices import read_notice
from ..scan import Report
from ..sources import Entry, Progress, open_source
from ..statements import read_statements
from ..verdict import UpstreamMatch
from .applying import inside
from .carrying import Carried, Fetch, carry
from .header import header_added
from .model import Edit, Plan, Undone, UnwritableError
from .needs import Need, needs
from .notebooks import cell_added
from .notices_file import notices_edit, notices_path
from .upstream_texts import UpstreamTexts, upstream_texts
from .wording import acknowledgement, header_lines


def plan_tree(report: Report, root: Path, offline: bool = False, progress: Progress | None = None) -> Plan:
    """What to write below the folder ``root``; licence texts are fetched unless ``offline``. Raises ModelkinError.

    Licence texts come first and headers last: after an interruption, what is still missed shows what is still to do.
    """
    needed = tuple(needs(report))
    if not needed:
        return Plan((), ())
    with open_source(str(root)) as checkout:
        repository = Repository(read_statements(checkout))
    carried = carry(needed, repository, root, _fetcher(offline, progress))
    told = _notices(needed, carried, root)
    headers = tuple(_headers(needed, root))
    return _planned((*carried.edits, *told, *headers), carried.undone)


def _fetcher(offline: bool, progress: Progress | None) -> Fetch:
    """Looks at each package once."""
    seen: dict[tuple[str, str], UpstreamTexts] = {}

    def fetch(upstream: UpstreamMatch) -> UpstreamTexts:
        key = upstream.package or upstream.project, upstream.first_release
        if key not in seen:
            seen[key] = upstream_texts(upstream, offline, progress)
        return seen[key]

    return fetch


def plan_file(report: Report, path: Path) -> Plan:
    """What to write into the one file ``path``; what belongs beside it is left to whoever names its repository."""
    needed = tuple(needs(report))
    beside = Undone(path.name, "its licence text and entry in a notices file: name the folder of its repository")
    return _planned(tuple(_headers(needed, path.parent)), (beside,) if needed else ())


def _planned(steps: Iterable[Edit | Undone], undone: Iterable[Undone]) -> Plan:
    steps = tuple(steps)
    edits = tuple(step for step in steps if isinstance(step, Edit))
    return Plan(edits, (*undone, *(step for step in steps if isinstance(step, Undone))))


def _notices(needed: Sequence[Need], carried: Carried, root: Path) -> Iterator[Edit | Undone]:
    path = notices_path(root)
    told = [
        acknowledgement(need, carried.places, carried.notices.get(need.attribution.upstream.project, ()))
        for need in needed
    ]
    try:
        edit = notices_edit(root, path, told)
    except UnwritableError as error:
        yield Undone(path, f"the notices cannot be added: {error}")
        return
    if edit is not None:
        yield edit


def _headers(needed: Iterable[Need], root: Path) -> Iterator[Edit | Undone]:
    for need in needed:
        path = need.attribution.path
        try:
            edit = _header(need, root)
        except UnwritableError as error:
            yield Undone(path, f"its notices cannot be added: {error}")
            continue
        if edit is not None:
            yield edit


def _header(need: Need, root: Path) -> Edit | None:
    path = need.attribution.path
    stored = _stored(need, root)
    file = read_file(Entry(path, len(stored), lambda: stored))
    if isinstance(file, Skipped):
        raise UnwritableError(file.reason)
    lines = header_lines(need, read_notice(file.text))
    added = cell_added if path.lower().endswith(NOTEBOOK_SUFFIX) else header_added
    return Edit(path, stored, added(stored, lines), "; ".join(lines)) if lines else None


def _stored(need: Need, root: Path) -> bytes:
    """The file as it was scanned."""
    place = inside(need.attribution.path, root)
    if place is None:
        raise UnwritableError("it leads out of the folder")
    try:
        stored = place.read_bytes()
    except OSError as error:
        raise UnwritableError(f"it cannot be read: {error.strerror}") from None
    if hashlib.sha256(stored).hexdigest() != need.verdict.sha256:
        raise UnwritableError("it was changed meanwhile: run the command again")
    return stored
