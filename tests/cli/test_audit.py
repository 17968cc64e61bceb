"""``modelkin audit`` and ``modelkin report``: usage, exit codes, formats, and whole runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from modelkin.audit.journal import Advance
from modelkin.audit.outcome import open_audit
from modelkin.audit.rows import AuditSummary
from modelkin.cli import main
from modelkin.cli.choices import audit_exit_code
from modelkin.cli.progress import audit_progress
from modelkin.results import Level, Verdict
from modelkin.settings import THRESHOLDS

from ..support.audit_cases import OWN, REPOSITORIES, tiny_corpus, write_repositories
from ..support.small_corpora import ATTENTION


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with repositories, a corpus, and the journal of an audit."""
    folder = tmp_path_factory.mktemp("audit")
    write_repositories(folder / "place")
    tiny_corpus(folder / "tiny.safetensors")
    done = run(folder, "audit", "place", "--jobs", "1", "--corpus", "tiny.safetensors", "--fail-on", "never")
    assert (done.returncode, done.stderr) == (0, "")
    (folder / "printed.txt").write_text(done.stdout)
    return folder


def run(folder: Path, *words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "modelkin", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, **settings)


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("command", ["audit", "report"])
def test_the_help_has_examples_and_fits_80_columns(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Examples:" in text
    assert max(map(len, text.splitlines())) <= 80


def test_an_audit_ends_with_its_summary(folder: Path) -> None:
    printed = (folder / "printed.txt").read_text()
    assert printed.startswith("place\n5 repositories · 11 files, 5 distinct\n")
    for words in ("Upstreams most copied", "lantern", "Repositories to look at first", "org/renamed"):
        assert words in printed


def test_a_report_shows_the_same_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "modelkin-audit.jsonl", "--fail-on", "never"]) == 0
    assert capsys.readouterr().out == (here / "printed.txt").read_text()


