"""The concise format: a line for each finding, as linters print them, for hooks, editors and grep.

Edit this when such a line is to say more, which programs may parse.
"""

from __future__ import annotations

from ..results import Cells, Finding, Report
from ..results.cells import line_words, lines_of_file
from ..support.escaping import encodable, escape, inert
from .chronology import later_note
from .observations import conclusion_lines
from .phrases import and_more, confidence_words, file_list
from .summary import note

_MOST_SKIPPED = 50


def render(report: Report) -> str:
    """``path:line: level rule message`` and the remedy below; then what was skipped, and what the scanned folder hid.

    A finding on several files is one line, at the first of them.
    Empty when there is nothing to tell. The line is one that editors can go to: of a notebook, a line of the file as
    stored; the cell is told in words.
    """
    findings = [finding for finding in report.findings if finding.counts]
    cells = report.cells()
    lines = [line for finding in findings for line in _lines(finding, cells.get(finding.region.path, ()))]
    lines += [f"{escape(each.path)}: skipped {escape(each.reason)}\n" for each in report.skipped[:_MOST_SKIPPED]]
    more = and_more(len(report.skipped), _MOST_SKIPPED)
    # An original that others hold later has nothing to answer for: alone, that is no reason to say anything.
    later = later_note(report.files) if lines else ""
    answered = [*conclusion_lines(report.conclusion)][:1] if lines else []
    told = (more and f"{more} skipped", later, note(report), *answered)
    notes = [f"modelkin: {words}\n" for words in told if words]
    return inert(encodable("".join([*lines, *notes])))


def _lines(finding: Finding, cells: Cells) -> tuple[str, ...]:
    clause = f" ({escape(finding.clause)})" if finding.clause else ""
    line = finding.region.first_line
    place = f"{escape(finding.region.path)}:{lines_of_file(cells, line, line)[0]}"
    message = f"{line_words(cells, line, line)}: {finding.message}" if cells else finding.message
    first = f"{place}: {finding.level.value} {escape(finding.rule)}{clause} {escape(message)}\n"
    below = (
        ("files", file_list(finding)),
        ("remedy", escape(finding.remedy)),
        ("confidence", confidence_words(finding)),
    )
    return (first, *(f"  {label}: {words}\n" for label, words in below if words))
