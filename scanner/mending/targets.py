"""A report in, the copies that can be mended out, each as its file stands now, and those that cannot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ..files import Skipped, read_file
from ..notices.header import read_header
from ..scan import Report
from ..sources import Entry
from .applying import inside
from .model import Undone, UnwritableError
from .needs import Need, needs


@dataclass(frozen=True, slots=True)
class Target:
    """A copy as it was scanned: its bytes, and the text that its notices are read from."""

    need: Need
    stored: bytes
    text: bytes


def read_targets(report: Report, root: Path) -> tuple[tuple[Target, ...], tuple[Undone, ...]]:
    """Of the files below the folder ``root``."""
    found = [_target(need, root) for need in needs(report)]
    targets = tuple(each for each in found if isinstance(each, Target))
    return targets, tuple(each for each in found if isinstance(each, Undone))


def _target(need: Need, root: Path) -> Target | Undone:
    path = need.attribution.path
    try:
        stored = _stored(need, root)
    except UnwritableError as error:
        return Undone(path, str(error))
    file = read_file(Entry(path, len(stored), lambda: stored))
    if isinstance(file, Skipped):
        return Undone(path, file.reason)
    if 0 < need.other_source <= read_header(file.text).text.count("\n") + 1:
        return Undone(path, _two_sources(need))
    return Target(need, stored, file.text)


def _two_sources(need: Need) -> str:
    upstream = need.attribution.upstream
    return (
        f"its header names another source on line {need.other_source}, and its code stands in {upstream.project} "
        f"{upstream.first_release} {upstream.path}: say there which it is from, then run the command again"
    )


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
