"""The findings of a report in the text format, and the line that sums a report up.

A line begins with ``path:line``, which terminals and editors make a link of, and says one finding whole, so that grep
finds it. Edit this when a finding is to be told differently in text.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from msgspec.structs import replace

from ..results import Cells, Finding, Level, Report
from ..results.cells import line_words, lines_of_file
from ..rulebook.loader import finding_rule
from ..support.escaping import escape
from .blocks import Block, Text, indented
from .console import PLAIN, Page
from .phrases import LEVEL_STYLES, and_more, common_sentences, confidence_words, counted, file_list, further_files
from .summary import Summary

# Of one rule: a port of a library has hundreds of files that do not say they were changed.
_MOST_NOTES = 3
# Of one rule at one level, where nobody asked for more.
_MOST_USUALLY = {Level.ERROR: 5, Level.WARNING: 3, Level.NOTE: 1}
# Where there are findings of more rules and levels than this, a screen has less of each: of a rule's notes a line.
_MANY_RULES = 8
_MOST_OF_MANY = {Level.ERROR: 2, Level.WARNING: 1}

_Groups = Mapping[tuple[Level, str], Sequence[Finding]]


def first_findings(report: Report, page: Page = PLAIN) -> Iterator[Block]:
    """The first findings of each rule that are to be answered for, and once for each rule what to do."""
    cells, groups = report.cells(), _by_rule(each for each in report.findings if each.counts)
    if page.is_screen and len(groups) > _MANY_RULES:
        yield from _of_many_rules(groups, cells)
        return
    said: set[tuple[str, str]] = set()
    for (level, rule), findings in groups.items():
        yield Text()
        shown = findings[: _MOST_USUALLY[level]]
        yield from (_line(finding, cells) for finding in shown)
        if (rule, remedy := _remedy(shown)) not in said:
            said.add((rule, remedy))
            yield indented(Text(escape(remedy), "dim"), 2)
        if more := and_more(len(findings), len(shown)):
            yield indented(Text(f"{more} of {escape(rule)} (-v)", "dim"), 2)


def _of_many_rules(groups: _Groups, cells: Mapping[str, Cells]) -> Iterator[Block]:
    """The first finding of each rule whole, what says the same in fewer words, and of notes how many there are."""
    by_rule: dict[str, list[tuple[Level, Sequence[Finding]]]] = {}
    for (level, rule), findings in groups.items():
        if level is not Level.NOTE:
            by_rule.setdefault(rule, []).append((level, findings))
    for levels in by_rule.values():
        yield Text()
        yield from _of_one_rule(levels, cells)
    notes = {rule: len(found) for (level, rule), found in groups.items() if level is Level.NOTE}
    yield from _counted_notes(notes, told_of=by_rule)


def _of_one_rule(levels: Sequence[tuple[Level, Sequence[Finding]]], cells: Mapping[str, Cells]) -> Iterator[Block]:
    """The first findings of a rule at each level, those of the first level first, and once what to do."""
    told: list[Finding] = []
    for level, findings in levels:
        shown = findings[: _MOST_OF_MANY[level]]
        lines = [(_same if told or number else _line)(each, cells) for number, each in enumerate(shown)]
        if more := and_more(len(findings), len(shown)):
            lines[-1].append(f" {more} (-v)", "dim")
        told += shown
        yield from lines
    yield indented(Text(escape(_remedy(told, briefly=True)), "dim"), 2)


def _counted_notes(counts: Mapping[str, int], told_of: Container[str]) -> Iterator[Block]:
    """How many notes each rule has, and what it is about, unless that is told already."""
    if not counts:
        return
    yield Text()
    yield Text.assemble((counted(sum(counts.values()), "note"), LEVEL_STYLES[Level.NOTE]), (" (-v)", "dim"))
    told = []
    for identifier, count in counts.items():
        words = f"{count} of {escape(identifier)}"
        rule = finding_rule(identifier) if identifier not in told_of else None
        if rule is None:
            told.append(words)
        else:
            yield indented(Text.assemble(words, (f": {rule.title}", "dim")), 2)
    if told:
        yield indented(Text(", ".join(told)), 2)


def _remedy(findings: Sequence[Finding], briefly: bool = False) -> str:
    """What to do about all of these, as far as that is the same for them; of a long one, ``briefly``, the first
    sentence that quotes nothing half."""
    alike = common_sentences(findings)
    if briefly:
        alike = [each for each in alike[:1] if each.count('"') % 2 == 0]
    told = f"`modelkin explain {findings[0].rule}` says what to do"
    return " ".join(alike) or (told if briefly else f"{told}; -v says it of each finding.")


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


def _same(finding: Finding, cells: Mapping[str, Cells]) -> Text:
    """The line of one that says what the one above it does, of another upstream."""
    project = finding.upstream.partition(" ")[0]
    return _line(replace(finding, message=f"the same of {project}" if project else "the same"), cells)


def _line(finding: Finding, report_cells: Mapping[str, Cells]) -> Text:
    """Of a notebook the line of the file as stored, which an editor goes to; the cell is told in words."""
    region = finding.region
    cells = report_cells.get(region.path, ())
    line = lines_of_file(cells, region.first_line, region.last_line)[0]
    cell = f"{line_words(cells, region.first_line, region.first_line)}: " if cells else ""
    more = f" ({further})" if (further := further_files(finding, finding.message)) else ""
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


def closing_lines(summary: Summary, writable: str = "", width: int = PLAIN.width) -> list[str]:
    """``Found 4: 2 errors, 2 warnings in 3 files; `modelkin attribute` can write 3 files``, on one line.

    ``writable`` is what can be written, in words. Where that has no place in ``width``, it stands above the sum, which
    is the last line in any case.
    """
    levels = [counted(count, level.value) for level, count in summary.by_level.items() if count]
    if not levels:
        told = f"Found nothing to answer for in {counted(summary.files, 'file')}"
    else:
        total = f"{sum(summary.by_level.values())}: " if len(levels) > 1 else ""
        told = f"Found {total}{', '.join(levels)} in {counted(summary.concerned, 'file')}"
    skipped = f"{summary.skipped} skipped" if summary.skipped else ""
    words = [told, writable if levels else "", skipped]
    whole = "; ".join(filter(None, words))
    if len(whole) <= width or not words.pop(1):
        return [whole]
    return [writable, "; ".join(filter(None, words))]
