"""The drawing of a provenance graph on a page: what stands where."""

from __future__ import annotations

import re

from modelkin.reports.graphs import Edge, Node, NodeKind, ProvenanceGraph, Relation
from modelkin.reports.html.graph import Drawing, drawing


def drawn(*edges: tuple[str, str]) -> Drawing:
    """The drawing of a provenance graph; names that begin with r are repositories."""
    kinds = {"r": NodeKind.REPOSITORY, "u": NodeKind.UPSTREAM}
    nodes = {name: Node(kinds[name[0]], name) for pair in edges for name in pair}
    relations = {"r": Relation.DERIVES, "u": Relation.ORIGIN}
    relations_drawn = [Edge(nodes[one_], nodes[other], relations[one_[0]], 3, 0.0, None) for one_, other in edges]
    return drawing(ProvenanceGraph(tuple(nodes.values()), tuple(relations_drawn)))


def columns(found: Drawing) -> dict[str, int]:
    lefts = sorted({box.x for box in found.boxes})
    return {box.node.name: lefts.index(box.x) for box in found.boxes}


PLACES = (
    ([("r1", "u1"), ("u1", "u2"), ("u2", "u3")], {"r1": 0, "u1": 1, "u2": 2, "u3": 3}),
    ([("r1", "u1"), ("r1", "u2"), ("u1", "u2")], {"r1": 0, "u1": 1, "u2": 1}),
    ([("r1", "u1"), ("u1", "u2"), ("u2", "u1")], {"r1": 0, "u1": 1, "u2": 2}),
)


def test_each_node_is_drawn_right_of_what_leads_to_it() -> None:
    assert not [(edges, found) for edges, places in PLACES if (found := columns(drawn(*edges))) != places]


def test_boxes_are_on_the_paper_and_none_is_on_another() -> None:
    found = drawn(*((f"r{number}", f"u{number * 7 % 11}") for number in range(30)), ("u1", "u2"), ("u2", "u1"))
    assert found.left == 5
    assert len({(box.x, box.y) for box in found.boxes}) == len(found.boxes)
    for box in found.boxes:
        assert 0 <= box.x <= found.width - box.width
        assert 0 <= box.y <= found.height - box.height
    for arrow in found.arrows:
        assert not [b for b in found.boxes if b.x < arrow.x < b.x + b.width and b.y < arrow.y < b.y + b.height]
        ends = [float(number) for number in re.findall(r"[\d.]+", arrow.path)]
        assert all(0 <= x <= found.width for x in ends[::2])


def test_nodes_stand_at_the_height_of_their_neighbours() -> None:
    found = drawn(*((f"r{number}", f"u{9 - number}") for number in range(10)))
    heights = {box.node.name: box.y for box in found.boxes}
    assert all(heights[f"r{number}"] == heights[f"u{9 - number}"] for number in range(10))
