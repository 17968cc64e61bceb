"""Licence expressions in, the licences one must answer for out; and which licence of a whole covers another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..patterns import lazy_pattern
from ..rulebook import LicenceRule, licence_rule

_OR = lazy_pattern(" OR ", re.IGNORECASE)
_AND = lazy_pattern(" AND ", re.IGNORECASE)
_EXCEPTION = lazy_pattern(r" WITH \S+", re.IGNORECASE)
_VERSIONED = lazy_pattern(r"(?P<stem>[AL]?GPL)-(?P<version>\d\.\d)-(?P<span>only|or-later)")


def choices(expression: str) -> tuple[tuple[str, ...], ...]:
    """The ways to take an SPDX expression: of each, all ids hold. "A AND B OR C" is two; an empty one has none.

    Parentheses are read as if they were not there: licences in a header are hardly ever nested.
    """
    plain = " ".join(expression.replace("(", " ").replace(")", " ").split())
    plain = _EXCEPTION.sub("", plain)
    if not plain:
        return ()
    return tuple(tuple(part.strip() for part in _AND.split(choice)) for choice in _OR.split(plain))


def taken(expression: str, whole: Iterable[str]) -> tuple[str, ...]:
    """The ids that a copy must answer for: the choice that the licence of the whole makes, else the first."""
    offered, whole = choices(expression), tuple(whole)
    fitting = (each for each in offered if all(covered(licence, whole) for licence in each))
    return next(fitting, offered[0] if offered else ())


def rules(licences: Iterable[str]) -> tuple[LicenceRule, ...]:
    """The rules of those ids that have one. Raises RuleError."""
    found = (licence_rule(licence) for licence in licences)
    return tuple(rule for rule in found if rule)


def covered(licence: str, whole: Iterable[str]) -> bool:
    """Whether one of the ids of ``whole`` is ``licence``, or a version of it that it allows."""
    return any(other.casefold() == licence.casefold() or _later(licence, other) for other in whole)


def stated(expression: str) -> tuple[str, ...]:
    """All ids that an expression names."""
    return tuple(licence for choice in choices(expression) for licence in choice)


def _later(licence: str, other: str) -> bool:
    ours, theirs = _VERSIONED.fullmatch(licence), _VERSIONED.fullmatch(other)
    if not ours or not theirs or ours["stem"] != theirs["stem"]:
        return False
    return ours["version"] == theirs["version"] or (ours["span"] == "or-later" and theirs["version"] > ours["version"])
