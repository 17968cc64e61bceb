"""Checks each copied file against the terms of its upstream, then what the repository says beside its code.

Edit this when one more thing about a copy, apart from a licence's obligations, is to be reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ..licences.expressions import licences_owed
from ..results import COPIES, Attribution, Grade, Level
from ..rulebook.loader import licence_rule
from ..rulebook.model import LicenceRule
from .acknowledgement import card_credit_drafts, credit_drafts, grade, unread_drafts
from .common_sources import common_source
from .contradictions import contradiction_drafts
from .copies import AllFiles, CheckResult, Copy
from .derivation import derivations_of
from .doubts import doubt_of, doubted, unconfirmed_drafts
from .duties import Outcome, Owed, as_recent, duty_state, header_region, holders_in, outcomes, upstream_region
from .finding_groups import findings
from .findings import FindingDraft, asked_level, lower, quoted
from .model import Derivation
from .naming import publisher_of
from .portions import adapted_drafts, in_part, portion_drafts
from .repository_licence import licence_drafts, material_drafts
from .repository_view import RepositoryView

if TYPE_CHECKING:
    from ..evidence.model_origin import ModelOrigins


# Lines of a header are the same whichever of its licences asks for them.
_OF_LINES = ("holder-removed", "holder-replaced")


class _Checked(Struct, frozen=True):
    """What the check of one derivation gave; ``is_error`` says that what is missing is an error."""

    derivation: Derivation
    attribution: Attribution
    drafts: tuple[FindingDraft, ...]
    is_error: bool


def check_copies(copies: Sequence[Copy], repository: RepositoryView, others: AllFiles = AllFiles()) -> CheckResult:
    """An attribution for each copy and whom it owes something, and the findings, those on model cards among them.

    ``others`` is what is known of all files, of those that are no copies as well.
    """
    judged = [each for copy in copies for each in copy.works or (copy,)]
    checked = [_check_one(derivation, repository) for each in judged for derivation in derivations_of(each, repository)]
    drafts = [draft for each in checked for draft in each.drafts]
    parts = _parts(copies, checked, repository)
    drafts += parts
    taken = [(each.derivation.path, each.derivation.upstream) for each in checked if not each.derivation.inner]
    taken += [(draft.region.path, draft.upstream) for draft in parts if draft.upstream]
    drafts += unread_drafts(taken, others.unread)
    if any(each.known for each in others.unread):
        from .native_files import native_drafts  # what reads native files: few sources hold any that are known

        drafts += native_drafts(others.unread)
    unnamed = [each.derivation for each in checked if each.attribution.grade is Grade.NONE and each.is_error]
    drafts += card_credit_drafts(unnamed, [each.derivation for each in checked], repository)
    drafts += unconfirmed_drafts(copies)
    drafts += material_drafts(repository)
    answered = {draft.region.path for draft in drafts if draft.rule == "combination-not-allowed"}
    drafts += contradiction_drafts(repository, others.stated, answered)
    drafts += _model_drafts(repository, others.model)
    return CheckResult(tuple(each.attribution for each in checked), findings(drafts))


def _model_drafts(repository: RepositoryView, found: ModelOrigins | None) -> list[FindingDraft]:
    if found is None or not found.origins:
        return []
    from .model_origins import origin_drafts  # what compares models: most sources hold none

    return list(origin_drafts(found, repository.declarations))


def _parts(copies: Sequence[Copy], checked: Sequence[_Checked], repository: RepositoryView) -> list[FindingDraft]:
    """On files that hold parts of an upstream, or say that they are adapted from one, and are no copies of it."""
    projects: dict[str, set[str]] = {}
    for each in checked:
        upstream, publisher = each.derivation.upstream, publisher_of(each.derivation.upstream)
        copied = (other for other in each.derivation.listed if other.verdict in COPIES and publisher)
        akin = (other.project for other in copied if publisher_of(other) == publisher)
        projects.setdefault(each.derivation.path, set()).update((upstream.project, *akin))
    parts = list(portion_drafts(copies, projects, repository))
    for draft in parts:
        if draft.upstream:
            projects.setdefault(draft.region.path, set()).add(draft.upstream.project)
    for copy in copies:
        parts += adapted_drafts(copy, projects.get(copy.verdict.path, ()), repository)
    return parts


def _check_one(derivation: Derivation, repository: RepositoryView) -> _Checked:
    licences = licences_owed(derivation.upstream.licence, repository.licences_of(derivation.path))
    rules = tuple(rule for rule in map(licence_rule, licences) if rule)
    results = [each for rule in rules for each in outcomes(derivation, rule, repository)]
    given = grade(derivation, repository)
    found = _drafts(derivation, rules, results, repository)
    drafts = tuple(doubted(draft, derivation, repository, given) for draft in found)
    is_error = any(asked_level(draft) is Level.ERROR for draft in drafts)
    duties = tuple(duty_state(owed, outcome) for owed, outcome in results)
    doubt = doubt_of(derivation, repository)
    attribution = Attribution(derivation.path, derivation.upstream, given, duties, doubt)
    # A credit for what both are from is no wrong one.
    on_credits = () if common_source(derivation) else credit_drafts(derivation, given, is_error, repository)
    drafts = (*drafts, *(doubted(draft, derivation, repository, given) for draft in on_credits))
    if derivation.copy.place:
        drafts = tuple(map(in_part, drafts))
    return _Checked(derivation, attribution, drafts, is_error)


def _drafts(
    derivation: Derivation,
    rules: Sequence[LicenceRule],
    results: Sequence[tuple[Owed, Outcome]],
    repository: RepositoryView,
) -> Iterator[FindingDraft]:
    yield from _each_once(outcome.draft for _, outcome in results if outcome.draft)
    if derivation.inner:
        return
    if rules:
        yield from licence_drafts(derivation, rules, repository)
    elif not derivation.passed_on:
        yield from _unknown_licence(derivation)


def _each_once(drafts: Iterable[FindingDraft]) -> Iterator[FindingDraft]:
    """The drafts; of lines that several licences of one file ask for one, the one that matters most."""
    held: dict[tuple[str, ...], FindingDraft] = {}
    for draft in drafts:
        key = (draft.rule, *draft.about) if draft.rule in _OF_LINES else (str(len(held)),)
        if key not in held or lower(asked_level(draft), asked_level(held[key])) is not asked_level(draft):
            held[key] = draft
    yield from held.values()


def _unknown_licence(derivation: Derivation) -> Iterator[FindingDraft]:
    """No rule says what is owed; copyright lines that are gone are reported all the same."""
    upstream, region = derivation.upstream, header_region(derivation)
    place = upstream_region(derivation)
    yield FindingDraft("licence-unknown", region, {}, upstream, place, group=f"{upstream.project} {upstream.licence}")
    if derivation.missing:
        sure = [line for line in derivation.missing if line not in upstream.recent_lines]
        facts = {"missing": quoted(sure or derivation.missing), "holders": quoted(sure or derivation.missing)}
        draft = FindingDraft(
            "holder-removed", region, facts, upstream, place, about=holders_in(sure or derivation.missing)
        )
        draft = draft.lowered(Level.WARNING, "What the upstream's licence asks for, no rule says.")
        yield draft if sure else as_recent(draft)
