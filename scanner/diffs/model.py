"""What a copied file looks like beside its upstream: rows of aligned lines, and the gaps between those shown."""

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


class Line(NamedTuple):
    """A line and its number (1-based); its end is left out when ``cut``."""

    number: int
    pieces: tuple[Piece, ...]
    cut: bool = False


class Row(NamedTuple):
    """A line of the copy beside its counterpart; None where a side has none."""

    kind: RowKind
    copy: Line | None
    upstream: Line | None


class Place(NamedTuple):
    """A row by the numbers (1-based) of its lines, before anything is drawn."""

    kind: RowKind
    copy: int | None
    upstream: int | None


class Gap(NamedTuple):
    """``rows`` rows that are not shown; ``kind`` None stands for all that follows.

    The lines (1-based, both included) that each side has in them; None where it has none.
    """

    kind: RowKind | None
    rows: int
    copy: tuple[int, int] | None
    upstream: tuple[int, int] | None


class SideBySide(Struct, frozen=True):
    """The file at ``path`` beside ``upstream`` as ``release`` has it (empty: it is of none). ``counts`` is of all rows.

    Where two definitions of the copy stand in one of the upstream, that one's lines are in the rows of both.
    """

    path: str
    upstream: UpstreamMatch
    release: str
    rows: tuple[Row | Gap, ...]
    counts: dict[RowKind, int]
