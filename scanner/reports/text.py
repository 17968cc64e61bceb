"""A report as text, for a terminal or a file: the answer, what to act on, what it is about; the last line sums up.

Edit this when the text is to say something new. Findings are in ``text_findings``; of copied files all that is told is
in ``text_file``, and the lines for readers who asked for no more in ``text_copies``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..results import FileVerdict, Report, Skipped
from ..support.escaping import escape
from .blocks import Block, Text, indented
from .chronology import later_groups, later_note, only_later
from .console import PLAIN, Detail, Page, bare_table, printed
from .corpora import corpora_words
from .observations import conclusion_lines, evidence_blocks, telling
from .phrases import COUNTED_AS, VERDICT_STYLES, and_more, counted, name
from .summary import Summary, notes, summarise
from .text_copies import copies, statistics
from .text_file import file_section, later_file, own_file
from .text_findings import all_findings, closing_lines, first_findings

_MOST_SKIPPED, _MOST_SKIPPED_USUALLY = 20, 5
# Of projects that hold code of the files later, and of files of one such project.
_MOST_LATER = 8


def render(report: Report, page: Page = PLAIN) -> str:
    """``report`` as text, on ``page``. The last line sums it up."""
    return printed(_blocks(report, page), page)


def _blocks(report: Report, page: Page) -> Iterator[Block]:
    summary = summarise(report)
    *above, last = closing_lines(summary, page.writable, page.width)
    if page.detail is not Detail.CLOSING:
        yield from _answer(report, summary)
        yield from _PARTS[page.detail](report, page)
        yield Text()
        yield from _about(report, page)
        yield from (Text(line, "dim") for line in above)
    yield Text(last, "bold")


def _answer(report: Report, summary: Summary) -> Iterator[Text]:
    """What was scanned, what it is from, and how many files are what."""
    yield Text(escape(report.root), "bold")
    yield from map(Text, conclusion_lines(report.conclusion))
    counts = Text(f"{counted(summary.files, 'file')} scanned")
    for verdict, count in summary.by_verdict.items():
        if count:
            counts.append(" · ").append(f"{count} {COUNTED_AS[verdict]}", VERDICT_STYLES[verdict])
    yield counts.append("".join(_further_counts(summary)))


def _further_counts(summary: Summary) -> Iterator[str]:
    told = {
        "waived": summary.waived,
        "known from the baseline": summary.known,
        "skipped": summary.skipped,
        "not read": summary.unread,
        "also found later": summary.later,
    }
    yield from (f" · {count} {words}" for words, count in told.items() if count)


def _about(report: Report, page: Page) -> Iterator[Text]:
    """What the answer rests on; on a screen a digest that would make one more line is left to -v."""
    corpora, took = corpora_words(report.corpus), f" · {report.seconds:.1f} s"
    if page.detail is not Detail.FULL and len(corpora + took) > page.width:
        corpora = corpora_words(report.corpus, digests=False)
    yield Text(corpora + took, "dim")
    for line in notes(report):
        yield Text(line, "dim")


def _counts(report: Report, _page: Page) -> Iterator[Block]:
    yield from statistics(report)


def _usual(report: Report, page: Page) -> Iterator[Block]:
    """What one screen holds, mostly: nothing is put into words that is not shown."""
    yield from evidence_blocks(telling(report.evidence))
    yield from first_findings(report, page)
    yield from copies(report, page)
    if own := sum(1 for file in report.files if file.own_release and not file.upstreams):
        yield Text()
        yield Text(f"{counted(own, 'file')} of known upstreams, as released (-v)")
    if later := later_note(report.files):
        yield Text()
        yield Text(f"{later} (-v)")
    yield from _skips(report.skipped, _MOST_SKIPPED_USUALLY, "(-v)")


def _full(report: Report, page: Page) -> Iterator[Block]:
    yield from evidence_blocks(report.evidence)
    yield from all_findings(report)
    attributions = {attribution.path: attribution for attribution in report.attributions}
    for file in report.files:
        if file.upstreams:
            yield Text()
            yield from file_section(file, attributions.get(file.path), page)
    yield from _own_files([file for file in report.files if file.own_release and not file.upstreams])
    yield from _later_files(report.files)
    yield from _skips(report.skipped, _MOST_SKIPPED, "in --format json")


_PARTS = {Detail.COUNTS: _counts, Detail.USUAL: _usual, Detail.FULL: _full}


def _own_files(files: Sequence[FileVerdict]) -> Iterator[Block]:
    if files:
        yield Text()
        yield Text(f"{counted(len(files), 'file')} of known upstreams, as released", "bold")
    for file in files:
        yield indented(own_file(file), 2)


def _later_files(files: Sequence[FileVerdict]) -> Iterator[Block]:
    """The files that only younger projects hold, the first few of each of the first projects."""
    groups = later_groups(files)
    if not groups:
        return
    yield Text()
    yield Text(f"{counted(len(only_later(files)), 'file')} also found, later, in", "bold")
    for group in groups[:_MOST_LATER]:
        yield indented(Text.assemble((name(group.project), "bold"), f", {counted(len(group.files), 'file')}"), 2)
        table = bare_table("", "")
        for file, upstream in group.files[:_MOST_LATER]:
            table.add_row(*later_file(file, upstream))
        yield indented(table, 4)
        if more := and_more(len(group.files), _MOST_LATER):
            yield indented(Text(more, "dim"), 4)
    if more := and_more(len(groups), _MOST_LATER):
        yield indented(Text(f"{more} projects, all of them in --format json", "dim"), 2)


def _skips(skipped: Sequence[Skipped], most: int, where: str) -> Iterator[Block]:
    if not skipped:
        return
    yield Text()
    yield Text(f"{len(skipped)} skipped", "bold")
    table = bare_table("", "")
    for skip in skipped[:most]:
        table.add_row(Text(escape(skip.path)), Text(escape(skip.reason), "dim"))
    yield indented(table, 2)
    if more := and_more(len(skipped), most):
        yield indented(Text(f"{more} {where}", "dim"), 2)
