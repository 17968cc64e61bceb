"""Findings, worded: what the checks report becomes sentences by its rule's template, with level, clause and remedy.

What it means for level, confidence and words that nobody knows who was first stands here, once. Edit this when a
message needs one more fact (rulebook/loader.py lists them); which files make one finding is in finding_groups.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from ..errors import RuleError
from ..results import Confidence, Direction, Finding, FindingPlace, Level, Region, UpstreamMatch
from ..rulebook.loader import finding_rule
from ..rulebook.model import FindingRule, Obligation
from ..support.lazy import lazy_pattern

_ORDER = tuple(Level)
_MOST_QUOTED = 300
_MOST_NAMED = 4
_MOST_LINES, _FIRST_OF_MANY = 6, 3
_SURE = tuple(Confidence)
_WRITTEN = lazy_pattern(r" ?`modelkin attribute` [^.]*\.")
# What a lower level says of how sure a finding is, where nothing else is said.
_BY_LEVEL = {Level.WARNING: Confidence.MEDIUM, Level.NOTE: Confidence.LOW}


class FindingDraft(Struct, frozen=True):
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
    """Why the level is no higher, or what is only claimed: a sentence, which the finding gives as its reason."""
    confidence: Confidence | None = None
    """How sure it is; None where that follows from what lowered the level."""
    group: str = ""
    """Drafts of one rule and one group are one fact of the whole, which is answered for at the place of the first."""
    about: tuple[str, ...] = ()
    """Whose rights it is about: of one rule and upstream project, files of the same holders make one finding; where it
    names none, those of which the rule's ``message_of_many`` says the same."""

    def lowered(self, at_most: Level, doubt: str) -> FindingDraft:
        """The draft at that level at most, and why; a doubt that it had already stays."""
        doubts = dict.fromkeys(filter(None, (self.doubt, doubt)))
        return replace(self, at_most=lower(self.at_most, at_most), doubt=" ".join(doubts))


def named(upstream: UpstreamMatch) -> str:
    """The upstream file in words: project, release and path."""
    return " ".join(filter(None, (upstream.project, upstream.first_release, upstream.path)))


def source_words(upstream: UpstreamMatch) -> str:
    """The upstream file as a credit names it: project, release and its date, path, address. A file that may be older
    than the release is not from it, but from the project before that, if from there at all.
    """
    dated = f"({upstream.released})" if upstream.released else ""
    if upstream.direction is Direction.OPEN and upstream.first_release:
        dated = "or earlier"
    release = " ".join(filter(None, (upstream.project, upstream.first_release, dated)))
    return ", ".join(filter(None, (release, upstream.path, upstream.url)))


def quoted(lines: Sequence[str]) -> str:
    """Lines of a notice as a message quotes them, without their layout: all of a few, of many the first."""
    shown = lines if len(lines) <= _MOST_LINES else lines[:_FIRST_OF_MANY]
    said = "; ".join(f'"{shortened(" ".join(line.split()))}"' for line in shown)
    return f"{said} and {more} more lines" if (more := len(lines) - len(shown)) else said


def a_few(names: Collection[str]) -> str:
    """The first of many names, and how many more there are: a message is a sentence."""
    more = len(names) - _MOST_NAMED
    return ", ".join(islice(names, _MOST_NAMED)) + (f" and {more} more" if more > 0 else "")


def shortened(text: str) -> str:
    """What somebody else wrote, at a length that a message bears."""
    return text if len(text) <= _MOST_QUOTED else f"{text[:_MOST_QUOTED]}…"


def lower(one: Level, other: Level) -> Level:
    """The one that matters less."""
    return max(one, other, key=_ORDER.index)


def worded(draft: FindingDraft) -> FindingPlace:
    """What a draft says of its file alone."""
    rule, facts = rule_of(draft), _Facts(_facts(draft))
    return FindingPlace(
        region=draft.region,
        message=rule.message.format_map(facts),
        upstream=facts["upstream"],
        remedy=_with_obligation(draft, rule.remedy.format_map(facts)),
        upstream_region=draft.upstream_region,
    )


def finding_on(members: Sequence[FindingDraft], group: str) -> Finding:
    """The finding that ``members`` are: of one rule, level and confidence, in the order of their places."""
    first, rule = members[0], rule_of(members[0])
    places = tuple(worded(each) for each in members)
    is_one = bool(first.group)
    if is_one or len(members) == 1:
        facts = _Facts(_facts(first) | (_of_whole(members) if is_one else {}))
        message, remedy, upstream = rule.message, rule.remedy, places[0].upstream
    else:
        facts = _Facts(_facts_of_many(members))
        message, remedy, upstream = rule.message_of_many, rule.remedy_of_many or rule.remedy, facts["upstream"]
    return Finding(
        rule=rule.id,
        level=level_of(first),
        region=first.region,
        message=message.format_map(facts),
        upstream=upstream,
        remedy=_with_obligation(first, remedy.format_map(facts)),
        clause=facts["clause"],
        upstream_region=first.upstream_region,
        confidence=confidence_of(first),
        reason=_reason(first, len(members) > 1),
        group=group,
        places=places if len(places) > 1 else (),
        indivisible=is_one,
    )


def _with_obligation(draft: FindingDraft, remedy: str) -> str:
    """What the obligation asks for before the ``remedy``, of which a person does all where the order is open."""
    if draft.upstream and draft.upstream.direction is Direction.OPEN:
        remedy = _WRITTEN.sub("", remedy).strip()
    return " ".join(filter(None, (draft.obligation.remedy if draft.obligation else "", remedy)))


