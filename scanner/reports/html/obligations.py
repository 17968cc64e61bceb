"""Attributions in, each obligation of each licence once out, with how many files meet and miss it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec import Struct

from ...attribution.model import Attribution, State


class ObligationRow(Struct, frozen=True):
    """One obligation; ``states`` has every state."""

    licence: str
    clause: str
    asks: str
    states: dict[State, int]


def obligation_rows(attributions: Sequence[Attribution]) -> list[ObligationRow]:
    """By licence, and of each in the order its clauses are judged in."""
    counted: defaultdict[tuple[str, str, str], Counter[State]] = defaultdict(Counter)
    for attribution in attributions:
        for duty in attribution.duties:
            counted[duty.licence, duty.clause, duty.asks][duty.state] += 1
    rows = [ObligationRow(*told, {state: states[state] for state in State}) for told, states in counted.items()]
    return sorted(rows, key=lambda row: row.licence)
