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


class Row(Struct, frozen=True):
    """One repository in numbers; every verdict and level is present. Waived findings, and those a
    baseline holds, count at no level.

    ``copies`` counts the files that are copies of each upstream project, its own releases aside. ``failed`` says why
    there is no report.
    """

    name: str
    files: int
    by_verdict: Mapping[Verdict, int]
    by_level: Mapping[Level, int]
    waived: int
    skipped: tuple[Skipped, ...]
    copies: Mapping[str, int]
    failed: str
    seconds: float
    not_obeyed: tuple[LeftOut, ...] = ()


class UpstreamRow(Struct, frozen=True):
    """How many files of how many repositories are copies of a project's."""

    project: str
    files: int
    repositories: int


class AuditSummary(Struct, frozen=True):
    """All repositories together. ``contents`` are distinct ones; ``upstreams`` are most copied first.

    ``first`` are the names of the repositories to look at first: those with most errors, then warnings, then copies.
    ``seconds`` are those that workers spent.
    """

    repositories: int
    failed: int
    files: int
    contents: int
    by_verdict: Mapping[Verdict, int]
    by_level: Mapping[Level, int]
    waived: int
    skipped: int
    upstreams: tuple[UpstreamRow, ...]
    first: tuple[str, ...]
    seconds: float
    not_obeyed: tuple[LeftOut, ...] = ()


class Copied(Struct, frozen=True):
    """What a repository's row needs to know of one of its files: its verdict, and of which project it is a copy."""

    verdict: Verdict
    project: str


def row_of(record: RepositoryRecord, files: Sequence[Copied]) -> Row:
    """The row of a repository with these files."""
    verdicts = Counter(file.verdict for file in files)
    levels = Counter(finding.level for finding in record.findings if finding.counts)
    projects = Counter(file.project for file in files if file.project and file.verdict in COPIES)
    return Row(
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


def summarise(rows: Sequence[Row], contents: int) -> AuditSummary:
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


def _together(rows: Iterable[Row]) -> Iterator[LeftOut]:
    """How much of each kind, over all repositories."""
    counts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for row in rows:
        for each in row.not_obeyed:
            counts[each.what] += each.count
        places.update({each.what for each in row.not_obeyed})
    for what in sorted(counts):
        yield LeftOut(what, "1 repository" if places[what] == 1 else f"{places[what]} repositories", counts[what])


def _upstreams(rows: Iterable[Row]) -> list[UpstreamRow]:
    files: Counter[str] = Counter()
    repositories: Counter[str] = Counter()
    for row in rows:
        files.update(row.copies)
        repositories.update(row.copies.keys())
    found = [UpstreamRow(project, count, repositories[project]) for project, count in files.items()]
    return sorted(found, key=lambda each: (-each.files, -each.repositories, each.project))


def _urgency(row: Row) -> tuple[int, int, int, int, str]:
    levels = (row.by_level[level] for level in Level)
    errors, warnings, notes = levels
    return -errors, -warnings, -sum(row.copies.values()), -notes, row.name
