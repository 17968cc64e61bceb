"""The web page on a report or an audit: what its templates are filled with.

A page needs nothing else: no network, no library, not even its own script. Edit this when a page is to show something
new. ``file_views``, ``finding_sections`` and ``upstream_views`` say what it shows of each; how, ``templates``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import islice

from msgspec import Struct

from ...audit.family_model import Families
from ...audit.indexed.row_queries import Choice
from ...audit.outcome import Audit
from ...audit.rows import RepositoryRow
from ...diffs.model import SideBySide
from ...results import Attribution, Level, Report, Skipped, State, Verdict
from ..audits import failures, skips
from ..corpora import corpora_words
from ..family_words import date_words, first_words, holders, left_words, recurring
from ..graphs import of_audit, of_report
from ..observations import conclusion_lines, figure, rename_words
from ..summary import listed, notes, summarise
from ..text_findings import closing_lines
from .curves import chart
from .environment import Around, rendered
from .file_views import FileView, file_views
from .finding_sections import FindingSection, finding_sections, next_steps
from .graph import drawing
from .tensor_map import tensor_maps
from .upstream_views import box_links, upstream_views

# A page stays readable: above these numbers, parts of it begin folded away, or rows are left out.
_MOST_OPEN_FILES = 3
_MOST_REPOSITORIES = 5_000
_EVIDENCE_COLUMNS = (
    "Kind",
    "Relation",
    "Strength",
    "What it says",
    "Figures",
    "Compared with",
    "What else could explain it",
)


def render(
    report: Report, sides: Mapping[str, SideBySide | Skipped] | None = None, around: Around | None = None
) -> str:
    """The page on ``report``. ``sides`` are its copied files beside their upstreams, by path; None: not asked for.
    ``around`` is what the page is one of.

    In each text of the report, invisible characters are written out first; then it is escaped for HTML, whatever the
    template does with it.
    """
    files = file_views(report)
    parts = [each for each in files if each.has_part]
    sections = finding_sections(report, {each.file.path: each for each in files})
    steps, steps_left = next_steps(sections)
    summary = summarise(report)
    return rendered(
        "page.html",
        around=around,
        report=report,
        corpora=corpora_words(report.corpus),
        version=version("modelkin"),
        summary=summary,
        verdicts=list(Verdict),
        levels=list(Level),
        states=list(State),
        files=files,
        parts=parts,
        projects=list(dict.fromkeys(project for each in files for project in each.projects)),
        sections=sections,
        titles=_titles(sections),
        steps=steps,
        steps_left=steps_left,
        closing=closing_lines(summary)[-1],
        obligations=obligation_rows(report.attributions),
        **_lineage(report, files, sections),
        sides=sides,
        notes=notes(report),
        conclusion=list(conclusion_lines(report.conclusion)),
        evidence_columns=_EVIDENCE_COLUMNS,
        figure=figure,
        rename_words=rename_words,
        maps=tensor_maps(report.evidence),
        chart=chart,
        opens=sum(bool(each.file.upstreams) for each in files) <= _MOST_OPEN_FILES,
    )


def _titles(sections: Sequence[FindingSection]) -> dict[str, str]:
    """What each rule that found something is called."""
    return {duty.rule: duty.title or duty.rule for section in sections for duty in section.duties}


def _lineage(report: Report, files: Sequence[FileView], sections: Sequence[FindingSection]) -> dict[str, object]:
    """What the section on upstreams is filled with."""
    graph = of_report(report)
    upstreams = upstream_views(graph, files, sections)
    drawn = drawing(graph, box_links(graph, upstreams, "files" if files else "glance"), rest="relations")
    return {"drawing": drawn, "upstreams": upstreams}


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
        drawing=drawing(of_audit(audit), rest="relations"),
        upstreams=(),
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
