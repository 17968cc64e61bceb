"""Findings, worded: what the checks report becomes sentences by its rule's template, with level, clause and remedy.

What it means for level and words that nobody knows who was first stands here, once. Edit this when a message needs one
more fact (rulebook/loader.py lists them), or to group findings in another way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..errors import RuleError
from ..results import Direction, Finding, Level, Region, UpstreamMatch
from ..rulebook.loader import finding_rule
from ..rulebook.model import FindingRule, Obligation

_ORDER = tuple(Level)
_MOST_QUOTED = 300


class FindingDraft(NamedTuple):
    """A finding before it is worded: what ``rule`` reports about ``region``."""

    rule: str
    region: Region
    facts: Mapping[str, str] = {}
    """What the rule's templates name, by field."""
    upstream: UpstreamMatch | None = None
    upstream_region: Region | None = None
    licence: str = ""
    obligation: Obligation | None = None
    at_most: Level = Level.ERROR
    """The level is that of the obligation, or else of the rule, but no higher than this."""
    doubt: str = ""
    """One more sentence for the message: what speaks against it, or is only claimed."""
    group: str = ""
    """Drafts of one rule and one group become one finding, at the place of the first; without a group none do."""


def findings(drafts: Iterable[FindingDraft]) -> tuple[Finding, ...]:
    """Findings by level, path, place and rule: what matters most is read first."""
    grouped: defaultdict[tuple[str, str, Region | None], list[FindingDraft]] = defaultdict(list)
    for draft in drafts:
        grouped[draft.rule, draft.group, None if draft.group else draft.region].append(draft)
    found = [_finding(members) for members in grouped.values()]
    return tuple(sorted(found, key=_order))


def _order(finding: Finding) -> tuple[int, str, int, str, str]:
    region = finding.region
    return _ORDER.index(finding.level), region.path, region.first_line, finding.rule, finding.message


def named(upstream: UpstreamMatch) -> str:
    """The upstream file in words: project, release and path."""
    return " ".join(filter(None, (upstream.project, upstream.first_release, upstream.path)))


def source_words(upstream: UpstreamMatch) -> str:
    """The upstream file as a credit names it: project, release and its date, path, address."""
    dated = f"({upstream.released})" if upstream.released else ""
    release = " ".join(filter(None, (upstream.project, upstream.first_release, dated)))
    return ", ".join(filter(None, (release, upstream.path, upstream.url)))


def quoted(lines: Sequence[str]) -> str:
    """Lines of a notice as a message quotes them."""
    return "; ".join(f'"{shortened(line)}"' for line in lines)


def shortened(text: str) -> str:
    """What somebody else wrote, at a length that a message bears."""
    return text if len(text) <= _MOST_QUOTED else f"{text[:_MOST_QUOTED]}…"


def lower(one: Level, other: Level) -> Level:
    """The one that matters less."""
    return max(one, other, key=_ORDER.index)


def _finding(members: Sequence[FindingDraft]) -> Finding:
    first = min(members, key=lambda each: (_ORDER.index(level_of(each)), each.region.path, each.region.first_line))
    rule = _rule(first.rule)
    facts = _Facts(_facts(first, members))
    own = rule.remedy.format_map(facts)
    return Finding(
        rule=rule.id,
        level=level_of(first),
        region=first.region,
        message=" ".join(filter(None, (rule.message.format_map(facts), first.doubt, _who_was_first(first.upstream)))),
        upstream=facts["upstream"],
        remedy=f"{first.obligation.remedy} {own}" if first.obligation else own,
        clause=facts["clause"],
        upstream_region=first.upstream_region,
    )


def level_of(draft: FindingDraft) -> Level:
    """The level, lowered where it is open or not known whether the upstream is the older one."""
    asked = asked_level(draft)
    if draft.upstream is None or draft.upstream.direction not in (Direction.OPEN, Direction.UNKNOWN):
        return asked
    if draft.upstream.direction is Direction.OPEN:
        return Level.NOTE
    return _ORDER[min(_ORDER.index(asked) + 1, len(_ORDER) - 1)]


def asked_level(draft: FindingDraft) -> Level:
    """The obligation's level, or else the rule's, no higher than the draft allows; as if the upstream were older."""
    return lower(draft.obligation.level if draft.obligation else _rule(draft.rule).level, draft.at_most)


def _who_was_first(upstream: UpstreamMatch | None) -> str:
    """What is not known of the order of file and upstream, as a sentence; empty where it is known."""
    if upstream is None or upstream.direction not in (Direction.OPEN, Direction.UNKNOWN):
        return ""
    if upstream.direction is Direction.UNKNOWN:
        return "Which of the two is older is not known."
    if upstream.without and upstream.appeared:
        place = f"between {upstream.without}, which lacks it, and {upstream.appeared}, which has it"
    else:
        place = f"before {upstream.appeared or upstream.first_release}, the first known release that has the path"
    return f"Which of the two is older is open: by its date, this file falls {place}."


def _facts(first: FindingDraft, members: Sequence[FindingDraft]) -> dict[str, str]:
    paths = sorted({each.region.path for each in members})
    path = first.region.path + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
    open_ = bool(_who_was_first(first.upstream))
    like = {
        "like": "alike with" if open_ else "a copy of",
        "like_changed": "alike with" if open_ else "a changed copy of",
    }
    facts = {"path": path, "licence": first.licence, **like}
    if first.upstream:
        url = first.upstream.url
        facts |= {
            "upstream": named(first.upstream),
            "project": first.upstream.project,
            "project_at": " ".join(filter(None, (first.upstream.project, url and f"({url})"))),
            "release": first.upstream.first_release,
            "source": source_words(first.upstream),
            "upstream_path": first.upstream.path,
            "url": url,
            "licence": first.licence or first.upstream.licence or "none stated",
        }
    if first.obligation:
        facts |= {"clause": f"{first.licence} {first.obligation.clause}", "asks": first.obligation.asks}
    return facts | dict(first.facts)


class _Facts(dict[str, str]):
    """The facts of one finding; those that do not apply are empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _rule(identifier: str) -> FindingRule:
    rule = finding_rule(identifier)
    if rule is None:
        raise RuleError(f"rules/findings/{identifier}.yaml: is missing; checks need it")
    return rule
