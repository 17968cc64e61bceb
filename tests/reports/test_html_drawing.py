"""The drawing of a provenance graph on a page: what stands where, and that nothing stands on anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.reports.graphs import Edge, Node, NodeKind, ProvenanceGraph, Relation
from modelkin.reports.html.graph import Arrow, Box, Drawing, drawing

KINDS = {"r": NodeKind.REPOSITORY, "u": NodeKind.UPSTREAM}
RELATIONS = {"r": (Relation.DERIVES, Relation.HOLDS, Relation.MODEL), "u": (Relation.ORIGIN,)}


def node(name: str) -> Node:
    return Node(KINDS[name[0]], name)


def graph(*edges: tuple[str, str, int]) -> ProvenanceGraph:
    """A provenance graph of names and numbers of files; names that begin with r are repositories."""
    drawn = [Edge(node(one), node(other), RELATIONS[one[0]][0], files, 0.0, None) for one, other, files in edges]
    return ProvenanceGraph(tuple({end for edge in drawn for end in (edge.source, edge.target)}), tuple(drawn))


def drawn(*edges: tuple[str, str]) -> Drawing:
    return drawing(graph(*((one, other, 3) for one, other in edges)))


def columns(found: Drawing) -> dict[str, int]:
    lefts = sorted({box.x for box in found.boxes})
    return {box.node.name: lefts.index(box.x) for box in found.boxes}


PLACES = (
    ([("r1", "u1"), ("u1", "u2"), ("u2", "u3")], {"r1": 0, "u1": 1, "u2": 2, "u3": 3}),
    ([("r1", "u1"), ("r1", "u2"), ("u1", "u2")], {"r1": 0, "u1": 1, "u2": 2}),
    ([("r1", "u1"), ("u1", "u2"), ("u2", "u1")], {"r1": 0, "u1": 1, "u2": 2}),
)


def test_each_node_is_drawn_right_of_what_leads_to_it() -> None:
    assert not [(edges, found) for edges, places in PLACES if (found := columns(drawn(*edges))) != places]


def number_space(arrow: Arrow) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the number of files of an arrow, in a font of 12 pixels."""
    half = len(f"{arrow.edge.files:,}") * 7.3 / 2
    return arrow.x - half, arrow.y - 7, arrow.x + half, arrow.y + 7


