"""The provenance graph, who derives from whom over one report or many, and its text formats: DOT, Mermaid, GraphML.

Edit this when another relation is to be drawn, or in another format. `html.graph` draws the same graph on a page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from ..audit.family_model import Certainty, Families
from ..results import COPIES, Direction, FileVerdict, Report, UpstreamMatch, Verdict
from ..support.escaping import encodable, escape
from ..support.lazy import needing
from .phrases import counted, name, percent

if TYPE_CHECKING:
    from ..audit.outcome import Audit


# What Mermaid reads in labels: Markdown, HTML and brackets of its own. An entity stands for itself.
_MERMAID_SYNTAX = re.compile(r"[^\w .,:/=+@-]|_")


class NodeKind(str, Enum):
    """What a node stands for: what was scanned, or a known upstream project."""

    REPOSITORY = "repository"
    UPSTREAM = "upstream"


class Relation(str, Enum):
    """What an edge says of the files that it counts."""

    HOLDS = "holds files of"
    """They stand in the repository as the project released them, under the same path."""
    DERIVES = "derives from"
    """The project is their closest upstream; one that is younger than they are has no edge."""
    ORIGIN = "goes back to"
    """Their closest upstream has them from the other project."""
    MODEL = "has its model in part from"
    """Its tokenizer, settings or weights are a known model's, as far as evidence beside the code tells."""
    FAMILY = "has code in common with"
    """Both are repositories of an audit, and no known upstream has it: the other one is likely the first, where dates
    tell."""


class Node(Struct, frozen=True, order=True):
    """A repository that was scanned, or a known upstream project; the two may have the same name."""

    kind: NodeKind
    name: str


class Edge(Struct, frozen=True):
    """One relation between two nodes."""

    source: Node
    target: Node
    relation: Relation
    files: int
    """How many scanned files say so; 0 where the evidence is of a model."""
    share: float
    """Their part (0 to 1) of the files scanned in the repository ``source``; 0 between two upstreams."""
    verdict: Verdict | None
    """The closest verdict of these files; None between two upstreams."""
    unsettled: int = 0
    """For how many of them it is open or not known which of the two was first."""


class ProvenanceGraph(Struct, frozen=True):
    """Who derives from whom."""

    nodes: tuple[Node, ...]
    """By kind and name; a repository that derives from nothing is one as well."""
    edges: tuple[Edge, ...]
    """By source, those of most files first."""


def of_report(report: Report) -> ProvenanceGraph:
    """The graph of one repository, by the name under which it was scanned."""
    return provenance_graph([(report.root, report)])


def of_audit(audit: Audit) -> ProvenanceGraph:
    """The graph over all repositories of an audit, by their names in it, with what they have in common."""
    graph = provenance_graph(zip(audit.names(), audit.reports(), strict=True))
    common = _in_common(audit.families)
    return ProvenanceGraph(graph.nodes, tuple(sorted((*graph.edges, *common), key=_edge_order)))


def _in_common(families: Families) -> Iterator[Edge]:
    """An edge from each repository of a family to the likely first, or to the first by name where none is."""
    files: Counter[tuple[str, str]] = Counter()
    unsettled: Counter[tuple[str, str]] = Counter()
    for family in families.families:
        held = Counter(each.repository for each in family.members)
        first = family.first.repository if family.first else min(held)
        for repository, count in held.items():
            if repository != first:
                files[repository, first] += count
                unsettled[repository, first] += count * (family.certainty is not Certainty.CERTAIN)
    for (source, target), count in files.items():
        ends = Node(NodeKind.REPOSITORY, source), Node(NodeKind.REPOSITORY, target)
        yield Edge(*ends, Relation.FAMILY, count, 0.0, None, unsettled[source, target])


def provenance_graph(reports: Iterable[tuple[str, Report]]) -> ProvenanceGraph:
    """The graph over ``reports``, each with the name of its repository; they are read one at a time."""
    scanned: dict[Node, int] = {}
    counted: defaultdict[tuple[Node, Node, Relation], Counter[Verdict]] = defaultdict(Counter)
    unsettled: Counter[tuple[Node, Node, Relation]] = Counter()
    for repository_name, report in reports:
        repository = Node(NodeKind.REPOSITORY, repository_name)
        scanned[repository] = len(report.files)
        for file in report.files:
            for source, target, relation, verdict in _relations(repository, file):
                counted[source, target, relation][verdict] += 1
            if (closest := _closest(file)) and closest.direction in _UNSETTLED:
                unsettled[repository, _project(closest.project), Relation.DERIVES] += 1
        for key in _of_model(repository, report):
            if (*key[:2], Relation.DERIVES) not in counted:
                counted[key] = Counter()
    edges = [_edge(*key, verdicts, scanned.get(key[0], 0), unsettled[key]) for key, verdicts in counted.items()]
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    return ProvenanceGraph(tuple(sorted({*scanned, *ends}, key=_node_order)), tuple(sorted(edges, key=_edge_order)))


_UNSETTLED = (Direction.OPEN, Direction.UNKNOWN)


def _edge(
    source: Node, target: Node, relation: Relation, verdicts: Counter[Verdict], scanned: int, unsettled: int
) -> Edge:
    files = verdicts.total()
    if relation in (Relation.ORIGIN, Relation.MODEL):
        return Edge(source, target, relation, files, 0.0, None)
    return Edge(source, target, relation, files, files / scanned, min(verdicts, key=list(Verdict).index), unsettled)


