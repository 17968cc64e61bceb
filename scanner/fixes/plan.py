"""A report in, the copies that can be mended out, each as its file stands now, and those that cannot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from ..attribution.naming import credits_it
from ..attribution.repository_view import RepositoryView
from ..licences.expressions import is_covered
from ..licences.identify import identify
from ..notices.credits import read_credits
from ..notices.header import read_header
from ..notices.model import Credit, Strength
from ..repository.declarations import read_declarations
from ..results import Report, Skipped, Trust, UpstreamMatch
from ..sources import open_source
from ..sources.cells import line_words
from ..sources.checkout import Entry, Progress
from ..sources.files import NOTEBOOK_SUFFIX, read_file
from ..support.decoding import source_encoding
from .header_lines import header_ways
from .missing_texts import Carried, Fetch, UpstreamTexts, carry, upstream_texts
from .model import Edit, Plan, Undone, UnwritableError
from .needs import Need, acknowledgement, header_lines, needs, terms_missing
from .notebook_cell import cell_ways
from .notices_file import notices_edit, notices_path
from .work_tree import CHANGED, WorkTree, reason, work_tree

_TAKEN = (Strength.COPIED, Strength.ADAPTED)


class Target(Struct, frozen=True):
    """A copy as it was scanned: its bytes, and the text that its notices are read from."""

    need: Need
    stored: bytes
    text: bytes


def read_targets(report: Report, root: Path | WorkTree) -> tuple[tuple[Target, ...], tuple[Undone, ...]]:
    """Of the files below the folder ``root``."""
    with work_tree(root) as tree:
        found = [_target(need, tree) for need in needs(report)]
    targets = tuple(each for each in found if isinstance(each, Target))
    return targets, tuple(each for each in found if isinstance(each, Undone))


def _target(need: Need, tree: WorkTree) -> Target | Undone | None:
    path = need.attribution.path
    try:
        stored = _stored(need, tree)
    except UnwritableError as error:
        return Undone(path, str(error))
    file = read_file(Entry(path, len(stored), lambda: stored))
    if isinstance(file, Skipped):
        return Undone(path, file.reason)
    other = _other_source(need, file.text)
    if other is None:
        return Target(need, stored, file.text)
    place = line_words(file.cells, other.first_line, other.first_line)
    return Undone(path, _two_sources(need, other, place)) if need.is_owed else None


def _two_sources(need: Need, other: Credit, place: str) -> str:
    upstream = need.attribution.upstream
    return (
        f"its header says on {place} that it is from {other.project or other.url}, and its code stands "
        f"in {upstream.project} {upstream.first_release} {upstream.path}: name there what it is from, then run the "
        "command again"
    )


def _other_source(need: Need, text: bytes) -> Credit | None:
    """What the header names as the file's source in so many words, where it is not the upstream.

    Which of the two is older, or whether the file is from both, only its authors know. That something is based on a
    work in general says less; upstreams say so themselves, in headers that copies keep.
    """
    last = read_header(text).text.count("\n") + 1
    given = [each for each in read_credits(text) if each.first_line <= last]
    if any(credits_it(each, need.attribution.upstream) for each in given):
        return None
    explicit = (each for each in given if each.strength in _TAKEN and (each.url or (each.project and each.path)))
    return next(explicit, None)


def _stored(need: Need, tree: WorkTree) -> bytes:
    """The file as it was scanned."""
    try:
        stored = tree.stored(need.attribution.path)
    except OSError as error:
        raise UnwritableError(f"it cannot be read: {reason(error)}") from None
    if stored is None:
        raise UnwritableError("it cannot be read: No such file or directory")
    if hashlib.sha256(stored).hexdigest() != need.verdict.sha256:
        raise UnwritableError(CHANGED)
    return stored


Ways = Callable[[bytes, Sequence[str]], Iterable[bytes]]

# What was added may itself call for a line more, as where two licences stand then; never for a third.
_MOST_ROUNDS = 3
_UNSEEN = (
    "where they may stand they would not be read, for what stands above (REUSE-IgnoreStart, or a very long line): "
    "move that down, then run the command again"
)


def added_for_good(need: Need, path: str, stored: bytes, lines: Sequence[str], ways: Ways) -> tuple[bytes, list[str]]:
    """The file with ``lines``, and whatever they call for, where all is read again; and all that was added.

    ``ways`` are the files with lines in each place for them, the best first. Raises UnwritableError.
    """
    wanted = list(lines)
    for _ in range(_MOST_ROUNDS):
        best: tuple[int, bytes] | None = None
        called_for: dict[str, None] = {}
        for after in ways(stored, wanted):
            text = _read_again(path, stored, after)
            lacking = wanted if text is None else header_lines(need, text)
            if text is None or not set(wanted).isdisjoint(lacking):
                continue
            called_for.update(dict.fromkeys(lacking))
            unread = len(terms_missing(need, text))
            if not lacking and (best is None or unread < best[0]):
                best = unread, after
            if best is not None and not best[0]:
                break
        if best is not None:
            return best[1], wanted
        if not called_for:
            break
        wanted += called_for
    raise UnwritableError(_UNSEEN)


def _read_again(path: str, stored: bytes, after: bytes) -> bytes | None:
    """The text that a scan will see; None when it will see none, or another."""
    if source_encoding(after) != source_encoding(stored):
        return None
    file = read_file(Entry(path, len(after), lambda: after))
    return None if isinstance(file, Skipped) else file.text


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
            repository = RepositoryView(read_declarations(checkout))
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
