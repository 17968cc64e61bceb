"""The id of a base model in, the licence of its weights out: a small table of models whose licence names duties."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ..globs import matcher
from ..rulebook import shipped_folder


def base_model_licence(base_model: str) -> str:
    """The licence that the publisher put the weights under; empty where the table does not know."""
    asked = base_model.strip().casefold()
    return next((licence for matches, licence in _table() if matches(asked)), "")


@cache
def _table() -> tuple[tuple[Callable[[str], bool], str], ...]:
    text = (shipped_folder() / "base_models.txt").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((matcher((glob,)), licence) for glob, licence in rows)
