"""Where the rows of two tensor layouts stand in the drawing on a web page (SVG): the copy's tree left, the original's
right, and a line between what stands for each other.

Edit this when the drawing is hard to read; how it looks is in ``templates/tensor_map.html`` and ``page.css``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.cells import cell_len

from ...results import LayoutRow, Observation
from ...support.escaping import encodable, escape
from ..phrases import and_more, counted

# In pixels; a sign of the font takes 0.6 of its size, and a little more where another font stands in for it.
_ROW, _MARGIN, _INDENT, _GAP, _SIGN, _JOIN = 22, 4, 16, 10, 7.9, 84
_LEAST_WIDTH = 110
_LONGEST_LABEL = 36
_WHOLE = "all tensors"
_COMPONENTS = re.compile(r"([./])")


class Piece(Struct, frozen=True):
    """A part of a label; ``is_renamed`` where the other side calls it something else."""

    text: str
    is_renamed: bool


class Side(Struct, frozen=True):
    """A row's subtree on one side. Its name begins at ``x``; its number of tensors ends or begins at ``number_x``."""

    pieces: tuple[Piece, ...]
    told: str
    """Its name in full."""
    count: int
    x: float
    number_x: float
    branch: str
    """The SVG path from the row around it; empty for the whole."""


class DrawnRow(Struct, frozen=True):
    """A row at its middle ``y``; a side is None where it has no such subtree."""

    copy: Side | None
    original: Side | None
    matched: int
    is_renamed: bool
    y: float
    row: LayoutRow

    @property
    def words(self) -> str:
        """The row in a sentence, for those who point at it or do not see it."""
        if self.copy and self.original:
            both = f"{self.copy.told}, {self.copy.count:,} tensors; {self.original.told}, {self.original.count:,}"
            return f"{both}; {self.matched:,} stand for each other"
        side = self.copy or self.original
        assert side is not None
        return f"{side.told}, {counted(side.count, 'tensor')}, only in the {'copy' if self.copy else 'original'}"


class TensorMap(Struct, frozen=True):
    """The drawing of one observation."""

    observation: Observation
    number: int
    rows: tuple[DrawnRow, ...]
    width: float
    height: float
    left_x: float
    """Where the lines between the sides begin,"""
    right_x: float
    """and where they end."""


def tensor_maps(observations: Sequence[Observation]) -> list[TensorMap]:
    """A drawing for each observation that has an outline."""
    outlined = [each for each in observations if each.outline]
    return [_drawn(each, number) for number, each in enumerate(outlined, 1)]


def _drawn(observation: Observation, number: int) -> TensorMap:
    rows = observation.outline
    labels = [_labels(row) for row in rows]
    digits = max(len(f"{max(row.copy_count, row.original_count):,}") for row in rows) * _SIGN
    widths = [
        max(_LEAST_WIDTH, *(row.depth * _INDENT + _width(label[side]) for row, label in zip(rows, labels, strict=True)))
        for side in (0, 1)
    ]
    left_x = _MARGIN + widths[0] + _GAP + digits + _GAP
    right_x = left_x + _JOIN
    starts = _MARGIN, right_x + _GAP + digits + _GAP
    numbers = left_x - _GAP / 2, right_x + _GAP / 2
    drawn = []
    around: list[tuple[float, float]] = [(0.0, 0.0)] * (max(row.depth for row in rows) + 2)
    for place, (row, label) in enumerate(zip(rows, labels, strict=True)):
        y = _MARGIN + (place + 1.5) * _ROW
        above = around[row.depth]
        sides = [
            _side(label[side], row, side, starts[side], numbers[side], y, above[side]) if count else None
            for side, count in enumerate((row.copy_count, row.original_count))
        ]
        around[row.depth + 1] = y, y
        is_renamed = any(piece.is_renamed for piece in label[0])
        drawn.append(DrawnRow(sides[0], sides[1], row.matched, is_renamed, y, row))
    width = starts[1] + widths[1] + _MARGIN
    return TensorMap(observation, number, tuple(drawn), width, (len(rows) + 1) * _ROW + 2 * _MARGIN, left_x, right_x)


def _side(
    pieces: tuple[Piece, ...], row: LayoutRow, side: int, start: float, number_x: float, y: float, above: float
) -> Side:
    x = start + row.depth * _INDENT
    trunk = x - _INDENT + 5
    branch = f"M{trunk} {above + 9}V{y}H{x - 4}" if row.depth else ""
    count = row.original_count if side else row.copy_count
    return Side(pieces, _full(row, side), count, x, number_x, branch)


def _full(row: LayoutRow, side: int) -> str:
    if row.summed:
        return f"{row.summed:,} smaller parts"
    return encodable(escape(row.original if side else row.copy)) or _WHOLE


def _labels(row: LayoutRow) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The names on both sides in pieces, those that differ marked; nothing is marked where there is but one side."""
    if row.summed:
        words = (Piece(and_more(row.summed, 0), False),)
        return words, words
    ours, theirs = _full(row, 0), _full(row, 1)
    left, right = _COMPONENTS.split(ours), _COMPONENTS.split(theirs)
    if not row.depth or not row.copy or not row.original:
        return (Piece(_cut(ours, _LONGEST_LABEL), False),), (Piece(_cut(theirs, _LONGEST_LABEL), False),)
    if len(left) != len(right):
        return (Piece(_cut(ours, _LONGEST_LABEL), ours != theirs),), (Piece(_cut(theirs, _LONGEST_LABEL), True),)
    differs = [one != other and not _COMPONENTS.fullmatch(one) for one, other in zip(left, right, strict=True)]
    return tuple(_pieces(left, differs)), tuple(_pieces(right, differs))


def _pieces(parts: Sequence[str], differs: Sequence[bool]) -> Iterator[Piece]:
    """Neighbours that are both marked, or both not, in one piece; a long name loses its end."""
    room = _LONGEST_LABEL
    text, mark = "", differs[0]
    for part, is_renamed in (*zip(parts, differs, strict=True), ("", not differs[-1])):
        if is_renamed == mark:
            text += part
            continue
        shown = _cut(text, room)
        if room > 0 and shown:
            yield Piece(shown, mark)
        room -= cell_len(text)
        text, mark = part, is_renamed


def _cut(text: str, room: int) -> str:
    """As much of the text as ``room`` signs hold, its middle left out."""
    if cell_len(text) <= room:
        return text
    half = max((room - 1) // 2, 1)
    start, end = text[:half], text[-half:]
    while cell_len(start) > half:
        start = start[:-1]
    while cell_len(end) > half:
        end = end[1:]
    return f"{start}…{end}"


def _width(pieces: Sequence[Piece]) -> float:
    return sum(cell_len(piece.text) for piece in pieces) * _SIGN
