"""Which licence a model card may state: that of the repository's own LICENSE, else that which its base model asks for.

No licence is chosen for anybody: where terms leave a choice, it is the author's, and is told of. Edit this when a card
gets, or lacks, ``license``, ``license_name`` or ``license_link``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..attribution.repository_licence import refuses
from ..licences.hub_names import hub_name, link_of, own_name
from ..licences.licence_names import licence_ids
from ..repository.layout import below
from ..repository.lookup import agree, root_licence_files
from ..repository.model import Declarations, LegalFile, Subject
from ..rulebook.base_models import base_model
from ..rulebook.loader import licence_rule
from ..rulebook.model import Family, LicenceRule
from .card_bases import ADAPTER

_OPEN = frozenset((Family.PUBLIC_DOMAIN, Family.PERMISSIVE))
# What `license` is where the Hub has no name for it, or the author gave none.
_OTHER = "other"

Values = Mapping[str, "tuple[str, ...] | None"]


class Stated(NamedTuple):
    """What a card may say of its licence."""

    values: Mapping[str, tuple[str, ...]] = {}
    by: str = ""
    """What it is known by."""
    left: tuple[str, ...] = ()
    """What is left to a person."""


class _Terms(NamedTuple):
    """What the bases ask of whatever is made from them."""

    rules: tuple[LicenceRule, ...]
    by: str
    unknown: tuple[str, ...]
    """The bases of which nothing is known,"""
    free: tuple[str, ...]
    """and the licences of those that leave the choice."""


def licence_stated(values: Values, said: Declarations, bases: Sequence[str], relation: str) -> Stated:
    """What is known of the licence, beyond what stands in ``values`` of the card already."""
    texts, terms = _texts(said), _terms(bases)
    own = tuple(dict.fromkeys(licence for each in texts for licence in each.licences))
    present = values.get("license", ())
    if present is None:
        return Stated(left=("license: it has a value of its own shape: look whether it is right",))
    if not present:
        return _absent(values, said, own, texts, terms, relation)
    if [each.lower() for each in present] == [_OTHER]:
        return _unnamed(values, said, own, texts, terms)
    meant = tuple(licence for each in present for licence in licence_ids(each))
    return _contradicted(values, meant, own, terms, relation) if meant else Stated()


def _texts(said: Declarations) -> list[LegalFile]:
    """The files at the root that say what a model is under: of the model alone, else of the whole."""
    for subject in (Subject.MODEL, Subject.WORK):
        found = [each for each in root_licence_files(said, (subject,)) if each.licences]
        if found:
            return found
    return []


def _terms(bases: Sequence[str]) -> _Terms:
    known = {base: base_model(base) for base in bases}
    rules: dict[str, LicenceRule] = {}
    by: list[str] = []
    free: list[str] = []
    for base, found in known.items():
        rule = licence_rule(found.licence) if found else None
        if found is None or rule is None:
            continue
        if rule.family in _OPEN:
            free.append(rule.id)
        else:
            rules.setdefault(rule.id, rule)
            by.append(f"{base} is under {rule.id} ({found.source})")
    unknown = tuple(base for base, found in known.items() if found is None)
    return _Terms(tuple(rules.values()), "; ".join(by), unknown, tuple(dict.fromkeys(free)))


def _absent(
    values: Values,
    said: Declarations,
    own: tuple[str, ...],
    texts: Sequence[LegalFile],
    terms: _Terms,
    relation: str,
) -> Stated:
    if len(own) == 1:
        if not all(agree((rule.id,), own) for rule in terms.rules):
            return Stated(left=(f"license: {texts[0].path} is {own[0]}, but {terms.by}: look which terms can be met",))
        return Stated(_named(values, own[0], below(said.root, texts[0].path)), f"{texts[0].path} is {own[0]}")
    if own:
        return Stated(left=(f"license: the licence files are of {', '.join(own)}: write which the model is under",))
    if len(terms.rules) == 1 and not terms.unknown and relation != ADAPTER:
        rule = terms.rules[0]
        return Stated(_named(values, rule.id, rule.url), terms.by)
    return Stated(left=(f"license: {_why_open(terms, relation)}",))


def _why_open(terms: _Terms, relation: str) -> str:
    if terms.rules and relation == ADAPTER:
        return f"{terms.by}; an adapter may be a work of its own: write what yours is under"
    if len(terms.rules) > 1:
        return f"{terms.by}: look which terms can be met together"
    if terms.unknown:
        return f"what {', '.join(terms.unknown[:3])} is under is not known here, and no LICENSE says it: write it"
    if terms.free:
        return f"its base is under {', '.join(terms.free)}, which leaves the choice to you: write yours"
    return "no LICENSE and no known base says it: write what the model is under"


def _unnamed(
    values: Values, said: Declarations, own: tuple[str, ...], texts: Sequence[LegalFile], terms: _Terms
) -> Stated:
    """Beside `license: other`: its name and where its text is, as far as either is missing."""
    stated = licence_ids((values.get("license_name") or ("",))[0])
    link = ""
    if len(own) == 1:
        licence, link, by = own[0], below(said.root, texts[0].path), f"{texts[0].path} is {own[0]}"
    elif own or len(terms.rules) != 1 or terms.unknown:
        lacks = [key for key in ("license_name", "license_link") if values.get(key, ()) == ()]
        return Stated(left=(f"{lacks[0]}: no LICENSE and no known base says it: write it",) if lacks else ())
    else:
        licence, by = terms.rules[0].id, terms.by
    if stated and not agree(stated, (licence,)):
        return Stated(left=(f"license_name: it is {', '.join(stated)}, but {by}: make them agree",))
    wanted = {"license_name": own_name(licence), "license_link": link or link_of(licence)}
    return Stated({key: (text,) for key, text in wanted.items() if text and values.get(key, ()) == ()}, by)


def _named(values: Values, licence: str, link: str) -> dict[str, tuple[str, ...]]:
    name = hub_name(licence)
    if name:
        return {"license": (name,)}
    wanted = {"license": _OTHER, "license_name": own_name(licence), "license_link": link or link_of(licence)}
    return {key: (text,) for key, text in wanted.items() if text and values.get(key, ()) == ()}


def _contradicted(values: Values, meant: tuple[str, ...], own: tuple[str, ...], terms: _Terms, relation: str) -> Stated:
    """Another licence in place of one that a base does not allow, where nothing but the card states that one."""
    against = [rule for rule in terms.rules if not agree((rule.id,), meant)]
    if not against:
        return Stated()
    stated = ", ".join(values["license"] or ())
    if len(terms.rules) > 1 or terms.unknown or relation == ADAPTER or (own and not agree((against[0].id,), own)):
        return Stated(left=(f"license: the card says {stated}, but {terms.by}: look which terms the model is under",))
    if not refuses(against[0], meant):
        return Stated(left=(f"license: the card says {stated}, but {terms.by}: look whether both can be met",))
    return Stated(_named({**values, "license": ()}, against[0].id, against[0].url), f"{terms.by}, not {stated}")
