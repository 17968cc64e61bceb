"""Findings can be chosen by rule, and their levels set; what that hides or lowers is counted, with who said so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelkin import ScanOptions
from modelkin.cli import main
from modelkin.errors import ConfigurationError

from ..support.repositories import written
from ..support.small_corpora import ATTENTION, COPY, Upstream, corpus_of

Scan = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scan:
    """Scans the current folder, which has a copy without its notices; the exit code and the report."""
    corpus = tmp_path / "tiny.safetensors"
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")).save(corpus)
    monkeypatch.chdir(written(tmp_path / "tree", {"a.py": COPY}))

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        report = tmp_path / "report.json"
        asked = ("scan", ".", "--corpus", str(corpus), "--as-of", "2024-02-03", "--format", f"json={report}")
        return main([*asked, *words]), json.loads(report.read_text())

    return run


def levels(report: dict[str, Any]) -> dict[str, str]:
    return {each["rule"]: each["level"] for each in report["findings"]}


def hidden(report: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(each["what"], each["by"]): each["count"] for each in report["hidden"]}


def test_without_a_choice_all_are_there_and_nothing_is_hidden(scan: Scan) -> None:
    code, report = scan()
    assert code == 1
    assert levels(report)["holder-removed"] == "error"
    assert len(report["findings"]) > 2
    assert report["hidden"] == []


def test_what_is_not_selected_and_what_is_ignored_is_counted(scan: Scan) -> None:
    everything = len(scan()[1]["findings"])
    code, report = scan("--select", "holder-removed", "--select", "licence-text-missing")
    assert (code, set(levels(report))) == (1, {"holder-removed", "licence-text-missing"})
    assert hidden(report) == {("findings not selected", "--select"): everything - 2}
    code, report = scan("--ignore", "holder-removed", "--ignore", "licence-text-missing")
    assert code == 0
    assert not {"holder-removed", "licence-text-missing"} & set(levels(report))
    assert hidden(report) == {("findings ignored", "--ignore"): 2}


def test_a_level_is_set_by_rule_and_one_that_is_lowered_is_counted(scan: Scan) -> None:
    lowered = ("--level", "holder-removed=note", "--level", "licence-text-missing=warning")
    code, report = scan(*lowered, "--level", "changes-not-stated=error")
    assert code == 1
    told = levels(report)
    assert told["holder-removed"] == "note"
    assert told["licence-text-missing"] == "warning"
    assert told["changes-not-stated"] == "error"
    assert hidden(report) == {("findings at a lower level", "--level"): 2}
    assert scan(*lowered)[0] == 0


SETTINGS = """\
select = ["holder-removed", "changes-not-stated"]
ignore = ["changes-not-stated"]
level = { holder-removed = "note" }
format = "sarif=report.sarif"
"""


def test_a_folder_s_own_settings_hide_and_lower_nothing_unless_they_are_named(scan: Scan) -> None:
    written(Path(), {"modelkin.toml": SETTINGS})
    code, report = scan()
    assert code == 1
    assert len(report["findings"]) > 2
    assert report["hidden"] == []
    assert [(each["what"], each["by"], each["count"]) for each in report["not_obeyed"]] == [
        ("settings", "modelkin.toml", 4)
    ]
    code, named = scan("--settings", "modelkin.toml")
    assert (code, levels(named)) == (0, {"holder-removed": "note"})
    by = "--settings modelkin.toml"
    assert hidden(named) == {
        ("findings not selected", by): len(report["findings"]) - 2,
        ("findings ignored", by): 1,
        ("findings at a lower level", by): 1,
    }


@pytest.mark.usefixtures("scan")
def test_the_format_of_named_settings_is_written_beside_them(tmp_path: Path) -> None:
    written(tmp_path, {"team/team.toml": 'format = ["sarif=report.sarif", "concise"]\n'})
    assert main(["scan", ".", "--settings", str(tmp_path / "team/team.toml"), "--against", "a.py"]) in (0, 1)
    assert json.loads((tmp_path / "team/report.sarif").read_text())["version"] == "2.1.0"


def test_an_audit_chooses_and_counts_as_a_scan_does(scan: Scan, tmp_path: Path) -> None:
    assert scan("--ignore", "holder-removed")[1]["hidden"]
    journal, corpus = str(tmp_path / "audit.jsonl"), str(tmp_path / "tiny.safetensors")
    words = ("--journal", journal, "--corpus", corpus, "--as-of", "2024-02-03", "--jobs", "1", "-q")
    main(["audit", str(tmp_path / "tree"), *words, "--ignore", "holder-removed"])
    report = tmp_path / "again.json"
    (name,) = (each["name"] for each in _audited(journal, tmp_path))
    main(["report", journal, "--repository", name, "--format", f"json={report}"])
    told = json.loads(report.read_text())
    assert "holder-removed" not in levels(told)
    assert hidden(told) == {("findings ignored", "--ignore"): 1}


def _audited(journal: str, folder: Path) -> list[dict[str, Any]]:
    main(["report", journal, "--format", f"json={folder / 'audit.json'}"])
    repositories: list[dict[str, Any]] = json.loads((folder / "audit.json").read_text())["repositories"]
    return repositories


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--select", "holder-remove"), "select: there is no rule 'holder-remove'; did you mean 'holder-removed'?"),
        (("--ignore", "zzz"), "ignore: there is no rule 'zzz'; `modelkin rules` lists them"),
        (("--level", "relicensd=note"), "level: there is no rule 'relicensd'; did you mean 'relicensed'?"),
        (("--level", "relicensed"), "level: 'relicensed' names no level: write it as changes-not-stated=warning"),
        (("--level", "relicensed=off"), "level: 'off' is no level for relicensed: choose from error, warning, note"),
    ],
)
def test_a_rule_or_level_that_there_is_not_is_one_line_that_helps(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", ".", *words]) == 2
    assert capsys.readouterr().err == f"modelkin: error: {told}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('select = ["holder-remove"]', "select: there is no rule 'holder-remove'; did you mean 'holder-removed'?"),
        ('level = "note"', 'level must be a table, as { changes-not-stated = "warning" }'),
        ("level = { relicensed = 1 }", "level: 1 is no level for relicensed: choose from error, warning, note"),
        ('format = "jsn"', "format: there is no format 'jsn'; did you mean 'json'?"),
        ('format = "json="', "format: json= names no file after the equals sign"),
    ],
)
def test_in_a_file_the_line_is_named_as_well(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, {"team.toml": f"\n{text}\n"}) / "team.toml"
    assert main(["scan", ".", "--settings", str(file)]) == 2
    assert capsys.readouterr().err == f"modelkin: error: {file}:2: {told}\n"


def test_the_library_checks_rules_as_well() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'relicensed'"):
        ScanOptions(ignore=("relicense",))
