"""A journal read: each repository in numbers, all of them together, and the report on each.

Edit this when the summary of an audit is to say more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from ..attribution.copies import CheckResult
from ..errors import ModelkinError
from ..results import COPIES, FileVerdict, LeftOut, Level, Report, Skipped, Verdict
from ..scan_steps import assembled
from .families import find_families
from .family_model import Families
from .journal_lines import LinePosition, read_line, read_lines
from .records import (
    AuditHeader,
    ContentIdentity,
    DatedHead,
    JournalRecord,
    RecordedFile,
    RepositoryRecord,
    decode,
    decode_content,
)
from .survey import at_path


class RepositoryRow(Struct, frozen=True):
    """One repository in numbers."""

    name: str
    """Its path below the folder that was audited, or its line in the list."""
    files: int
    """How many files were examined."""
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
    """How long workers took for it."""
    not_obeyed: tuple[LeftOut, ...] = ()
    """What it asked modelkin for and did not get: no repository of an audit is trusted."""
    later: int = 0
    """How many files stand on no upstream, and are found in projects younger than they are."""
    conclusion: str = ""
    """The answer for it in one sentence; empty where there is none."""
    models: tuple[str, ...] = ()
    """The known models that more speaks for than code, the likeliest first."""


class UpstreamRow(Struct, frozen=True):
    """How much was copied of one upstream project."""

    project: str
    """As the corpus calls it."""
    files: int
    """How many files are copies of its files; of a known model that is told by other evidence, 0."""
    repositories: int
    """How many repositories hold such copies, or what is the model's."""


class AuditSummary(Struct, frozen=True):
    """All repositories of an audit together."""

    repositories: int
    """How many there are."""
    failed: int
    """How many could not be audited: there is no report on them."""
    files: int
    """How many files were examined, in all of them."""
    contents: int
    """How many distinct contents these files have."""
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
    """How long workers took, in all."""
    not_obeyed: tuple[LeftOut, ...] = ()
    """What repositories asked for and did not get, by its kind."""
    later: int = 0
    """How many files stand on no upstream, and are found in projects younger than they are."""


class FileBrief(Struct, frozen=True):
    """What a repository's row needs to know of a file."""

    verdict: Verdict
    project: str
    """The project that it is a copy of, empty when it is of none."""
    later: bool = False
    """Whether only projects that are younger than it hold its code."""


def row_of(record: RepositoryRecord, files: Sequence[FileBrief]) -> RepositoryRow:
    """A repository and its ``files`` in numbers."""
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
        later=sum(file.later for file in files),
        conclusion=record.conclusion.sentence if record.conclusion else "",
        models=tuple(_models(record, projects)),
    )


def _models(record: RepositoryRecord, projects: Container[str]) -> Iterator[str]:
    """The upstreams of the answer that no file is a copy of."""
    for each in record.conclusion.upstreams if record.conclusion else ():
        if each.grounds and each.project not in projects:
            yield each.project


def summary_of(rows: Sequence[RepositoryRow], contents: int) -> AuditSummary:
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
        first=tuple(
            row.name for row in sorted(rows, key=_urgency) if any(row.by_level.values()) or row.copies or row.models
        ),
        seconds=sum(row.seconds for row in rows),
        not_obeyed=tuple(_not_obeyed(rows)),
        later=sum(row.later for row in rows),
    )


def _not_obeyed(rows: Iterable[RepositoryRow]) -> Iterator[LeftOut]:
    """How much of each kind was asked for in vain, over all repositories."""
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
        repositories.update(row.models)
        files.update(dict.fromkeys(row.models, 0))
    found = [UpstreamRow(project, count, repositories[project]) for project, count in files.items()]
    return sorted(found, key=lambda each: (-each.files, -each.repositories, each.project))


def _urgency(row: RepositoryRow) -> tuple[int, int, int, int, str]:
    levels = (row.by_level[level] for level in Level)
    errors, warnings, notes = levels
    return -errors, -warnings, -sum(row.copies.values()), -notes, row.name


# Journals are large: of each record a summary reads only the fields that these types declare.
class _UpstreamBrief(Struct, frozen=True):
    project: str


class _VerdictBrief(Struct, frozen=True):
    verdict: Verdict
    own_release: str
    upstreams: tuple[_UpstreamBrief, ...]
    later: tuple[_UpstreamBrief, ...]


class _ExaminedBrief(Struct, frozen=True):
    verdict: _VerdictBrief


