"""Findings in, the section that tells what to answer for and what to do about it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ..findings import Finding, Level
from ..regions import Cells, line_words
from .escaping import escape
from .phrases import LEVEL_STYLES, and_more, counted

# Of one rule: a port of a library has hundreds of files that do not say they were changed.
_MOST_NOTES = 3


def finding_section(findings: Sequence[Finding], cells: Mapping[str, Cells]) -> Iterator[RenderableType]:
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
    yield Text.assemble(
        (finding.level.value, LEVEL_STYLES[finding.level]),
        f" {escape(region.path)}, {line_words(cells, region.first_line, region.last_line)}: {escape(finding.message)}",
        (f" [{escape(finding.rule)}]", "dim"),
    )
    waived = f"{finding.suppression.reason} ({finding.suppression.path})" if finding.suppression else ""
    for label, words in (
        ("clause", finding.clause),
        ("upstream", finding.upstream),
        ("remedy", "" if waived else finding.remedy),
        ("waived", waived),
    ):
        if words:
            yield Padding.indent(Text.assemble((f"{label}: ", "dim"), escape(words)), 2)
