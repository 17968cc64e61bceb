"""Attributions in, each obligation of each licence once out, with how many files meet and miss it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version

from msgspec import Struct

from ...audit.outcome import Audit, RepositoryRow
from ...diffs.model import SideBySide
from ...results import (
    Attribution,
    Cells,
    DefinitionMatch,
    FileVerdict,
    Finding,
    Level,
    Rename,
    Report,
    Skipped,
    State,
    UpstreamMatch,
    Verdict,
)
from ...rulebook.loader import finding_rule
from ..graphs import of_audit, of_report
from ..summary import listed, notes, summarise
from .environment import rendered
from .graph import drawing


class ObligationRow(Struct, frozen=True):
    """One obligation; ``states`` has every state."""

    licence: str
    clause: str
    asks: str
    states: dict[State, int]


def obligation_rows(attributions: Sequence[Attribution]) -> list[ObligationRow]:
    """By licence, and of each in the order its clauses are judged in."""
    counted: defaultdict[tuple[str, str, str], Counter[State]] = defaultdict(Counter)
    for attribution in attributions:
        for duty in attribution.duties:
            counted[duty.licence, duty.clause, duty.asks][duty.state] += 1
    rows = [ObligationRow(*told, {state: states[state] for state in State}) for told, states in counted.items()]
    return sorted(rows, key=lambda row: row.licence)


_NEW, _KNOWN, _WAIVED = "", "known from the baseline", "waived"
# More of one rule are folded away, unless they are errors.
_MOST_OPEN_FINDINGS = 5


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
        view = FindingView(finding, files.get(finding.region.path), _finding_search(finding))
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
    opens = not standing and (level is Level.ERROR or len(findings) <= _MOST_OPEN_FINDINGS)
    title, told = (known.title, known.help.strip()) if known else ("", "")
    return FindingGroup(level, rule, title, " ".join(told.split()), standing, findings, opens)


def _finding_search(finding: Finding) -> str:
    return f"{finding.rule} {finding.region.path} {finding.upstream} {finding.clause} {finding.message}".casefold()


_NOT_IN_AN_ADDRESS = re.compile(r"[^A-Za-z0-9._/-]+")
_LONGEST_ANCHOR = 120
# What of a file can be searched for; a page holds it a second time.
_MOST_SEARCHED = 1_500


class DefinitionGroup(Struct, frozen=True):
    """The definitions of one verdict; the ones that differ each in its own way are told ``one_by_one``."""

    verdict: Verdict
    definitions: Sequence[DefinitionMatch]
    one_by_one: bool


class FileView(Struct, frozen=True):
    """A file; ``levels`` counts the findings on it that count, ``search`` is what it can be found by.

    ``renames`` are those of the whole file, ``local_renames`` those of each function. ``origin`` is None where it is
    the closest upstream itself.
    """

    file: FileVerdict
    anchor: str
    attribution: Attribution | None
    levels: dict[Level, int]
    projects: tuple[str, ...]
    search: str
    renames: tuple[Rename, ...]
    local_renames: dict[str, list[Rename]]
    groups: tuple[DefinitionGroup, ...]
    origin: UpstreamMatch | None

    @property
    def met(self) -> tuple[int, int]:
        """How many of the obligations that can be judged are met, and how many there are."""
        states = Counter(duty.state for duty in self.attribution.duties) if self.attribution else Counter[State]()
        return states[State.MET], states[State.MET] + states[State.MISSED]


def file_views(report: Report) -> list[FileView]:
    """One for each file of the report, in its order."""
    attributions = {each.path: each for each in report.attributions}
    levels: dict[str, Counter[Level]] = {}
    for finding in report.findings:
        if finding.counts:
            levels.setdefault(finding.region.path, Counter())[finding.level] += 1
    taken: set[str] = set()
    return [_view(file, attributions.get(file.path), levels.get(file.path, Counter()), taken) for file in report.files]


def _view(file: FileVerdict, attribution: Attribution | None, levels: Counter[Level], taken: set[str]) -> FileView:
    local: dict[str, list[Rename]] = {}
    for rename in file.renames:
        if rename.scope:
            local.setdefault(rename.scope, []).append(rename)
    closest = file.upstreams[0] if file.upstreams else None
    is_closest = closest and file.origin and (file.origin.project, file.origin.path) == (closest.project, closest.path)
    return FileView(
        file=file,
        anchor=_anchor(file.path, taken),
        attribution=attribution,
        levels={level: levels[level] for level in Level if levels[level]},
        projects=tuple(dict.fromkeys(each.project for each in file.upstreams)),
        search=_search(file),
        renames=tuple(rename for rename in file.renames if not rename.scope),
        local_renames=local,
        groups=tuple(_groups(file.definitions)),
        origin=None if is_closest else file.origin,
    )


def _anchor(path: str, taken: set[str]) -> str:
    """The path itself where it can be typed into an address; else what is left of it, and a part of its digest."""
    plain = _NOT_IN_AN_ADDRESS.sub("-", path)[:_LONGEST_ANCHOR]
    anchor = f"file-{plain}"
    if plain != path or anchor in taken:
        anchor += f"-{hashlib.sha256(path.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    while anchor in taken:
        anchor += "-"
    taken.add(anchor)
    return anchor


def _search(file: FileVerdict) -> str:
    upstreams = [f"{each.project} {each.first_release} {each.path} {each.licence}" for each in file.upstreams]
    renames = [f"{each.original} {each.copy}" for each in file.renames]
    words = " ".join([file.path, file.verdict.value, file.licence, file.own_release, *upstreams, *renames])
    return words[:_MOST_SEARCHED].casefold()


def _groups(definitions: Sequence[DefinitionMatch]) -> Iterable[DefinitionGroup]:
    for verdict in Verdict:
        group = [each for each in definitions if each.verdict is verdict]
        if group:
            yield DefinitionGroup(verdict, group, verdict in (Verdict.MODIFIED, Verdict.FRAGMENTS))


_MOST_ROWS = 5_000


def render_audit(audit: Audit) -> str:
    """The page on ``audit``: the repositories to look at first come first, and there is a row for every one."""
    summary = audit.summary
    rows = [row for row in _ranked(audit) if not row.failed]
    skips = [(f"{row.name}: {skip.path}", skip.reason) for row in audit.rows for skip in row.skipped]
    return rendered(
        "audit.html",
        audit=audit,
        version=version("modelkin"),
        summary=summary,
        verdicts=list(Verdict),
        levels=list(Level),
        rows=rows[:_MOST_ROWS],
        left=max(len(rows) - _MOST_ROWS, 0),
        projects=[upstream.project for upstream in summary.upstreams],
        failed=[(row.name, row.failed) for row in audit.rows if row.failed],
        skips=skips,
        graph=drawing(of_audit(audit)),
        not_obeyed=listed(summary.not_obeyed),
    )


def _ranked(audit: Audit) -> Iterator[RepositoryRow]:
    rows = {row.name: row for row in audit.rows}
    for name in audit.summary.first:
        yield rows.pop(name)
    yield from rows.values()


# From here on the reader chooses what to open.
_MOST_OPEN = 3


class _Kinds(Struct, frozen=True):
    """The files by what there is to tell of them."""

    copied: Sequence[FileView]
    own: Sequence[FileView]
    independent: Sequence[FileView]


def render(report: Report, sides: Mapping[str, SideBySide | Skipped] | None = None) -> str:
    """The page on ``report``; ``sides`` are its copied files beside their upstreams, None where nobody looked for them.

    Each text of the report is made visible characters first and then escaped for HTML, whatever the template does with
    it.
    """
    files = file_views(report)
    kinds = _kinds(files)
    return rendered(
        "page.html",
        report=report,
        version=version("modelkin"),
        summary=summarise(report),
        verdicts=list(Verdict),
        levels=list(Level),
        states=list(State),
        files=files,
        kinds=kinds,
        projects=list(dict.fromkeys(project for each in files for project in each.projects)),
        groups=finding_groups(report, {each.file.path: each for each in files}),
        obligations=obligation_rows(report.attributions),
        graph=drawing(of_report(report)),
        sides=sides,
        notes=notes(report),
        opens=len(kinds.copied) <= _MOST_OPEN,
    )


def _kinds(files: Sequence[FileView]) -> _Kinds:
    copied = [each for each in files if each.file.upstreams]
    others = [each for each in files if not each.file.upstreams]
    own = [each for each in others if each.file.own_release]
    return _Kinds(copied, own, [each for each in others if not each.file.own_release])
