"""Reports in, who derives from whom out: repositories and known upstream projects, and what stands between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum

from msgspec import Struct

from .api import Report
from .clones import COPIES, Verdict
from .verdict import FileVerdict, UpstreamMatch


class NodeKind(str, Enum):
    """What was scanned, and what its files were found to be from."""

    REPOSITORY = "repository"
    UPSTREAM = "upstream"


class Relation(str, Enum):
    """What an edge says of the files it counts.

    ``HOLDS``: they stand in the repository as the project released them, path and all; ``DERIVES``: the upstream is
    their closest; ``ORIGIN``: what their closest upstream has goes back to the other one.
    """

    HOLDS = "holds files of"
    DERIVES = "derives from"
    ORIGIN = "goes back to"


class Node(Struct, frozen=True, order=True):
    """A repository that was scanned, or a known upstream project; the two may have the same name."""

    kind: NodeKind
    name: str


class Edge(Struct, frozen=True):
    """What ``files`` scanned files say of ``source`` and ``target``.

    ``share`` (0 to 1) is their part of the files scanned in the repository ``source``, and ``verdict`` the closest of
    theirs; 0 and None between two upstreams, which were not scanned.
    """

    source: Node
    target: Node
    relation: Relation
    files: int
    share: float
    verdict: Verdict | None


class Lineage(Struct, frozen=True):
    """Nodes in order of kind and name, repositories that derive from nothing included; edges by source and files."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def lineage(reports: Iterable[tuple[str, Report]]) -> Lineage:
    """The lineage over ``reports``, each with the name of its repository; they are read one at a time."""
    scanned: dict[Node, int] = {}
    counted: defaultdict[tuple[Node, Node, Relation], Counter[Verdict]] = defaultdict(Counter)
    for name, report in reports:
        repository = Node(NodeKind.REPOSITORY, name)
        scanned[repository] = len(report.files)
        for file in report.files:
            for source, target, relation, verdict in _said(repository, file):
                counted[source, target, relation][verdict] += 1
    edges = [_edge(*key, verdicts, scanned.get(key[0], 0)) for key, verdicts in counted.items()]
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    return Lineage(tuple(sorted({*scanned, *ends}, key=_order)), tuple(sorted(edges, key=_edge_order)))


def _edge(source: Node, target: Node, relation: Relation, verdicts: Counter[Verdict], scanned: int) -> Edge:
    files = verdicts.total()
    if relation is Relation.ORIGIN:
        return Edge(source, target, relation, files, 0.0, None)
    return Edge(source, target, relation, files, files / scanned, min(verdicts, key=list(Verdict).index))


def _said(repository: Node, file: FileVerdict) -> Iterator[tuple[Node, Node, Relation, Verdict]]:
    """What one file says: who released it, what it derives from, and where that goes back to."""
    if file.own_release:
        yield repository, _project(file.own_release.rpartition(" ")[0]), Relation.HOLDS, file.verdict
    closest = _closest(file)
    if closest is None:
        return
    upstream = _project(closest.project)
    yield repository, upstream, Relation.DERIVES, closest.verdict
    if file.origin is not None and file.origin.project != closest.project:
        yield upstream, _project(file.origin.project), Relation.ORIGIN, file.origin.verdict


def _closest(file: FileVerdict) -> UpstreamMatch | None:
    """The closest upstream; of a file as its own project released it, the next."""
    upstreams = file.upstreams[1:] if file.own_release else file.upstreams
    return next((each for each in upstreams if each.verdict in COPIES), None)


def _project(name: str) -> Node:
    return Node(NodeKind.UPSTREAM, name)


def _order(node: Node) -> tuple[int, str]:
    return list(NodeKind).index(node.kind), node.name


def _edge_order(edge: Edge) -> tuple[object, ...]:
    return _order(edge.source), -edge.files, list(Relation).index(edge.relation), _order(edge.target)
