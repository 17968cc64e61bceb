"""Waivers: which findings of which place are answered for, and by what reason.

Edit this to change what a waiver fits. Comments are read in waiver_comments.py, settings in settings_file.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..errors import ModelkinError, WaiverError
from ..results import Cells, Finding, FindingPlace, Region, Suppression
from ..results.cells import place_words
from ..support.globs import matcher
from .finding_groups import digest_of, split
from .known_findings import marked

# Where each line is waived, a setting for the whole path says it better.
MOST_WAIVERS = 1_000


class Waiver(Struct, frozen=True):
    """What stands on ``line`` (1-based) of ``path`` waives the findings of ``rules`` for ``reason``.

    One in a source is about the findings whose lines it stands on.
    """

    path: str
    line: int
    rules: tuple[str, ...]
    reason: str
    glob: str = ""
    """The paths that one in a configuration is about; empty for one in a source."""
    in_header: bool = False
    """One in a source: whether it is also about findings on the whole file."""

    @property
    def in_source(self) -> bool:
        return not self.glob


class BadWaiver(Struct, frozen=True):
    """A comment on ``line`` (1-based) of ``path`` that is meant as a waiver and waives nothing, and why."""

    path: str
    line: int
    reason: str


class WaiversRead(Struct, frozen=True):
    """The waivers in the comments of some files, and the comments that fail to be one."""

    waivers: tuple[Waiver, ...] = ()
    bad: tuple[BadWaiver, ...] = ()

    def __len__(self) -> int:
        return len(self.waivers) + len(self.bad)


def joined(read: Collection[WaiversRead]) -> WaiversRead:
    """Those of several files together."""
    return WaiversRead(
        tuple(waiver for each in read for waiver in each.waivers), tuple(bad for each in read for bad in each.bad)
    )


def check_rule(rule: str, where: str = "", error: type[ModelkinError] = WaiverError) -> None:
    """Raise ``error`` when there is no such finding to waive; ``where`` names the place in the message."""
    from ..rulebook.loader import finding_rule, finding_rules  # rules are YAML, which few runs need

    if finding_rule(rule) is None:
        place = f"{where}: " if where else ""
        raise error(f"{place}there is no rule {rule!r}{suggestion(rule, [each.id for each in finding_rules()])}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """The nearest of ``known`` as the end of a message, else where to find them all."""
    from rapidfuzz import process

    nearest = process.extractOne(word.lower(), list(known), score_cutoff=60)
    return f"; did you mean {nearest[0]!r}?" if nearest else "; `modelkin rules` lists them"


def check_unrepeated(places: Iterable[tuple[Hashable, str, str]], error: type[ModelkinError] = WaiverError) -> None:
    """Raise ``error`` for two waivers of one place, given as (place, rule, where it stands): which reason holds?"""
    seen: dict[tuple[Hashable, str], str] = {}
    for place, rule, where in places:
        if first := seen.get((place, rule)):
            raise error(f"{where}: {rule} is waived for this place a second time, first at {first}; keep one")
        seen[place, rule] = where


UNUSED, BAD = "unused-waiver", "bad-waiver"

_Fit = Callable[[FindingPlace], bool]
_Fits = Mapping[str, Sequence[tuple[Waiver, _Fit]]]


def settled(
    findings: Iterable[Finding],
    waivers: Sequence[Waiver],
    known: frozenset[str],
    partial: bool = False,
    bad: Iterable[BadWaiver] = (),
    cells: Mapping[str, Cells] = {},
) -> tuple[Finding, ...]:
    """As `apply_waivers`; then those whose fingerprints a baseline has (``known``) are marked. Raises RuleError."""
    return tuple(marked(apply_waivers(findings, waivers, partial, bad, cells), known))


def apply_waivers(
    findings: Iterable[Finding],
    waivers: Sequence[Waiver],
    partial: bool = False,
    bad: Iterable[BadWaiver] = (),
    cells: Mapping[str, Cells] = {},
) -> list[Finding]:
    """``findings`` in their order, each waived one with its suppression; then one for each waiver that fits none.

    Of a finding on several files those that are waived are one of their own, for each waiver.
    A waiver in the source itself counts before one in a configuration. ``partial`` says that not all files were looked
    at: then a waiver of a configuration that fits nothing is none too many. ``bad`` are findings as well. ``cells``
    says of notebooks, by path, where their lines stand. Raises RuleError.
    """
    findings = [*findings, *(_told(BAD, each, each.reason, cells) for each in bad)]
    by_rule: dict[str, list[tuple[Waiver, _Fit]]] = {}
    for waiver in sorted(waivers, key=lambda each: not each.in_source):
        fits = _fit(waiver)
        for rule in waiver.rules:
            by_rule.setdefault(rule, []).append((waiver, fits))
    used: set[tuple[Waiver, str]] = set()
    answered = [part for finding in findings for part in _waived(finding, by_rule, used)]
    told = [each for each in waivers if each.in_source or not partial]
    unused = [(each, rule) for each in told for rule in each.rules if (each, rule) not in used]
    told_of = [_told(UNUSED, each, rule, cells) for each, rule in unused if rule != UNUSED]
    answered += [part for finding in told_of for part in _waived(finding, by_rule, used)]
    unused = [(each, rule) for each, rule in unused if rule == UNUSED and (each, rule) not in used]
    return answered + [_told(UNUSED, each, rule, cells) for each, rule in unused]


def _waived(finding: Finding, by_rule: _Fits, used: set[tuple[Waiver, str]]) -> Iterator[Finding]:
    waivers = by_rule.get(finding.rule, ())
    if not waivers:
        yield finding
        return
    for waiver, part in split(finding, lambda place: next((each for each, fits in waivers if fits(place)), None)):
        if waiver is None:
            yield part
            continue
        used.update((each, finding.rule) for each, fits in waivers if any(map(fits, part.each_place)))
        yield replace(part, suppression=Suppression(waiver.path, waiver.line, waiver.reason, waiver.in_source))


def _told(rule: str, waiver: Waiver | BadWaiver, value: str, cells: Mapping[str, Cells]) -> Finding:
    from ..rulebook.loader import finding_rule

    told = finding_rule(rule)
    assert told is not None, f"the rule {rule} is shipped"
    path, line = waiver.path, waiver.line
    message = told.message.format(path=place_words(cells.get(path, ()), path, line), value=value)
    group = digest_of(rule, path, value)
    return Finding(rule, told.level, Region(path, line, line), message, "", told.remedy, group=group)


def _fit(waiver: Waiver) -> _Fit:
    if not waiver.in_source:
        matches = matcher((waiver.glob,))
        return lambda place: matches(place.region.path)
    return lambda place: (
        place.region.path == waiver.path
        and (
            place.region.first_line <= waiver.line <= place.region.last_line
            or (waiver.in_header and place.region.first_line <= 1)
        )
    )
