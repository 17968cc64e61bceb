"""The findings of a report as its page shows them: by upstream, then by duty, then by holders; and what to do next.

Edit this when findings are to be grouped in another way on the page; which files make one finding, attribution says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ...results import Cells, Finding, FindingPlace, Level, Report, Verdict
from ...rulebook.loader import finding_rule
from ..phrases import common_remedy
from .file_views import Anchors, FileView, finding_anchor

# Above these numbers, duties and sections begin folded away: the table of files is not to stand screens below.
_MOST_OPEN_FINDINGS = 4
_MOST_OPEN_SECTIONS = 4
_MOST_STEPS = 4
_MOST_SEARCHED_CHARACTERS = 1_500
# The standing of a finding.
_NEW, _KNOWN, _WAIVED = "", "known from the baseline", "waived"
_OWN = "The repository itself"


class FindingPlaceView(Struct, frozen=True):
    """One of the files of a finding, as a page shows it."""

    place: FindingPlace
    file: FileView | None
    """None where the report has no such file."""

    @property
    def cells(self) -> Cells:
        """The cells of the file, if it is a notebook."""
        return self.file.file.cells if self.file else ()


class FindingView(Struct, frozen=True):
    """A finding as a page shows it."""

    finding: Finding
    anchor: str
    places: Sequence[FindingPlaceView]
    """Its files."""
    search: str
    """The words that it can be found by."""

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """The verdicts on its files."""
        return tuple(dict.fromkeys(each.file.file.verdict for each in self.places if each.file))

    @property
    def projects(self) -> Sequence[str]:
        """The upstreams of its files."""
        return tuple(dict.fromkeys(name for each in self.places if each.file for name in each.file.projects))


class DutyGroup(Struct, frozen=True):
    """The findings of one rule and clause at one level: what is owed; one finding for each set of holders."""

    level: Level
    rule: str
    title: str
    help: str
    clause: str
    """Empty where its findings rest on none."""
    remedy: str
    """What to do about all of them, as far as that is the same for them; empty where they are waived."""
    findings: Sequence[FindingView]
    opens: bool
    """Whether the page begins with the group open."""

    @property
    def files(self) -> int:
        """How many files its findings are about."""
        return len({path for each in self.findings for path in each.finding.files})


class FindingSection(Struct, frozen=True):
    """All that is owed to one upstream, or all findings that are already answered for."""

    title: str
    anchor: str
    standing: str
    """Empty when they are to be answered for; else known from the baseline, or waived."""
    duties: Sequence[DutyGroup]
    opens: bool
    """Whether the page begins with the section open."""

    @property
    def findings(self) -> int:
        """How many findings it has."""
        return sum(len(duty.findings) for duty in self.duties)

    @property
    def levels(self) -> dict[Level, int]:
        """How many findings it has at each level, without those that it has none of."""
        counted = Counter(duty.level for duty in self.duties for _ in duty.findings)
        return {level: counted[level] for level in Level if counted[level]}

    @property
    def files(self) -> int:
        """How many files its findings are about."""
        return len({path for duty in self.duties for each in duty.findings for path in each.finding.files})


class Step(Struct, frozen=True):
    """One thing to do next."""

    level: Level
    says: str
    findings: int
    files: int
    anchor: str
    """Where the findings begin that it answers for."""


def finding_sections(report: Report, files: Mapping[str, FileView]) -> list[FindingSection]:
    """The findings by upstream, the one with the gravest first; those that are answered for come last."""
    projects = _projects(report)
    grouped: dict[tuple[str, str], list[FindingView]] = {}
    for number, finding in enumerate(report.findings, 1):
        standing = _WAIVED if finding.suppression else _KNOWN if finding.known else _NEW
        title = standing or _project(finding, projects) or _OWN
        grouped.setdefault((standing, title), []).append(_view(finding, number, files))
    ordered = sorted(grouped.items(), key=lambda each: _order(each[0][0], each[1]))
    anchors = Anchors()
    few = sum(finding.counts for finding in report.findings) <= _MOST_OPEN_FINDINGS
    return [
        _section(standing, title, views, anchors, opens=place < _MOST_OPEN_SECTIONS, few=few)
        for place, ((standing, title), views) in enumerate(ordered)
    ]


def next_steps(sections: Sequence[FindingSection]) -> tuple[Sequence[Step], int]:
    """What to do next, a step for each rule, the gravest first, and how many more there are."""
    found: dict[tuple[Level, str], list[FindingView]] = {}
    for section in sections:
        for duty in section.duties if not section.standing else ():
            found.setdefault((duty.level, duty.rule), []).extend(duty.findings)
    ordered = sorted(found.items(), key=lambda each: list(Level).index(each[0][0]))
    steps = [_step(level, rule, views) for (level, rule), views in ordered]
    return steps[:_MOST_STEPS], len(steps[_MOST_STEPS:])


def _step(level: Level, rule: str, views: Sequence[FindingView]) -> Step:
    known = finding_rule(rule)
    says = common_remedy([each.finding for each in views]) or (f"{known.title}." if known else rule)
    files = {path for each in views for path in each.finding.files}
    return Step(level, says, len(views), len(files), views[0].anchor)


def _projects(report: Report) -> Sequence[str]:
    """The names of upstreams that a finding may begin with, longest first, as one may begin another."""
    matches = [match for file in report.files for match in (*file.upstreams, *file.later, *file.alike, file.origin)]
    matches += [each.upstream for each in report.attributions]
    names = {match.project for match in matches if match}
    return sorted(names, key=len, reverse=True)


def _project(finding: Finding, projects: Sequence[str]) -> str:
    """The upstream project that a finding is about; empty where it is about none."""
    told = finding.upstream
    named = (name for name in projects if told == name or told.startswith(f"{name} "))
    return next(named, told.partition(" ")[0])


def _order(standing: str, views: Sequence[FindingView]) -> tuple[int, int, int]:
    gravest = min(list(Level).index(each.finding.level) for each in views)
    return (_NEW, _KNOWN, _WAIVED).index(standing), gravest, -sum(len(each.places) for each in views)


def _section(
    standing: str, title: str, views: Sequence[FindingView], anchors: Anchors, *, opens: bool, few: bool
) -> FindingSection:
    name = title.capitalize() if standing else title
    duties = list(_duties(views, standing, few and not standing))
    return FindingSection(name, anchors.of("owed", title), standing, duties, opens and not standing)


def _duties(views: Sequence[FindingView], standing: str, opens: bool) -> Iterator[DutyGroup]:
    grouped: dict[tuple[Level, str, str], list[FindingView]] = {}
    for view in views:
        grouped.setdefault((view.finding.level, view.finding.rule, view.finding.clause), []).append(view)
    for level in Level:
        for (its_level, rule, clause), members in grouped.items():
            if its_level is level:
                yield _duty(level, rule, clause, members, standing, opens)


def _duty(level: Level, rule: str, clause: str, views: Sequence[FindingView], standing: str, opens: bool) -> DutyGroup:
    known = finding_rule(rule)
    title, told = (known.title, known.help.strip()) if known else ("", "")
    remedy = "" if standing == _WAIVED else common_remedy([each.finding for each in views])
    return DutyGroup(level, rule, title, " ".join(told.split()), clause, remedy, views, opens)


def _view(finding: Finding, number: int, files: Mapping[str, FileView]) -> FindingView:
    places = [FindingPlaceView(each, files.get(each.region.path)) for each in finding.each_place]
    return FindingView(finding, finding_anchor(number), places, _search(finding))


def _search(finding: Finding) -> str:
    told = f"{finding.rule} {finding.upstream} {finding.clause} {finding.confidence.value} {finding.message}"
    words = " ".join([told, *(f"{each.region.path} {each.upstream}" for each in finding.each_place)])
    return words[:_MOST_SEARCHED_CHARACTERS].casefold()
