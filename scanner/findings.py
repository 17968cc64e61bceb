"""A finding: one thing to act on, with its place, its rule, the clause it rests on and its remedy."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from .regions import Region


class Level(str, Enum):
    """How much a finding matters, most first."""

    ERROR = "error"
    """An obligation is missed, or terms contradict each other."""
    WARNING = "warning"
    """Something is missing that may be owed, or that readers need."""
    NOTE = "note"
    """Worth knowing, or good practice."""


class Suppression(Struct, frozen=True):
    """Why a finding is waived, and where that is said."""

    path: str
    """The file that says it: the source itself, or settings."""
    line: int
    """The line there, counted from 1."""
    reason: str
    """As it was written there."""
    in_source: bool
    """Whether it is a comment in the source; else it is an entry in settings."""


class Finding(Struct, frozen=True):
    """One thing to act on."""

    rule: str
    """The rule that says so, as ``modelkin explain`` takes it."""
    level: Level
    """How much it matters; a waived finding keeps its level."""
    region: Region
    """Where, in what was scanned."""
    message: str
    """What is the matter, in words."""
    upstream: str
    """The other side in words: project, release and path; empty where there is none."""
    remedy: str
    """What to do."""
    clause: str = ""
    """The clause it rests on (``Apache-2.0 §4(c)``); empty where it rests on none."""
    upstream_region: Region | None = None
    """Where, in the upstream."""
    suppression: Suppression | None = None
    """What waives it, if anything does."""
    known: bool = False
    """Whether a baseline holds it."""

    @property
    def counts(self) -> bool:
        """Whether it is to be answered for: neither waived nor known from a baseline."""
        return self.suppression is None and not self.known
