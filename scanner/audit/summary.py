"""What each repository of an audit comes to, and all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from ..clones import COPIES, Verdict
from ..files import Skipped
from ..findings import Level
from ..sources import LeftOut
from .records import RepositoryRecord


class RepositoryRow(Struct, frozen=True):
    """One repository in numbers."""

    name: str
    """Its path below the folder that was audited, or its line in the list."""
    files: int
    """How many were judged."""
    by_verdict: Mapping[Verdict, int]
    """How many files have each verdict; every verdict is there."""
    by_level: Mapping[Level, int]
    """How many findings are at each level, those waived or known from a baseline aside; every level is there."""
    waived: int
    """How many findings are waived."""
    skipped: tuple[Skipped, ...]
    """What could not be scanned or read, and why."""
    copies: Mapping[str, int]
    """How many files are copies of each upstream project, its own releases aside."""
    failed: str
    """Why there is no report; empty when there is one."""
    seconds: float
    """What workers spent on it."""
    not_obeyed: tuple[LeftOut, ...] = ()
    """What it asked for in vain."""


class UpstreamRow(Struct, frozen=True):
    """How much was copied of one upstream project."""

    project: str
    """As the corpus calls it."""
    files: int
    """How many are copies of its files."""
    repositories: int
    """How many repositories these are in."""


class AuditSummary(Struct, frozen=True):
    """All repositories of an audit together."""

    repositories: int
    """How many there are."""
    failed: int
    """How many there is no report on."""
    files: int
    """How many were judged, in all of them."""
    contents: int
    """How many distinct contents these have."""
    by_verdict: Mapping[Verdict, int]
    """How many files have each verdict."""
    by_level: Mapping[Level, int]
    """How many findings are at each level, those waived or known from a baseline aside."""
    waived: int
    """How many findings are waived."""
    skipped: int
    """How much could not be scanned or read."""
    upstreams: tuple[UpstreamRow, ...]
    """Most copied first."""
    first: tuple[str, ...]
    """The repositories to look at first: those with most errors, then warnings, then copies."""
    seconds: float
    """What workers spent."""
    not_obeyed: tuple[LeftOut, ...] = ()
    """What repositories asked for in vain, by its kind."""


class Copied(Struct, frozen=True):
    """What a repository's row needs to know of one of its files: its verdict, and of which project it is a copy."""

    verdict: Verdict
    project: str


def row_of(record: RepositoryRecord, files: Sequence[Copied]) -> RepositoryRow:
    """The row of a repository with these files."""
    verdicts = Counter(file.verdict for file in files)
    levels = Counter(finding.level for finding in record.findings if finding.counts)
    projects = Counter(file.project for file in files if file.project and file.verdict in COPIES)
    return RepositoryRow(
        name=record.name,
        files=len(files),
        by_verdict={verdict: verdicts[verdict] for verdict in Verdict},
        by_level={level: levels[level] for level in Level},
        waived=sum(finding.suppression is not None for finding in record.findings),
        skipped=record.skipped,
        copies=dict(sorted(projects.items(), key=lambda each: (-each[1], each[0]))),
        failed=record.failed,
        seconds=record.seconds,
        not_obeyed=record.not_obeyed,
    )


def summarise(rows: Sequence[RepositoryRow], contents: int) -> AuditSummary:
    """The summary of all ``rows``."""
    return AuditSummary(
        repositories=len(rows),
        failed=sum(bool(row.failed) for row in rows),
        files=sum(row.files for row in rows),
        contents=contents,
        by_verdict={verdict: sum(row.by_verdict[verdict] for row in rows) for verdict in Verdict},
        by_level={level: sum(row.by_level[level] for row in rows) for level in Level},
        waived=sum(row.waived for row in rows),
        skipped=sum(len(row.skipped) for row in rows),
        upstreams=tuple(_upstreams(rows)),
        first=tuple(row.name for row in sorted(rows, key=_urgency) if any(row.by_level.values()) or row.copies),
        seconds=sum(row.seconds for row in rows),
        not_obeyed=tuple(_together(rows)),
    )


def _together(rows: Iterable[RepositoryRow]) -> Iterator[LeftOut]:
    """How much of each kind, over all repositories."""
    counts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for row in rows:
        for each in row.not_obeyed:
            counts[each.what] += each.count
        places.update({each.what for each in row.not_obeyed})
    for what in sorted(counts):
        yield LeftOut(what, "1 repository" if places[what] == 1 else f"{places[what]} repositories", counts[what])


def _upstreams(rows: Iterable[RepositoryRow]) -> list[UpstreamRow]:
    files: Counter[str] = Counter()
    repositories: Counter[str] = Counter()
    for row in rows:
        files.update(row.copies)
        repositories.update(row.copies.keys())
    found = [UpstreamRow(project, count, repositories[project]) for project, count in files.items()]
    return sorted(found, key=lambda each: (-each.files, -each.repositories, each.project))


def _urgency(row: RepositoryRow) -> tuple[int, int, int, int, str]:
    levels = (row.by_level[level] for level in Level)
    errors, warnings, notes = levels
    return -errors, -warnings, -sum(row.copies.values()), -notes, row.name
