"""One fact, one finding: which files make one finding, and how one is taken apart where they are answered for singly.

Edit this when findings are to be grouped in another way. ``group`` of a finding is a promise: it stays the same from
run to run, whatever other files come and go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cache
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ..results import Confidence, Finding, FindingPlace, Level, Region
from ..support.lazy import sha256_hex
from .findings import FindingDraft, confidence_of, finding_on, level_of, rule_of

_ORDER = tuple(Level)
_DIGITS = 16

_KEY = TypeVar("_KEY", bound=Hashable)


class _Fact(Struct, frozen=True):
    """What drafts of one finding have in common."""

    identity: tuple[str, ...]
    level: Level | None
    """None for one fact of the whole, which is as grave as its gravest."""
    confidence: Confidence | None
    doubt: str
    region: Region | None
    """The place, where it is about one file only."""


def findings(drafts: Iterable[FindingDraft]) -> tuple[Finding, ...]:
    """Findings by level, path, place and rule: what matters most is read first."""
    grouped: defaultdict[_Fact, list[FindingDraft]] = defaultdict(list)
    for draft in drafts:
        grouped[_fact(draft)].append(draft)
    found = [_finding(fact, members) for fact, members in grouped.items()]
    return tuple(sorted(found, key=order))


def order(finding: Finding) -> tuple[int, str, int, str, str]:
    """By what findings are sorted."""
    region = finding.region
    return _ORDER.index(finding.level), region.path, region.first_line, finding.rule, finding.message


def _fact(draft: FindingDraft) -> _Fact:
    upstream = draft.upstream.project if draft.upstream else ""
    if draft.group:
        return _Fact((draft.rule, draft.group), None, None, "", None)
    clause = draft.obligation.clause if draft.obligation else ""
    identity = (draft.rule, upstream, draft.licence, clause, *_telling(draft))
    alone = None if rule_of(draft).message_of_many and upstream else draft.region
    return _Fact(identity, level_of(draft), confidence_of(draft), draft.doubt, alone)


def _telling(draft: FindingDraft) -> tuple[str, ...]:
    """By what drafts of one rule and upstream project differ: holders, else the facts that the rule names of many."""
    if draft.about:
        return tuple(sorted(draft.about))
    rule = rule_of(draft)
    fields = _fields(rule.message_of_many + rule.remedy_of_many) if rule.message_of_many else tuple(draft.facts)
    return tuple(draft.facts.get(field, "") for field in fields)


@cache
def _fields(template: str) -> tuple[str, ...]:
    from string import Formatter  # for findings alone

    return tuple(dict.fromkeys(field for _, field, _, _ in Formatter().parse(template) if field))


def _finding(fact: _Fact, members: list[FindingDraft]) -> Finding:
    """One place of each file, those that are as grave as the gravest: to the others the finding does not apply yet."""
    placed = sorted(members, key=lambda each: (_ORDER.index(level_of(each)), each.region.path, each.region.first_line))
    gravest = level_of(placed[0])
    of_path: dict[str, FindingDraft] = {}
    for each in placed:
        if level_of(each) is gravest:
            of_path.setdefault(each.region.path, each)
    alone = [fact.region.path] if fact.region else []
    return finding_on(tuple(of_path.values()), digest_of(*fact.identity, *alone))


def digest_of(*facts: str) -> str:
    """A short digest by which a group is known."""
    told = "\0".join(facts).encode("utf-8", "surrogatepass")
    return sha256_hex(told)[:_DIGITS]


def split(finding: Finding, key: Callable[[FindingPlace], _KEY]) -> Iterator[tuple[_KEY, Finding]]:
    """The finding in parts of which all places have the same ``key``; whole where it has one, or one fact for all.

    What a part of one file says is about that file alone.
    """
    places = finding.each_place
    if finding.indivisible or len(places) == 1:
        yield key(places[0]), finding
        return
    parts: defaultdict[_KEY, list[FindingPlace]] = defaultdict(list)
    for place in places:
        parts[key(place)].append(place)
    if len(parts) == 1:
        yield key(places[0]), finding
        return
    for value, part in parts.items():
        yield value, _part(finding, part)


def _part(finding: Finding, places: list[FindingPlace]) -> Finding:
    first = places[0]
    if len(places) > 1:
        return replace(finding, region=first.region, upstream_region=first.upstream_region, places=tuple(places))
    return replace(
        finding,
        region=first.region,
        message=first.message,
        upstream=first.upstream,
        remedy=first.remedy,
        upstream_region=first.upstream_region,
        places=(),
    )
