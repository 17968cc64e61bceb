"""Copies and statements in, attributions and findings out; rules are loaded only where there is something to judge."""

from __future__ import annotations

from collections.abc import Sequence

from ..statements import Statements
from .model import Copy, Judged


def check(copies: Sequence[Copy], statements: Statements, own: str = "", whole: bool = True) -> Judged:
    """Hold each copied file against the terms of the upstream it stands on.

    ``own`` is the scanned project, which owes itself nothing. ``whole`` says that ``statements`` tell of a whole
    repository: of a single file nobody knows what stands beside it, and nothing there is said to be missing. Raises
    RuleError.
    """
    if not copies and not _tells_of_a_model(statements):
        return Judged((), ())
    from .judging import judge_copies
    from .repository import Repository

    return judge_copies(copies, Repository(statements, own, whole, [copy.verdict for copy in copies]))


def _tells_of_a_model(statements: Statements) -> bool:
    return bool(statements.leftovers) or any(card.licence or card.base_models for card in statements.model_cards)
