"""The files of a report as its page shows them: in which order, under which anchors, and what leads to each.

Edit this when the page is to say one more thing of a file; how it looks is in ``templates/files.html`` and
``templates/file.html``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from ...results import (
    Attribution,
    DefinitionMatch,
    FileVerdict,
    Grade,
    Level,
    Rename,
    Report,
    State,
    UpstreamMatch,
    Verdict,
)

# What of a file can be searched for; a page holds it a second time.
_MOST_SEARCHED_CHARACTERS = 1_500
_LONGEST_ANCHOR = 120
_NOT_IN_AN_ADDRESS = re.compile(r"[^A-Za-z0-9._/-]+")


class Anchors:
    """Ids for parts of a page, each given once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, kind: str, name: str) -> str:
        """The name itself where it can stand in an address; else what can of it, and a part of its digest."""
        plain = _NOT_IN_AN_ADDRESS.sub("-", name)[:_LONGEST_ANCHOR]
        anchor = f"{kind}-{plain}"
        if plain != name or anchor in self._taken:
            anchor += f"-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        while anchor in self._taken:
            anchor += "-"
        self._taken.add(anchor)
        return anchor


class FindingLink(Struct, frozen=True):
    """A finding on a file, as its part of the page leads to it."""

    anchor: str
    level: Level
    rule: str
    counts: bool


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
    """The id of its own part of the page, or of its row where the row says all."""
    row: str
    """The id of its row in the table of files."""
    attribution: Attribution | None
    findings: tuple[FindingLink, ...]
    """What is found in it, as the report orders it."""
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
    def has_part(self) -> bool:
        """Whether there is more to tell than its row has."""
        return bool(self.file.upstreams or self.file.later)

    @property
    def met(self) -> tuple[int, int]:
        """How many of the obligations that can be judged are met, and how many there are."""
        states = Counter(duty.state for duty in self.attribution.duties) if self.attribution else Counter[State]()
        return states[State.MET], states[State.MET] + states[State.MISSED]

    @property
    def gravity(self) -> int:
        """More for a graver level, and among equals for more findings; 0 without any."""
        gravest = min((list(Level).index(level) for level in self.levels), default=len(Level))
        return (len(Level) - gravest) * 1_000 + min(sum(self.levels.values()), 999) if self.levels else 0

    @property
    def closeness(self) -> int:
        """More for a closer verdict."""
        return len(Verdict) - list(Verdict).index(self.file.verdict)

    @property
    def credit(self) -> int:
        """More for less credit to the upstream; 0 where none is due."""
        return 1 + list(Grade).index(self.attribution.grade) if self.attribution else 0


def file_views(report: Report) -> list[FileView]:
    """The files of ``report``, worst first: by their findings, then the closest and largest copies.

    The order is the one in which the table opens. Own releases of known upstreams come after the copies.
    """
    attributions = {each.path: each for each in report.attributions}
    findings = _findings(report)
    anchors = Anchors()
    views = [
        _file_view(file, attributions.get(file.path), findings.get(file.path, []), anchors) for file in report.files
    ]
    return sorted(views, key=_worst_first)


def _worst_first(view: FileView) -> tuple[object, ...]:
    file = view.file
    told = bool(file.upstreams) and not file.own_release, bool(file.own_release), bool(file.later)
    return -view.gravity, told.index(True) if any(told) else len(told), -view.closeness, -file.similarity, file.path


def _findings(report: Report) -> dict[str, list[FindingLink]]:
    """The findings on each path; each has the number by which its part of the page is known."""
    found: dict[str, list[FindingLink]] = {}
    for number, finding in enumerate(report.findings, 1):
        link = FindingLink(finding_anchor(number), finding.level, finding.rule, finding.counts)
        for path in finding.files:
            found.setdefault(path, []).append(link)
    return found


def finding_anchor(number: int) -> str:
    """The id of the part on a finding, by its number (from 1) in the report."""
    return f"finding-{number}"


def _file_view(
    file: FileVerdict, attribution: Attribution | None, findings: Sequence[FindingLink], anchors: Anchors
) -> FileView:
    local: dict[str, list[Rename]] = {}
    for rename in file.renames:
        if rename.scope:
            local.setdefault(rename.scope, []).append(rename)
    closest = file.upstreams[0] if file.upstreams else None
    is_closest = closest and file.origin and (file.origin.project, file.origin.path) == (closest.project, closest.path)
    levels = Counter(each.level for each in findings if each.counts)
    anchor = anchors.of("file", file.path)
    return FileView(
        file=file,
        anchor=anchor,
        row=anchors.of("row", file.path) if file.upstreams or file.later else anchor,
        attribution=attribution,
        findings=tuple(findings),
        levels={level: levels[level] for level in Level if levels[level]},
        projects=tuple(dict.fromkeys(each.project for each in file.upstreams)),
        search=_search(file),
        renames=tuple(rename for rename in file.renames if not rename.scope),
        local_renames=local,
        groups=tuple(_definition_groups(file.definitions)),
        origin=None if is_closest else file.origin,
    )


def _search(file: FileVerdict) -> str:
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
