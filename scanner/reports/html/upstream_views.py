"""The upstreams of a report as its page lists them: the files that stand on each, and what is owed to it.

Edit this when the page is to say one more thing of an upstream; ``graph`` draws them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from ...results import Verdict
from ..graphs import Node, NodeKind, ProvenanceGraph
from .file_views import Anchors, FileView
from .finding_sections import FindingSection


class UpstreamView(Struct, frozen=True):
    """One upstream project, and the files that have it as their closest upstream or as their own release."""

    project: str
    anchor: str
    files: Sequence[FileView]
    verdicts: dict[Verdict, int]
    """How many of the files have each verdict, without those that none has."""
    licences: tuple[str, ...]
    """The licences of its files that these stand on."""
    origin_of: int
    """Of how many files it is the oldest known origin, though another upstream is closest."""
    owed: FindingSection | None
    """None where nothing is to be answered for."""


def upstream_views(
    graph: ProvenanceGraph, files: Sequence[FileView], sections: Sequence[FindingSection]
) -> list[UpstreamView]:
    """The upstreams of ``graph``, those of most files first."""
    anchors = Anchors()
    owed = {each.title: each for each in sections if not each.standing}
    projects = [node.name for node in graph.nodes if node.kind is NodeKind.UPSTREAM]
    views = [_view(project, anchors, files, owed.get(project)) for project in projects]
    return sorted(views, key=lambda each: (-len(each.files), -each.origin_of, each.project))


def box_links(graph: ProvenanceGraph, upstreams: Sequence[UpstreamView], own: str) -> dict[Node, str]:
    """Where the box of each node leads: to the part on the upstream; what was scanned leads to ``own``."""
    anchors = {each.project: each.anchor for each in upstreams}
    return {node: anchors[node.name] if node.kind is NodeKind.UPSTREAM else own for node in graph.nodes}


def _view(project: str, anchors: Anchors, files: Sequence[FileView], owed: FindingSection | None) -> UpstreamView:
    own = [each for each in files if project in (_own(each), *each.projects[:1])]
    matches = [match for each in own for match in each.file.upstreams if match.project == project]
    verdicts = Counter(each.file.verdict for each in own)
    return UpstreamView(
        project,
        anchors.of("upstream", project),
        own,
        {verdict: verdicts[verdict] for verdict in Verdict if verdicts[verdict]},
        tuple(sorted({match.licence for match in matches if match.licence})),
        sum(each.origin is not None and each.origin.project == project for each in files if each not in own),
        owed,
    )


def _own(view: FileView) -> str:
    """The project whose own release the file is."""
    return view.file.own_release.rpartition(" ")[0]
