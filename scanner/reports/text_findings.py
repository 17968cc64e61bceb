"""The findings of a report in the text format, and the line that sums a report up.

A line begins with ``path:line``, which terminals and editors make a link of, and says one finding whole, so that grep
finds it. Edit this when a finding is to be told differently in text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..results import Cells, Finding, Level, Report, SourceKind
from ..results.cells import line_words, lines_of_file
from ..support.escaping import escape
from .blocks import Block, Text, indented
from .phrases import LEVEL_STYLES, and_more, common_remedy, confidence_words, counted, file_list, further_files
from .summary import Summary

# Of one rule: a port of a library has hundreds of files that do not say they were changed.
_MOST_NOTES = 3
# Of one rule at one level, where nobody asked for more.
_MOST_USUALLY = {Level.ERROR: 5, Level.WARNING: 3, Level.NOTE: 1}

_Groups = Mapping[tuple[Level, str], Sequence[Finding]]


def first_findings(report: Report) -> Iterator[Block]:
    """The first findings of each rule that are to be answered for, and once for each rule what to do."""
    cells = report.cells()
    for (level, rule), findings in _by_rule(each for each in report.findings if each.counts).items():
        yield Text()
        shown = findings[: _MOST_USUALLY[level]]
        for finding in shown:
            yield _line(finding, cells)
        yield indented(Text(escape(_remedy(shown)), "dim"), 2)
        if more := and_more(len(findings), len(shown)):
            yield indented(Text(f"{more} of {escape(rule)} (-v)", "dim"), 2)


def _remedy(findings: Sequence[Finding]) -> str:
    """What to do about all of these, as far as that is the same for them."""
    return common_remedy(findings) or f"`modelkin explain {findings[0].rule}` says what to do, and -v of each finding."


def all_findings(report: Report) -> Iterator[Block]:
    """Every new error, warning and waived finding with all that it says; of the notes of one rule the first few."""
    cells = report.cells()
    for (level, rule), findings in _by_rule(each for each in report.findings if not each.known).items():
        yield Text()
        most = _MOST_NOTES if level is Level.NOTE else len(findings)
        counting = [each for each in findings if each.counts]
        for finding in [*counting[:most], *(each for each in findings if not each.counts)]:
            yield _line(finding, cells)
            yield from _details(finding)
        if more := and_more(len(counting), most):
            yield Text(f"{more} notes of {escape(rule)}, all of them in --format json", "dim")


def _by_rule(findings: Iterator[Finding]) -> _Groups:
    """The findings by level and rule, the most severe first."""
    groups: dict[tuple[Level, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.level, finding.rule), []).append(finding)
    return {key: groups[key] for level in Level for key in groups if key[0] is level}


def _line(finding: Finding, report_cells: Mapping[str, Cells]) -> Text:
    """Of a notebook the line of the file as stored, which an editor goes to; the cell is told in words."""
    region = finding.region
    cells = report_cells.get(region.path, ())
    line = lines_of_file(cells, region.first_line, region.last_line)[0]
    cell = f"{line_words(cells, region.first_line, region.first_line)}: " if cells else ""
    more = f" ({further})" if (further := further_files(finding)) else ""
    return Text.assemble(
        (f"{escape(region.path)}:{line}", "bold"),
        ": ",
        (finding.level.value, LEVEL_STYLES[finding.level]),
        f": {cell}{escape(finding.message)}{more}",
        (f" [{escape(finding.rule)}]", "dim"),
    )


def _details(finding: Finding) -> Iterator[Block]:
    waived = f"{finding.suppression.reason} ({finding.suppression.path})" if finding.suppression else ""
    for label, words in (
        ("files", file_list(finding)),
        ("clause", escape(finding.clause)),
        ("upstream", escape(finding.upstream)),
        ("remedy", "" if waived else escape(finding.remedy)),
        ("confidence", confidence_words(finding)),
        ("waived", escape(waived)),
    ):
        if words:
            yield indented(Text.assemble((f"{label}: ", "dim"), words), 2)


def closing_line(report: Report, summary: Summary) -> str:
    """``Found 4: 2 errors, 2 warnings in 3 files; `modelkin attribute` can write 3``."""
    levels = [counted(count, level.value) for level, count in summary.by_level.items() if count]
    if not levels:
        told = f"Found nothing to answer for in {counted(summary.files, 'file')}"
    else:
        total = f"{sum(summary.by_level.values())}: " if len(levels) > 1 else ""
        told = f"Found {total}{', '.join(levels)} in {counted(summary.concerned, 'file')}"
    skipped = f"{summary.skipped} skipped" if summary.skipped else ""
    return "; ".join(filter(None, (told, _mended(report) if levels else "", skipped)))


def _mended(report: Report) -> str:
    """How many findings `modelkin attribute` writes notices for, in a source that it can write to."""
    if report.scanned.kind not in (SourceKind.FOLDER, SourceKind.FILE, SourceKind.CHOSEN):
        return ""
    from ..fixes.refusals import written_for  # which copies it leaves alone; without findings nobody asks

    count = len(written_for(report))
    return f"`modelkin attribute` can write {count}" if count else ""
