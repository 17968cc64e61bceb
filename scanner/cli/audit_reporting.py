"""An audit in; written in the chosen formats to the chosen places, and its exit code, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..reports.audits import AUDIT_FORMATS
from .options import Choices
from .streams import standard_page
from .threshold import LEVELS, VERDICTS
from .writing import STANDARD_OUTPUT, write

if TYPE_CHECKING:
    from ..audit import Audit, AuditSummary

_NOTHING_SCANNED = 2


def check_audit_formats(choices: Choices) -> None:
    """A usage error for a format that only the report on one repository has."""
    for destination in choices.destinations:
        if destination.format not in AUDIT_FORMATS:
            raise click.UsageError(
                f"--format {destination.format} shows one repository: see `modelkin report --repository`; "
                f"an audit has {', '.join(AUDIT_FORMATS)}"
            )


def deliver_audit(audit: Audit, choices: Choices) -> None:
    """Render and write; what goes to standard output is written piece by piece."""
    for destination in choices.destinations:
        page = standard_page(destination.output == STANDARD_OUTPUT)
        pieces = AUDIT_FORMATS[destination.format](audit, page)
        if destination.output == STANDARD_OUTPUT:
            for piece in pieces:
                write(STANDARD_OUTPUT, piece)
        else:
            write(destination.output, "".join(pieces), [audit.header.place])


def audit_exit_code(summary: AuditSummary, threshold: str) -> int:
    """As of a scan: 1 from the threshold on, 2 when there is no report at all, else 0."""
    if summary.failed == summary.repositories:
        return _NOTHING_SCANNED
    return int(_reaches(summary, threshold))


def _reaches(summary: AuditSummary, threshold: str) -> bool:
    if threshold in LEVELS:
        severe = LEVELS[: LEVELS.index(threshold) + 1]
        return any(count for level, count in summary.by_level.items() if level.value in severe)
    if threshold in VERDICTS:
        close = VERDICTS[: VERDICTS.index(threshold) + 1]
        return any(count for verdict, count in summary.by_verdict.items() if verdict.value in close)
    return False
