"""When a file and its upstreams appeared, and who was first: the words that all formats share; scanned text is escaped.

Edit this when dates or directions are to be worded differently everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ..results import Direction, FileVerdict, FindingPlace, Ground, UpstreamMatch
from ..support.escaping import escape
from .phrases import counted, name

_MOST_NAMED = 8
# What the scanned source says of itself is called its own.
_OWN = {
    Ground.COMMIT: "its own commits",
    Ground.RELEASE: "its own metadata",
    Ground.HUB: "its own metadata",
    Ground.ARCHIVE: "its own archive",
}


def dated(file: FileVerdict) -> str:
    """``2023-06-20 by mindnlp 0.3.0, the first release with the path``; empty where nothing dates the file."""
    told = file.dated
    if not told.date:
        return ""
    day = f"{escape(told.date)} or earlier" if told.at_latest else escape(told.date)
    says = escape(told.says)
    if told.claim:
        by = _OWN.get(told.by, "its own word")
        return f"{day} by {by} ({says})" if says else f"{day} by {by}"
    return f"{day} by {says}" if says else day


def direction(file: FileVerdict) -> str:
    """Who was first, where it is not plainly the closest upstream; empty where it is, or where there is none."""
    if not file.upstreams:
        return ""
    if file.direction is Direction.OPEN:
        by = f", by {_OWN.get(file.dated.by, 'its own word')}" if file.claim else ""
        return f"open{by}{_between(file.upstreams[0])}"
    return f"not known: {_why_unknown(file)}" if file.direction is Direction.UNKNOWN else ""


def unsettled(upstream: UpstreamMatch) -> str:
    """``open`` or ``not known`` for one of several upstreams; empty where it was first."""
    return {Direction.OPEN: "open", Direction.UNKNOWN: "not known"}.get(upstream.direction, "")


def _between(upstream: UpstreamMatch) -> str:
    """The two releases between which the file falls."""
    project, without, appeared = name(upstream.project), escape(upstream.without), escape(upstream.appeared)
    if without and appeared:
        return f": between {project} {without}, which lacks it, and {appeared}, which has it"
    return f": before {project} {appeared}, the first known release with the path" if appeared else ""


def _why_unknown(file: FileVerdict) -> str:
    if not file.dated.date:
        reason = escape(file.dated.says)
        return f"nothing dates this file ({reason})" if reason else "nothing dates this file"
    if file.dated.claim:
        return "its date is its own claim, which does not tell"
    return "it may be older than its date" if file.dated.at_latest else "its date does not tell"


def innovations(upstream: UpstreamMatch) -> str:
    """``holds 14 of 16 statements that transformers added between 4.28.0 and 4.31.0``; empty where it added none."""
    told = upstream.innovations
    if told is None or not told.added:
        return ""
    since, until = escape(told.since), escape(told.until)
    when = f"between {since} and {until}" if since and until else f"after {since}" if since else "later"
    held = "none" if not told.held else str(told.held)
    return f"holds {held} of {counted(told.added, 'statement')} that {name(upstream.project)} added {when}"


def first_released(upstream: UpstreamMatch) -> str:
    """``first released 2023-04-13 in 4.28.0``: when the path was first there, in any content."""
    release, day = upstream.appeared, upstream.appeared_on
    if not release or release == upstream.first_release:
        release, day = upstream.first_release, day or upstream.released
    if not day:
        return f"first released in {escape(release)}" if upstream.appeared else ""
    return f"first released {escape(day)}" + (f" in {escape(release)}" if release else "")


def later_release(upstream: UpstreamMatch) -> str:
    """The release in which a path that is younger than the file first appeared."""
    return escape(upstream.appeared or upstream.first_release)


class LaterGroup(Struct, frozen=True):
    """A project that holds code of scanned files and is younger than all of them."""

    project: str
    files: tuple[tuple[FileVerdict, UpstreamMatch], ...]
    """Each such file, and the project's file that is closest to it."""


def only_later(files: Iterable[FileVerdict]) -> list[FileVerdict]:
    """The files that stand on no upstream, and that later projects hold."""
    return [file for file in files if file.later and not file.upstreams]


def later_groups(files: Iterable[FileVerdict]) -> list[LaterGroup]:
    """The projects that hold ``only_later`` files, those of most files first."""
    found: dict[str, list[tuple[FileVerdict, UpstreamMatch]]] = {}
    for file in only_later(files):
        closest = {each.project: each for each in reversed(file.later)}
        for project, upstream in closest.items():
            found.setdefault(project, []).append((file, upstream))
    groups = [LaterGroup(project, tuple(pairs)) for project, pairs in found.items()]
    return sorted(groups, key=lambda group: (-len(group.files), group.project))


def later_note(files: Iterable[FileVerdict]) -> str:
    """``2 files also found, later, in timm (2), vllm (1)``; empty where there is none."""
    found = only_later(files)
    if not found:
        return ""
    shown = [f"{name(group.project)} ({len(group.files)})" for group in later_groups(found)]
    more = [f"{len(shown) - _MOST_NAMED} more"] if len(shown) > _MOST_NAMED else []
    return f"{counted(len(found), 'file')} also found, later, in {', '.join([*shown[:_MOST_NAMED], *more])}"


def chronology(file: FileVerdict) -> list[tuple[str, str]]:
    """What is known of the order in time, each with its label: for formats that have a line for each fact."""
    closest = file.upstreams[:1]
    told = [("dated", dated(file)), ("direction", direction(file))]
    told += [("innovations", innovations(each)) for each in closest]
    return [(label, words) for label, words in told if words]


def match_of(place: FindingPlace, file: FileVerdict | None) -> UpstreamMatch | None:
    """The upstream that a finding on ``file`` is about; None where it is about none of the file's."""
    if file is None or not place.upstream:
        return None
    named = (each for each in file.upstreams if place.upstream == f"{each.project} {each.first_release} {each.path}")
    return next(named, None)