def _relations(repository: Node, file: FileVerdict) -> Iterator[tuple[Node, Node, Relation, Verdict]]:
    """The relations that one file tells of: who released it, what it derives from, and where that goes back to."""
    if file.own_release:
        yield repository, _project(file.own_release.rpartition(" ")[0]), Relation.HOLDS, file.verdict
    closest = _closest(file)
    if closest is None:
        return
    upstream = _project(closest.project)
    yield repository, upstream, Relation.DERIVES, closest.verdict
    if file.origin is not None and file.origin.project != closest.project:
        yield upstream, _project(file.origin.project), Relation.ORIGIN, file.origin.verdict


def _of_model(repository: Node, report: Report) -> Iterator[tuple[Node, Node, Relation]]:
    """The upstreams of the answer that more than code speaks for."""
    for each in report.conclusion.upstreams if report.conclusion else ():
        if any(not ground.startswith("code: ") for ground in each.grounds):
            yield repository, _project(each.project), Relation.MODEL


def _closest(file: FileVerdict) -> UpstreamMatch | None:
    """The closest upstream of which the file is a copy; of a project's own release, the next one."""
    upstreams = file.upstreams[1:] if file.own_release else file.upstreams
    return next((each for each in upstreams if each.verdict in COPIES), None)


def _project(name: str) -> Node:
    return Node(NodeKind.UPSTREAM, name)


def _node_order(node: Node) -> tuple[int, str]:
    return list(NodeKind).index(node.kind), node.name


def _edge_order(edge: Edge) -> tuple[object, ...]:
    return _node_order(edge.source), -edge.files, list(Relation).index(edge.relation), _node_order(edge.target)


_LINES = {
    Relation.HOLDS: "bold",
    Relation.DERIVES: "solid",
    Relation.ORIGIN: "dashed",
    Relation.MODEL: "dotted",
    Relation.FAMILY: "dotted",
}
_ARROWS = {
    Relation.HOLDS: "==>",
    Relation.DERIVES: "-->",
    Relation.ORIGIN: "-.->",
    Relation.MODEL: "-.->",
    Relation.FAMILY: "-.->",
}


def dot(graph: ProvenanceGraph, notes: Sequence[str] = ()) -> str:
    """A digraph for Graphviz, from left to right; repositories are boxes, upstreams have rounded corners."""
    numbers = _numbers(graph)
    lines = [f"// {encodable(note)}" for note in notes]
    lines += ["digraph lineage {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    for node, number in numbers.items():
        rounded = ", style=rounded" if node.kind is NodeKind.UPSTREAM else ""
        lines.append(f'  {number} [label="{_quoted(name(node.name))}"{rounded}];')
    for edge in graph.edges:
        style = f'label="{_quoted(_label(edge))}", style={_LINES[edge.relation]}'
        lines.append(f"  {numbers[edge.source]} -> {numbers[edge.target]} [{style}];")
    return "\n".join([*lines, "}", ""])


def mermaid(graph: ProvenanceGraph, notes: Sequence[str] = ()) -> str:
    """A flowchart as GitHub and GitLab draw it in Markdown, without the fence."""
    numbers = _numbers(graph)
    lines = ["flowchart LR", *(f"  %% {_entities(note)}" for note in notes)]
    for node, number in numbers.items():
        before, after = ("([", "])") if node.kind is NodeKind.UPSTREAM else ("[", "]")
        lines.append(f'  {number}{before}"{_entities(name(node.name))}"{after}')
    for edge in graph.edges:
        arrow = _ARROWS[edge.relation]
        lines.append(f'  {numbers[edge.source]} {arrow}|"{_entities(_label(edge))}"| {numbers[edge.target]}')
    return "\n".join([*lines, ""])


def graphml(graph: ProvenanceGraph, notes: Sequence[str] = ()) -> str:
    """GraphML with typed attributes. Raises MissingExtraError without networkx."""
    with needing("graph", "--format graphml"):
        import networkx
    numbers = _numbers(graph)
    drawn: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    if notes:
        drawn.graph["notes"] = encodable("; ".join(notes))
    for node, number in numbers.items():
        drawn.add_node(number, label=encodable(escape(node.name)), kind=node.kind.value)
    for place, edge in enumerate(graph.edges):
        drawn.add_edge(
            numbers[edge.source],
            numbers[edge.target],
            key=f"e{place}",
            relation=edge.relation.value,
            files=edge.files,
            share=round(edge.share, 6),
            verdict=edge.verdict.value if edge.verdict else "",
            unsettled=edge.unsettled,
        )
    return "\n".join(networkx.generate_graphml(drawn, named_key_ids=True)) + "\n"


def _numbers(graph: ProvenanceGraph) -> dict[Node, str]:
    """An identifier for each node, as names that were scanned could be syntax."""
    return {node: f"n{number}" for number, node in enumerate(graph.nodes)}


def _label(edge: Edge) -> str:
    if edge.relation is Relation.MODEL:
        return f"{edge.relation.value}"
    share = f", {percent(edge.share)}" if edge.share else ""
    return f"{edge.relation.value}: {counted(edge.files, 'file')}{share}{unsettled_words(edge)}"


def unsettled_words(edge: Edge) -> str:
    """``, direction open or not known for 2``; empty where all of its files are in order."""
    return f", direction open or not known for {edge.unsettled}" if edge.unsettled else ""


def _quoted(text: str) -> str:
    """Graphviz reads backslash escapes in labels (``\\N`` is the node's name) besides the quote's own."""
    return encodable(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


def _entities(text: str) -> str:
    return _MERMAID_SYNTAX.sub(lambda found: f"#{ord(found[0])};", encodable(text))
