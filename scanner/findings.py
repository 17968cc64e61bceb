"""A finding: one thing to act on, with its place, its rule and its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .regions import Region


class Level(str, Enum):
    """How much a finding matters, most first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """What rule ``rule`` says about ``region``; ``upstream`` names the other side, ``remedy`` what to do."""

    rule: str
    level: Level
    region: Region
    message: str
    upstream: str
    remedy: str