class _ContentBrief(Struct, frozen=True):
    identity: ContentIdentity
    examined: _ExaminedBrief | None


class _RecordBrief(Struct, frozen=True):
    header: AuditHeader | None = None
    content: _ContentBrief | None = None
    repository: RepositoryRecord | None = None
    dates: DatedHead | None = None


class Audit(Struct, frozen=True, dict=True):
    """An audit, read from its journal."""

    path: Path
    """The journal."""
    header: AuditHeader
    """What was audited, with which options, corpus and modelkin."""
    rows: tuple[RepositoryRow, ...]
    """Each repository in numbers, sorted by name."""
    summary: AuditSummary
    """All of them together."""
    _repositories_at: dict[str, LinePosition]
    _contents_at: dict[ContentIdentity, LinePosition]

    @cached_property
    def families(self) -> Families:
        """Which of its repositories hold copies of one another's files; worked out when asked for."""
        return find_families(self.path)

    def names(self) -> tuple[str, ...]:
        """The repositories that there are reports on, sorted; the others could not be audited."""
        return tuple(row.name for row in self.rows if not row.failed)

    def report(self, name: str) -> Report:
        """The report on one repository, as its scan gives it. Raises ModelkinError when there is none."""
        if name not in self._repositories_at:
            raise ModelkinError(f"{self.path}: no repository {name} in it")
        with self.path.open("rb") as journal:
            return self._restored(journal, self._repositories_at[name])

    def reports(self) -> Iterator[Report]:
        """All reports, sorted by name, one at a time."""
        with self.path.open("rb") as journal:
            for name in self.names():
                yield self._restored(journal, self._repositories_at[name])

    def _restored(self, journal: BinaryIO, position: LinePosition) -> Report:
        record = decode(read_line(journal, position, self.path), JournalRecord).repository
        if record is None:
            raise ModelkinError(f"{self.path} changed while it was read")
        if record.failed:
            raise ModelkinError(f"{record.name}: {record.failed}")
        report = assembled(
            CheckResult(record.attributions, record.findings),
            (self._verdict(journal, each) for each in record.places),
            record.skipped,
            root=record.root,
            corpus=self.header.corpus,
            baseline=Path(self.header.baseline_path) if self.header.baseline_path else None,
            seconds=record.seconds,
            not_obeyed=record.not_obeyed,
            unread=record.unread,
            scanned=record.scanned,
            left_out=record.hidden,
        )
        return replace(report, evidence=record.evidence, conclusion=record.conclusion)

    def _verdict(self, journal: BinaryIO, file: RecordedFile) -> FileVerdict:
        examined = decode_content(read_line(journal, self._contents_at[file.identity], self.path)).examined
        if examined is None:
            raise ModelkinError(
                f"{self.path}: damaged: the result for {file.path} is missing; audit again into another --journal"
            )
        return examined.verdict if file.facts else at_path(examined, file.path).verdict


def open_audit(path: Path) -> Audit:
    """Read a journal, of an audit that is done or not. Raises ModelkinError."""
    header: AuditHeader | None = None
    contents: dict[ContentIdentity, tuple[LinePosition, FileBrief | None]] = {}
    rows: dict[str, tuple[LinePosition, RepositoryRow]] = {}
    for position, record in read_lines(path, _RecordBrief):
        header = header or record.header
        if record.content:
            contents[record.content.identity] = position, _file_brief(record.content)
        if repository := record.repository:
            keys = [file.identity for file in repository.places]
            if not all(key in contents for key in keys):
                raise ModelkinError(
                    f"{path}: damaged: the result for a file of {repository.name} is missing; audit again into another "
                    "--journal"
                )
            files = [file for key in keys if (file := contents[key][1])]
            rows[repository.name] = position, row_of(repository, files)
    if header is None:
        raise ModelkinError(f"{path}: not a journal of an audit")
    by_name = tuple(rows[name][1] for name in sorted(rows))
    repositories_at = {name: position for name, (position, _) in rows.items()}
    contents_at = {key: position for key, (position, _) in contents.items()}
    summary = summary_of(by_name, len({(each.sha256, each.suffix) for each in contents_at}))
    return Audit(path, header, by_name, summary, repositories_at, contents_at)


def _file_brief(content: _ContentBrief) -> FileBrief | None:
    if content.examined is None:
        return None
    verdict = content.examined.verdict
    project = verdict.upstreams[0].project if verdict.upstreams and not verdict.own_release else ""
    return FileBrief(verdict.verdict, project, bool(verdict.later) and not verdict.upstreams)
