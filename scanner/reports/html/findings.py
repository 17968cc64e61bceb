"""A report in, its findings out as a page lists them: by level, then by rule, those that need no answer last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ...api import Report
from ...findings import Finding, Level
from ...regions import Cells
from ...rulebook import finding_rule
from .files import FileView

_NEW, _KNOWN, _WAIVED = "", "known from the baseline", "waived"
# More of one rule are folded away, unless they are errors.
_MOST_OPEN = 5


class FindingView(Struct, frozen=True):
    """A finding, the file it is on where the report has that, and what it can be found by."""

    finding: Finding
    file: FileView | None
    search: str

    @property
    def cells(self) -> Cells:
        return self.file.file.cells if self.file else ()


class FindingGroup(Struct, frozen=True):
    """The findings of one ``rule``, at one level, of one ``standing``: to be answered for (empty), known or waived."""

    level: Level
    rule: str
    title: str
    help: str
    standing: str
    findings: Sequence[FindingView]
    opens: bool


def finding_groups(report: Report, files: Mapping[str, FileView]) -> list[FindingGroup]:
    """In the report's order within each."""
    grouped: dict[tuple[str, Level, str], list[FindingView]] = {}
    for finding in report.findings:
        standing = _WAIVED if finding.suppression else _KNOWN if finding.known else _NEW
        view = FindingView(finding, files.get(finding.region.path), _search(finding))
        grouped.setdefault((standing, finding.level, finding.rule), []).append(view)
    return list(_ordered(grouped))


def _ordered(grouped: Mapping[tuple[str, Level, str], Sequence[FindingView]]) -> Iterator[FindingGroup]:
    for standing in (_NEW, _KNOWN, _WAIVED):
        for level in Level:
            for (its_standing, its_level, rule), findings in grouped.items():
                if (its_standing, its_level) == (standing, level):
                    yield _group(standing, level, rule, findings)


def _group(standing: str, level: Level, rule: str, findings: Sequence[FindingView]) -> FindingGroup:
    known = finding_rule(rule)
    opens = not standing and (level is Level.ERROR or len(findings) <= _MOST_OPEN)
    title, told = (known.title, known.help.strip()) if known else ("", "")
    return FindingGroup(level, rule, title, " ".join(told.split()), standing, findings, opens)


def _search(finding: Finding) -> str:
    return f"{finding.rule} {finding.region.path} {finding.upstream} {finding.clause} {finding.message}".casefold()
