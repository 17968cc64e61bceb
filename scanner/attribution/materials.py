"""A model card and configuration in, what they leave unsaid of the model they build on out."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Level
from ..licences.expressions import is_covered
from ..regions import Region
from ..rulebook import Duty, Family, LicenceRule, Obligation, Scope, licence_rule
from ..statements import Leftover, ModelCard
from .base_models import base_model_licence
from .carrying import EXACT_RULES, place_of
from .drafts import Draft, quoted, shortened
from .repository import Repository


def material_drafts(repository: Repository) -> Iterator[Draft]:
    """Findings about weights and what is shipped with them: notices that a model licence asks for, and leftovers."""
    for card in repository.statements.model_cards:
        for base_model, rule in _licences(card):
            yield from _duty_drafts(card, base_model, rule, repository)
        yield from _contradiction(card)
    for leftover in repository.statements.leftovers:
        yield from _leftover_drafts(leftover, repository)


def _licences(card: ModelCard) -> Iterator[tuple[str, LicenceRule]]:
    """The model licences that a card brings into play, each with the base model or the words that say so."""
    seen: set[str] = set()
    brought = [(base, base_model_licence(base)) for base in card.base_models]
    if card.licence:
        words = card.licence_name or card.licence.stated
        brought += [(words, licence) for licence in card.licence.licences]
    for words, licence in brought:
        rule = licence_rule(licence) if licence and licence not in seen else None
        seen.add(licence)
        if rule and rule.family is Family.MODEL:
            yield words, rule


def _duty_drafts(card: ModelCard, base_model: str, rule: LicenceRule, repository: Repository) -> Iterator[Draft]:
    for obligation in rule.obligations:
        if obligation.scope is not Scope.CODE and _missed(obligation, card, repository):
            yield Draft(
                rule=EXACT_RULES[obligation.duty],
                region=_place(card),
                facts={
                    "missing": " or ".join(quoted([each]) for each in obligation.strings),
                    "base_model": shortened(base_model),
                },
                licence=rule.id,
                obligation=obligation,
                # That a licence is stated does not tell whether these are the licensor's own materials.
                at_most=Level.WARNING,
                group=f"{card.path} {rule.id} {obligation.clause}",
            )


def _missed(obligation: Obligation, card: ModelCard, repository: Repository) -> bool:
    if obligation.duty not in EXACT_RULES:
        return False
    if obligation.duty is Duty.NAME_PREFIX:
        name = card.title.rpartition("/")[2].strip().casefold()
        return bool(name) and not any(name.startswith(each.casefold()) for each in obligation.strings)
    return not place_of(obligation.strings, repository)


def _contradiction(card: ModelCard) -> Iterator[Draft]:
    """The card names a base model, and a licence that is not the base model's."""
    if card.licence is None or not card.licence.licences:
        return
    named = f", license_name: {card.licence_name}" if card.licence_name else ""
    for base_model in card.base_models:
        licence = base_model_licence(base_model)
        if licence and not is_covered(licence, card.licence.licences):
            yield Draft(
                rule="model-card-contradicts",
                region=card.licence.region,
                facts={
                    "found": shortened(f"license: {card.licence.stated}{named}"),
                    "base_model": shortened(base_model),
                    "value": f"is under {licence}",
                },
                group=f"{card.path} {licence}",
            )


def _leftover_drafts(leftover: Leftover, repository: Repository) -> Iterator[Draft]:
    cards = repository.statements.model_cards
    named = leftover.repository or leftover.module
    facts = {"key": leftover.key, "value": leftover.value, "base_model": named, "path": leftover.region.path}
    yield Draft("leftover-reference", leftover.region, dict(facts), group=f"{leftover.region.path} {named}")
    if leftover.repository and cards and not any(_speaks_of(card, leftover.repository) for card in cards):
        card = cards[0]
        facts["path"] = card.path
        if card.base_models:
            told = f"stands in {leftover.region.path} as {leftover.key}"
            facts |= {"found": shortened(f"base_model: {', '.join(card.base_models)}"), "value": told}
        rule = "model-card-contradicts" if card.base_models else "model-card-silent"
        yield Draft(rule, _place(card), facts, group=f"{card.path} {leftover.repository}")


def _speaks_of(card: ModelCard, name: str) -> bool:
    wanted = name.rpartition("/")[2].casefold()
    return any(wanted in said.casefold() for said in (*card.base_models, card.text))


def _place(card: ModelCard) -> Region:
    return card.licence.region if card.licence else Region(card.path, 1, 1)
