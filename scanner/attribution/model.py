"""What a copy carries of its upstream, and what it owes."""

from __future__ import annotations

from msgspec import Struct

from ..notices.model import Credit, Notice
from ..results import Attribution, FileVerdict, Finding


class Copy(Struct, frozen=True):
    """A file that stands on an upstream, and what its own text says; of one that owes nobody anything, just its notice.

    ``changes`` is its line on being changed; ``known`` are those of its copyright lines that known upstream files have.
    """

    verdict: FileVerdict
    notice: Notice
    credits: tuple[Credit, ...]
    changes: str = ""
    known: tuple[str, ...] = ()


class Judged(Struct, frozen=True):
    """What became of the copies of one repository: one attribution for each that owes something, and the findings."""

    attributions: tuple[Attribution, ...]
    findings: tuple[Finding, ...]
