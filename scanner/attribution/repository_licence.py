"""The licence a copy is passed on under against the upstream's, and what model licences ask of cards and weights.

Edit this when a combination is reported wrongly, or when model cards and configuration tell one more thing of weights.
What may be combined is in the licences' own rule files; the licences of base models are in rules/base_models.yaml. What
the repository contradicts itself in is in ``contradictions.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..licences.expressions import is_covered, licences_stated
from ..notices.holders import holders_missing
from ..repository.model import Leftover, ModelCard
from ..results import Level, Region, Verdict
from ..rulebook.loader import licence_rule
from ..rulebook.model import Duty, Family, LicenceRule, Obligation, Scope
from .duties import EXACT_RULES, header_region, place_of, upstream_region
from .findings import FindingDraft, quoted, shortened
from .model import Derivation
from .repository_view import RepositoryView


def licence_drafts(
    derivation: Derivation, rules: Sequence[LicenceRule], repository: RepositoryView
) -> Iterator[FindingDraft]:
    """Findings on the licence that the copy is under here."""
    for rule in rules:
        yield from _relicensed(derivation, rule, repository)
    refusing = [rule for rule in rules if refuses(rule, repository.licences)]
    changed = derivation.copy.verdict.verdict is not Verdict.IDENTICAL
    refusing += [rule for rule in rules if changed and _duty(rule, Duty.NO_DERIVATIVES)]
    for rule in refusing[:1]:
        yield _combined(derivation, rule, repository)


def _relicensed(derivation: Derivation, rule: LicenceRule, repository: RepositoryView) -> Iterator[FindingDraft]:
    """The copy stands under another licence, and the upstream's terms do not go with it."""
    duty = _duty(rule, Duty.CARRY_LICENCE)
    now = licences_stated(derivation.licence) or repository.licences_of(derivation.path)
    if duty is None or not now or is_covered(rule.id, now) or _carries(derivation, rule, repository):
        return
    yield FindingDraft(
        rule="relicensed",
        region=header_region(derivation),
        facts={"whole": ", ".join(now)},
        upstream=derivation.upstream,
        upstream_region=upstream_region(derivation),
        licence=rule.id,
        obligation=duty,
    )


def _carries(derivation: Derivation, rule: LicenceRule, repository: RepositoryView) -> bool:
    """Whether the licence's text is there, and something ties it to this file: a kept line, an entry that names it."""
    if not repository.whole:
        return not derivation.licence
    if repository.text_of(rule.id) is None:
        return False
    lines = derivation.lines or derivation.upstream.licence_copyrights
    if lines and not holders_missing(lines, (*derivation.copyrights, *repository.copyrights)):
        return True
    upstream = derivation.upstream
    return repository.entry_for(upstream) is not None or repository.is_text_for(rule.id, upstream)


def _combined(derivation: Derivation, rule: LicenceRule, repository: RepositoryView) -> FindingDraft:
    ground = _duty(rule, Duty.SAME_LICENCE, Duty.NON_COMMERCIAL, Duty.NO_DERIVATIVES)
    apart = is_covered(rule.id, repository.licences_of(derivation.path))
    return FindingDraft(
        rule="combination-not-allowed",
        region=header_region(derivation),
        facts={
            "whole": ", ".join(repository.licences),
            "reason": rule.combination.reason,
            "clause": f"{rule.id} {ground.clause}" if ground else rule.id,
        },
        upstream=derivation.upstream,
        upstream_region=upstream_region(derivation),
        licence=rule.id,
        at_most=Level.WARNING if apart else Level.ERROR,
        doubt="What stands in a folder under its own licence may be a work of its own." if apart else "",
    )


def refuses(rule: LicenceRule, whole: Sequence[str]) -> bool:
    """Whether a work under every one of the licences of ``whole`` may not contain what is under ``rule``."""
    return bool(whole) and all(_refuses_one(rule, licence) for licence in whole)


