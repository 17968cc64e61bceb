"""What a repository says of its licence in one place and contradicts in another: file headers, metadata, model cards.

Edit this when two terms that go together are said to contradict each other, or the level does not fit. Which places say
what, and whether it is the same, is for ``repository/disagreements.py``. Terms of which one forbids what the other
allows are an error, two that a reader can meet at once a warning, near twins a note.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product

from ..licences.expressions import is_covered, licences_owed, licences_stated
from ..repository.disagreements import (
    Disagreement,
    disagreeing_cards,
    disagreeing_metadata,
    disagreeing_parts,
    disagreeing_readmes,
)
from ..repository.lookup import agree
from ..repository.model import ModelCard
from ..results import Level, Region
from ..rulebook.loader import licence_rule
from ..rulebook.model import Duty, Family, LicenceRule
from ..support.lazy import lazy_pattern
from .copies import StatedLicence
from .findings import FindingDraft, shortened
from .repository_licence import refuses
from .repository_view import RepositoryView

_ORDER = tuple(Level)
_OPEN = frozenset((Family.PUBLIC_DOMAIN, Family.PERMISSIVE))
_COPYLEFT = frozenset((Family.WEAK_COPYLEFT, Family.COPYLEFT, Family.NETWORK_COPYLEFT))
_LIMITED = frozenset((Family.NON_COMMERCIAL, Family.RESTRICTED, Family.MODEL))
_NO_COMMERCE = frozenset((Family.NON_COMMERCIAL, Family.RESTRICTED))
_GROUPS = (_OPEN, _COPYLEFT, _LIMITED)
# What an id that ends with a hyphen means by itself.
_LOOSE = {
    "AGPL-": Family.NETWORK_COPYLEFT,
    "LGPL-": Family.WEAK_COPYLEFT,
    "GPL-": Family.COPYLEFT,
    "BSD-": Family.PERMISSIVE,
    "OpenRAIL-": Family.MODEL,
}
_OF_A_PART = "They speak of a folder alone, which may have come from elsewhere as it is."
_NO_LIMITS = "Its terms limit use, and those of the whole do not."
_EXCEPTION = lazy_pattern(r"\swith\s", re.IGNORECASE)
_WEIGHTS = lazy_pattern(r"\b(?:weights?|checkpoints?|parameters|pre-?trained models?|models?)\b", re.IGNORECASE)
_CODE = lazy_pattern(r"\b(?:code|repository|repo|software|scripts?)\b", re.IGNORECASE)
_A_CODE, _A_MODEL = r"\b(?:code|software)\b", r"\b(?:weights?|models?|checkpoints?)\b"
_AND = r"(?:,|&|\band\b|\bas well as\b)"
_BOTH = lazy_pattern(
    rf"{_A_CODE}[^.\n]{{0,20}}{_AND}[^.\n]{{0,40}}{_A_MODEL}|{_A_MODEL}[^.\n]{{0,20}}{_AND}[^.\n]{{0,30}}{_A_CODE}",
    re.IGNORECASE,
)
_LICENCE = lazy_pattern(r"licen[cs]e", re.IGNORECASE)
_NUMBER = lazy_pattern(r"[- ]v?\d[\d.]*\Z")
_PARAGRAPH_END = lazy_pattern(r"\n[ \t]*\n")
# Of a README; the licence is said near the beginning or the end.
_MOST_PARAGRAPHS = 2_000
_LONGEST_PARAGRAPH = 4_000


def contradiction_drafts(
    repository: RepositoryView, stated: Iterable[StatedLicence], answered: Collection[str]
) -> Iterator[FindingDraft]:
    """All contradictions of one repository; ``stated`` is what its files say of themselves.

    The files at the paths ``answered`` are copies of which a finding says already that the two do not go together.
    """
    yield from _header_drafts(repository, stated, answered)
    for found in disagreeing_metadata(repository.declarations):
        yield from _draft("metadata-contradicts", found, level_between(found.licences, _texts(found)))
    for found in disagreeing_parts(repository.declarations):
        for draft in _draft("metadata-contradicts", found, level_between(found.licences, _texts(found))):
            yield draft.lowered(Level.NOTE, _OF_A_PART)
    for found in disagreeing_readmes(repository.declarations):
        for draft in _draft("metadata-contradicts", found, level_between(found.licences, _texts(found))):
            yield draft.lowered(Level.WARNING, "A README may be older than the licence file, or speak of a part.")
    yield from _card_drafts(repository)
    for card in repository.declarations.model_cards:
        yield from _base_drafts(card)


# The header of a file against what the repository is under.


def _header_drafts(
    repository: RepositoryView, stated: Iterable[StatedLicence], answered: Collection[str]
) -> Iterator[FindingDraft]:
    for each in stated:
        if each.path in answered or _EXCEPTION.search(each.licence):
            continue
        whole = repository.licences_of(each.path)
        for rule in _refused(each.licence, whole)[:1]:
            if not _declared_apart(repository, each.path, rule.id):
                yield _header_draft(repository, each, rule, whole)


def _refused(expression: str, whole: Sequence[str]) -> list[LicenceRule]:
    """The licences of ``expression`` whose terms a work under ``whole`` cannot meet; a choice is met by any of it."""
    rules = {licence: licence_rule(licence) for licence in licences_stated(expression)}
    found = {licence: rule for licence, rule in rules.items() if rule}
    refused = {each: rule for each, rule in found.items() if refuses(rule, whole) or _limits_use(rule, whole)}
    owed = licences_owed(expression, [*whole, *(each for each in rules if each not in refused)])
    return [refused[licence] for licence in owed if licence in refused]


def _limits_use(rule: LicenceRule, whole: Sequence[str]) -> bool:
    """Whether a model's licence sets limits that the whole has none of, and does not say what it goes with."""
    if rule.family is not Family.MODEL or Family.PERMISSIVE.value in rule.combination.under:
        return False
    families = [known.family if (known := licence_rule(each)) else None for each in whole]
    return bool(families) and _OPEN.issuperset(families)