@pytest.mark.usefixtures("here")
def test_json_has_a_row_for_each_repository(capsys: pytest.CaptureFixture[str]) -> None:
    main(["report", "modelkin-audit.jsonl", "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "modelkin.audit/1"
    assert [row["name"] for row in told["repositories"]] == sorted(REPOSITORIES)
    assert told["summary"]["files"] == sum(row["files"] for row in told["repositories"])
    assert set(told["summary"]["by_verdict"]) == {verdict.value for verdict in Verdict}


@pytest.mark.usefixtures("here")
def test_json_lines_have_the_report_on_each(capsys: pytest.CaptureFixture[str]) -> None:
    main(["report", "modelkin-audit.jsonl", "--format", "jsonl"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    roots = [line["root"] for line in lines if line["type"] == "run"]
    assert roots == [f"place/{name}" for name in sorted(REPOSITORIES)]


@pytest.mark.usefixtures("here")
def test_the_report_on_one_repository_is_as_a_scan_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--format", "jsonl", "--fail-on", "never"]
    assert main(["report", "modelkin-audit.jsonl", "--repository", "org/renamed", *options]) == 0
    reported = capsys.readouterr().out.splitlines()
    assert main(["scan", "place/org/renamed", "--corpus", "tiny.safetensors", *options]) == 0
    scanned = capsys.readouterr().out.splitlines()
    assert reported[:-1] == scanned[:-1]
    assert len(reported) == len(scanned)


def test_several_formats_go_to_several_files(here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["report", "modelkin-audit.jsonl", "--format", "text", "--format", f"json={tmp_path / 'audit.json'}"])
    assert capsys.readouterr().out.startswith("place\n")
    assert json.loads((tmp_path / "audit.json").read_text())["place"] == "place"
    assert (here / "modelkin-audit.jsonl").exists()


@pytest.mark.usefixtures("here")
def test_what_cannot_be_done_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in (
        (("audit", "place"), "modelkin-audit.jsonl is there already: add --resume"),
        (("audit", "nowhere"), "nowhere: no such folder or list"),
        (("audit", "place/plain/own.py"), "place/plain/own.py is one source"),
        (("audit", "place", "--resume", "--exclude", "x"), "begun with exclude none, not x"),
        (("audit", "place", "--journal", "no/such/folder.jsonl"), "cannot write no/such/folder.jsonl"),
        (("audit", "place", "--journal", "tiny.safetensors", "--resume"), "tiny.safetensors"),
        (("report", "nowhere.jsonl"), "nowhere.jsonl: no such journal"),
        (("report", "tiny.safetensors"), "not a "),
        (("report", "modelkin-audit.jsonl", "--repository", "other"), "no repository other in it"),
        (("report", "modelkin-audit.jsonl", "--format", "sarif"), "--format sarif shows one repository"),
        (("audit", "place", "--format", "sarif"), "--format sarif shows one repository"),
        (("audit", "place", "--jobs", "0"), "Invalid value for '--jobs'"),
        (("audit", "place", "--timeout", "0"), "Invalid value for '--timeout'"),
        (("audit",), "Missing argument 'DIR|LIST'"),
    ):
        corpus = ["--corpus", "tiny.safetensors"] if words[0] == "audit" else []
        assert main([*words, *corpus]) == 2, words
        printed = capsys.readouterr()
        assert printed.out == "", words
        assert message in printed.err, words


def summary_of(**counts: int) -> AuditSummary:
    verdicts = {verdict: counts.get(verdict.value, 0) for verdict in Verdict}
    levels = {level: counts.get(level.value, 0) for level in Level}
    return AuditSummary(3, counts.get("failed", 0), 9, 9, verdicts, levels, 0, counts.get("skipped", 0), (), (), 0.0)


def test_exit_codes_are_those_of_a_scan() -> None:
    for counts, threshold, code in (
        ({}, "note", 0),
        ({"error": 1}, "error", 1),
        ({"warning": 1}, "error", 0),
        ({"warning": 1}, "warning", 1),
        ({"error": 1}, "never", 0),
        ({"renamed": 1}, "identical", 0),
        ({"renamed": 1}, "modified", 1),
        ({"independent": 9}, "fragments", 0),
        ({"failed": 2}, "error", 1),
        ({"failed": 2}, "skipped", 1),
        ({"failed": 2}, "never", 0),
        ({"skipped": 2}, "skipped", 1),
        ({"skipped": 2}, "error", 0),
        ({"failed": 3}, "never", 2),
    ):
        assert threshold in THRESHOLDS, counts
        assert audit_exit_code(summary_of(**counts), (threshold,)) == code, counts


def test_findings_at_the_threshold_give_exit_code_1(here: Path) -> None:
    levels = open_audit(here / "modelkin-audit.jsonl").summary.by_level
    assert sum(levels.values())
    assert main(["report", "modelkin-audit.jsonl", "--quiet", "--fail-on", "note"]) == 1


def test_settings_count_for_all_where_they_are_named_and_not_else(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_repositories(tmp_path, {"a": {"a.py": ATTENTION, "b.py": OWN}, "b": {"b.py": OWN, "c.py": OWN}})
    (tmp_path / "modelkin.toml").write_text('exclude = ["b.py"]\n')
    monkeypatch.chdir(tmp_path)
    words = ["audit", ".", "--corpus", str(folder / "tiny.safetensors"), "-q", "--journal"]
    for settings, expected in (
        (["--settings", "modelkin.toml"], [["a.py"], ["c.py"]]),
        ([], [["a.py", "b.py"], ["b.py", "c.py"]]),
    ):
        journal = tmp_path / f"{len(settings)}.jsonl"
        main([*words, str(journal), *settings])
        assert [[file.path for file in report.files] for report in open_audit(journal).reports()] == expected


def test_no_module_of_the_current_folder_is_run(folder: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path, {"a": {"a.py": OWN}})
    for name in ("signal", "socket", "selectors", "pickle", "numpy", "msgspec", "multiprocessing"):
        (place / f"{name}.py").write_text("open('scanned code was run', 'w')\n")
    words = ["audit", ".", "--jobs", "2", "--corpus", str(folder / "tiny.safetensors"), "--journal", "audit.jsonl"]
    done = run(place, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "8 repositories" in done.stdout
    assert not (place / "scanned code was run").exists()


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_repositories_rate_time_left_and_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with audit_progress(wanted=True) as step:
        assert step is not None
        step(Advance(10, 40, 5, 3))
    drawn = screen.getvalue()
    assert "10/40" in drawn
    assert "3 findings" in drawn
    assert "/s" in drawn


def test_nobody_watching_means_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    with audit_progress(wanted=True) as step:
        assert step is None
    assert screen.getvalue() == ""


def test_names_from_outside_cannot_steer_the_terminal(here: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(b"a\xff\x1b[2J")
    place = write_repositories(tmp_path / "place", {odd: {"a.py": ATTENTION}, "b": {"data.csv": "1\n"}})
    (place / "b/.git").mkdir()
    words = ["audit", str(place), "--journal", str(tmp_path / "audit.jsonl"), "--fail-on", "never"]
    done = run(here, *words, "--corpus", "tiny.safetensors")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "a\\udcff\\x1b[2J" in done.stdout
    assert "1 repository not audited" in done.stdout
