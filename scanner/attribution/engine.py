"""Copies and what stands around them in, attributions and findings out: each obligation of each upstream."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ..licences.expressions import licences_owed
from ..repository.model import Declarations
from ..results import Attribution, Grade, Level
from ..rulebook.loader import licence_rule
from ..rulebook.model import LicenceRule
from .acknowledgement import card_credit_drafts, credit_drafts, grade, part_drafts
from .derivation import Case, choose
from .duties import Outcome, Owed, duty_state, header_region, outcomes, upstream_region
from .findings import Draft, findings, level_of, lower, quoted
from .model import Copy, Judged
from .repository_licence import licence_drafts, material_drafts
from .repository_view import Repository


def judge_copies(copies: Sequence[Copy], repository: Repository) -> Judged:
    """Hold each copied file against the terms of its upstream, and model cards against their base models."""
    chosen = [(copy, choose(copy, repository)) for copy in copies]
    judged = [_judge(case, repository) for _, case in chosen if case]
    drafts = [draft for each in judged for draft in each.drafts]
    drafts += [draft for copy, case in chosen for draft in part_drafts(copy, case, repository)]
    unnamed = [each.case for each in judged if each.attribution.grade is Grade.NONE and each.is_error]
    drafts += card_credit_drafts(unnamed, repository)
    drafts += material_drafts(repository)
    return Judged(tuple(each.attribution for each in judged), findings(drafts))


class _Case(NamedTuple):
    """A case, judged; ``is_error`` says that what it misses is an error."""

    case: Case
    attribution: Attribution
    drafts: tuple[Draft, ...]
    is_error: bool


def _judge(case: Case, repository: Repository) -> _Case:
    owed = licences_owed(case.upstream.licence, repository.licences_of(case.path))
    rules = tuple(rule for rule in map(licence_rule, owed) if rule)
    came = [each for rule in rules for each in outcomes(case, rule, repository)]
    given = grade(case, repository)
    drafts = tuple(_drafts(case, rules, came, repository))
    if case.is_doubtful:
        drafts = tuple(draft._replace(at_most=lower(draft.at_most, Level.WARNING)) for draft in drafts)
    levels = {level_of(draft) for draft in drafts}
    duties = tuple(duty_state(owed, outcome) for owed, outcome in came)
    attribution = Attribution(case.path, case.upstream, given, duties)
    is_error = Level.ERROR in levels
    return _Case(case, attribution, (*drafts, *credit_drafts(case, given, is_error, repository)), is_error)


def _drafts(
    case: Case, rules: Sequence[LicenceRule], came: Sequence[tuple[Owed, Outcome]], repository: Repository
) -> Iterator[Draft]:
    yield from (outcome.draft for _, outcome in came if outcome.draft)
    if case.inner:
        return
    if rules:
        yield from licence_drafts(case, rules, repository)
    else:
        yield from _unknown_licence(case)


def _unknown_licence(case: Case) -> Iterator[Draft]:
    """No rule says what is owed; copyright lines that are gone are reported all the same."""
    upstream, region = case.upstream, header_region(case)
    place = upstream_region(case)
    yield Draft("licence-unknown", region, {}, upstream, place, group=f"{upstream.project} {upstream.licence}")
    if case.missing:
        facts = {"missing": quoted(case.missing), "holders": quoted(case.missing)}
        yield Draft("holder-removed", region, facts, upstream, place, at_most=Level.WARNING)


def check(
    copies: Sequence[Copy],
    declarations: Declarations,
    own: str = "",
    whole: bool = True,
    chosen: Collection[str] | None = None,
) -> Judged:
    """Hold each copied file against the terms of the upstream it stands on.

    ``own`` is the scanned project, which owes itself nothing. ``whole`` says that ``declarations`` tell of a whole
    repository: of a single file nobody knows what stands beside it, and nothing there is said to be missing. Where
    only some paths were ``chosen``, nothing is said of other files that would be so without the copies. Raises
    RuleError.
    """
    judged = _checked(copies, declarations, own, whole)
    if chosen is None:
        return judged
    untouched = {each for each in _checked((), declarations).findings if each.region.path not in chosen}
    return replace(judged, findings=tuple(each for each in judged.findings if each not in untouched))


def _checked(copies: Sequence[Copy], declarations: Declarations, own: str = "", whole: bool = True) -> Judged:
    if not copies and not _tells_of_a_model(declarations):
        return Judged((), ())
    from .repository_view import Repository

    return judge_copies(copies, Repository(declarations, own, whole, [copy.verdict for copy in copies]))


def _tells_of_a_model(declarations: Declarations) -> bool:
    return bool(declarations.leftovers) or any(card.licence or card.base_models for card in declarations.model_cards)
