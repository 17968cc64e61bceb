"""Baselines: what is known fails no run, wherever its lines are now."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.attribution.known_findings import SCHEMA, marked, read_baseline, write_baseline
from modelkin.cli import main
from modelkin.errors import BaselineError
from modelkin.results import Finding, Region

from ..support.example_reports import FINDING, WAIVED
from ..support.small_corpora import ATTENTION, Upstream, corpus_of

HEADER = "# Copyright 2020 The Lantern Authors. All rights reserved.\n# SPDX-License-Identifier: MIT\n"


def moved(finding: Finding, path: str = "", line: int = 90) -> Finding:
    return replace(finding, region=Region(path or finding.region.path, line, line + 1))


def test_a_recorded_finding_is_known_and_another_is_not(tmp_path: Path) -> None:
    assert write_baseline(tmp_path / "known.json", [FINDING]) == 1
    known = read_baseline(tmp_path / "known.json")
    found = [moved(FINDING), moved(FINDING, "models/other.py"), replace(FINDING, rule="source-unnamed")]
    assert [each.known for each in marked(found, known)] == [True, False, False]


def test_a_second_finding_like_a_known_one_is_new(tmp_path: Path) -> None:
    write_baseline(tmp_path / "known.json", [FINDING])
    assert [each.known for each in marked([FINDING, FINDING], read_baseline(tmp_path / "known.json"))] == [True, False]


def test_a_waived_finding_is_not_recorded(tmp_path: Path) -> None:
    assert write_baseline(tmp_path / "known.json", [FINDING, WAIVED]) == 1


def test_the_file_does_not_depend_on_lines(tmp_path: Path) -> None:
    for name, finding in (("a", FINDING), ("b", moved(FINDING))):
        write_baseline(tmp_path / name, [finding])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_empty_baseline_knows_nothing(tmp_path: Path) -> None:
    assert write_baseline(tmp_path / "known.json", []) == 0
    assert read_baseline(tmp_path / "known.json") == frozenset()


NO_BASELINES = [
    (b"{", "not a baseline: not valid JSON; record it with `modelkin baseline`"),
    (b"\xff\xfe", "not a baseline: not valid JSON"),
    (b"[" * 100_000, "not a baseline: not valid JSON"),
    (b"[]", "not a baseline of this version of modelkin; record it"),
    (b'{"schema": "modelkin.baseline/9", "findings": {}}', "not a baseline of this version of modelkin; record it"),
    (f'{{"schema": "{SCHEMA}", "findings": []}}'.encode(), "not a baseline of this version of modelkin"),
]


def test_what_is_no_baseline_is_one_clear_line(tmp_path: Path) -> None:
    failures = []
    for content, expected in NO_BASELINES:
        (tmp_path / "known.json").write_bytes(content)
        with pytest.raises(BaselineError) as raised:
            read_baseline(tmp_path / "known.json")
        if expected not in str(raised.value) or "\n" in str(raised.value):
            failures.append((content[:50], str(raised.value)))
    assert not failures


def test_a_missing_baseline_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"gone\.json: cannot be read: No such file or directory"):
        read_baseline(tmp_path / "gone.json")


def test_only_new_findings_fail_a_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"lantern/attention.py": HEADER + ATTENTION}
    corpus_of(Upstream(files=files, released="")).save(tmp_path / "c.safetensors")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text(ATTENTION)
    scan = ["scan", "code", "--corpus", "c.safetensors", "--no-progress", "--format", "concise"]
    scan += ["--as-of", "2026-01-01"]
    assert main(scan) == 1
    assert main(["baseline", "code", "--corpus", "c.safetensors"]) == 0
    assert ".modelkin-baseline.json: " in capsys.readouterr().out.splitlines()[-1]
    (tmp_path / "code" / "a.py").write_text("\n\n\n" + ATTENTION)
    held = [*scan, "--baseline", ".modelkin-baseline.json"]
    assert main(held) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(" findings known (.modelkin-baseline.json)")
    (tmp_path / "code" / "b.py").write_text(ATTENTION)
    assert main(held) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if "remedy" not in line]
    assert {line.split(":")[0] for line in lines} == {"b.py", "modelkin"}
