"""Where the boxes and arrows of a provenance graph stand in the drawing on a web page (SVG).

Edit this when the drawing is hard to read; how it looks is in ``templates/provenance.html`` and ``page.css``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from ..graphs import Edge, Node, NodeKind, ProvenanceGraph, Relation
from ..phrases import name

# More nodes in a column are not drawn; the table beside the drawing has them all.
_MOST_IN_COLUMN = 25
_MOST_COLUMNS = 6
# In pixels.
_COLUMN, _ROW, _MARGIN = 330, 46, 12
_BOX_WIDTH, _BOX_HEIGHT = 210, 30
_LONGEST_LABEL = 26
# How far an arrow ends before its box, one within a column leaves it, and a second one between two boxes is moved.
_TIP, _BULGE, _ASIDE = 6, 70, -8.0
_CLASSES = {
    Relation.HOLDS: "holds",
    Relation.DERIVES: "derives",
    Relation.ORIGIN: "origin",
    Relation.MODEL: "model",
    Relation.FAMILY: "family",
}


class Box(Struct, frozen=True):
    """A node at its upper left corner; ``label`` is its name as far as it fits."""

    node: Node
    label: str
    x: int
    y: int
    width: int = _BOX_WIDTH
    height: int = _BOX_HEIGHT


class Arrow(Struct, frozen=True):
    """An edge as an SVG path, ``thickness`` wide; its number of files stands at ``x`` and ``y``."""

    edge: Edge
    style: str
    path: str
    thickness: float
    x: float
    y: float


class Drawing(Struct, frozen=True):
    """A graph and where its parts are drawn."""

    graph: ProvenanceGraph
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int
    left: int
    """How many nodes are not drawn, as there are too many."""


def drawing(graph: ProvenanceGraph) -> Drawing:
    """``graph`` from left to right; nodes without an edge are not drawn."""
    weight: defaultdict[Node, int] = defaultdict(int)
    for edge in graph.edges:
        weight[edge.source] += edge.files
        weight[edge.target] += edge.files
    columns = _layered(graph, weight)
    boxes = {
        node: Box(node, _label(node), _MARGIN + column * _COLUMN, _MARGIN + row * _ROW)
        for column, nodes in enumerate(columns)
        for row, node in enumerate(nodes)
    }
    edges = [edge for edge in graph.edges if edge.source in boxes and edge.target in boxes]
    outgoing, incoming = Counter(edge.source for edge in edges), Counter(edge.target for edge in edges)
    arrows = [_arrow(edge, boxes, outgoing[edge.source] < incoming[edge.target]) for edge in edges]
    return Drawing(
        graph,
        tuple(boxes.values()),
        tuple(arrows),
        width=max(len(columns) - 1, 0) * _COLUMN + _BOX_WIDTH + _BULGE + 2 * _MARGIN,
        height=max(map(len, columns), default=0) * _ROW + 2 * _MARGIN,
        left=len(weight) - len(boxes),
    )


def _layered(graph: ProvenanceGraph, weight: Mapping[Node, int]) -> list[list[Node]]:
    """The nodes in columns: repositories in the first, each other node one right of a node it is reached from.

    In a column the nodes with most files come first, before `_untangled` moves them.
    """
    depths = {node: 0 for node in weight if node.kind is NodeKind.REPOSITORY}
    for depth in range(1, _MOST_COLUMNS):
        reached = {edge.target for edge in graph.edges if depths.get(edge.source) == depth - 1}
        depths.update((node, depth) for node in reached if node not in depths)
    columns: defaultdict[int, list[Node]] = defaultdict(list)
    for node in sorted(weight, key=lambda each: (-weight[each], each.name)):
        columns[depths.get(node, _MOST_COLUMNS - 1)].append(node)
    return _untangled([columns[depth][:_MOST_IN_COLUMN] for depth in sorted(columns)], graph.edges)


def _untangled(columns: Sequence[Sequence[Node]], edges: Sequence[Edge]) -> list[list[Node]]:
    """Each node at about the height of its neighbours, so that few arrows cross (the barycentre method, three sweeps).

    Sugiyama, Tagawa, Toda 1981, "Methods for visual understanding of hierarchical system structures".
    """
    neighbours: defaultdict[Node, set[Node]] = defaultdict(set)
    for edge in edges:
        neighbours[edge.source].add(edge.target)
        neighbours[edge.target].add(edge.source)
    heights = {node: height for column in columns for height, node in enumerate(column)}
    ordered = [list(column) for column in columns]
    for _ in range(3):
        for place, column in enumerate(ordered):
            others = {node for other, nodes in enumerate(ordered) if other != place for node in nodes}
            means = {node: _mean([heights[each] for each in neighbours[node] & others]) for node in column}
            column.sort(key=lambda node: (means[node], heights[node]))
            heights.update((node, height) for height, node in enumerate(column))
    return ordered


def _mean(heights: Sequence[int]) -> float:
    return sum(heights) / len(heights) if heights else 0.0


def _label(node: Node) -> str:
    label = name(node.name)
    return (
        label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL // 2]}…{label[-_LONGEST_LABEL // 2 + 1 :]}"
    )


def _arrow(edge: Edge, boxes: Mapping[Node, Box], number_near_source: bool) -> Arrow:
    """An arrow and its number of files, which stands near the end that has fewer arrows.

    Where two arrows join the same boxes, the second one's number stands at the other end.
    """
    source, target = boxes[edge.source], boxes[edge.target]
    aside = _ASIDE if edge.relation is Relation.HOLDS else 0.0
    start_y, end_y = (box.y + box.height / 2 + aside for box in (source, target))
    right, left = source.x + source.width, target.x - _TIP
    start_x, end_x, bend = right, left, (right + left) / 2
    if target.x == source.x:  # within a column: around its right side
        end_x = right + _TIP
        bend = right + _BULGE
    elif target.x < source.x:
        start_x, end_x = source.x, target.x + target.width + _TIP
        bend = (start_x + end_x) / 2
    path = f"M{start_x} {start_y} C{bend} {start_y} {bend} {end_y} {end_x} {end_y}"
    along = 0.25 if number_near_source != bool(aside) else 0.75
    x = _on_curve(along, start_x, bend, end_x)
    y = (1 - along) ** 2 * (1 + 2 * along) * start_y + along**2 * (3 - 2 * along) * end_y
    return Arrow(edge, _CLASSES[edge.relation], path, _thickness(edge), round(x, 1), round(y, 1))


def _on_curve(along: float, start: float, bend: float, end: float) -> float:
    """A coordinate of a Bézier curve whose two middle points are both ``bend``, ``along`` (0 to 1) of its way."""
    return (1 - along) ** 3 * start + 3 * along * (1 - along) * bend + along**3 * end


def _thickness(edge: Edge) -> float:
    return round(min(1 + len(str(edge.files)) * 0.7, 4), 1)
