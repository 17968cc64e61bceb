"""Copies and statements in, attributions and findings out; rules are loaded only where there is something to judge."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from ..statements import Statements
from .model import Copy, Judged


def check(
    copies: Sequence[Copy],
    statements: Statements,
    own: str = "",
    whole: bool = True,
    chosen: Collection[str] | None = None,
) -> Judged:
    """Hold each copied file against the terms of the upstream it stands on.

    ``own`` is the scanned project, which owes itself nothing. ``whole`` says that ``statements`` tell of a whole
    repository: of a single file nobody knows what stands beside it, and nothing there is said to be missing. Where
    only some paths were ``chosen``, nothing is said of other files that would be so without the copies. Raises
    RuleError.
    """
    judged = _checked(copies, statements, own, whole)
    if chosen is None:
        return judged
    untouched = {each for each in _checked((), statements).findings if each.region.path not in chosen}
    return replace(judged, findings=tuple(each for each in judged.findings if each not in untouched))


def _checked(copies: Sequence[Copy], statements: Statements, own: str = "", whole: bool = True) -> Judged:
    if not copies and not _tells_of_a_model(statements):
        return Judged((), ())
    from .judging import judge_copies
    from .repository import Repository

    return judge_copies(copies, Repository(statements, own, whole, [copy.verdict for copy in copies]))


def _tells_of_a_model(statements: Statements) -> bool:
    return bool(statements.leftovers) or any(card.licence or card.base_models for card in statements.model_cards)
