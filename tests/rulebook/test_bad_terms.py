"""Terms that cannot be read, from the command line: each is one clear line, and the rest is judged all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelkin.cli import main

from ..support.small_corpora import ATTENTION, Upstream, corpus_of

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
COPY = ATTENTION[ATTENTION.index('"""') :]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy without its notices, in the current folder."""
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")).save(
        tmp_path / "c.safetensors"
    )
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "focus.py").write_text(COPY)
    monkeypatch.chdir(folder)
    return folder


def card(front_matter: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "README.md").write_text(f"---\n{front_matter}---\n# Focus\n")


def scanned(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    words = ["--as-of", "2024-02-03", "--format", "json", "--no-progress"]
    assert main(["scan", ".", "--corpus", "../c.safetensors", *words]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    report: dict[str, Any] = json.loads(captured.out)
    return report


@pytest.mark.parametrize(
    ("path", "write"),
    [
        ("LICENSE", lambda folder: (folder / "LICENSE").mkdir()),
        ("LICENSE", lambda folder: (folder / "LICENSE").write_bytes(b"\x7fELF\x00\x01" * 5_000)),
        ("LICENSE", lambda folder: (folder / "LICENSE").write_text("All rights are kept. " * 500_000)),
        ("README.md", card(BOMB)),
        ("README.md", card("license: !!python/object/apply:os.system [id]\n")),
        ("README.md", card("license: &x mit\nbase_model: *x\n")),
        ("README.md", card("license: [mit\n")),
    ],
    ids=["a folder", "binary", "ten megabytes", "bomb", "tag", "alias", "broken"],
)
def test_what_cannot_be_read_is_one_named_line(
    repository: Path, capsys: pytest.CaptureFixture[str], path: str, write: Callable[[Path], object]
) -> None:
    write(repository)
    report = scanned(capsys)
    (skipped,) = report["skipped"]
    assert skipped["path"].startswith(path)
    assert "\n" not in skipped["reason"]
    assert "holder-removed" in {finding["rule"] for finding in report["findings"]}


def test_a_notice_in_utf_16_is_read(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = "Copyright 2020 The Lantern Authors. All rights reserved.\nlantern/attention.py, Apache-2.0\n"
    (repository / "NOTICE").write_bytes(line.encode("utf-16"))
    report = scanned(capsys)
    assert report["skipped"] == []
    levels = {finding["rule"]: finding["level"] for finding in report["findings"]}
    assert levels["holder-removed"] == "warning"


def test_a_licence_that_nobody_knows_is_said_to_be_unknown(
    tmp_path: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = Upstream(files={"lantern/attention.py": COPY}, licence="LicenseRef-Lantern-9")
    corpus_of(own).save(tmp_path / "c.safetensors")
    assert main(["scan", ".", "--corpus", "../c.safetensors", "--format", "concise", "--fail-on", "never"]) == 0
    assert "licence-unknown" in capsys.readouterr().out
    assert (repository / "focus.py").read_text() == COPY


@pytest.mark.parametrize(
    ("comment", "line", "message"),
    [
        ("# modelkin: ignore[holder-removed]\n", 1, "it gives no reason"),
        ("# modelkin: ignore[holder-gone] ours\n", 1, "there is no rule 'holder-gone'; did you mean"),
        (
            "# modelkin: ignore[holder-removed] ours\n# modelkin: ignore[holder-removed] theirs\n",
            2,
            "the waiver on line 1 waives the same: keep one of them",
        ),
    ],
    ids=["no reason", "no rule", "contradictory"],
)
def test_a_waiver_that_says_nothing_clear_is_a_finding_and_ends_no_run(
    repository: Path, capsys: pytest.CaptureFixture[str], comment: str, line: int, message: str
) -> None:
    (repository / "focus.py").write_text(comment + COPY)
    (bad,) = [each for each in scanned(capsys)["findings"] if each["rule"] == "bad-waiver"]
    assert (bad["path"], bad["first_line"], bad["level"]) == ("focus.py", line, "warning")
    assert message in bad["message"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("fail_on = 'error'\n", "there is no setting 'fail_on'; did you mean 'fail-on'?"),
        ("[[waivers]]\npath = '*'\nrule = 'holder-removed'\n", "reason"),
        (
            "[[waivers]]\npath = '*'\nrule = 'holder-removed'\nreason = 'a'\n" * 2,
            "holder-removed is waived for this place a second time",
        ),
        ("exclude = ['a.py', 'a/[b']\n", "modelkin.toml:1: exclude: the glob 'a/[b' matches nothing"),
        (
            "[[waivers]]\npath = 'a/[b'\nrule = 'holder-removed'\nreason = 'a'\n",
            "the glob 'a/[b' matches nothing: a [ is never closed",
        ),
    ],
    ids=["unknown key", "no reason", "contradictory", "broken glob", "broken glob of a waiver"],
)
def test_a_wrong_configuration_ends_the_run_in_one_line(
    repository: Path, capsys: pytest.CaptureFixture[str], table: str, message: str
) -> None:
    (repository / "modelkin.toml").write_text(table)
    assert main(["scan", ".", "--corpus", "../c.safetensors", "--no-progress"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("modelkin: error: modelkin.toml:")
    assert message in error
    assert error.count("\n") == 1
