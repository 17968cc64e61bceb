"""Native files that an upstream holds: named with release and path, unless the upstream is certainly younger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import modelkin
from modelkin.attribution.native_files import MOST_BYTES
from modelkin.reports import render
from modelkin.results import Direction, Level, Report, UnreadKind
from modelkin.scan_steps import ScanOptions

from ..support.small_corpora import ATTENTION, KERNEL, ROTARY, Upstream, corpus_of

EDITED = "// Ours.\n" + KERNEL.replace(" ", "\n\t") + "/* The end. */"
ONE = Upstream(files={"lantern/attention.py": ATTENTION, "lantern/ops/glow.cu": KERNEL.replace("tide", "glow")})
TWO = Upstream(
    version="2.0",
    files={"lantern/attention.py": ATTENTION, "lantern/ops/tide.cu": KERNEL},
    released="2023-07-08",
)
LATER = Upstream("beacon", "0.3", {"beacon/rotary.py": ROTARY, "beacon/tide.cuh": KERNEL}, "2024-01-31", "BSD-3-Clause")


def scanned(root: Path, files: dict[str, str], *upstreams: Upstream, as_of: str = "", **options: object) -> Report:
    for name, text in files.items():
        path = root / "ours" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    corpus = root / "small.safetensors"
    corpus_of(*upstreams).save(corpus)
    return modelkin.scan(str(root / "ours"), ScanOptions(corpora=(corpus,), as_of=as_of, **options))  # type: ignore[arg-type]


def known(report: Report) -> list[tuple[str, str, str, str, Direction]]:
    return [
        (each.path, each.upstream.project, each.upstream.first_release, each.upstream.path, each.upstream.direction)
        for unread in report.unread
        for each in unread.known
    ]


def test_a_native_file_is_named_with_the_oldest_upstream(tmp_path: Path) -> None:
    report = scanned(tmp_path, {"a.py": "X = 1\n", "csrc/tide.cu": EDITED}, LATER, ONE, TWO, as_of="2025-01-01")
    expected = ("csrc/tide.cu", "lantern", "2.0", "lantern/ops/tide.cu", Direction.IN_ORDER)
    assert known(report) == [expected]
    (finding,) = report.findings
    assert (finding.rule, finding.level, finding.region.path) == ("native-file-known", Level.NOTE, "csrc/tide.cu")
    assert "lantern 2.0 (2023-07-08), lantern/ops/tide.cu" in finding.message
    assert "MIT" in finding.remedy
    (unread,) = json.loads(render(report, "json"))["unread"]
    assert unread["known"] == [
        {
            "path": "csrc/tide.cu",
            "upstream": {
                "project": "lantern",
                "release": "2.0",
                "released": "2023-07-08",
                "path": "lantern/ops/tide.cu",
                "licence": "MIT",
                "url": "https://example.org/2.0/lantern/ops/tide.cu",
                "direction": "in-order",
            },
        }
    ]


def test_beside_a_copy_it_is_told_apart_from_what_is_not_known(tmp_path: Path) -> None:
    files = {"net/attention.py": ATTENTION, "net/ops/tide.cu": EDITED, "net/ops/ours.cu": KERNEL.replace("+=", "-=")}
    report = scanned(tmp_path, files, TWO, as_of="2025-01-01")
    found = {finding.rule: finding.message for finding in report.findings}
    assert found["native-file-known"].startswith("net/ops/tide.cu: the same as native code of lantern 2.0")
    assert found["unread-beside-copy"].startswith("net/ops/ours.cu: not read")


def test_an_upstream_that_is_certainly_younger_is_not_named(tmp_path: Path) -> None:
    files = {"a.py": "X = 1\n", "tide.cu": EDITED}
    told = {day: known(scanned(tmp_path, files, ONE, TWO, as_of=day)) for day in ("2021-01-01", "2022-01-01", "")}
    row = "tide.cu", "lantern", "2.0", "lantern/ops/tide.cu"
    assert told == {"2021-01-01": [], "2022-01-01": [(*row, Direction.OPEN)], "": [(*row, Direction.UNKNOWN)]}


def test_where_all_are_younger_none_is_named(tmp_path: Path) -> None:
    assert known(scanned(tmp_path, {"a.py": "X = 1\n", "tide.cu": EDITED}, LATER, TWO, as_of="2020-01-01")) == []


def test_what_is_left_out_or_its_own_is_not_named(tmp_path: Path) -> None:
    files = {"a.py": "X = 1\n", "lantern/ops/tide.cu": EDITED}
    assert known(scanned(tmp_path, files, TWO, exclude_upstream=("lantern",))) == []
    assert known(scanned(tmp_path, files, TWO)) != []
    own = {**files, "pyproject.toml": '[project]\nname = "lantern"\nversion = "2.0"\n'}
    assert known(scanned(tmp_path, own, TWO)) == []


def test_other_code_or_too_little_is_not_known(tmp_path: Path) -> None:
    files = {"a.py": "X = 1\n", "tide.cu": KERNEL.replace("+= 1", "+= 2"), "b.h": "#pragma once\n", "c.rs": KERNEL}
    report = scanned(tmp_path, files, TWO)
    assert known(report) == []
    assert [(each.kind, each.count) for each in report.unread] == [(UnreadKind.NATIVE, 3)]


def test_no_more_is_read_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.attribution.native_files.MOST_BYTES", len(EDITED))
    files = {"a.py": "X = 1\n", "a/tide.cu": EDITED, "b/tide.cu": EDITED}
    assert [row[0] for row in known(scanned(tmp_path, files, TWO))] == ["a/tide.cu"]
    assert len(EDITED) < MOST_BYTES


def test_a_source_that_is_compared_with_is_vouched_for(tmp_path: Path) -> None:
    for name, files in {
        "ours": {"a.py": "X = 1\n", "tide.cu": EDITED},
        "theirs": {"b.py": "Y = 2\n", "t.cu": KERNEL},
    }.items():
        for path, text in files.items():
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / path).write_text(text)
    against = (f"buoy={tmp_path / 'theirs'}",)
    report = modelkin.scan(str(tmp_path / "ours"), ScanOptions(corpora=(), against=against))
    assert known(report) == [("tide.cu", "buoy", "", "t.cu", Direction.IN_ORDER)]
