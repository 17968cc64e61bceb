"""How one obligation of one case came out."""

from __future__ import annotations

from typing import NamedTuple

from ..regions import Region
from ..rulebook import LicenceRule, Obligation
from .case import Case
from .drafts import Draft
from .model import DutyState, State


class Owed(NamedTuple):
    """One obligation of one licence that a case must meet."""

    case: Case
    rule: LicenceRule
    obligation: Obligation


class Outcome(NamedTuple):
    """``where`` says what meets the obligation, or what is missing; ``draft`` is what to report, if anything."""

    state: State
    where: str
    draft: Draft | None = None


def met(where: str) -> Outcome:
    """The obligation is met, by what ``where`` names."""
    return Outcome(State.MET, where)


def not_judged(why: str) -> Outcome:
    """No reading of files tells."""
    return Outcome(State.NOT_JUDGED, why)


def duty_state(owed: Owed, outcome: Outcome) -> DutyState:
    """The outcome as reports show it."""
    return DutyState(owed.rule.id, owed.obligation.clause, owed.obligation.asks, outcome.state, outcome.where)


def header_region(case: Case) -> Region:
    """The header of the copy: where its notices stand, or would."""
    return Region(case.path, 1, max(case.copy.notice.last_line, 1))


def upstream_header(case: Case) -> Region | None:
    """The upstream's lines that its notices stand on; where it has none, those that the copy stands in."""
    last = case.upstream.header_last_line
    return Region(case.upstream.path, 1, last) if last else upstream_region(case)


def upstream_region(case: Case) -> Region | None:
    """The span of the upstream's lines that the copy's definitions stand in; its header where they are another's."""
    places = [each.upstream for each in case.copy.verdict.definitions if each.upstream]
    places = [each for each in places if each.path == case.upstream.path]
    if not places:
        return Region(case.upstream.path, 1, case.upstream.header_last_line) if case.upstream.header_last_line else None
    return Region(case.upstream.path, min(each.first_line for each in places), max(each.last_line for each in places))
