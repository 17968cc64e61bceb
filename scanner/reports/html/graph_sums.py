"""Which relations of a provenance graph are drawn: the largest ones, and one box in each column that sums up the rest.

Edit this when a drawing shows too much or too little; where its parts stand, ``graph`` says.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from ..graphs import Edge, Node, NodeKind, ProvenanceGraph, Relation
from ..phrases import counted

# More are not read but stared at; the table beside the drawing has them all.
_MOST_IN_COLUMN = 12
_MOST_ARROWS = 40
_MOST_COLUMNS = 6
_NOUNS = {NodeKind.REPOSITORY: "repositories", NodeKind.UPSTREAM: "projects"}
_ONE = {NodeKind.REPOSITORY: "repository", NodeKind.UPSTREAM: "project"}


class Bundle(NamedTuple):
    """An edge that is drawn, or several of one relation as one."""

    edge: Edge
    is_reversed: bool
    """Whether its target stands left of its source."""


class Layered(Struct, frozen=True):
    """What is drawn: its nodes by column, and its arrows."""

    layers: dict[Node, int]
    """The column of each node, 0 the leftmost; by column, those of most files first."""
    bundles: Sequence[Bundle]
    members: Mapping[Node, int]
    """How many nodes each box stands for that sums up."""
    left: int
    """How many edges are not drawn,"""
    left_files: int
    """and of how many files they tell."""


def summed(graph: ProvenanceGraph) -> Layered:
    """The largest relations of ``graph``; in each column the smaller projects or repositories are one box."""
    weight = _weights(graph.edges)
    layers = _layers(graph.edges, weight)
    boxes, members = _boxes(layers, weight)
    drawn = {node: layers[kept] for kept, node in boxes.items()}
    edges = _merged(graph.edges, boxes)
    inside = [edge for edge in edges if drawn[edge.source] != drawn[edge.target]]
    largest = sorted(inside, key=lambda edge: (-edge.files, edge.source, edge.target, edge.relation.value))
    chosen = _with_each_node(largest)
    left = [edge for edge in edges if edge not in chosen]
    order = sorted(drawn, key=lambda node: (drawn[node], node in members, -weight.get(node, 0), node.name))
    ends = {end for edge in chosen for end in (edge.source, edge.target)}
    return Layered(
        {node: drawn[node] for node in order if node in ends},
        [Bundle(edge, drawn[edge.target] < drawn[edge.source]) for edge in edges if edge in chosen],
        members,
        len(left),
        sum(edge.files for edge in left),
    )


def _weights(edges: Iterable[Edge]) -> dict[Node, int]:
    weight: defaultdict[Node, int] = defaultdict(int)
    for edge in edges:
        weight[edge.source] += edge.files
        weight[edge.target] += edge.files
    return weight


def _with_each_node(largest: Sequence[Edge]) -> set[Edge]:
    """The largest edges, and of each node its largest, so that no box stands alone."""
    seen: set[Node] = set()
    chosen = set(largest[:_MOST_ARROWS])
    for edge in largest:
        if not {edge.source, edge.target} <= seen:
            chosen.add(edge)
        seen |= {edge.source, edge.target}
    return chosen


def _layers(edges: Sequence[Edge], weight: Mapping[Node, int]) -> dict[Node, int]:
    """The column of each node: right of all that leads to it, but for what leads around in a circle.

    Edges are laid one after the other, those nearest to a repository and the largest first; one that would close a
    circle is left aside.
    """
    after: defaultdict[Node, set[Node]] = defaultdict(set)
    steps = _steps_from_repositories(edges)
    for edge in sorted(edges, key=lambda each: (steps.get(each.source, len(steps)), -each.files, each.target)):
        if not _reaches(after, edge.target, edge.source):
            after[edge.source].add(edge.target)
    layers = dict.fromkeys(weight, 0)
    for _ in range(_MOST_COLUMNS - 1):
        for source, targets in after.items():
            for target in targets:
                layers[target] = min(max(layers[target], layers[source] + 1), _MOST_COLUMNS - 1)
    return layers


def _steps_from_repositories(edges: Iterable[Edge]) -> dict[Node, int]:
    """How many edges each node is away from the nearest repository; without those that none leads to."""
    after: defaultdict[Node, set[Node]] = defaultdict(set)
    for edge in edges:
        after[edge.source].add(edge.target)
    steps = {node: 0 for node in after if node.kind is NodeKind.REPOSITORY}
    waiting = deque(steps)
    while waiting:
        node = waiting.popleft()
        for target in after.get(node, ()):
            if target not in steps:
                steps[target] = steps[node] + 1
                waiting.append(target)
    return steps


def _reaches(after: Mapping[Node, set[Node]], start: Node, end: Node) -> bool:
    seen, left = {start}, [start]
    while left:
        node = left.pop()
        if node == end:
            return True
        new = after.get(node, set()) - seen
        seen |= new
        left.extend(new)
    return False


def _boxes(layers: Mapping[Node, int], weight: Mapping[Node, int]) -> tuple[dict[Node, Node], dict[Node, int]]:
    """For each node the box that stands for it, and how many each box stands for that sums up."""
    columns: defaultdict[tuple[int, NodeKind], list[Node]] = defaultdict(list)
    for node in sorted(weight, key=lambda each: (-weight[each], each.name)):
        columns[layers[node], node.kind].append(node)
    boxes: dict[Node, Node] = {}
    members: dict[Node, int] = {}
    for (layer, kind), nodes in columns.items():
        fits = len(nodes) <= _MOST_IN_COLUMN
        kept, rest = (nodes, []) if fits else (nodes[: _MOST_IN_COLUMN - 1], nodes[_MOST_IN_COLUMN - 1 :])
        boxes.update((node, node) for node in kept)
        if rest:
            # No project has a name that begins with a blank: one for each column, told alike.
            words = f"{len(rest)} more {_NOUNS[kind] if len(rest) > 1 else _ONE[kind]}"
            box = Node(kind, " " * (layer + 1) + words)
            boxes.update((node, box) for node in rest)
            members[box] = len(rest)
    return boxes, members


def _merged(edges: Iterable[Edge], boxes: Mapping[Node, Node]) -> list[Edge]:
    """The edges between boxes; several of one relation are one with the files of all."""
    found: dict[tuple[Node, Node, Relation], Edge] = {}
    for edge in edges:
        key = boxes[edge.source], boxes[edge.target], edge.relation
        before = found.get(key)
        merged = replace(edge, source=key[0], target=key[1])
        found[key] = merged if before is None else replace(before, files=before.files + edge.files)
    return list(found.values())


def arrow_words(edge: Edge) -> str:
    """``yi derives from vllm: 15 files``, for who points at an arrow or does not see it."""
    told = f": {counted(edge.files, 'file')}" if edge.files else ""
    return f"{edge.source.name.strip()} {edge.relation.value} {edge.target.name.strip()}{told}"
