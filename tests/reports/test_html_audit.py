"""The web page of an audit, and of a report that its journal holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelkin.cli import main

from ..support.audit_cases import REPOSITORIES, asked, run, tiny_corpus, write_repositories
from ..support.page_checks import CHECKS, failures
from ..support.pages import Element, one, read_page
from ..support.small_corpora import ATTENTION
from ..support.upstreams import Release, renamed, write_corpus


@pytest.fixture(scope="module")
def audit_page(tmp_path_factory: pytest.TempPathFactory) -> Element:
    folder = tmp_path_factory.mktemp("audit")
    place = write_repositories(folder / "all", REPOSITORIES | {"org/<script>alert(1)": {"model.py": ATTENTION}})
    run(place, folder / "j.jsonl", asked(tiny_corpus(folder / "c.safetensors")))
    main(["report", str(folder / "j.jsonl"), "--format", f"html={folder / 'audit.html'}"])
    return read_page((folder / "audit.html").read_text("utf-8"))


def test_the_page_of_an_audit_has_every_repository_and_its_upstreams(audit_page: Element) -> None:
    rows = [row for row in audit_page.all("tr") if row.attributes.get("data-item") == "repository"]
    names = {one(row, "th").text for row in rows}
    assert names == {*REPOSITORIES, "org/<script>alert(1)"}
    told = {one(row, "th").text: [cell.text for cell in row.all("td")] for row in rows}
    assert told["org/copy"][0] == "2"
    assert told["org/copy"][2] == "lantern (1)"
    assert "lantern" in one(audit_page, "section", id="upstreams").text
    table = one(audit_page, "section", id="lineage").all("tr")
    edges = [[cell.text for cell in row.all("th", "td")][:3] for row in table]
    assert ["org/copy", "derives from", "lantern"] in edges
    assert ["own-path", "holds files of", "lantern"] in edges


def test_the_page_of_an_audit_is_as_accessible_and_closed_as_that_of_a_report(audit_page: Element) -> None:
    assert not [found for check in CHECKS for found in failures(check, {"audit": audit_page})]


def test_an_audit_is_one_graph_in_each_language(tmp_path: Path) -> None:
    run(write_repositories(tmp_path / "all"), tmp_path / "j.jsonl", asked(tiny_corpus(tmp_path / "c.safetensors")))
    for name, begins in (("dot", "digraph"), ("mermaid", "flowchart"), ("graphml", "<graphml")):
        text = _output(tmp_path, ["report", str(tmp_path / "j.jsonl"), "--format", name, "--fail-on", "never"])
        assert text.startswith(begins)
        assert not [each for each in REPOSITORIES if each not in text.replace("#45;", "-")], name


def test_the_report_of_a_journal_shows_what_is_still_on_this_machine(tmp_path: Path) -> None:
    (tmp_path / "all" / "ours").mkdir(parents=True)
    (tmp_path / "all" / "ours" / "copy.py").write_text(renamed(ATTENTION, WindowAttention="PaneAttention"))
    corpus = write_corpus(tmp_path / "c.safetensors", [Release("lamp", "1", "2020-01-01", {"lamp/a.py": ATTENTION})])
    journal, out = str(tmp_path / "journal.jsonl"), tmp_path / "page.html"
    audit = ["audit", str(tmp_path / "all"), "--journal", journal, "--corpus", str(corpus), "--jobs", "1", "-q"]
    main([*audit, "--fail-on", "never"])
    row = json.loads(_output(tmp_path, ["report", journal, "--format", "json", "--fail-on", "never"]))["repositories"][
        0
    ]
    told = ["report", journal, "--repository", row["name"], "--format", f"html={out}", "--fail-on", "never"]
    assert main(told) == 0
    assert "lamp has no known package to read it from" in read_page(out.read_text("utf-8")).text


def _output(folder: Path, command: list[str]) -> str:
    out = folder / "out.json"
    main([*command, "--output", str(out)])
    return out.read_text("utf-8")