def _declared_apart(repository: RepositoryView, path: str, licence: str) -> bool:
    """Whether REUSE says of this very file what its header does."""
    return any(is_covered(licence, licences_stated(each.licence)) for each in repository.sidecars(path))


def _header_draft(
    repository: RepositoryView, stated: StatedLicence, rule: LicenceRule, whole: Sequence[str]
) -> FindingDraft:
    ground = next((each for each in rule.obligations if each.duty in (Duty.SAME_LICENCE, Duty.NON_COMMERCIAL)), None)
    carried = repository.text_of(rule.id)
    return FindingDraft(
        rule="file-licence-contradicts",
        region=Region(stated.path, 1, max(stated.last_line, 1)),
        facts={
            "whole": ", ".join(whole),
            "reason": rule.combination.reason if refuses(rule, whole) else _NO_LIMITS,
            "found": shortened(stated.licence),
            "clause": f"{rule.id} {ground.clause}" if ground else rule.id,
        },
        licence=rule.id,
        at_most=_header_level(rule, whole, carried is not None),
        doubt=f"The text of {rule.id} is in {carried.path}." if carried else "",
        group=f"{rule.id} {', '.join(whole)}",
    )


def _header_level(rule: LicenceRule, whole: Sequence[str], is_carried: bool) -> Level:
    """An error, unless the repository carries the terms: then what it is may be a work of several.

    Whether a text of the GPL allows later versions it does not say itself.
    """
    if is_carried or rule.family in _OPEN:
        return Level.NOTE
    if not refuses(rule, whole):
        return Level.WARNING
    families = [known.family for each in whole if (known := licence_rule(each))]
    is_of_one_kind = rule.family in _COPYLEFT and not _COPYLEFT.isdisjoint(families)
    is_limited_too = rule.family in _LIMITED and not _LIMITED.isdisjoint(families)
    return Level.WARNING if is_of_one_kind or is_limited_too else Level.ERROR


# LICENSE against metadata and the model card.


def _card_drafts(repository: RepositoryView) -> Iterator[FindingDraft]:
    cards = {card.path: card for card in repository.declarations.model_cards}
    is_package = any(not each.region.path.endswith(".json") for each in repository.declarations.declared_licences)
    for found in disagreeing_cards(repository.declarations):
        card = cards.get(found.declared.region.path)
        if card is None or _told_apart(card, found):
            continue
        level = level_between(found.licences, _texts(found))
        # Of a package, LICENSE may be of the code alone, and the card of the weights.
        lowered = Level.WARNING if level is Level.ERROR and is_package else level
        yield from _draft("card-licence-contradicts", found, lowered)


