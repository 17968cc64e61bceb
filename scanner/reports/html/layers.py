"""A lineage in, its nodes in columns out: repositories first, each node right of what is from it, little crossing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ...lineage import Edge, Lineage, Node, NodeKind

# More nodes in a column are not drawn; the table beside the drawing has them all.
_MOST_IN_COLUMN = 25
_MOST_COLUMNS = 6


def layered(lineage: Lineage, weight: Mapping[Node, int]) -> list[list[Node]]:
    """Each node as many columns right as arrows lead to it from a repository at least; heaviest on top."""
    depths = {node: 0 for node in weight if node.kind is NodeKind.REPOSITORY}
    for depth in range(1, _MOST_COLUMNS):
        reached = {edge.target for edge in lineage.edges if depths.get(edge.source) == depth - 1}
        depths.update((node, depth) for node in reached if node not in depths)
    columns: defaultdict[int, list[Node]] = defaultdict(list)
    for node in sorted(weight, key=lambda each: (-weight[each], each.name)):
        columns[depths.get(node, _MOST_COLUMNS - 1)].append(node)
    return _untangled([columns[depth][:_MOST_IN_COLUMN] for depth in sorted(columns)], lineage.edges)


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