def _refuses_one(rule: LicenceRule, licence: str) -> bool:
    if is_covered(rule.id, (licence,)):
        return False
    known = licence_rule(licence)
    names = {licence, known.family.value} if known else {licence}
    return not names.isdisjoint(rule.combination.not_under)


def _duty(rule: LicenceRule, *duties: Duty) -> Obligation | None:
    return next((each for each in rule.obligations if each.duty in duties), None)


def material_drafts(repository: RepositoryView) -> Iterator[FindingDraft]:
    """Findings about weights and what is shipped with them: words that a model licence asks for, and leftovers."""
    for card in repository.declarations.model_cards:
        for base_model, rule in _licences(card):
            yield from _duty_drafts(card, base_model, rule, repository)
    for leftover in repository.declarations.leftovers:
        yield from _leftover_drafts(leftover, repository)


def _licences(card: ModelCard) -> Iterator[tuple[str, LicenceRule]]:
    """The model licences that a card brings into play, each with the base model or the words that say so."""
    from ..rulebook.base_models import base_model  # the table, for cards alone

    seen: set[str] = set()
    known = ((base, base_model(base)) for base in card.base_models)
    brought = [(base, found.licence) for base, found in known if found]
    if card.licence:
        words = card.licence_name or card.licence.stated
        brought += [(words, licence) for licence in card.licence.licences]
    for words, licence in brought:
        rule = licence_rule(licence) if licence and licence not in seen else None
        seen.add(licence)
        if rule and rule.family is Family.MODEL:
            yield words, rule


def _duty_drafts(
    card: ModelCard, base_model: str, rule: LicenceRule, repository: RepositoryView
) -> Iterator[FindingDraft]:
    for obligation in rule.obligations:
        if obligation.scope is not Scope.CODE and _missed(obligation, card, repository):
            yield FindingDraft(
                rule=EXACT_RULES[obligation.duty],
                region=_place(card),
                facts={
                    "missing": " or ".join(quoted([each]) for each in obligation.strings),
                    "base_model": shortened(base_model),
                },
                licence=rule.id,
                obligation=obligation,
                at_most=Level.WARNING,
                doubt="A licence that is stated does not tell whether these are its owner's own materials.",
                group=f"{card.path} {rule.id} {obligation.clause}",
            )


def _missed(obligation: Obligation, card: ModelCard, repository: RepositoryView) -> bool:
    if obligation.duty not in EXACT_RULES:
        return False
    if obligation.duty is Duty.NAME_PREFIX:
        name = card.title.rpartition("/")[2].strip().casefold()
        return bool(name) and not any(name.startswith(each.casefold()) for each in obligation.strings)
    return not place_of(obligation.strings, repository)


def _leftover_drafts(leftover: Leftover, repository: RepositoryView) -> Iterator[FindingDraft]:
    cards = repository.declarations.model_cards
    named = leftover.repository or leftover.module
    facts = {"key": leftover.key, "value": leftover.value, "base_model": named, "path": leftover.region.path}
    yield FindingDraft("leftover-reference", leftover.region, dict(facts), group=f"{leftover.region.path} {named}")
    if leftover.repository and cards and not any(_speaks_of(card, leftover.repository) for card in cards):
        card = cards[0]
        facts["path"] = card.path
        if card.base_models:
            told = f"is in {leftover.region.path} as {leftover.key}"
            facts |= {"found": shortened(f"base_model: {', '.join(card.base_models)}"), "value": told}
        rule = "model-card-contradicts" if card.base_models else "model-card-silent"
        group = f"{card.path} {leftover.repository}"
        yield FindingDraft(rule, _place(card), facts, at_most=Level.WARNING, group=group)


def _speaks_of(card: ModelCard, name: str) -> bool:
    wanted = name.rpartition("/")[2].casefold()
    return any(wanted in said.casefold() for said in (*card.base_models, card.text))


def _place(card: ModelCard) -> Region:
    return card.licence.region if card.licence else Region(card.path, 1, 1)
