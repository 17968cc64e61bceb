"""A finding: one thing to act on, with its place, its rule, the clause it rests on and its remedy."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from .regions import Region


class Level(str, Enum):
    """How much a finding matters, most first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Suppression(Struct, frozen=True):
    """Why a finding is waived: in the source itself, or by the configuration at ``path``."""

    path: str
    line: int
    reason: str
    in_source: bool


class Finding(Struct, frozen=True):
    """What rule ``rule`` says about ``region``.

    ``upstream`` names the other side in words and ``upstream_region`` its lines; ``clause`` is the clause the finding
    rests on ("Apache-2.0 §4(c)"), empty where it rests on none; ``remedy`` says what to do. A waived finding keeps its
    level and carries its ``suppression``; one that a baseline holds is ``known``.
    """

    rule: str
    level: Level
    region: Region
    message: str
    upstream: str
    remedy: str
    clause: str = ""
    upstream_region: Region | None = None
    suppression: Suppression | None = None
    known: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is to be answered for: neither waived nor known from a baseline."""
        return self.suppression is None and not self.known
