"""A report and --fail-on in, whether the run has something to answer for out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..scan import Report

# Written out, since --help needs them and importing the enums costs more than the help may take; a test compares them.
LEVELS = ("error", "warning", "note")
VERDICTS = ("identical", "renamed", "modified", "fragments")
NEVER = "never"
THRESHOLDS = (*LEVELS, *VERDICTS, NEVER)


def exit_code(report: Report, threshold: str) -> int:
    """1 when a finding that counts is at or above a level, or a file as close as a verdict or closer; else 0."""
    return int(_reaches(report, threshold))


def _reaches(report: Report, threshold: str) -> bool:
    if threshold in LEVELS:
        severe = LEVELS[: LEVELS.index(threshold) + 1]
        return any(finding.level.value in severe for finding in report.findings if finding.counts)
    if threshold in VERDICTS:
        close = VERDICTS[: VERDICTS.index(threshold) + 1]
        return any(file.verdict.value in close for file in report.files)
    return False
