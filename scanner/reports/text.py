"""Report in, text for people out: on a screen with colours and bars, piped as plain lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ..api import Report
from ..files import Skipped
from ..verdict import FileVerdict
from .escaping import escape
from .file_section import file_section, own_file
from .finding_section import finding_section
from .left_out import notes
from .page import PLAIN, Page
from .phrases import COUNTED_AS, LEVEL_STYLES, VERDICT_STYLES, and_more, counted
from .printing import bare_table, printed
from .summary import Summary, summarise

_MOST_SKIPPED = 20


def render(report: Report, page: Page = PLAIN) -> str:
    """Headline, each file with an upstream, findings, skipped files."""
    return printed(_blocks(report, page), page)


def _blocks(report: Report, page: Page) -> Iterator[RenderableType]:
    yield from _headline(report, summarise(report))
    attributions = {attribution.path: attribution for attribution in report.attributions}
    for file in report.files:
        if file.upstreams:
            yield Text()
            yield from file_section(file, attributions.get(file.path), page)
    yield from _own_files([file for file in report.files if file.own_release and not file.upstreams])
    yield from finding_section(report.findings, report.cells())
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
    if summary.waived:
        counts.append(f" · {summary.waived} waived")
    if summary.known:
        counts.append(f" · {summary.known} known from the baseline")
    if summary.skipped:
        counts.append(f" · {summary.skipped} skipped")
    yield counts
    corpus = f"corpus {escape(report.corpus.name)} {escape(report.corpus.version)}".rstrip()
    yield Text(f"{corpus if report.corpus.name else 'no corpus'} · {report.seconds:.1f} s", "dim")
    for line in notes(report):
        yield Text(line, "dim")


def _own_files(files: Sequence[FileVerdict]) -> Iterator[RenderableType]:
    if files:
        yield Text()
        yield Text(f"{counted(len(files), 'file')} of known upstreams, as released", "bold")
    for file in files:
        yield Padding.indent(own_file(file), 2)


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
