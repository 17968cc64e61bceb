"""A report as Markdown: a comment on a pull request, and short enough for one.

Edit this when the comment is to say something new; whatever was scanned must go through `text` or `code`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from ..results import COPIES, Cells, FileVerdict, Finding, Level, Observation, Region, Report, Skipped
from ..results.cells import place_words
from ..support.escaping import encodable, escape
from .chronology import chronology, later_groups, later_release
from .corpora import corpora_words
from .observations import conclusion_lines, details, kind_words
from .phrases import and_more, confidence_words, counted, file_list, further_files, name, percent, releases, uses
from .summary import in_files, notes, summarise

# GitHub takes comments of 65,536 characters; what is left out is told in the last lines.
MOST_CHARACTERS = 60_000
_MOST_RENAMES = 40
_MOST_SKIPPED = 20
_MOST_LATER = 8
_SYNTAX = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~@&:$])")
# Sites look for these in what they show, behind a backslash too, to tell people and to link other discussions.
_CALLS = re.compile(r"(?<!\w)\\@(?=\S)|\\[#!&](?=\d)|\bGH\\-(?=\d)", re.IGNORECASE)
_APART = "&#8203;"  # a space without width
_HEADINGS = {Level.ERROR: "Errors", Level.WARNING: "Warnings", Level.NOTE: "Notes"}


def render(report: Report) -> str:
    """A headline, the findings by level, the copied files with their renames folded away."""
    blocks = (
        _conclusion(report),
        _findings(report.findings, report.cells()),
        _evidence(report.evidence),
        _skips(report.skipped),
        _copies(report.files),
        _later(report.files),
    )
    return bounded(chain.from_iterable(blocks), [_headline(report)])


def bounded(blocks: Iterable[str], head: Sequence[str], ending: str = "") -> str:
    """The text of ``head``, of the blocks that there is room for, of how many there is none for, and of ``ending``."""
    kept, size, left = [*head], len(ending), 0
    for block in blocks:
        size += len(block)
        if size > MOST_CHARACTERS:
            left += 1
        else:
            kept.append(block)
    if left:
        kept.append(f"{left} more left out for length: see `modelkin scan --format text`.")
    return encodable("\n\n".join([*kept, ending] if ending else kept) + "\n")


def text(words: str) -> str:
    """``words`` as themselves: no character of them is Markdown, HTML, a link or a mention."""
    return _CALLS.sub(lambda found: f"{found[0]}{_APART}", _SYNTAX.sub(r"\\\1", escape(words)))


def code(words: str) -> str:
    """``words`` as code, between more backquotes than stand in them."""
    visible = escape(words).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", visible)), default=0))
    return f"{fence} {visible} {fence}" if "`" in visible else f"`{visible}`"


def _headline(report: Report) -> str:
    summary = summarise(report)
    levels = [counted(count, level.value) for level, count in summary.by_level.items() if count]
    waived = [f"{summary.waived} waived"] if summary.waived else []
    waived += [f"{summary.known} known from the baseline"] if summary.known else []
    copied = sum(summary.by_verdict[verdict] for verdict in COPIES)
    facts = [counted(summary.files, "file") + " scanned", f"{copied} with a known upstream", *levels, *waived]
    facts += [f"findings {about}"] if (about := in_files(summary)) else []
    facts += [f"{summary.skipped} skipped"] if summary.skipped else []
    facts += [f"{summary.unread} not read"] if summary.unread else []
    facts += [f"{summary.later} also found later"] if summary.later else []
    below = "\n\n".join(text(line) for line in (f"Against {corpora_words(report.corpus)}.", *notes(report)))
    return f"### modelkin: {', '.join(levels) or 'nothing to answer for'}\n\n{' · '.join(facts)}\n\n{below}"


def _conclusion(report: Report) -> Iterator[str]:
    yield from map(text, conclusion_lines(report.conclusion))


def _evidence(observations: Sequence[Observation]) -> Iterator[str]:
    if observations:
        yield "#### Evidence beside the code"
    for each in observations:
        told = "".join(f"\n  - {label}: {text(words)}" for label, words in details(each))
        yield f"- {kind_words(each)}, **{each.strength.value}**: {text(each.says)}{told}"


def _skips(skipped: Sequence[Skipped]) -> Iterator[str]:
    if not skipped:
        return
    yield "#### Skipped"
    lines = [f"- {code(each.path)}: {text(each.reason)}" for each in skipped[:_MOST_SKIPPED]]
    more = and_more(len(skipped), _MOST_SKIPPED)
    yield "\n".join([*lines, *([f"- {more}"] if more else [])])


def _findings(findings: Sequence[Finding], cells: Mapping[str, Cells]) -> Iterator[str]:
    for level in Level:
        of_level = [finding for finding in findings if finding.level is level and finding.counts]
        if of_level:
            yield f"#### {_HEADINGS[level]}"
        yield from (_finding(finding, _place(finding.region, cells)) for finding in of_level)
    if waived := [finding for finding in findings if finding.suppression]:
        yield "#### Waived"
        yield from (_waived(finding, _place(finding.region, cells)) for finding in waived)


def _finding(finding: Finding, place: str) -> str:
    clause = f", {text(finding.clause)}" if finding.clause else ""
    more = f" {further}" if (further := further_files(finding, finding.message)) else ""
    lines = [f"- **{code(finding.rule)}**{clause}, {place}{more}: {text(finding.message)}"]
    if finding.upstream:
        lines.append(f"  - upstream: {text(finding.upstream)}")
    if finding.remedy:
        lines.append(f"  - remedy: {text(finding.remedy)}")
    if files := file_list(finding):
        lines.append(f"  - files: {text(files)}")
    if words := confidence_words(finding):
        lines.append(f"  - confidence: {text(words)}")
    return "\n".join(lines)


def _waived(finding: Finding, place: str) -> str:
    reason = finding.suppression.reason if finding.suppression else ""
    more = f" {further}" if (further := further_files(finding)) else ""
    return f"- {code(finding.rule)}, {place}{more}: {text(reason)}"


def _place(region: Region, cells: Mapping[str, Cells]) -> str:
    return code(place_words(cells.get(region.path, ()), region.path, region.first_line))


def _copies(files: Sequence[FileVerdict]) -> Iterator[str]:
    copied = [file for file in files if file.upstreams]
    if copied:
        yield "#### Files with a known upstream"
    yield from map(_copy, copied)


def _order(file: FileVerdict) -> Iterator[tuple[str, str]]:
    """What is known of the order in time, and the files that are younger."""
    yield from chronology(file)
    for each in file.later:
        yield "also found, later, in", f"{name(each.project)} {later_release(each)} {each.path}"


def _later(files: Sequence[FileVerdict]) -> Iterator[str]:
    """The files that only younger projects hold, the first of each."""
    groups = later_groups(files)
    if groups:
        yield "#### Also found, later, in"
    for group in groups:
        lines = [f"- {text(name(group.project))}, {counted(len(group.files), 'file')}"]
        for file, upstream in group.files[:_MOST_LATER]:
            lines.append(f"  - {code(file.path)}: {text(later_release(upstream))} {code(upstream.path)}")
        more = and_more(len(group.files), _MOST_LATER)
        yield "\n".join([*lines, *([f"  - {more}"] if more else [])])


def _copy(file: FileVerdict) -> str:
    upstream = file.upstreams[0]
    release = " ".join(filter(None, (text(upstream.project), text(releases(upstream)))))
    head = f"{code(file.path)}: {file.verdict.value}, {percent(file.similarity)} in {release} {code(upstream.path)}"
    told = "".join(f"\n  - {label}: {text(words)}" for label, words in _order(file))
    if not file.renames:
        return f"- {head}{told}"
    rows = [
        f"| {rename.kind.value} | {code(name(rename.original))} | {code(name(rename.copy))} | {uses(rename)} |"
        for rename in file.renames[:_MOST_RENAMES]
    ]
    more = f"\n\n{len(file.renames) - _MOST_RENAMES} more." if len(file.renames) > _MOST_RENAMES else ""
    table = "\n".join(["| | original | copy | uses |", "|---|---|---|---|", *rows])
    title = counted(len(file.renames), "rename")
    return f"- {head}{told}\n\n<details><summary>{title}</summary>\n\n{table}{more}\n\n</details>"
