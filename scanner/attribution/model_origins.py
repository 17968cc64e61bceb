"""Findings on a model that has a tokenizer, and more, of a known one: what names it, and which clause asks for that.

Evidence is told of as such; nobody is accused. Edit this when a repository names what it is from in one more way, or
when a level follows from something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from ..evidence.conclusion import LAYOUT, is_whole_layout, joined, noun, phrase
from ..evidence.model_names import any_model, family_word, is_model, is_of_family
from ..evidence.model_naming import NAME_KEY, Naming, naming_of
from ..evidence.model_origin import KnownOrigin, ModelOrigins
from ..repository.model import Declarations, ModelCard
from ..results import Confidence, EvidenceKind, Level, Observation, Region, Strength
from ..rulebook.base_models import base_model
from ..rulebook.loader import licence_rule
from ..rulebook.model import Duty, Scope
from .findings import FindingDraft, a_few, shortened

# Of so many families of known models, a tokenizer is as good as everybody's.
_WIDELY_SHARED = 3
# What a licence asks of who passes a model on; the first that there is gives the clause.
_DUTIES = (Duty.NAME_PREFIX, Duty.EXACT_NOTICE, Duty.DISPLAY, Duty.CARRY_LICENCE, Duty.KEEP_NOTICES)
_SURE = (Strength.EXACT, Strength.STRONG)


def origin_drafts(found: ModelOrigins, declarations: Declarations) -> Iterator[FindingDraft]:
    """At most one on what the model is from: its card's base contradicted, a known model, or a tokenizer not named."""
    for origin in found.origins:
        if origin.names_it or not (origin.has_some_tokens or origin.has_weights):
            continue
        if _is_earlier(origin, found) and not found.dated.claim:
            continue
        naming = naming_of(origin.name, found.names, declarations)
        if naming in (Naming.DECLARED, Naming.KIN):
            continue
        draft = _contradicted(origin, found, declarations) or _undeclared(origin, found, declarations)
        if draft is None and naming is Naming.NOT:
            draft = _uncredited(origin, found)
        if draft is not None:
            yield _as_named(_in_time(draft, origin, found), origin, naming)
            return


# Which finding.


def _undeclared(origin: KnownOrigin, found: ModelOrigins, declarations: Declarations) -> FindingDraft | None:
    if not (origin.has_weights or (origin.has_tokenizer and origin.has_layout) or origin.is_supported):
        return None
    draft = _draft("derivation-undeclared", origin, found, _grounds(origin))
    bases = [base for card in declarations.model_cards for base in card.base_models]
    if not (origin.has_tokenizer and origin.has_layout):
        draft = draft.lowered(Level.WARNING, "Not all of the tokenizer and the layout is the same.")
    elif bases:
        told = f"Its card calls {a_few([shortened(each) for each in bases])} its base, which is not contradicted."
        draft = draft.lowered(Level.WARNING, told)
    elif not any(is_whole_layout(each) for each in origin.observations):
        # The configuration stands for the layout; nothing lowers the level, and it is said.
        draft = replace(
            draft,
            doubt="Its tensors could not be compared: the configuration is, all sizes among it, the same.",
            confidence=Confidence.MEDIUM,
        )
    return draft


def _uncredited(origin: KnownOrigin, found: ModelOrigins) -> FindingDraft:
    told = [each for each in _grounds(origin) if _is_of_tokenizer(each)]
    draft = _draft("tokenizer-uncredited", origin, found, told)
    if origin.families >= _WIDELY_SHARED:
        shared = f"Models of {origin.families} known families have these tokens: it may be from any of them."
        return draft.lowered(Level.NOTE, shared)
    return draft


def _contradicted(origin: KnownOrigin, found: ModelOrigins, declarations: Declarations) -> FindingDraft | None:
    if not (origin.has_some_tokens and (origin.has_layout or origin.is_supported)):
        return None
    for card in declarations.model_cards:
        for base in card.base_models:
            for declared in found.declared:
                against = _against(declared, card) if is_model(base, declared.name) else []
                if against and not _is_built_on(origin, declared):
                    draft = _draft("ancestor-contradicted", origin, found, _grounds(origin))
                    facts = {"base_model": shortened(base), "reason": "; ".join(map(phrase, against))}
                    draft = replace(draft, region=_place(card), facts={**draft.facts, **facts})
                    if origin.has_tokenizer and origin.has_layout:
                        return draft
                    return draft.lowered(Level.WARNING, "Not all of the tokenizer and the layout is the same.")
    return None


