"""A report in, the copies that can be mended out, each as its file stands now, and those that cannot."""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import Struct

from ..api import Report
from ..attribution.naming import credits_it
from ..files import Skipped, read_file
from ..notices import Credit, Strength, read_credits
from ..notices.header import read_header
from ..regions import line_words
from ..sources import Entry
from .model import Undone, UnwritableError
from .needs import Need, needs
from .worktree import CHANGED, WorkTree, reason, work_tree

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
