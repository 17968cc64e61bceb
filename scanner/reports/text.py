"""A report as text, for a terminal or a file: headline, files with an upstream, findings, what was skipped.

Edit this when the text format is to say something new; what it says of one file is in ``text_file``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ..results import Cells, FileVerdict, Finding, Level, Report, Skipped
from ..sources.cells import line_words
from ..support.escaping import escape
from .chronology import later_groups, only_later
from .console import PLAIN, Page, bare_table, printed
from .corpora import corpora_words
from .observations import conclusion_lines, evidence_blocks
from .phrases import (
    COUNTED_AS,
    LEVEL_STYLES,
    VERDICT_STYLES,
    and_more,
    confidence_words,
    counted,
    file_list,
    further_files,
    name,
)
from .summary import Summary, in_files, notes, summarise
from .text_file import file_section, later_file, own_file

# Of one rule: a port of a library has hundreds of files that do not say they were changed.
_MOST_NOTES = 3
_MOST_SKIPPED = 20
# Of projects that hold code of the files later, and of files of one such project.
_MOST_LATER = 8


def render(report: Report, page: Page = PLAIN) -> str:
    """``report`` as text, on ``page``."""
    return printed(_blocks(report, page), page)


def _blocks(report: Report, page: Page) -> Iterator[RenderableType]:
    yield from _headline(report, summarise(report))
    yield from evidence_blocks(report.evidence)
    attributions = {attribution.path: attribution for attribution in report.attributions}
    for file in report.files:
        if file.upstreams:
            yield Text()
            yield from file_section(file, attributions.get(file.path), page)
    yield from _own_files([file for file in report.files if file.own_release and not file.upstreams])
    yield from _later_files(report.files)
    yield from _findings(report.findings, report.cells())
    yield from _skips(report.skipped)


def _headline(report: Report, summary: Summary) -> Iterator[Text]:
    yield Text(escape(report.root), "bold")
    counts = Text(f"{counted(summary.files, 'file')} scanned")
    for verdict, count in summary.by_verdict.items():
        if count:
            style = VERDICT_STYLES[verdict]
            counts.append(" · ").append(f"{count} {COUNTED_AS[verdict]}", style)
    for level, count in summary.by_level.items():
        if count:
            counts.append(" · ").append(counted(count, level.value), LEVEL_STYLES[level])
    counts.append("".join(_further_counts(summary)))
    yield counts
    yield Text(f"{corpora_words(report.corpus)} · {report.seconds:.1f} s", "dim")
    for line in notes(report):
        yield Text(line, "dim")
    yield from map(Text, conclusion_lines(report.conclusion))


def _further_counts(summary: Summary) -> Iterator[str]:
    if about := in_files(summary):
        yield f" {about}"
    told = {
        "waived": summary.waived,
        "known from the baseline": summary.known,
        "skipped": summary.skipped,
        "not read": summary.unread,
        "also found later": summary.later,
    }
    yield from (f" · {count} {words}" for words, count in told.items() if count)


def _own_files(files: Sequence[FileVerdict]) -> Iterator[RenderableType]:
    if files:
        yield Text()
        yield Text(f"{counted(len(files), 'file')} of known upstreams, as released", "bold")
    for file in files:
        yield Padding.indent(own_file(file), 2)


def _later_files(files: Sequence[FileVerdict]) -> Iterator[RenderableType]:
    """The files that only younger projects hold, the first few of each of the first projects."""
    groups = later_groups(files)
    if not groups:
        return
    yield Text()
    yield Text(f"{counted(len(only_later(files)), 'file')} also found, later, in", "bold")
    for group in groups[:_MOST_LATER]:
        yield Padding.indent(Text.assemble((name(group.project), "bold"), f", {counted(len(group.files), 'file')}"), 2)
        table = bare_table("", "")
        for file, upstream in group.files[:_MOST_LATER]:
            table.add_row(*later_file(file, upstream))
        yield Padding.indent(table, 4)
        if more := and_more(len(group.files), _MOST_LATER):
            yield Padding.indent(Text(more, "dim"), 4)
    if more := and_more(len(groups), _MOST_LATER):
        yield Padding.indent(Text(f"{more} projects, all of them in --format json", "dim"), 2)


def _findings(findings: Sequence[Finding], cells: Mapping[str, Cells]) -> Iterator[RenderableType]:
    """Every new error, warning and waived finding; of the notes of one rule the first few, and how many more."""
    if new := sum(not finding.known for finding in findings):
        yield Text()
        yield Text(counted(new, "finding"), "bold")
    notes: Counter[str] = Counter()
    for finding in findings:
        if finding.known:
            continue
        if finding.level is Level.NOTE and finding.suppression is None:
            notes[finding.rule] += 1
            if notes[finding.rule] > _MOST_NOTES:
                continue
        yield from _finding(finding, cells.get(finding.region.path, ()))
    for rule, count in notes.items():
        if more := and_more(count, _MOST_NOTES):
            yield Text(f"{more} notes of {escape(rule)}, all of them in --format json", "dim")


def _finding(finding: Finding, cells: Cells) -> Iterator[RenderableType]:
    region = finding.region
    more = f" {further}" if (further := further_files(finding)) else ""
    yield Text.assemble(
        (finding.level.value, LEVEL_STYLES[finding.level]),
        f" {escape(region.path)}, {line_words(cells, region.first_line, region.last_line)}{more}: "
        f"{escape(finding.message)}",
        (f" [{escape(finding.rule)}]", "dim"),
    )
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
            yield Padding.indent(Text.assemble((f"{label}: ", "dim"), words), 2)


def _skips(skipped: Sequence[Skipped]) -> Iterator[RenderableType]:
    if not skipped:
        return
    yield Text()
    yield Text(f"{len(skipped)} skipped", "bold")
    table = bare_table("", "")
    for skip in skipped[:_MOST_SKIPPED]:
        table.add_row(Text(escape(skip.path)), Text(escape(skip.reason), "dim"))
    yield Padding.indent(table, 2)
    if more := and_more(len(skipped), _MOST_SKIPPED):
        yield Padding.indent(Text(f"{more}, all of them in --format json", "dim"), 2)
