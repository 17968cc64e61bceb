"""Where the boxes and arrows of a provenance graph stand in the drawing on a web page (SVG).

Nothing in it overlaps: each arrow has a height of its own at both of its boxes, its number stands where it alone runs
straight, and an arrow over several columns has a lane between the boxes of each. The largest relations are drawn, the
rest is summed (``graph_sums``). Edit this when the drawing is hard to read; how it looks is in
``templates/provenance.html`` and ``page.css``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

from ..graphs import Edge, Node, ProvenanceGraph, Relation
from ..phrases import name
from .graph_sums import Bundle, Layered, summed

# In pixels. A sign of the fixed font takes 0.6 of its size, and a little more where another font stands in for it.
_MARGIN, _GAP, _BOX_WIDTH, _BOX_HEIGHT, _LANE = 12, 14, 206, 30, 20
_CURVE, _NUMBER_SIGN, _TIP = 64, 7.6, 8
# A box holds so many cells of 7.9 pixels.
_LONGEST_LABEL = 24
_SWEEPS = 4
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
    x: float
    y: float
    height: float
    link: str
    """The id of the part of the page that tells of it; empty where none does."""
    members: int = 1
    """How many projects or repositories the box stands for."""
    width: float = _BOX_WIDTH


class Arrow(Struct, frozen=True):
    """An edge as an SVG path, ``thickness`` wide; its number of files stands at ``x`` and ``y``."""

    edge: Edge
    style: str
    path: str
    thickness: float
    x: float
    y: float
    is_reversed: bool
    """Whether it leads from right to left: its tip is at the begin of the path."""


class Drawing(Struct, frozen=True):
    """A graph and where its parts are drawn."""

    graph: ProvenanceGraph
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: float
    height: float
    left: int
    """How many relations between the boxes drawn are in the table only, as too many are larger,"""
    left_files: int
    """and of how many files they tell."""


class _Stop(NamedTuple):
    """What an arrow goes through in one column: the box of a node, or a lane of its own."""

    node: Node | None
    bundle: int


class _Place(NamedTuple):
    """Where a stop stands."""

    x: float
    y: float
    height: float


def drawing(graph: ProvenanceGraph, links: Mapping[Node, str] | None = None, rest: str = "") -> Drawing:
    """``graph`` from left to right; nodes without an edge are not drawn.

    ``links`` are the ids that boxes lead to, and ``rest`` that of a box which sums up.
    """
    layered = summed(graph)
    routes = [_route(bundle, number, layered.layers) for number, bundle in enumerate(layered.bundles)]
    columns = _columns(layered, routes)
    strip = max((len(_number(each.edge)) for each in layered.bundles), default=0) * _NUMBER_SIGN + 2 * _TIP + 8
    places = _places(columns, routes, strip)
    boxes = [_box(node, places[_Stop(node, -1)], layered, links or {}, rest) for node in layered.layers]
    arrows = _arrows(layered.bundles, routes, places, strip)
    right = max((box.x + box.width for box in boxes), default=0)
    below = max((place.y + place.height for place in places.values()), default=0)
    return Drawing(
        graph, tuple(boxes), tuple(arrows), right + _MARGIN, below + _MARGIN, layered.left, layered.left_files
    )


def _route(bundle: Bundle, number: int, layers: Mapping[Node, int]) -> list[_Stop]:
    """The stops of an arrow from left to right, whichever way it points."""
    ends = sorted((bundle.edge.source, bundle.edge.target), key=lambda node: layers[node])
    lanes = range(layers[ends[0]] + 1, layers[ends[1]])
    return [_Stop(ends[0], -1), *(_Stop(None, number * 100 + lane) for lane in lanes), _Stop(ends[1], -1)]


def _columns(layered: Layered, routes: Sequence[Sequence[_Stop]]) -> list[list[_Stop]]:
    """The stops of each column from top to bottom, so that few arrows cross (the barycentre method).

    Sugiyama, Tagawa, Toda 1981, "Methods for visual understanding of hierarchical system structures".
    """
    columns: list[list[_Stop]] = [[] for _ in range(max(layered.layers.values(), default=-1) + 1)]
    for node, layer in layered.layers.items():
        columns[layer].append(_Stop(node, -1))
    neighbours: defaultdict[_Stop, list[_Stop]] = defaultdict(list)
    for route in routes:
        first = layered.layers[_node(route[0])]
        for step, stop in enumerate(route[1:-1], 1):
            columns[first + step].append(stop)
        for one, other in pairwise(route):
            neighbours[one].append(other)
            neighbours[other].append(one)
    heights = {stop: float(height) for column in columns for height, stop in enumerate(column)}
    for _ in range(_SWEEPS):
        for column in columns:
            means = {stop: _mean([heights[each] for each in neighbours[stop]]) for stop in column}
            column.sort(key=lambda stop: (means[stop], heights[stop]))
            heights.update((stop, float(height)) for height, stop in enumerate(column))
    return columns


def _mean(heights: Sequence[float]) -> float:
    return sum(heights) / len(heights) if heights else 0.0


def _node(stop: _Stop) -> Node:
    assert stop.node is not None
    return stop.node


def _places(columns: Sequence[Sequence[_Stop]], routes: Sequence[Sequence[_Stop]], strip: float) -> dict[_Stop, _Place]:
    """Each column below the margin, centred; a box is as high as its arrows need."""
    leaving: defaultdict[_Stop, int] = defaultdict(int)
    coming: defaultdict[_Stop, int] = defaultdict(int)
    for route in routes:
        leaving[route[0]] += 1
        coming[route[-1]] += 1
    sizes = [
        [_LANE if each.node is None else max(_BOX_HEIGHT, _LANE * max(leaving[each], coming[each])) for each in column]
        for column in columns
    ]
    totals = [sum(column) + _GAP * (len(column) - 1) for column in sizes]
    places: dict[_Stop, _Place] = {}
    for number, (column, heights, total) in enumerate(zip(columns, sizes, totals, strict=True)):
        x = _MARGIN + number * (_BOX_WIDTH + _CURVE + strip)
        y = _MARGIN + (max(totals) - total) / 2
        for stop, height in zip(column, heights, strict=True):
            places[stop] = _Place(x, y, height)
            y += height + _GAP
    return places


def _box(node: Node, place: _Place, layered: Layered, links: Mapping[Node, str], rest: str) -> Box:
    members = layered.members.get(node, 1)
    link = rest if members > 1 else links.get(node, "")
    return Box(node, _label(node), place.x, place.y, place.height, link, members)


def _label(node: Node) -> str:
    """The name with its middle left out where it is too long, in cells of a fixed font: some signs take two."""
    label = name(node.name.strip())
    if cell_len(label) <= _LONGEST_LABEL:
        return label
    half = _LONGEST_LABEL // 2 - 1
    begin, end = set_cell_size(label, half + 1), set_cell_size(label[::-1], half)[::-1]
    return f"{begin.rstrip()}…{end.lstrip()}"


def _arrows(
    bundles: Sequence[Bundle], routes: Sequence[Sequence[_Stop]], places: Mapping[_Stop, _Place], strip: float
) -> list[Arrow]:
    """Each arrow leaves and comes at a height of its own, in the order of what is at its other end."""
    leaving: defaultdict[_Stop, list[int]] = defaultdict(list)
    coming: defaultdict[_Stop, list[int]] = defaultdict(list)
    for number, route in enumerate(routes):
        leaving[route[0]].append(number)
        coming[route[-1]].append(number)
    starts, ends = {}, {}
    for stop, numbers in leaving.items():
        starts.update(_spread(places[stop], sorted(numbers, key=lambda each: _middle(places[routes[each][1]]))))
    for stop, numbers in coming.items():
        ends.update(_spread(places[stop], sorted(numbers, key=lambda each: _middle(places[routes[each][-2]]))))
    return [
        _arrow(bundle, [places[stop] for stop in route], starts[number], ends[number], strip)
        for number, (bundle, route) in enumerate(zip(bundles, routes, strict=True))
    ]


def _spread(place: _Place, numbers: Sequence[int]) -> dict[int, float]:
    return {each: place.y + (rank + 0.5) * place.height / len(numbers) for rank, each in enumerate(numbers)}


def _middle(place: _Place) -> float:
    return place.y + place.height / 2


def _arrow(bundle: Bundle, stops: Sequence[_Place], start: float, end: float, strip: float) -> Arrow:
    is_reversed = stops[0] != stops[-1] and bundle.is_reversed
    x, y = stops[0].x + _BOX_WIDTH, start
    path = [f"M{_told(x + (_TIP if is_reversed else 0))} {_told(y)}"]
    for place in stops[1:]:
        height = end if place is stops[-1] else _middle(place)
        bend, straight = x + _CURVE / 2, x + _CURVE
        path.append(f"C{_told(bend)} {_told(y)} {_told(bend)} {_told(height)} {_told(straight)} {_told(height)}")
        x, y = place.x + _BOX_WIDTH, height
        if place is not stops[-1]:
            path.append(f"H{_told(x)}")
    path.append(f"H{_told(stops[-1].x - (0 if is_reversed else _TIP))}")
    number_x = stops[-1].x - strip / 2 - _TIP / 2
    edge = bundle.edge
    return Arrow(edge, _CLASSES[edge.relation], " ".join(path), _thickness(edge), number_x, end, is_reversed)


def _told(place: float) -> str:
    return f"{place:.1f}".removesuffix(".0")


def _number(edge: Edge) -> str:
    return f"{edge.files:,}" if edge.files else ""


def _thickness(edge: Edge) -> float:
    return round(min(1 + len(str(edge.files)) * 0.7, 4), 1)
