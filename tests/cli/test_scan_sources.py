"""What a scan is of: the current folder where nothing is named, or a path inside; and how a wrong name is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.cli import main

from ..support.small_corpora import ATTENTION, COPY, Upstream, corpus_of


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION})).save(tmp_path / "small.safetensors")
    (tmp_path / "work" / "inner").mkdir(parents=True)
    (tmp_path / "work" / "inner" / "copy.py").write_text(COPY)
    (tmp_path / "work" / "own.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main([*words, "--corpus", "../small.safetensors"] if words[0] == "scan" else [*words])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def test_without_a_source_it_is_the_current_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "scan", "--format", "json", "--fail-on", "never")
    assert code == 0, here
    assert '"root": "."' in text
    assert '"path": "inner/copy.py"' in text


def test_a_path_inside_is_named_by_an_option_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = said(capsys, "scan", ".", "--path", "inner", "--format", "concise")
    assert one == said(capsys, "scan", ".!inner", "--format", "concise"), here
    assert "inner/copy.py" in one[1]
    code, text = said(capsys, "scan", "inner", "own.py", "--path", "x")
    assert (code, "--path is a path inside one source" in text) == (2, True)


def test_a_wrong_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such command 'scam'. Did you mean scan?" in said(capsys, "scam", ".")[1]
    assert "To scan a source: modelkin scan SOURCE" in said(capsys, "../somewhere")[1]
