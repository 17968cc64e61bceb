"""A lineage in, a graph of it in the syntax of Graphviz, Mermaid or GraphML out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..api import Report
from ..lineage import Edge, Lineage, Node, NodeKind, Relation, lineage
from .escaping import encodable, escape
from .extras import needing
from .phrases import counted, name, percent

if TYPE_CHECKING:
    from ..audit import Audit

_LINES = {Relation.HOLDS: "bold", Relation.DERIVES: "solid", Relation.ORIGIN: "dashed"}
_ARROWS = {Relation.HOLDS: "==>", Relation.DERIVES: "-->", Relation.ORIGIN: "-.->"}
# Mermaid reads Markdown, HTML and its own brackets in labels, but entities as the characters they stand for.
_MEANS_SOMETHING = re.compile(r"[^\w .,:/=+@-]|_")


def of_report(report: Report) -> Lineage:
    """The lineage of one repository, by the name it was scanned under."""
    return lineage([(report.root, report)])


def of_audit(audit: Audit) -> Lineage:
    """The lineage over all repositories of an audit, by their names in it; the reports are read one at a time."""
    return lineage(zip(audit.names(), audit.reports(), strict=True))


def dot(graph: Lineage, notes: Sequence[str] = ()) -> str:
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


def mermaid(graph: Lineage, notes: Sequence[str] = ()) -> str:
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


def graphml(graph: Lineage, notes: Sequence[str] = ()) -> str:
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
        )
    return "\n".join(networkx.generate_graphml(drawn, named_key_ids=True)) + "\n"


def _numbers(graph: Lineage) -> dict[Node, str]:
    """What each node is called in the syntax: never by a name that was scanned."""
    return {node: f"n{number}" for number, node in enumerate(graph.nodes)}


def _label(edge: Edge) -> str:
    share = f", {percent(edge.share)}" if edge.share else ""
    return f"{edge.relation.value}: {counted(edge.files, 'file')}{share}"


def _quoted(text: str) -> str:
    """Graphviz reads backslash escapes in labels (``\\N`` is the node's name) besides the quote's own."""
    return encodable(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


def _entities(text: str) -> str:
    return _MEANS_SOMETHING.sub(lambda found: f"#{ord(found[0])};", encodable(text))
