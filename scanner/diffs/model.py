"""A copied file beside its upstream, as a page shows it: rows of aligned lines, and gaps for those left out.

Edit this when the page is to show one more thing of a line.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from msgspec import Struct

from ..results import UpstreamMatch


class Mark(str, Enum):
    """What a piece of a line is beside the line across."""

    PLAIN = ""
    RENAMED = "renamed"
    CHANGED = "changed"


class RowKind(str, Enum):
    """What a row says: the same line, the same but for its names, an edited one, or one that only one side has."""

    SAME = "same"
    RENAMED = "renamed"
    CHANGED = "changed"
    COPY_ONLY = "copy only"
    UPSTREAM_ONLY = "upstream only"


class Piece(NamedTuple):
    """A run of characters of one line that share a mark."""

    text: str
    mark: Mark


class Ink(str, Enum):
    """What a part of a line is in Python's syntax, as far as it is coloured."""

    KEYWORD = "keyword"
    STRING = "string"
    COMMENT = "comment"
    NUMBER = "number"
    DEFINED = "defined"
    """The name of a class or function where it is defined, or a decorator."""


class Inked(NamedTuple):
    """A coloured part of a line: its characters from ``start`` up to ``end``, counted from 0."""

    start: int
    end: int
    ink: Ink


class ShownLine(NamedTuple):
    """One line of a file."""

    number: int
    """1-based."""
    pieces: tuple[Piece, ...]
    cut: bool = False
    """Whether its end is left out."""
    inked: tuple[Inked, ...] = ()
    """Its coloured parts, in order."""


class ShownRow(NamedTuple):
    """A line of the copy beside its counterpart; None where a side has none."""

    kind: RowKind
    copy: ShownLine | None
    upstream: ShownLine | None


class LinePair(NamedTuple):
    """The numbers (1-based) of the lines of a row, before anything is shown; None where a side has none."""

    kind: RowKind
    copy: int | None
    upstream: int | None


class Gap(NamedTuple):
    """A run of rows that are not shown."""

    kind: RowKind | None
    """What they all are; None where all that follows is left out."""
    rows: int
    """How many they are."""
    copy: tuple[int, int] | None
    """The first and the last line (1-based) of the copy in them; None where there is none."""
    upstream: tuple[int, int] | None


class SideBySide(Struct, frozen=True):
    """A copied file beside its upstream.

    Where two definitions of the copy stand in one of the upstream, that one's lines are in the rows of both.
    """

    path: str
    upstream: UpstreamMatch
    release: str
    """The release that the upstream's text is of; empty where it is of none."""
    rows: tuple[ShownRow | Gap, ...]
    counts: dict[RowKind, int]
    """How many rows there are of each kind, those not shown included."""
