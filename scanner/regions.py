"""A place in a file, as reports name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """Lines ``first_line`` to ``last_line`` (1-based, both included) of ``path``."""

    path: str
    first_line: int
    last_line: int
