"""A lineage in, where its boxes and arrows stand on paper out: from left to right, each node before what it is from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ...lineage import Edge, Lineage, Node, NodeKind, Relation
from ..phrases import name

_COLUMN, _ROW, _BOX_HEIGHT, _MARGIN = 330, 46, 30, 12
_BOX_WIDTH = 210
_LONGEST = 28
# More boxes in a column are not drawn; the table beside the drawing has them all.
_MOST_IN_COLUMN = 25
_MOST_COLUMNS = 6
_CLASSES = {Relation.HOLDS: "holds", Relation.DERIVES: "derives", Relation.ORIGIN: "origin"}


@dataclass(frozen=True, slots=True)
class Box:
    """A node at its upper left corner; ``label`` is its name as far as it fits."""

    node: Node
    label: str
    x: int
    y: int
    width: int = _BOX_WIDTH
    height: int = _BOX_HEIGHT


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge as an SVG path, ``thickness`` wide, and where its number of files stands."""

    edge: Edge
    style: str
    path: str
    thickness: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """``left`` nodes are not drawn, for there are too many."""

    lineage: Lineage
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int
    left: int


def drawing(lineage: Lineage) -> Drawing:
    """Repositories stand in the first column; nodes without any edge are not drawn."""
    weight: defaultdict[Node, int] = defaultdict(int)
    for edge in lineage.edges:
        weight[edge.source] += edge.files
        weight[edge.target] += edge.files
    columns = _columns(lineage, weight)
    boxes = {
        node: Box(node, _label(node), _MARGIN + column * _COLUMN, _MARGIN + row * _ROW)
        for column, nodes in enumerate(columns)
        for row, node in enumerate(nodes)
    }
    arrows = [_arrow(edge, boxes) for edge in lineage.edges if edge.source in boxes and edge.target in boxes]
    return Drawing(
        lineage,
        tuple(boxes.values()),
        tuple(arrows),
        width=max(len(columns) - 1, 0) * _COLUMN + _BOX_WIDTH + 2 * _MARGIN,
        height=max(map(len, columns), default=0) * _ROW + 2 * _MARGIN,
        left=len(weight) - len(boxes),
    )


def _columns(lineage: Lineage, weight: Mapping[Node, int]) -> list[list[Node]]:
    """Each node one column right of the furthest that leads to it, as far as there is no circle; heaviest on top."""
    depths = {node: 0 if node.kind is NodeKind.REPOSITORY else 1 for node in weight}
    for _ in range(_MOST_COLUMNS):
        for edge in lineage.edges:
            if edge.source != edge.target:
                depths[edge.target] = max(depths[edge.target], min(depths[edge.source] + 1, _MOST_COLUMNS - 1))
    columns: defaultdict[int, list[Node]] = defaultdict(list)
    for node in sorted(weight, key=lambda each: (-weight[each], each.name)):
        columns[depths[node]].append(node)
    return [columns[depth][:_MOST_IN_COLUMN] for depth in sorted(columns)]


def _label(node: Node) -> str:
    label = name(node.name)
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST // 2]}…{label[-_LONGEST // 2 + 1 :]}"


def _arrow(edge: Edge, boxes: Mapping[Node, Box]) -> Arrow:
    source, target = boxes[edge.source], boxes[edge.target]
    start_x, start_y = source.x + source.width, source.y + source.height / 2
    end_x, end_y = target.x - 6, target.y + target.height / 2
    if target.x <= source.x:  # back, or within a column: around the right side
        end_x = target.x + target.width + 6
        bend = max(start_x, end_x) + 40
        path = f"M{start_x} {start_y} C{bend} {start_y} {bend} {end_y} {end_x} {end_y}"
        return Arrow(edge, _CLASSES[edge.relation], path, _thickness(edge), bend - 8, (start_y + end_y) / 2)
    middle = (start_x + end_x) / 2
    path = f"M{start_x} {start_y} C{middle} {start_y} {middle} {end_y} {end_x} {end_y}"
    return Arrow(edge, _CLASSES[edge.relation], path, _thickness(edge), *_near_end(start_x, start_y, end_x, end_y))


def _near_end(start_x: float, start_y: float, end_x: float, end_y: float) -> tuple[float, float]:
    """A point of the curve three quarters along, where arrows from one box have parted."""
    x, y = start_x + (end_x - start_x) * 0.703125, start_y + (end_y - start_y) * 0.84375
    return round(x, 1), round(y, 1)


def _thickness(edge: Edge) -> float:
    return round(min(1 + len(str(edge.files)) * 0.7, 4), 1)
