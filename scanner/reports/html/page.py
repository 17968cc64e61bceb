"""The web page on a report or an audit: what its templates are filled with.

A page needs nothing else: no network, no library, not even its own script. Edit this when a page is to show something
new; how it is shown is in ``templates``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import islice

from msgspec import Struct

from ...audit.family_model import Families
from ...audit.indexed.row_queries import Choice
from ...audit.outcome import Audit
from ...audit.rows import RepositoryRow
from ...diffs.model import SideBySide
from ...results import (
    Attribution,
    Cells,
    DefinitionMatch,
    FileVerdict,
    Finding,
    FindingPlace,
    Level,
    Rename,
    Report,
    Skipped,
    State,
    UpstreamMatch,
    Verdict,
)
from ...rulebook.loader import finding_rule
from ..audits import failures, skips
from ..corpora import corpora_words
from ..family_words import date_words, first_words, holders, left_words, recurring
from ..graphs import of_audit, of_report
from ..observations import conclusion_lines, figure, rename_words
from ..summary import listed, notes, summarise
from .curves import chart
from .environment import Around, rendered
from .graph import drawing
from .tensor_map import tensor_maps

# A page stays readable: above these numbers, parts of it begin folded away, and rows or words are left out.
_MOST_OPEN_FILES = 3
_MOST_OPEN_FINDINGS = 5
_MOST_REPOSITORIES = 5_000
# What of a file can be searched for; a page holds it a second time.
_MOST_SEARCHED_CHARACTERS = 1_500
_LONGEST_ANCHOR = 120
_NOT_IN_AN_ADDRESS = re.compile(r"[^A-Za-z0-9._/-]+")
_EVIDENCE_COLUMNS = (
    "Kind",
    "Relation",
    "Strength",
    "What it says",
    "Figures",
    "Compared with",
    "What else could explain it",
)
# The standing of a finding.
_NEW, _KNOWN, _WAIVED = "", "known from the baseline", "waived"


def render(
    report: Report, sides: Mapping[str, SideBySide | Skipped] | None = None, around: Around | None = None
) -> str:
    """The page on ``report``. ``sides`` are its copied files beside their upstreams, by path; None: not asked for.
    ``around`` is what the page is one of.

    In each text of the report, invisible characters are written out first; then it is escaped for HTML, whatever the
    template does with it.
    """
    files = file_views(report)
    kinds = _kinds(files)
    return rendered(
        "page.html",
        around=around,
        report=report,
        corpora=corpora_words(report.corpus),
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
        drawing=drawing(of_report(report)),
        sides=sides,
        notes=notes(report),
        conclusion=list(conclusion_lines(report.conclusion)),
        evidence_columns=_EVIDENCE_COLUMNS,
        figure=figure,
        rename_words=rename_words,
        maps=tensor_maps(report.evidence),
        chart=chart,
        opens=len(kinds.copied) <= _MOST_OPEN_FILES,
    )


class FilesByKind(Struct, frozen=True):
    """The files by what there is to tell of them: copies, upstreams' own releases, originals of others, all others."""

    copied: Sequence[FileView]
    own: Sequence[FileView]
    later: Sequence[FileView]
    """Those that only younger projects hold."""
    independent: Sequence[FileView]


def _kinds(files: Sequence[FileView]) -> FilesByKind:
    copied = [each for each in files if each.file.upstreams]
    others = [each for each in files if not each.file.upstreams]
    own = [each for each in others if each.file.own_release]
    left = [each for each in others if not each.file.own_release]
    later = [each for each in left if each.file.later]
    return FilesByKind(copied, own, later, [each for each in left if not each.file.later])


def render_audit(audit: Audit) -> str:
    """The page on ``audit``: a row for each repository, those to look at first on top."""
    summary = audit.summary
    whole = summary.repositories - summary.failed
    return rendered(
        "audit.html",
        audit=audit,
        corpora=corpora_words(audit.header.corpus),
        version=version("modelkin"),
        summary=summary,
        verdicts=list(Verdict),
        levels=list(Level),
        rows=list(islice(_ranked(audit), _MOST_REPOSITORIES)),
        left=max(whole - _MOST_REPOSITORIES, 0),
        projects=[upstream.project for upstream in summary.upstreams],
        failed=list(failures(audit)),
        skips=list(skips(audit)),
        drawing=drawing(of_audit(audit)),
        **_families(audit.families),
        not_obeyed=listed(summary.not_obeyed),
    )


def _families(families: Families) -> dict[str, object]:
    """What the section on copies among the audited is filled with."""
    return {
        "families": families,
        "families_left": list(left_words(families)),
        "family_holders": holders,
        "first_words": first_words,
        "recurring": recurring,
        "date_words": date_words,
    }


def _ranked(audit: Audit) -> Iterator[RepositoryRow]:
    return (each.row for each in audit.indexed.ranked(Choice(failed=False)))


class DefinitionGroup(Struct, frozen=True):
    """The definitions of one verdict."""

    verdict: Verdict
    definitions: Sequence[DefinitionMatch]
    one_by_one: bool
    """Whether each has a line of its own: these differ each in its own way."""


class FileView(Struct, frozen=True):
    """A file as a page shows it."""

    file: FileVerdict
    anchor: str
    """The id of its section, which addresses may point at."""
    attribution: Attribution | None
    levels: dict[Level, int]
    """How many findings to answer for are on it, by level."""
    projects: tuple[str, ...]
    """Its upstreams."""
    search: str
    """The words that it can be found by."""
    renames: tuple[Rename, ...]
    """Those that hold in the whole file."""
    local_renames: dict[str, list[Rename]]
    """Those of locals, by function."""
    groups: tuple[DefinitionGroup, ...]
    origin: UpstreamMatch | None
    """None where the closest upstream is the origin."""

    @property
    def met(self) -> tuple[int, int]:
        """How many of the obligations that can be judged are met, and how many there are."""
        states = Counter(duty.state for duty in self.attribution.duties) if self.attribution else Counter[State]()
        return states[State.MET], states[State.MET] + states[State.MISSED]


