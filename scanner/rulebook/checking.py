"""Rules in, what no single value shows out: contradictions in one rule, and between rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .anchors import anchor_problem
from .model import Duty, Family, FindingRule, LicenceRule
from .templates import template_problem

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_EXACT = frozenset({Duty.EXACT_NOTICE, Duty.DISPLAY, Duty.NAME_PREFIX})
_FAMILIES = frozenset(family.value for family in Family)


def licence_problems(rule: LicenceRule) -> Iterator[str]:
    """What is wrong in one licence: each begins with its key."""
    if not _ID.fullmatch(rule.id):
        yield f"id: {rule.id!r} may use letters, digits, full stops, plus signs and hyphens"
    yield from _name_problems(rule)
    for place, obligation in enumerate(rule.obligations):
        if obligation.duty in _EXACT and not obligation.strings:
            yield f"obligations[{place}].strings: is missing; {obligation.duty.value} needs the exact words"
    for key, patterns in (("required", rule.anchors.required), ("refused", rule.anchors.refused)):
        for place, pattern in enumerate(patterns):
            if problem := anchor_problem(pattern):
                yield f"anchors.{key}[{place}]: {pattern!r} {problem}"
    if (rule.combination.under or rule.combination.not_under) and not rule.combination.reason:
        yield "combination.reason: is missing"


def _name_problems(rule: LicenceRule) -> Iterator[str]:
    for place, name in enumerate(rule.names):
        if name != " ".join(name.lower().split()):
            yield f"names[{place}]: {name!r} is not in lower case and single spaces"
        elif name in rule.names[:place] or name == rule.id.lower():
            yield f"names[{place}]: {name!r} stands twice, or is the id"


def finding_problems(rule: FindingRule) -> Iterator[str]:
    """What is wrong in one finding: each begins with its key."""
    for key, template in (("message", rule.message), ("remedy", rule.remedy)):
        if problem := template_problem(template):
            yield f"{key}: {problem}"
    for key, examples in (("reported", rule.reported), ("passed", rule.passed)):
        if not examples:
            yield f"{key}: has no example"
        for place, example in enumerate(examples):
            if example.copy not in example.files:
                yield f"{key}[{place}].copy: {example.copy!r} is not among its files"


def clashes(rules: Iterable[LicenceRule]) -> Iterator[tuple[LicenceRule, str]]:
    """What is wrong between licences: the rule it is wrong in, and words that begin with its key."""
    rules = tuple(rules)
    known = _FAMILIES | {rule.id for rule in rules}
    owners = {rule.id.lower(): rule for rule in rules}
    for rule in rules:
        for place, name in enumerate(rule.names):
            if owners.setdefault(name, rule) is not rule:
                yield rule, f"names[{place}]: {name!r} already means {owners[name].id}"
        for key in ("under", "not_under"):
            for place, name in enumerate(getattr(rule.combination, key)):
                if name not in known:
                    yield rule, f"combination.{key}[{place}]: {name!r} is neither a known licence nor a family"
