"""The JSON contract."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version

import pytest
from msgspec.structs import replace

from modelkin.reports.json import render
from modelkin.results import Skipped

from ..support.example_reports import EMPTY, REPORT


def test_the_whole_report_is_the_golden_one(
    golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelkin.reports.json.version", lambda _name: "0")
    golden("report.json", render(REPORT))


def test_the_contract_has_every_key_it_promises() -> None:
    report = json.loads(render(REPORT))
    assert report["schema"] == "modelkin.report/2"
    assert report["tool"] == {"name": "modelkin", "version": version("modelkin")}
    assert set(report["corpus"]) == {"name", "version", "digest"}
    file = report["files"][0]
    promised = {"path", "sha256", "verdict", "similarity", "licence", "upstreams", "origin", "renames", "definitions"}
    assert set(file) >= promised
    assert set(file["upstreams"][0]) >= {"project", "path", "first_release", "last_release", "share", "licence", "url"}
    order = {"direction", "without", "appeared", "appeared_on", "innovations", "recent_lines", "sources"}
    assert set(file["upstreams"][0]) >= order
    assert set(file["upstreams"][0]["innovations"]) == {"held", "added", "since", "until"}
    assert set(file) >= {"dated", "direction", "direction_by", "claim", "later", "alike"}
    assert set(file["dated"]) == {"date", "by", "claim", "at_latest", "says", "project"}
    assert set(file["renames"][0]) >= {"original", "copy", "kind", "count", "consistency", "occurrences"}
    assert set(file["definitions"][0]) >= {"qualname", "first_line", "last_line", "verdict", "similarity", "upstream"}
    assert set(file["definitions"][0]["upstream"]) == {"qualname", "path", "first_line", "last_line"}
    assert file["definitions"][3]["upstream"] is None
    finding = {"rule", "level", "path", "first_line", "last_line", "message", "upstream", "remedy"}
    finding |= {"files", "places", "group", "confidence", "reason"}
    assert set(report["findings"][0]) == finding | {"clause", "upstream_region", "suppression", "known"}
    place = {"path", "first_line", "last_line", "message", "upstream", "upstream_region"}
    assert set(report["findings"][0]["places"][0]) == place
    assert set(report["findings"][1]["suppression"]) == {"path", "line", "reason", "in_source"}
    assert set(report["attributions"][0]) == {"path", "upstream", "grade", "duties"}
    assert set(report["attributions"][0]["duties"][0]) == {"licence", "clause", "asks", "state", "where"}
    assert set(report["skipped"][0]) == {"path", "reason"}
    assert set(report["unread"][0]) == {"kind", "count", "paths", "upstream", "known"}
    assert set(report["summary"]) == {
        "files_scanned",
        "by_verdict",
        "by_level",
        "files_with_findings",
        "waived",
        "known",
        "skipped",
        "unread",
        "later",
        "seconds",
    }


def test_a_waived_finding_counts_at_no_level() -> None:
    summary = json.loads(render(REPORT))["summary"]
    assert (summary["by_level"], summary["waived"]) == ({"error": 1, "warning": 0, "note": 0}, 1)


def test_only_the_seconds_differ_between_runs() -> None:
    first, second = (json.loads(render(replace(REPORT, seconds=seconds))) for seconds in (0.1, 7.0))
    assert first["summary"].pop("seconds") != second["summary"].pop("seconds")
    assert first == second


def test_every_verdict_and_level_is_counted_even_at_zero() -> None:
    summary = json.loads(render(EMPTY))["summary"]
    assert summary["by_verdict"] == dict.fromkeys(("identical", "renamed", "modified", "fragments", "independent"), 0)
    assert summary["by_level"] == dict.fromkeys(("error", "warning", "note"), 0)


def test_a_path_that_is_not_utf_8_gives_json_that_strict_readers_take() -> None:
    text = render(replace(EMPTY, skipped=(Skipped("bad\udcff.py", "\x1b[2J unreadable"),)))
    assert text.isascii()
    assert json.loads(text)["skipped"] == [{"path": "bad\\udcff.py", "reason": "\x1b[2J unreadable"}]
