"""What a copy carries of its upstream, and what it owes."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ..findings import Finding
from ..notices import Credit, Notice
from ..verdict import FileVerdict, UpstreamMatch


class Grade(str, Enum):
    """How well a copy says where it is from, best first."""

    FULL_NOTICE = "full notice"
    NAMED_WITH_LINK = "named with link"
    NAMED = "named"
    LINK_ONLY = "link only"
    NONE = "none"


class State(str, Enum):
    """Whether an obligation is met; ``NOT_JUDGED`` where no reading of files can tell."""

    MET = "met"
    MISSED = "missed"
    NOT_JUDGED = "not judged"


class Copy(Struct, frozen=True):
    """A file that stands on an upstream, and what its own text says; of one that owes nobody anything, just its notice.

    ``changes`` is its line on being changed; ``known`` are those of its copyright lines that known upstream files have.
    """

    verdict: FileVerdict
    notice: Notice
    credits: tuple[Credit, ...]
    changes: str = ""
    known: tuple[str, ...] = ()


class DutyState(Struct, frozen=True):
    """One obligation of ``licence``: ``where`` says what meets it, or what is missing."""

    licence: str
    clause: str
    asks: str
    state: State
    where: str


class Attribution(Struct, frozen=True):
    """How the file at ``path`` stands to ``upstream``: its grade, and each obligation."""

    path: str
    upstream: UpstreamMatch
    grade: Grade
    duties: tuple[DutyState, ...]


class Judged(Struct, frozen=True):
    """What became of the copies of one repository: one attribution for each that owes something, and the findings."""

    attributions: tuple[Attribution, ...]
    findings: tuple[Finding, ...]
