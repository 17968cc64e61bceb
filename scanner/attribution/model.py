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
    """It keeps the upstream's copyright lines and licence, and names it."""
    NAMED_WITH_LINK = "named with link"
    """It names its source, with a link."""
    NAMED = "named"
    """It names its source."""
    LINK_ONLY = "link only"
    """It has a link and no words on what was taken."""
    NONE = "none"
    """It says nothing."""


class State(str, Enum):
    """Whether an obligation is met."""

    MET = "met"
    """It is."""
    MISSED = "missed"
    """It is not."""
    NOT_JUDGED = "not judged"
    """No reading of files can tell."""


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
    """One obligation, and whether it is met."""

    licence: str
    """The SPDX id of the licence that asks for it."""
    clause: str
    """The clause of the licence."""
    asks: str
    """What it asks for, in words."""
    state: State
    """Whether it is met."""
    where: str
    """What meets it, or what is missing."""


class Attribution(Struct, frozen=True):
    """How a copied file stands to one upstream that it owes something."""

    path: str
    """The copied file."""
    upstream: UpstreamMatch
    """Whose terms these are."""
    grade: Grade
    """How well the copy says where it is from."""
    duties: tuple[DutyState, ...]
    """Each obligation of the upstream's licence."""


class Judged(Struct, frozen=True):
    """What became of the copies of one repository: one attribution for each that owes something, and the findings."""

    attributions: tuple[Attribution, ...]
    findings: tuple[Finding, ...]