def level_of(draft: FindingDraft) -> Level:
    """The level, lowered where it is open or not known whether the upstream is the older one."""
    asked = asked_level(draft)
    if draft.upstream is None or draft.upstream.direction not in (Direction.OPEN, Direction.UNKNOWN):
        return asked
    if draft.upstream.direction is Direction.OPEN:
        return Level.NOTE
    return _ORDER[min(_ORDER.index(asked) + 1, len(_ORDER) - 1)]


def confidence_of(draft: FindingDraft) -> Confidence:
    """How sure the finding is: as the draft says, else by what lowered its level; less where the direction is open."""
    lowered = _BY_LEVEL.get(draft.at_most, Confidence.MEDIUM) if draft.doubt else Confidence.HIGH
    given = draft.confidence or lowered
    direction = draft.upstream.direction if draft.upstream else Direction.IN_ORDER
    by_order = {Direction.OPEN: Confidence.LOW, Direction.UNKNOWN: Confidence.MEDIUM}.get(direction, Confidence.HIGH)
    return max(given, by_order, key=_SURE.index)


def _reason(draft: FindingDraft, of_many: bool) -> str:
    """Why the finding is no surer: what the draft says, and what is not known of the order in time."""
    return " ".join(filter(None, (draft.doubt, _who_was_first(draft.upstream, of_many))))


def asked_level(draft: FindingDraft) -> Level:
    """The obligation's level, or else the rule's, no higher than the draft allows; as if the upstream were older."""
    return lower(draft.obligation.level if draft.obligation else rule_of(draft).level, draft.at_most)


def _who_was_first(upstream: UpstreamMatch | None, of_many: bool = False) -> str:
    """What is not known of the order of file and upstream, as a sentence; empty where it is known."""
    if upstream is None or upstream.direction not in (Direction.OPEN, Direction.UNKNOWN):
        return ""
    if upstream.direction is Direction.UNKNOWN:
        return "Which of the two is older is not known."
    if of_many:
        return "Which of the two is older is open: by their dates, these files may be older than the upstream's."
    if upstream.without and upstream.appeared:
        place = f"between {upstream.without}, which lacks it, and {upstream.appeared}, which has it"
    else:
        place = f"before {upstream.appeared or upstream.first_release}, the first known release that has the path"
    return f"Which of the two is older is open: by its date, this file falls {place}."


def _facts(draft: FindingDraft) -> dict[str, str]:
    """What the templates may name, for one file."""
    open_ = bool(_who_was_first(draft.upstream))
    like = {
        "like": "alike with" if open_ else "a copy of",
        "like_changed": "alike with" if open_ else "a changed copy of",
    }
    facts = {"path": draft.region.path, "licence": draft.licence, **like}
    if draft.upstream:
        url = draft.upstream.url
        facts |= {
            "upstream": named(draft.upstream),
            "project": draft.upstream.project,
            "project_at": " ".join(filter(None, (draft.upstream.project, url and f"({url})"))),
            "release": draft.upstream.first_release,
            "source": source_words(draft.upstream),
            "upstream_path": draft.upstream.path,
            "url": url,
            "licence": draft.licence or draft.upstream.licence or "none stated",
        }
    if draft.obligation:
        facts |= {"clause": f"{draft.licence} {draft.obligation.clause}", "asks": draft.obligation.asks}
    return facts | dict(draft.facts)


def _of_whole(members: Sequence[FindingDraft]) -> dict[str, str]:
    """What is said otherwise of one fact that several files are concerned by."""
    paths = dict.fromkeys(each.region.path for each in members)
    projects = dict.fromkeys(each.upstream.project for each in members if each.upstream)
    *others, last = projects or ("",)
    told = {"project": f"{', '.join(others)} and {last}"} if others else {}
    return told | {"path": next(iter(paths)) + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")}


def _facts_of_many(members: Sequence[FindingDraft]) -> dict[str, str]:
    """What the templates for several files may name: their project, its release where it is the same for all."""
    facts = _facts(members[0])
    # Lines of the same holders differ in years: the words of most files stand for all.
    for field in ("missing", "holders", "found"):
        told = Counter(each.facts[field] for each in members if field in each.facts)
        facts |= {field: told.most_common(1)[0][0]} if told else {}
    open_ = bool(_who_was_first(members[0].upstream))
    facts |= {
        "like": "alike with" if open_ else "copies of",
        "like_changed": "alike with" if open_ else "changed copies of",
        "path": "these files",
    }
    if not members[0].upstream:
        return facts
    upstreams = [each.upstream for each in members if each.upstream]
    files = {named(each) for each in upstreams}
    releases = {each.first_release for each in upstreams}
    project = members[0].upstream.project
    release = releases.pop() if len(releases) == 1 else ""
    whole = " ".join(filter(None, (project, release)))
    earlier = " or earlier" if release and members[0].upstream.direction is Direction.OPEN else ""
    return facts | {
        "upstream": files.pop() if len(files) == 1 else whole,
        "project_at": project,
        "release": release,
        "source": whole + earlier,
        "upstream_path": "",
        "url": "",
    }


class _Facts(dict[str, str]):
    """The facts of one finding; those that do not apply are empty."""

    def __missing__(self, key: str) -> str:
        return ""


def rule_of(draft: FindingDraft) -> FindingRule:
    """The rule that words a draft."""
    rule = finding_rule(draft.rule)
    if rule is None:
        raise RuleError(f"rules/findings/{draft.rule}.yaml: is missing; checks need it")
    return rule