def box_space(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def points(arrow: Arrow) -> Iterator[tuple[float, float]]:
    """Points along the path of an arrow, less than a few pixels apart."""
    x = y = 0.0
    for command, told in re.findall(r"([MCH])([^MCH]*)", arrow.path):
        given_ = [float(number) for number in told.split()]
        if command == "M":
            x, y = given_
        elif command == "H":
            yield from ((x + (given_[0] - x) * step / 60, y) for step in range(61))
            x = given_[0]
        else:
            x1, y1, x2, y2, x3, y3 = given_
            for step in range(61):
                t, s = step / 60, 1 - step / 60
                yield tuple(  # type: ignore[misc]
                    s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d
                    for a, b, c, d in ((x, x1, x2, x3), (y, y1, y2, y3))
                )
            x, y = x3, y3


def overlapping(spaces: Sequence[tuple[float, float, float, float]]) -> list[object]:
    return [
        (one, other)
        for one, other in combinations(spaces, 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


def check_nothing_overlaps(found: Drawing) -> None:
    numbers = [number_space(arrow) for arrow in found.arrows if arrow.edge.files]
    boxes = [box_space(box) for box in found.boxes]
    assert overlapping([*numbers, *boxes]) == []
    for left, top, right, bottom in (*numbers, *boxes):
        assert left >= 0
        assert top >= 0
        assert right <= found.width
        assert bottom <= found.height
    for arrow in found.arrows:
        ends = {box.node: box_space(box) for box in found.boxes}
        others = [space for each, space in ends.items() if each not in (arrow.edge.source, arrow.edge.target)]
        numbers_of_others = [number_space(each) for each in found.arrows if each is not arrow and each.edge.files]
        crossed = [
            space
            for x, y in points(arrow)
            for space in (*others, *numbers_of_others)
            if space[0] < x < space[2] and space[1] < y < space[3]
        ]
        assert crossed == []


GRAPHS = st.lists(
    st.tuples(
        st.sampled_from([f"{kind}{number}" for kind in "ru" for number in range(20)]),
        st.sampled_from([f"u{number}" for number in range(20)]),
        st.integers(0, 99_999),
        st.integers(0, 2),
    ),
    max_size=70,
)


@given(GRAPHS)
@settings(max_examples=60, deadline=None)
def test_no_box_number_or_line_of_an_arrow_stands_on_another(told: list[tuple[str, str, int, int]]) -> None:
    edges = {
        (one, other, RELATIONS[one[0]][number % len(RELATIONS[one[0]])]): files
        for one, other, files, number in told
        if one != other
    }
    made = tuple(Edge(node(one), node(other), how, files, 0.0, None) for (one, other, how), files in edges.items())
    nodes = tuple({end for edge in made for end in (edge.source, edge.target)})
    found = drawing(ProvenanceGraph(nodes, made))
    check_nothing_overlaps(found)
    assert sum(arrow.edge.files for arrow in found.arrows) + found.left_files == sum(edges.values())


def test_the_largest_relations_are_drawn_and_the_rest_is_one_box_with_their_sum() -> None:
    found = drawing(graph(*(("r1", f"u{number}", 100 - number) for number in range(40))), rest="relations")
    drawn_ = {arrow.edge.target.name.strip(): arrow.edge.files for arrow in found.arrows}
    assert drawn_ == {**{f"u{number}": 100 - number for number in range(11)}, "29 more projects": sum(range(61, 90))}
    (rest,) = (box for box in found.boxes if box.members > 1)
    assert (rest.label, rest.link, rest.members) == ("29 more projects", "relations", 29)
    assert found.left == 0


def test_small_relations_between_boxes_that_are_drawn_are_counted() -> None:
    edges = [(f"r{one}", f"u{other}", 1000 - one * 12 - other) for one in range(12) for other in range(12)]
    found = drawing(graph(*edges))
    assert len(found.boxes) == 24
    assert found.left == 144 - len(found.arrows)
    assert found.left_files == sum(files for _, _, files in edges) - sum(arrow.edge.files for arrow in found.arrows)
    assert found.left > 0


def test_boxes_lead_to_what_the_page_has_of_them() -> None:
    found = drawing(graph(("r1", "u1", 3)), {node("r1"): "files", node("u1"): "upstream-u1"})
    assert {box.node.name: box.link for box in found.boxes} == {"r1": "files", "u1": "upstream-u1"}


def test_an_arrow_against_the_order_has_its_tip_at_the_begin_of_its_path() -> None:
    found = drawing(graph(("r1", "u1", 9), ("u1", "u2", 5), ("u2", "u1", 2)))
    assert [(each.edge.source.name, each.edge.target.name) for each in found.arrows if each.is_reversed] == [
        ("u2", "u1")
    ]


def test_a_name_fits_into_its_box_whatever_it_is_made_of() -> None:
    for name in ("u" + "W" * 60, "u" + "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 40, "u-one", "u\u202e\x00long" * 9):
        (box,) = (each for each in drawing(graph(("r1", name, 1))).boxes if each.node.name == name)
        wide = sum(2 if ord(character) > 0x2E80 else 1 for character in box.label)
        assert wide * 7.9 < box.width - 8


def test_nodes_stand_at_the_height_of_their_neighbours() -> None:
    found = drawn(*((f"r{number}", f"u{9 - number}") for number in range(10)))
    heights = {box.node.name: box.y for box in found.boxes}
    assert all(heights[f"r{number}"] == heights[f"u{9 - number}"] for number in range(10))


def test_an_audit_of_thousands_is_drawn_at_once() -> None:
    edges = [(f"r{number}", f"u{number * 7 % 90}", number % 50 + 1) for number in range(3_000)]
    found = drawing(graph(*edges))
    check_nothing_overlaps(found)
    assert {box.label for box in found.boxes if box.members > 1} == {"2989 more repositories", "79 more projects"}
