"""A place in a file, as reports name it."""

from __future__ import annotations

from msgspec import Struct


class Region(Struct, frozen=True):
    """Lines ``first_line`` to ``last_line`` (1-based, both included) of ``path``."""

    path: str
    first_line: int
    last_line: int
