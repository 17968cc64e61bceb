"""The plan of fixes for a report: each copy as its file is now, what is written into it, and what goes beside it.

Edit this when the order of the steps changes, or when a kind of file needs another way to hold notices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from ..attribution.findings import named
from ..attribution.naming import credits_it
from ..attribution.repository_view import RepositoryView
from ..licences.expressions import is_covered
from ..licences.identify import identify
from ..notices.credits import read_credits
from ..notices.header import read_header
from ..notices.model import Credit, Strength
from ..repository.declarations import read_declarations
from ..results import Report, Skipped, Trust, UpstreamMatch
from ..results.cells import line_words
from ..sources import open_source
from ..sources.checkout import Checkout, Entry, Progress
from ..sources.files import NOTEBOOK_SUFFIX, read_file
from ..support.decoding import source_encoding
from ..support.lazy import sha256_hex
from .header_lines import header_ways
from .missing_texts import CarriedTexts, Fetch, UpstreamTexts, carry, upstream_texts
from .model import Edit, Plan, Undone, UnwritableError
from .needs import Need, acknowledgement, header_lines, needs, terms_missing
from .notices_file import notices_edit, notices_path
from .refusals import refusal
from .work_tree import CHANGED, WorkTree, reason, work_tree

# What is added may itself call for one more line, as where two licences are named then; never for a third.
_MOST_ROUNDS = 3
_TAKEN = (Strength.COPIED, Strength.ADAPTED)
_UNSEEN = (
    "no scan would read them, because of what stands above (REUSE-IgnoreStart, or a very long line): "
    "move that down, then run the command again"
)

Ways = Callable[[bytes, Sequence[str]], Iterable[bytes]]
"""A file as stored, and lines, into that file with the lines in each place for them, the best first."""


class FixTarget(Struct, frozen=True):
    """A copy as it was scanned: its bytes, and the text that its notices are read from."""

    need: Need
    stored: bytes
    text: bytes


def read_targets(asked: Iterable[Need], root: Path | WorkTree) -> tuple[tuple[FixTarget, ...], tuple[Undone, ...]]:
    """The copies that need something, with their files below the folder ``root``; and what cannot be read there."""
    with work_tree(root) as tree:
        found = [_target(need, tree) for need in asked]
    targets = tuple(each for each in found if isinstance(each, FixTarget))
    return targets, tuple(each for each in found if isinstance(each, Undone))


def _target(need: Need, tree: WorkTree) -> FixTarget | Undone | None:
    path = need.attribution.path
    if why := refusal(need):
        return Undone(path, why) if need.is_owed else None
    try:
        stored = _stored(need, tree)
    except UnwritableError as error:
        return Undone(path, str(error))
    file = read_file(Entry(path, len(stored), lambda: stored))
    if isinstance(file, Skipped):
        return Undone(path, file.reason)
    other = _other_source(need, file.text)
    if other is None:
        return FixTarget(need, stored, file.text)
    place = line_words(file.cells, other.first_line, other.first_line)
    return Undone(path, _two_sources(need, other, place)) if need.is_owed else None


def _two_sources(need: Need, other: Credit, place: str) -> str:
    upstream = need.attribution.upstream
    return (
        f"its header says on {place} that it is from {other.project or other.url}, but its code is in "
        f"{named(upstream)}: write there what it is from, then run the "
        "command again"
    )


def _other_source(need: Need, text: bytes) -> Credit | None:
    """What the header names as the file's source in so many words, where it is not the upstream.

    Which of the two is older, or whether the file is from both, only its authors know. That something is based on a
    work in general says less; upstreams say so themselves, in headers that copies keep.
    """
    last = read_header(text).text.count("\n") + 1
    given = [each for each in read_credits(text) if each.first_line <= last]
    owed = (need.attribution.upstream, *need.others)
    if any(credits_it(each, upstream) for each in given for upstream in owed):
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
    if sha256_hex(stored) != need.verdict.sha256:
        raise UnwritableError(CHANGED)
    return stored


def read_again_with(need: Need, path: str, stored: bytes, lines: Sequence[str], ways: Ways) -> tuple[bytes, list[str]]:
    """The file with ``lines``, and whatever they call for, in a place where a scan reads them all; and all lines added.

    Raises UnwritableError where there is no such place.
    """
    wanted = list(lines)
    for _ in range(_MOST_ROUNDS):
        best: tuple[int, bytes] | None = None
        called_for: dict[str, None] = {}
        for after in ways(stored, wanted):
            text = _text_in_scan(path, stored, after)
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


def _text_in_scan(path: str, stored: bytes, after: bytes) -> bytes | None:
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
        targets, unread = read_targets(needs(report), held)
        if not targets:
            return Plan((), unread)
        with open_source(str(root), obey=report.trust is Trust.WORKING_TREE) as checkout:
            repository = RepositoryView(read_declarations(checkout))
        return _of_targets(targets, unread, repository, held, _fetcher(offline, progress))


def plan_source(report: Report, checkout: Checkout, tree: WorkTree) -> Plan:
    """What could be written into an opened source, which may be any; only texts that were fetched before are taken."""
    targets, unread = read_targets(needs(report), tree)
    if not targets:
        return Plan((), unread)
    if checkout.whole is None:
        return _planned(header_edits(targets), unread)
    repository = RepositoryView(read_declarations(checkout))
    return _of_targets(targets, unread, repository, tree, _fetcher(True, None))


def _of_targets(
    targets: Sequence[FixTarget], unread: Sequence[Undone], repository: RepositoryView, tree: WorkTree, fetch: Fetch
) -> Plan:
    needed = [target.need for target in targets]
    carried = carry(needed, repository, tree, fetch)
    notices = _notices(needed, carried, tree)
    if lost := _no_longer_read(notices, carried):
        carried = carry(needed, repository, tree, fetch, lost)
        notices = _notices(needed, carried, tree)
    steps = (*carried.edits, notices, *header_edits(targets))
    return _planned(steps, (*unread, *carried.undone))


def plan_file(report: Report, path: Path, tree: WorkTree | None = None) -> Plan:
    """What to write into the one file ``path``; what belongs beside it is left to whoever names its repository.

    ``tree`` is its folder where that is open already.
    """
    targets, unread = read_targets(needs(report), tree or path.parent)
    beside = Undone(
        path.name,
        "its licence text and its entry in a notices file: name the folder of its repository",
    )
    return _planned(header_edits(targets), (*unread, beside) if targets else unread)


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


def _notices(needed: Sequence[Need], carried: CarriedTexts, tree: WorkTree) -> Edit | Undone | None:
    path = notices_path(tree)
    told = [
        acknowledgement(need, carried.places, carried.notices.get(need.attribution.upstream.project, ()))
        for need in needed
    ]
    try:
        return notices_edit(tree, path, told)
    except UnwritableError as error:
        return Undone(path, f"the notices cannot be added: {error}")


def _no_longer_read(notices: Edit | Undone | None, carried: CarriedTexts) -> frozenset[str]:
    """The licences that the notices file names by a few words alone, which a scan does not see once it says more."""
    if not isinstance(notices, Edit):
        return frozenset()
    read = tuple(found.licence for found in identify(notices.after.decode("utf-8", "replace")))
    placed = (licence for licence, place in carried.places.items() if place == notices.path)
    return frozenset(licence for licence in placed if not is_covered(licence, read))


def header_edits(targets: Iterable[FixTarget]) -> tuple[Edit | Undone, ...]:
    """One edit for each file, with the notices of all that it owes; and what could not be written."""
    edits: dict[str, Edit] = {}
    undone: list[Undone] = []
    for target in targets:
        path = target.need.attribution.path
        earlier = edits.get(path)
        step = header_edit(_after(target, earlier) if earlier else target)
        if isinstance(step, Edit):
            edits[path] = Edit(path, earlier.before, step.after, f"{earlier.why}; {step.why}") if earlier else step
        elif step:
            undone.append(step)
    return *edits.values(), *undone


def _after(target: FixTarget, edit: Edit) -> FixTarget:
    """The file with an edit in it, to which more is to be added."""
    text = _text_in_scan(edit.path, target.stored, edit.after)
    return FixTarget(target.need, edit.after, target.text if text is None else text)


def header_edit(target: FixTarget) -> Edit | Undone | None:
    """The copy with its notices in it; None where its header lacks nothing."""
    path = target.need.attribution.path
    lines = header_lines(target.need, target.text)
    if not lines:
        return None
    ways: Ways = header_ways
    if path.lower().endswith(NOTEBOOK_SUFFIX):
        from .notebook_cell import cell_ways as ways  # json, which few scans need
    try:
        after, added = read_again_with(target.need, path, target.stored, lines, ways)
        return Edit(path, target.stored, after, "; ".join(added))
    except UnwritableError as error:
        return Undone(path, f"its notices cannot be added: {error}")
