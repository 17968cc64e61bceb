"""A report in, its copied files beside their upstreams out: lines aligned, renames marked on both sides."""

from __future__ import annotations

from .model import Gap, Line, Mark, Piece, Row, RowKind, SideBySide
from .showing import Limits, side_by_sides

__all__ = ["Gap", "Limits", "Line", "Mark", "Piece", "Row", "RowKind", "SideBySide", "side_by_sides"]
