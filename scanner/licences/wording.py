"""Rules in, the names and anchors that the data file takes from them out. For development only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import RuleError
from ..rulebook import LicenceRule
from .names import classifier_name, name_key
from .recipe import Recipe

# By id, the required and the refused patterns.
AnchorLists = dict[str, list[list[str]]]


def rule_names(rules: Iterable[LicenceRule], recipe: Recipe) -> dict[str, str]:
    """The id of each spelling that a rule or the recipe has, by its key. RuleError where one means two licences."""
    ids: dict[str, str] = {}
    for licence, name in _spellings(rules, recipe):
        known = ids.setdefault(name_key(classifier_name(name)), licence)
        if known != licence:
            raise RuleError(f"{licence}.yaml: names: {name!r} already means {known}")
    return ids


def listed_names(listed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The id of each id and title of the SPDX list, given as pairs; what several of them share says nothing.

    The ids that SPDX has given up for GNU licences mean those in their place.
    """
    ids: dict[str, set[str]] = {}
    rows = [(current_id(licence), licence, title) for licence, title in listed]
    for current, licence, title in rows:
        names = (licence, title) if current == licence else (licence,)
        for key in map(name_key, names):
            ids.setdefault(key, set()).add(current)
    return {key: min(found) for key, found in sorted(ids.items()) if len(found) == 1}


def rule_header(rules: Iterable[LicenceRule], recipe: Recipe) -> dict[str, Any]:
    """What the header of the data file takes from the rules and the recipe."""
    rules = tuple(rules)
    return {
        "anchors": anchor_lists(rules, recipe),
        "names": dict(sorted(rule_names(rules, recipe).items())),
        "ruled": sorted(rule.id for rule in rules),
    }


def current_id(licence: str) -> str:
    """What SPDX writes today for a GNU licence's former id: "GPL-2.0" is "GPL-2.0-only", "GPL-2.0+" the other."""
    family, _, version = licence.partition("-")
    if family not in ("GPL", "LGPL", "AGPL", "GFDL") or not version.rstrip("+").replace(".", "").isdigit():
        return licence
    return f"{licence.rstrip('+')}-or-later" if licence.endswith("+") else f"{licence}-only"


def anchor_lists(rules: Iterable[LicenceRule], recipe: Recipe) -> AnchorLists:
    """The anchors of each licence that has any."""
    anchors = {rule.id: rule.anchors for rule in rules} | recipe.anchors
    return {
        licence: [list(each.required), list(each.refused)]
        for licence, each in sorted(anchors.items())
        if each.required or each.refused
    }


def _spellings(rules: Iterable[LicenceRule], recipe: Recipe) -> Iterator[tuple[str, str]]:
    for rule in rules:
        for name in (rule.id, rule.title, *rule.names):
            yield rule.id, name
    for licence, names in recipe.names.items():
        for name in names:
            yield licence, name
