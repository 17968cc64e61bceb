"""A report in, what its page needs to know of each file out: its anchor, its terms, and its definitions by verdict."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from ...api import Report
from ...attribution.model import Attribution, State
from ...clones import DefinitionMatch, Rename, Verdict
from ...findings import Level
from ...verdict import FileVerdict, UpstreamMatch

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
