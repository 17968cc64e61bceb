"""Report in, GitHub workflow commands out: one annotation a finding, at its lines in the pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..results import Cells, Finding, Level, Report, Skipped
from ..sources.cells import lines_of_file
from ..support.escaping import encodable, escape, inert
from .phrases import counted
from .summary import note, summarise

# https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
_MOST_SKIPPED = 10
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(report: Report) -> str:
    """Annotations of what is neither waived nor known, most severe first, then one line that sums up."""
    open_findings = [finding for finding in report.findings if finding.counts]
    ranked = sorted(open_findings, key=lambda finding: list(Level).index(finding.level))
    cells = report.cells()
    annotations = [_annotation(finding, cells.get(finding.region.path, ())) for finding in ranked]
    lines = [*annotations, *_skips(report.skipped), inert(_summary(report))]
    return encodable("".join(f"{line}\n" for line in lines))


def _annotation(finding: Finding, cells: Cells) -> str:
    region = finding.region
    first_line, last_line = lines_of_file(cells, region.first_line, region.last_line)
    properties = {
        "file": region.path,
        "line": str(first_line),
        "endLine": str(last_line),
        "title": f"{finding.rule} ({finding.clause})" if finding.clause else finding.rule,
    }
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.level]} {told}::{_message(finding)}"


def _message(finding: Finding) -> str:
    lines = [finding.message]
    if finding.upstream:
        lines.append(f"Upstream: {finding.upstream}")
    if finding.remedy:
        lines.append(f"Remedy: {finding.remedy}")
    return "%0A".join(_data(line) for line in lines)


def _data(text: str) -> str:
    """``%`` begins an escape of the runner's own; nothing scanned may add a line, which could be a command."""
    return escape(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summary(report: Report) -> str:
    summary = summarise(report)
    levels = [counted(count, level.value) for level, count in summary.by_level.items() if count]
    told = [f"{counted(summary.files, 'file')} scanned, {', '.join(levels) or 'no findings'}"]
    told += [f"{summary.skipped} skipped"] if summary.skipped else []
    return f"modelkin: {'; '.join(filter(None, [*told, _data(note(report))]))}"


def _skips(skipped: Sequence[Skipped]) -> Iterator[str]:
    """A notice at each file that could not be scanned, the first few: GitHub shows ten of a kind."""
    for each in skipped[:_MOST_SKIPPED]:
        yield f"::notice file={_property(each.path)},title=skipped::{_data(each.reason)}"
