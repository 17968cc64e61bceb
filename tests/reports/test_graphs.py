"""Who derives from whom, over one report and over many, and the graph of it in three languages."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from msgspec.structs import replace

from modelkin.reports.graphs import (
    Edge,
    Node,
    NodeKind,
    ProvenanceGraph,
    Relation,
    dot,
    graphml,
    mermaid,
    of_report,
    provenance_graph,
)
from modelkin.results import FileVerdict, Report, UpstreamMatch, Verdict

from ..support.example_reports import EMPTY, INDEPENDENT, OWN, REPORT, TRANSFORMERS_LLAMA, VLLM_LLAMA, YI
from ..support.hostile_reports import HOSTILE, HOSTILE_REPORT
from ..support.report_syntax import DOT_EDGE, DOT_NODE, MERMAID_LINE

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def copied(
    verdict: Verdict, *upstreams: UpstreamMatch, origin: UpstreamMatch | None = None, own: str = ""
) -> FileVerdict:
    return replace(YI, verdict=verdict, upstreams=upstreams, origin=origin, own_release=own)


def report(*files: FileVerdict) -> Report:
    return replace(EMPTY, files=files)


def upstream(name: str) -> Node:
    return Node(NodeKind.UPSTREAM, name)


def repository(name: str) -> Node:
    return Node(NodeKind.REPOSITORY, name)


def test_a_repository_derives_from_the_closest_upstreams_of_its_files_and_those_go_back_to_origins() -> None:
    found = of_report(replace(REPORT, files=(YI, replace(OWN, verdict=Verdict.IDENTICAL), INDEPENDENT)))
    assert [node.name for node in found.nodes] == ["pypi:vllm==0.2.3", "transformers", "vllm"]
    assert found.edges == (
        Edge(repository("pypi:vllm==0.2.3"), upstream("vllm"), Relation.HOLDS, 1, 1 / 3, Verdict.IDENTICAL),
        Edge(repository("pypi:vllm==0.2.3"), upstream("vllm"), Relation.DERIVES, 1, 1 / 3, Verdict.MODIFIED),
        Edge(upstream("vllm"), upstream("transformers"), Relation.ORIGIN, 1, 0.0, None),
    )


def test_an_edge_counts_its_files_and_has_the_closest_of_their_verdicts() -> None:
    verdicts = (Verdict.MODIFIED, Verdict.IDENTICAL, Verdict.RENAMED)
    files = [copied(verdict, replace(VLLM_LLAMA, verdict=verdict)) for verdict in verdicts]
    (edge,) = provenance_graph([("ours", report(*files, INDEPENDENT))]).edges
    assert (edge.files, edge.share, edge.verdict) == (3, 0.75, Verdict.IDENTICAL)


def test_fragments_are_no_descent() -> None:
    fragments = replace(VLLM_LLAMA, verdict=Verdict.FRAGMENTS)
    found = provenance_graph([("ours", report(copied(Verdict.FRAGMENTS, fragments)))])
    assert found == ProvenanceGraph((repository("ours"),), ())


def test_a_file_as_its_project_released_it_is_held_and_derives_from_the_next_upstream() -> None:
    file = copied(Verdict.IDENTICAL, VLLM_LLAMA, TRANSFORMERS_LLAMA, origin=TRANSFORMERS_LLAMA, own="vllm 0.2.1")
    relations = {(edge.target.name, edge.relation) for edge in provenance_graph([("mirror", report(file))]).edges}
    assert relations == {("vllm", Relation.HOLDS), ("transformers", Relation.DERIVES)}


def test_reports_of_many_repositories_make_one_graph_in_whatever_order_they_come() -> None:
    reports = [("b", report(copied(Verdict.MODIFIED, VLLM_LLAMA))), ("a", report(YI)), ("c", EMPTY)]
    found = provenance_graph(iter(reports))
    assert [node.name for node in found.nodes] == ["a", "b", "c", "transformers", "vllm"]
    assert [(edge.source.name, edge.target.name) for edge in found.edges[:2]] == [("a", "vllm"), ("b", "vllm")]
    assert provenance_graph(reversed(reports)) == found


def test_a_repository_and_an_upstream_of_one_name_are_two_nodes() -> None:
    found = provenance_graph([("vllm", report(copied(Verdict.MODIFIED, VLLM_LLAMA)))])
    assert found.nodes == (repository("vllm"), upstream("vllm"))
    assert found.edges[0].source != found.edges[0].target


def test_dot_draws_every_node_and_edge() -> None:
    drawn = dot(of_report(REPORT))
    assert '  n0 [label="pypi:vllm==0.2.3"];\n' in drawn
    assert '  n0 -> n2 [label="derives from: 1 file, 33.3 %", style=solid];\n' in drawn
    assert '  n2 -> n1 [label="goes back to: 1 file", style=dashed];\n' in drawn


def test_mermaid_draws_every_node_and_edge() -> None:
    drawn = mermaid(of_report(REPORT)).splitlines()
    assert drawn[0] == "flowchart LR"
    assert '  n2(["vllm"])' in drawn
    assert '  n0 -->|"derives from: 1 file, 33.3 #37;"| n2' in drawn
    assert '  n2 -.->|"goes back to: 1 file"| n1' in drawn


def test_graphml_has_typed_values() -> None:
    root = ET.fromstring(graphml(of_report(REPORT)))
    keys = {key.get("attr.name"): key.get("attr.type") for key in root.iter(f"{GRAPHML}key")}
    assert keys == {
        "label": "string",
        "kind": "string",
        "relation": "string",
        "verdict": "string",
        "files": "long",
        "share": "double",
        "unsettled": "long",
    }
    assert len(list(root.iter(f"{GRAPHML}node"))) == 3
    assert len(list(root.iter(f"{GRAPHML}edge"))) == 3


NAMES = (HOSTILE, '"]; evil [label="', "\\N \\", "-->|x| --- %% `a` #35; &lt;", "graph\nend")


def test_no_name_is_syntax() -> None:
    for name in NAMES:
        check_name_is_text(name)


def check_name_is_text(named: str) -> None:
    hostile = provenance_graph([(named, replace(HOSTILE_REPORT, root=named))])
    lines = dot(hostile).splitlines()[3:-1]
    assert lines
    assert all(DOT_NODE.fullmatch(line) or DOT_EDGE.fullmatch(line) for line in lines)
    assert all(MERMAID_LINE.fullmatch(line) for line in mermaid(hostile).splitlines()[1:])
    labels = [
        data.text for data in ET.fromstring(graphml(hostile)).iter(f"{GRAPHML}data") if data.get("key") == "label"
    ]
    assert len(labels) == 2
    for drawn in (dot(hostile), mermaid(hostile), graphml(hostile)):
        drawn.encode("utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", drawn)