def _draft(rule: str, found: Disagreement, level: Level | None) -> Iterator[FindingDraft]:
    if level is None:
        return
    names = [each.path for each in found.files]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    yield FindingDraft(
        rule=rule,
        region=found.declared.region,
        facts={
            "found": shortened(found.declared.stated),
            "value": f"{names[0]}{more}",
            "whole": ", ".join(dict.fromkeys(_texts(found))),
        },
        licence=", ".join(each.removesuffix("-") for each in found.licences),
        at_most=level,
    )


def _texts(found: Disagreement) -> list[str]:
    return [licence for each in found.files for licence in each.licences]


def level_between(stated: Iterable[str], texts: Iterable[str]) -> Level | None:
    """How much it matters that licences are ``stated`` and others there, by the two nearest; None where not known."""
    levels = [_level_of_two(*pair) for pair in product(stated, texts)]
    known = [each for each in levels if each is not None]
    return max(known, key=_ORDER.index) if known and len(known) == len(levels) else None


def _level_of_two(one: str, other: str) -> Level | None:
    families = (_family(one), _family(other))
    if None in families:
        return None
    if not any(group.issuperset(families) for group in _GROUPS):
        return Level.ERROR
    return Level.NOTE if families[0] in _OPEN and _stem(one) == _stem(other) else Level.WARNING


def _family(licence: str) -> Family | None:
    rule = None if licence.endswith("-") else licence_rule(licence)
    return rule.family if rule else _LOOSE.get(licence)


def _stem(licence: str) -> str:
    """The name of a licence without its number: BSD-2-Clause and BSD-3-Clause are of one."""
    return re.split(r"-(?=\d)|-$", licence)[0]


def _told_apart(card: ModelCard, found: Disagreement) -> bool:
    """Whether the README says that the licence of LICENSE is the code's, or the card's the weights'."""
    names_of_text = _spelled(_texts(found))
    names_of_card = _spelled(found.licences, "non-commercial", "noncommercial")
    for paragraph in _PARAGRAPH_END.split(card.text)[:_MOST_PARAGRAPHS]:
        said = paragraph[:_LONGEST_PARAGRAPH]
        if not _LICENCE.search(said):
            continue
        if _CODE.search(said) and names_of_text.search(said):
            return True
        if _WEIGHTS.search(said) and not _BOTH.search(said) and names_of_card.search(said):
            return bool(_CODE.search(card.text))
    return False


def _spelled(licences: Iterable[str], *more: str) -> re.Pattern[str]:
    """Finds any of the names of ``licences`` in prose: "Apache 2.0" as well as Apache-2.0, and without a number."""
    rules = [rule for each in licences if (rule := licence_rule(each))]
    named = {name.casefold() for rule in rules for name in (rule.id, rule.title, *rule.names)}
    short = {_NUMBER.sub("", name) for name in named}
    words = (re.escape(name).replace(r"\-", "[- ]") for name in sorted(named | short | set(more)) if len(name) > 2)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


# The card against the base model.


def _base_drafts(card: ModelCard) -> Iterator[FindingDraft]:
    """The card names a base model, and a licence that is not the base model's."""
    if card.licence is None or not card.licence.licences or not card.base_models:
        return
    from ..rulebook.base_models import base_model  # the table, for cards alone

    named = f", license_name: {card.licence_name}" if card.licence_name else ""
    for base in card.base_models:
        known = base_model(base)
        rule = licence_rule(known.licence) if known else None
        if known is None or rule is None or rule.family in _OPEN or agree((rule.id,), card.licence.licences):
            continue
        yield FindingDraft(
            rule="model-card-contradicts",
            region=card.licence.region,
            facts={
                "found": shortened(f"license: {card.licence.stated}{named}"),
                "base_model": shortened(base),
                "value": f"is under {rule.id} ({known.source})",
            },
            licence=rule.id,
            at_most=_base_level(card, rule),
            group=f"{card.path} {rule.id}",
        )


def _base_level(card: ModelCard, rule: LicenceRule) -> Level:
    """An error where the card allows any use of what may be used for some; an adapter may be somebody's own work."""
    families = {_family(each) for each in card.licence.licences} if card.licence else set()
    if rule.family in _NO_COMMERCE and families <= _OPEN | _COPYLEFT and card.relation != "adapter":
        return Level.ERROR
    return Level.WARNING
