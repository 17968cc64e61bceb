"""A report as GitHub workflow commands: an annotation for each finding, at its lines in a file of the pull request.

Edit this when annotations are to say more; nothing scanned may begin a line, where it could be a command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..results import Cells, Finding, Level, Report, Skipped
from ..results.cells import lines_of_file
from ..support.escaping import encodable, escape, inert
from .chronology import later_note
from .observations import conclusion_lines
from .phrases import confidence_words, counted, file_list
from .summary import in_files, note, summarise

# GitHub shows ten notices of a step.
_MOST_SKIPPED = 10
# https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
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
    told = [_data(line) for line in lines]
    # Both come out escaped.
    told += [f"Files: {files}".replace("%", "%25")] if (files := file_list(finding)) else []
    told += [f"Confidence: {words}".replace("%", "%25")] if (words := confidence_words(finding)) else []
    return "%0A".join(told)


def _data(text: str) -> str:
    """``text`` in one line; the runner reads ``%`` as the begin of an escape."""
    return escape(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summary(report: Report) -> str:
    summary = summarise(report)
    levels = [counted(count, level.value) for level, count in summary.by_level.items() if count]
    found = " ".join(filter(None, (", ".join(levels) or "no findings", in_files(summary))))
    told = [f"{counted(summary.files, 'file')} scanned, {found}"]
    told += [f"{summary.skipped} skipped"] if summary.skipped else []
    told += [f"{summary.unread} not read"] if summary.unread else []
    told += [*conclusion_lines(report.conclusion)][:1]
    told += [later_note(report.files), note(report)]
    return f"modelkin: {'; '.join(map(_data, filter(None, told)))}"


def _skips(skipped: Sequence[Skipped]) -> Iterator[str]:
    """A notice at each of the first files that could not be scanned."""
    for each in skipped[:_MOST_SKIPPED]:
        yield f"::notice file={_property(each.path)},title=skipped::{_data(each.reason)}"