def _against(declared: KnownOrigin, card: ModelCard) -> list[Observation]:
    """What speaks against a declared base: another vocabulary, or another layout where the relation keeps it."""
    kinds = [EvidenceKind.TOKENIZER]
    kinds += [] if card.relation in ("adapter", "quantized") else [EvidenceKind.TENSOR_LAYOUT]
    return [each for each in declared.of_kind(*kinds) if each.strength is Strength.COUNTER]


def _is_built_on(origin: KnownOrigin, declared: KnownOrigin) -> bool:
    return any_model(origin.base_models, declared.name) or is_of_family(origin.name, declared.name)


# What it says, and how surely.


def _draft(rule: str, origin: KnownOrigin, found: ModelOrigins, told: Sequence[Observation]) -> FindingDraft:
    nouns = dict.fromkeys(noun(each) if not _is_of_tokenizer(each) else "tokenizer" for each in told)
    source = origin.source if origin.source.startswith("https://") else ""
    facts = {
        "found": joined(list(nouns)),
        "like": "are those" if len(nouns) > 1 else "is that",
        "figures": "; ".join(map(phrase, told)),
        "project": origin.name,
        "project_at": f"{origin.name} ({source})" if source else origin.name,
        "upstream": origin.name,
        "clause": clause_of(origin),
    }
    return FindingDraft(rule, Region(found.path, 1, 1), facts, group=f"{found.path} {origin.name}")


def _grounds(origin: KnownOrigin) -> list[Observation]:
    """What speaks for it, the surest first; all that only supports it but whole layouts and configurations aside."""
    sure = [each for strength in _SURE for each in origin.observations if each.strength is strength]
    kinds = (EvidenceKind.TENSOR_LAYOUT, EvidenceKind.CONFIGURATION)
    supporting = [each for each in origin.of_kind(*kinds) if each.strength is Strength.SUPPORTING]
    whole = [each for each in supporting if is_whole_layout(each)]
    return sure + (whole or [each for each in supporting if noun(each) != LAYOUT])


def _is_of_tokenizer(each: Observation) -> bool:
    is_file = each.kind is EvidenceKind.HASHES and each.says.startswith("tokenizer")
    return is_file or (each.kind is EvidenceKind.TOKENIZER)


def _as_named(draft: FindingDraft, origin: KnownOrigin, naming: Naming) -> FindingDraft:
    if naming is Naming.FAMILY:
        return draft.lowered(Level.NOTE, f"Its card names the family ({family_word(origin.name)}), and not this model.")
    if naming is Naming.CONFIGURATION:
        return draft.lowered(Level.WARNING, f"{NAME_KEY} in its configuration names it, which hardly a person reads.")
    return draft


def _in_time(draft: FindingDraft, origin: KnownOrigin, found: ModelOrigins) -> FindingDraft:
    """With what is not known of who was first. An undated folder is no reason for less than the evidence says."""
    if _is_earlier(origin, found):
        said = f"By its own dates ({found.dated.date}) it is older than the day from which {origin.name} is known"
        return draft.lowered(Level.NOTE, f"{said} ({origin.date}).")
    if origin.has_more_tokens and not _is_in_order(origin, found):
        return draft.lowered(Level.NOTE, f"{origin.name} has more tokens than these: it may be the later of the two.")
    if _is_in_order(origin, found):
        return draft
    lacking = "these files" if origin.date else f"{origin.name} in what is known of it"
    undated = f"Which of the two is older is not known: nothing dates {lacking}."
    doubt = " ".join(filter(None, (draft.doubt, undated)))
    return replace(draft, doubt=doubt, confidence=draft.confidence or _lowered(draft))


def _lowered(draft: FindingDraft) -> Confidence:
    return Confidence.LOW if draft.at_most is Level.NOTE else Confidence.MEDIUM


def _is_earlier(origin: KnownOrigin, found: ModelOrigins) -> bool:
    return bool(origin.date and found.dated.date) and found.dated.date < origin.date


def _is_in_order(origin: KnownOrigin, found: ModelOrigins) -> bool:
    return bool(origin.date) and found.dated.date >= origin.date and not found.dated.at_latest


def clause_of(origin: KnownOrigin) -> str:
    """The clause of the model's licence that asks for its name or its terms to be passed on; empty without one."""
    known = next(filter(None, map(base_model, _identifiers(origin))), None)
    rule = licence_rule(origin.licence or (known.licence if known else ""))
    owed = [each for each in rule.obligations if each.scope is not Scope.CODE] if rule else []
    first = next((each for duty in _DUTIES for each in owed if each.duty is duty), None)
    return f"{rule.id} {first.clause}" if rule and first else ""


def _identifiers(origin: KnownOrigin) -> Iterable[str]:
    return (each for each in (origin.name, origin.source) if each)


def _place(card: ModelCard) -> Region:
    return Region(card.path, 1, 1)
