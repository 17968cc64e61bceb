"""README.md and docs/: what they say of modelkin is so, each link leads somewhere, and no page accuses anybody."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from modelkin.corpus.builds.manifest import read_manifest
from modelkin.reports import AUDIT_FORMATS, FORMATS
from modelkin.reports.json import as_data
from modelkin.results import Verdict
from modelkin.rulebook.loader import finding_rules

from .support.documents import PAGES, README, ROOT, anchors, blocks, links
from .support.example_reports import REPORT
from .test_packaging import ACCUSING, configuration

FORMATS_PAGE = ROOT / "docs" / "formats.md"
PICTURE = ROOT / "docs" / "scan.svg"


def leads_nowhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    leads = target.is_relative_to(ROOT) and target.exists() and (not anchor or anchor in anchors(target))
    return not leads


def test_each_link_of_a_page_leads_somewhere() -> None:
    assert not [(page.name, link) for page in PAGES for link in links(page) if leads_nowhere(page, link)]


def test_the_yaml_of_each_page_is_yaml() -> None:
    found = [block for page in PAGES for block in blocks(page, "yaml")]
    assert found
    assert all(map(yaml.safe_load, found))


def test_each_page_states_facts_and_accuses_nobody() -> None:
    assert not [page.name for page in PAGES if ACCUSING.search(page.read_text(encoding="utf-8"))]


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {(README.parent / link).resolve() for link in links(README)}
    assert set(PAGES) - {README} <= linked


def test_the_readme_lists_every_verdict_and_every_finding_at_its_level() -> None:
    text = README.read_text(encoding="utf-8")
    for verdict in Verdict:
        assert f"| `{verdict.value}` |" in text
    rows = re.findall(r"^\| (`[^|]*) \| (error|warning|note)", text, re.MULTILINE)
    levels = {identifier: level for cell, level in rows for identifier in re.findall(r"`([\w-]+)`", cell)}
    assert levels == {rule.id: rule.level.value for rule in finding_rules()}


def test_the_readme_counts_the_corpus_as_its_manifest_does() -> None:
    upstreams = read_manifest(ROOT / "corpora" / "upstreams.yaml")
    releases: Counter[str] = Counter()
    for upstream in upstreams:
        releases[upstream.name] += len(upstream.releases)
    told = " ".join(README.read_text(encoding="utf-8").split())
    assert f"{sum(releases.values())} releases of {len(releases)} projects" in told
    for name in ("transformers", "diffusers", "timm"):
        assert f"{releases[name]} of {name}" in told


def test_the_readme_names_every_extra() -> None:
    extras = configuration()["options.extras_require"].keys() - {"test"}
    told = README.read_text(encoding="utf-8")
    assert all(f"(`{extra}`)" in told for extra in extras)


def test_every_format_is_in_the_page_on_formats() -> None:
    told = re.findall(r"^\| `(\w+)` \|", FORMATS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(told) >= {*FORMATS, *AUDIT_FORMATS}
    of_audits = (ROOT / "docs" / "audits.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in of_audits for name in AUDIT_FORMATS)


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_every_key_of_the_json_report_is_in_the_page_on_formats() -> None:
    told = set(re.findall(r"`(\w+)`", FORMATS_PAGE.read_text(encoding="utf-8")))
    data = as_data(REPORT)
    counts = {*data["summary"].pop("by_verdict"), *data["summary"].pop("by_level")}
    assert keys(data) | counts <= told


def test_every_benchmark_with_a_command_line_is_in_their_table() -> None:
    folder = ROOT / "tests" / "benchmarks"
    table = (folder / "README.md").read_text(encoding="utf-8")
    for module in folder.glob("*.py"):
        if "@click.command" in module.read_text(encoding="utf-8"):
            assert f"| `python -m tests.benchmarks.{module.stem}` |" in table


def test_the_picture_is_small_and_fetches_nothing() -> None:
    stored = PICTURE.read_bytes()
    assert len(stored) < 60_000
    assert ElementTree.fromstring(stored).tag == "{http://www.w3.org/2000/svg}svg"
    assert re.findall(rb"https?://[^\"' )]*", stored) == [b"http://www.w3.org/2000/svg"]
    assert b"@import" not in stored
