"""What each repository of an audit comes to, and all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from ..attribution.copies import CheckResult
from ..errors import ModelkinError
from ..pipeline import assembled
from ..results import COPIES, FileVerdict, LeftOut, Level, Report, Skipped, Verdict
from .journal import Span, read_lines, read_span
from .records import Header, Identity, Line, Place, RepositoryRecord, decode, lone_content
from .survey import placed, suffix


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


class _UpstreamBrief(Struct, frozen=True):
    project: str


class _VerdictBrief(Struct, frozen=True):
    verdict: Verdict
    own_release: str
    upstreams: tuple[_UpstreamBrief, ...]


class _ExaminedBrief(Struct, frozen=True):
    verdict: _VerdictBrief


class _ContentBrief(Struct, frozen=True):
    """As much of a content as a summary needs."""

    identity: Identity
    own: bool
    examined: _ExaminedBrief | None


class _Brief(Struct, frozen=True):
    header: Header | None = None
    content: _ContentBrief | None = None
    repository: RepositoryRecord | None = None


_Key = tuple[Identity, bool]


class Audit(Struct, frozen=True, dict=True):
    """An audit as its journal has it."""

    path: Path
    """The journal."""
    header: Header
    """What it was asked for, and what answered."""
    rows: tuple[RepositoryRow, ...]
    """Each repository in numbers, sorted by name."""
    summary: AuditSummary
    """All of them together."""
    _repositories: dict[str, Span]
    _contents: dict[_Key, Span]

    def names(self) -> tuple[str, ...]:
        """The repositories there are reports on; the others failed."""
        return tuple(row.name for row in self.rows if not row.failed)

    def report(self, name: str) -> Report:
        """The report on one repository, as its scan gives it. Raises ModelkinError when there is none."""
        if name not in self._repositories:
            raise ModelkinError(f"{self.path}: no repository {name} in it")
        with self.path.open("rb") as file:
            return self._restored(file, self._repositories[name])

    def reports(self) -> Iterator[Report]:
        """All reports, sorted by name, one at a time."""
        with self.path.open("rb") as file:
            for name in self.names():
                yield self._restored(file, self._repositories[name])

    def _restored(self, file: BinaryIO, span: Span) -> Report:
        record = decode(read_span(file, span, self.path), Line).repository
        if record is None:
            raise ModelkinError(f"{self.path} changed while it was read")
        if record.failed:
            raise ModelkinError(f"{record.name}: {record.failed}")
        return assembled(
            CheckResult(record.attributions, record.findings),
            (self._verdict(file, place, record.until) for place in record.places),
            record.skipped,
            root=record.root,
            corpus=self.header.corpus,
            baseline=Path(self.header.known) if self.header.known else None,
            seconds=record.seconds,
            not_obeyed=record.not_obeyed,
        )

    def _verdict(self, file: BinaryIO, place: Place, until: str) -> FileVerdict:
        examined = lone_content(read_span(file, self._contents[_key(place, until)], self.path)).examined
        if examined is None:
            raise ModelkinError(f"{self.path}: nothing is known of {place.path}")
        return placed(examined, place.path).verdict


def open_audit(path: Path) -> Audit:
    """Read a journal, of an audit that is done or not. Raises ModelkinError."""
    header: Header | None = None
    contents: dict[_Key, tuple[Span, Copied | None]] = {}
    rows: dict[str, tuple[Span, RepositoryRow]] = {}
    for span, line in read_lines(path, _Brief):
        header = header or line.header
        if line.content:
            contents[line.content.identity, line.content.own] = span, _copied(line.content)
        if line.repository:
            keys = [_key(place, line.repository.until) for place in line.repository.places]
            if not all(key in contents for key in keys):
                raise ModelkinError(f"{path}: a content of {line.repository.name} is not in it")
            files = [copied for key in keys if (copied := contents[key][1])]
            rows[line.repository.name] = span, row_of(line.repository, files)
    if header is None:
        raise ModelkinError(f"{path}: not a journal of an audit")
    listed = tuple(rows[name][1] for name in sorted(rows))
    spans = {name: span for name, (span, _) in rows.items()}
    places = {key: span for key, (span, _) in contents.items()}
    return Audit(path, header, listed, summarise(listed, len({identity for identity, _ in places})), spans, places)


def _copied(content: _ContentBrief) -> Copied | None:
    if content.examined is None:
        return None
    verdict = content.examined.verdict
    project = verdict.upstreams[0].project if verdict.upstreams and not verdict.own_release else ""
    return Copied(verdict.verdict, project)


def _key(place: Place, until: str) -> _Key:
    return Identity(place.sha256, suffix(place.path), until), place.own
