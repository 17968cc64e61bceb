"""Odd and hostile repositories: ``modelkin attribute`` writes nothing outside, and leaves some things to a person."""

from __future__ import annotations

import ast
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelkin.cli import main

from ..fixes.test_races import planted
from ..support.attribute_runs import CODE, COPY, HEADER, attribute, corpus_under, lantern_index, tree, with_copy
from ..support.index_server import Index
from ..support.small_corpora import ATTENTION

BEGIN = "# modelkin:begin - from here to the end mark written by `modelkin attribute`"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with lantern_index(tmp_path, monkeypatch) as running:
        yield running


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return corpus_under("Apache-2.0", ATTENTION, tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return with_copy(tmp_path / "repository")


@pytest.mark.usefixtures("index")
def test_terms_that_do_not_go_together_are_left_to_a_person(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The notices are written all the same, and a second run says the same and writes nothing."""
    corpus = corpus_under("GPL-3.0-or-later", CODE, tmp_path)
    assert attribute(repository, corpus) == 1
    told = capsys.readouterr().out
    assert "left to do: LICENSES/GPL-3.0-or-later.txt: put the text of GPL-3.0-or-later there" in told
    assert "models/focus.py:1: error combination-not-allowed" in told
    text = (repository / "models/focus.py").read_text()
    assert "# SPDX-License-Identifier: GPL-3.0-or-later\n" in text
    assert "Copyright" not in text
    before = tree(repository)
    assert attribute(repository, corpus) == 1
    assert tree(repository) == before
    assert attribute(repository, corpus, "--fail-on", "never") == 0


@pytest.mark.usefixtures("index")
def test_a_header_that_names_another_source_is_left_to_a_person(
    repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = repository / "models/focus.py"
    path.write_text("# Adapted from https://github.com/example/beacon\n" + COPY)
    before = tree(repository)
    assert attribute(repository, corpus) == 1
    assert tree(repository) == before
    told = capsys.readouterr().out
    assert "models/focus.py: its header says on line 1 that it is from example/beacon, but its code" in told


@pytest.mark.usefixtures("index")
def test_a_text_in_the_way_is_not_overwritten(
    repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "LICENSES").mkdir()
    (repository / "LICENSES/Apache-2.0.txt").write_text("To be added.\n")
    attribute(repository, corpus)
    assert (repository / "LICENSES/Apache-2.0.txt").read_text() == "To be added.\n"
    assert "another file is there" in capsys.readouterr().out


@pytest.mark.usefixtures("index")
def test_broken_marks_in_the_notices_stop_no_header(
    repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "NOTICE").write_text(f"{BEGIN}\nWords without an end.\n")
    attribute(repository, corpus)
    assert "Words without an end.\n" in (repository / "NOTICE").read_text()
    assert (repository / "models/focus.py").read_text().startswith(HEADER)
    assert "left to do: NOTICE: the notices cannot be added: it has 1 begin and 0 end marks" in capsys.readouterr().out


@pytest.mark.usefixtures("index")
def test_a_diff_cannot_steer_a_terminal(repository: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = repository / "models/focus.py"
    path.write_text("# \x1b[2J\n" + COPY)
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    assert attribute(repository, corpus, "--dry-run", "--no-progress") == 1
    assert " # \\x1b[2J\n" in screen.getvalue()
    assert "\x1b" not in screen.getvalue()


class Screen(io.StringIO):
    """A terminal as far as anybody asks."""

    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    "top",
    ["# REUSE-IgnoreStart\n", f"# {'x' * 20_000}\n# coding: utf-8\n", "#!/bin/python REUSE-IgnoreStart\n", "\x0c\r"],
    ids=lambda top: top[:20],
)
def test_whatever_stands_on_top_a_second_run_changes_nothing(
    top: str, repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "models/focus.py").write_bytes((top + COPY).encode())
    attribute(repository, corpus)
    once = tree(repository)
    capsys.readouterr()
    attribute(repository, corpus)
    assert tree(repository) == once
    assert "wrote " not in capsys.readouterr().out


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("name", ["a\nb.py", "a, b.py", " a  b.py", "a\\u000a.py", "\u202ea.py", "d" * 200 + ".py"])
def test_whatever_a_copy_is_called_it_is_told_of_once_and_stays(name: str, repository: Path, corpus: Path) -> None:
    (repository / "models" / name).write_text(COPY)
    attribute(repository, corpus)
    once = (repository / "THIRD_PARTY_NOTICES.md").read_text()
    (repository / "models" / "zz.py").write_text(COPY)
    attribute(repository, corpus)
    again = (repository / "THIRD_PARTY_NOTICES.md").read_text()
    assert set(once.splitlines()) < set(again.splitlines())
    before = tree(repository)
    attribute(repository, corpus)
    assert tree(repository) == before


def test_a_text_that_is_read_no_more_once_the_notices_are_added_does_not_count(repository: Path, corpus: Path) -> None:
    (repository / "LICENSE").unlink()
    (repository / "THIRD_PARTY_NOTICES").write_text("Licensed under the Apache License, Version 2.0\n")
    for number in range(12):
        folder = repository / f"{number}" / "/".join(f"a model of {letter}" for letter in "abcdefgh")
        folder.mkdir(parents=True)
        (folder / "focus.py").write_text(COPY)
    attribute(repository, corpus, "--offline")
    once = tree(repository)
    attribute(repository, corpus, "--offline")
    assert tree(repository) == once


@pytest.mark.parametrize("name", ["NOTICE", "THIRD_PARTY_NOTICES", "THIRD_PARTY_NOTICES.md"])
def test_no_notice_is_written_into_code_through_a_link(name: str, repository: Path, corpus: Path) -> None:
    (repository / name).symlink_to("models/focus.py")
    attribute(repository, corpus, "--offline")
    once = tree(repository)
    assert "modelkin:begin" not in (repository / "models/focus.py").read_text()
    ast.parse(once["models/focus.py"])
    attribute(repository, corpus, "--offline")
    assert tree(repository) == once


@pytest.mark.usefixtures("index")
def test_among_planted_links_nothing_outside_changes(repository: Path, corpus: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for folder in (repository, repository / "models"):
        planted(2_000, folder, outside)
        if os.getpid() >= 2_000:
            (folder / f".modelkin-{os.getpid()}.tmp").symlink_to(outside / "taken")
    attribute(repository, corpus)
    assert list(outside.iterdir()) == []
    assert b"Lantern" in (repository / "models/focus.py").read_bytes()


def test_a_folder_that_is_a_link_below_the_current_one_is_not_written_to(
    repository: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "way").symlink_to(repository)
    monkeypatch.chdir(here)
    before = tree(repository)
    assert attribute(Path("way"), corpus) == 2
    assert capsys.readouterr().err.startswith("modelkin: error: way is a symbolic link to ")
    assert tree(repository) == before


@pytest.mark.usefixtures("index")
def test_nothing_is_written_through_a_link_out_of_the_folder(repository: Path, corpus: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repository / "LICENSES").symlink_to(outside)
    (outside / "focus.py").write_text(COPY)
    (repository / "models/linked.py").symlink_to(outside / "focus.py")
    attribute(repository, corpus)
    assert [path.name for path in outside.iterdir()] == ["focus.py"]
    assert (outside / "focus.py").read_text() == COPY


@pytest.mark.usefixtures("index")
def test_what_a_file_s_encoding_cannot_hold_goes_into_the_notices_alone(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = corpus_under("Apache-2.0", ATTENTION.replace("The Lantern Authors", "Müller"), tmp_path)
    path = repository / "models/focus.py"
    path.write_text("# coding: ascii\n" + COPY)
    before = path.read_bytes()
    attribute(repository, corpus)
    assert path.read_bytes() == before
    assert "- Copyright 2020 Müller. All" in (repository / "THIRD_PARTY_NOTICES.md").read_text()
    assert "models/focus.py: its notices cannot be added: its encoding, ascii" in capsys.readouterr().out
    before_again = tree(repository)
    attribute(repository, corpus)
    assert tree(repository) == before_again


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("pypi:lantern==1.0", "no such file or folder"),
        ("git+https://example.org/x.git", "no such file or folder"),
        ("gone", "no such file or folder"),
        ("LICENSE", "cannot be mended: name a folder, or a .py or .ipynb file"),
    ],
)
def test_anything_but_a_folder_or_source_file_is_refused(
    named: str,
    reason: str,
    repository: Path,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(repository)
    assert main(["attribute", named, "--corpus", str(corpus)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
