"""Report in, a line for each finding out, as linters print them: for hooks, editors and grep."""

from __future__ import annotations

from ..findings import Finding
from ..scan import Report
from .escaping import encodable, escape


def render(report: Report) -> str:
    """``path:line: level rule message``, below it the remedy; nothing at all where there is nothing to answer for."""
    findings = [finding for finding in report.findings if finding.counts]
    return encodable("".join(line for finding in findings for line in _lines(finding)))


def _lines(finding: Finding) -> tuple[str, ...]:
    clause = f" ({escape(finding.clause)})" if finding.clause else ""
    place = f"{escape(finding.region.path)}:{finding.region.first_line}"
    first = f"{place}: {finding.level.value} {escape(finding.rule)}{clause} {escape(finding.message)}\n"
    return (first, f"  remedy: {escape(finding.remedy)}\n") if finding.remedy else (first,)
