"""Report in, the counts that every format states out."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from ..api import Report
from ..clones import Verdict
from ..findings import Level


class Summary(Struct, frozen=True):
    """Every verdict and level is present, closest and most severe first, also when its count is 0.

    A waived finding counts as ``waived``, one that the baseline holds as ``known``, and neither at a level.
    """

    files: int
    by_verdict: dict[Verdict, int]
    by_level: dict[Level, int]
    waived: int
    known: int
    skipped: int


def summarise(report: Report) -> Summary:
    """Count the report's files, findings and skips."""
    verdicts = Counter(file.verdict for file in report.files)
    levels = Counter(finding.level for finding in report.findings if finding.counts)
    waived = sum(finding.suppression is not None for finding in report.findings)
    return Summary(
        files=len(report.files),
        by_verdict={verdict: verdicts[verdict] for verdict in Verdict},
        by_level={level: levels[level] for level in Level},
        waived=waived,
        known=len(report.findings) - waived - levels.total(),
        skipped=len(report.skipped),
    )
