"""A repository of an audit, an upstream, and the whole audit in numbers.

Edit this when the summary of an audit is to say more; what is asked of the index for it is in ``indexed``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence

from msgspec import Struct

from ..results import COPIES, LeftOut, Level, Skipped, Verdict
from .records import RepositoryRecord


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
    first: Sequence[str]
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
