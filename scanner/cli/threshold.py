"""Reports and --fail-on in, whether the run has something to answer for out.

Edit this when something else may end a run with exit code 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ..settings import LEVELS, NEVER, SKIPPED, VERDICTS

if TYPE_CHECKING:
    from ..api import Report
    from ..audit import AuditSummary
    from ..clones import Verdict
    from ..findings import Level

_NOTHING_SCANNED = 2


class Tally(Struct, frozen=True):
    """What there is: findings to answer for by level, files by verdict, and how much could not be scanned."""

    by_level: Mapping[Level, int]
    by_verdict: Mapping[Verdict, int]
    skipped: int

    def reaches(self, thresholds: Sequence[str]) -> bool:
        """Whether a finding is at or above a level, a file as close as a verdict, or anything skipped that counts."""
        return any(map(self._reaches, thresholds))

    def _reaches(self, threshold: str) -> bool:
        if threshold in LEVELS:
            severe = LEVELS[: LEVELS.index(threshold) + 1]
            return any(count for level, count in self.by_level.items() if level.value in severe)
        if threshold in VERDICTS:
            close = VERDICTS[: VERDICTS.index(threshold) + 1]
            return any(count for verdict, count in self.by_verdict.items() if verdict.value in close)
        return threshold == SKIPPED and self.skipped > 0


def exit_code(report: Report, thresholds: Sequence[str]) -> int:
    """1 when the report reaches one of ``thresholds``, else 0."""
    from ..reports.summary import summarise

    summary = summarise(report)
    return int(Tally(summary.by_level, summary.by_verdict, summary.skipped).reaches(thresholds))


def audit_exit_code(summary: AuditSummary, thresholds: Sequence[str]) -> int:
    """As of a scan; 1 also when a repository could not be audited, unless never is asked for; 2 when none could."""
    if summary.failed == summary.repositories:
        return _NOTHING_SCANNED
    tally = Tally(summary.by_level, summary.by_verdict, summary.skipped)
    failed = summary.failed > 0 and tuple(thresholds) != (NEVER,)
    return int(failed or tally.reaches(thresholds))