def file_views(report: Report) -> list[FileView]:
    """The files of ``report``, in its order."""
    attributions = {each.path: each for each in report.attributions}
    levels: dict[str, Counter[Level]] = {}
    for finding in report.findings:
        for path in finding.files if finding.counts else ():
            levels.setdefault(path, Counter())[finding.level] += 1
    taken: set[str] = set()
    return [
        _file_view(file, attributions.get(file.path), levels.get(file.path, Counter()), taken) for file in report.files
    ]


def _file_view(file: FileVerdict, attribution: Attribution | None, levels: Counter[Level], taken: set[str]) -> FileView:
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
        search=_file_search(file),
        renames=tuple(rename for rename in file.renames if not rename.scope),
        local_renames=local,
        groups=tuple(_definition_groups(file.definitions)),
        origin=None if is_closest else file.origin,
    )


def _anchor(path: str, taken: set[str]) -> str:
    """The path itself where it can stand in an address; else what can of it, and a part of its digest."""
    plain = _NOT_IN_AN_ADDRESS.sub("-", path)[:_LONGEST_ANCHOR]
    anchor = f"file-{plain}"
    if plain != path or anchor in taken:
        anchor += f"-{hashlib.sha256(path.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    while anchor in taken:
        anchor += "-"
    taken.add(anchor)
    return anchor


def _file_search(file: FileVerdict) -> str:
    upstreams = [f"{each.project} {each.first_release} {each.path} {each.licence}" for each in file.upstreams]
    renames = [f"{each.original} {each.copy}" for each in file.renames]
    later = [f"later {each.project} {each.appeared} {each.path}" for each in file.later]
    facts = [file.path, file.verdict.value, file.licence, file.own_release, file.dated.date, file.direction.value]
    words = " ".join([*facts, *upstreams, *later, *renames])
    return words[:_MOST_SEARCHED_CHARACTERS].casefold()


def _definition_groups(definitions: Sequence[DefinitionMatch]) -> Iterable[DefinitionGroup]:
    for verdict in Verdict:
        group = [each for each in definitions if each.verdict is verdict]
        if group:
            yield DefinitionGroup(verdict, group, verdict in (Verdict.MODIFIED, Verdict.FRAGMENTS))


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


class FindingGroup(Struct, frozen=True):
    """The findings of one rule, at one level and of one standing; not what ``group`` of a finding means."""

    level: Level
    rule: str
    title: str
    help: str
    standing: str
    """Empty when they are to be answered for; else known from the baseline, or waived."""
    findings: Sequence[FindingView]
    opens: bool
    """Whether the page begins with the group open."""


def finding_groups(report: Report, files: Mapping[str, FileView]) -> list[FindingGroup]:
    """The findings in groups, and in each group in the order of the report."""
    grouped: dict[tuple[str, Level, str], list[FindingView]] = {}
    for finding in report.findings:
        standing = _WAIVED if finding.suppression else _KNOWN if finding.known else _NEW
        places = [FindingPlaceView(each, files.get(each.region.path)) for each in finding.each_place]
        view = FindingView(finding, places, _finding_search(finding))
        grouped.setdefault((standing, finding.level, finding.rule), []).append(view)
    return list(_by_standing(grouped))


def _by_standing(grouped: Mapping[tuple[str, Level, str], Sequence[FindingView]]) -> Iterator[FindingGroup]:
    for standing in (_NEW, _KNOWN, _WAIVED):
        for level in Level:
            for (its_standing, its_level, rule), findings in grouped.items():
                if (its_standing, its_level) == (standing, level):
                    yield _finding_group(standing, level, rule, findings)


def _finding_group(standing: str, level: Level, rule: str, findings: Sequence[FindingView]) -> FindingGroup:
    known = finding_rule(rule)
    opens = not standing and (level is Level.ERROR or len(findings) <= _MOST_OPEN_FINDINGS)
    title, told = (known.title, known.help.strip()) if known else ("", "")
    return FindingGroup(level, rule, title, " ".join(told.split()), standing, findings, opens)


def _finding_search(finding: Finding) -> str:
    told = f"{finding.rule} {finding.upstream} {finding.clause} {finding.confidence.value} {finding.message}"
    words = " ".join([told, *(f"{each.region.path} {each.upstream}" for each in finding.each_place)])
    return words[:_MOST_SEARCHED_CHARACTERS].casefold()


class ObligationRow(Struct, frozen=True):
    """An obligation, and how many copied files meet and miss it."""

    licence: str
    clause: str
    asks: str
    states: dict[State, int]
    """How many files are in each state; every state is there."""


def obligation_rows(attributions: Sequence[Attribution]) -> list[ObligationRow]:
    """Each obligation once, by licence, and of each licence in the order in which its clauses are checked."""
    counted: defaultdict[tuple[str, str, str], Counter[State]] = defaultdict(Counter)
    for attribution in attributions:
        for duty in attribution.duties:
            counted[duty.licence, duty.clause, duty.asks][duty.state] += 1
    rows = [ObligationRow(*told, {state: states[state] for state in State}) for told, states in counted.items()]
    return sorted(rows, key=lambda row: row.licence)
