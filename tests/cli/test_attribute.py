"""``modelkin attribute`` writes what copies lack, says what is left, and has nothing to do the second time."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import modelkin
from modelkin.cli import main
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Project, Release
from modelkin.results import Level
from modelkin.sources import download

from ..fixes.test_missing_texts import APACHE, mit
from ..fixes.test_races import planted
from ..support.index_server import Index, serving, wheel
from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE
from ..support.upstreams import renamed

NAMES = {"WindowAttention": "Focus", "hidden": "states", "heads": "parts", "scale": "factor"}
CODE = ATTENTION.partition("\n\n\n")[2]
COPY = "import torch\n\n\n" + renamed(CODE, **NAMES)
BEGIN = "# modelkin:begin - from here to the end mark written by `modelkin attribute`"
HEADER = """\
# Modified from lantern 1.0 https://example.org/lantern/blob/1.0/lantern/attention.py
# Copyright 2020 The Lantern Authors. All rights reserved.
# SPDX-License-Identifier: Apache-2.0
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """The upstream's package, with its licence and its NOTICE."""
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "FIRST_WAIT_SECONDS", 0.01)
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url + "/")
        legal = {"LICENSE": APACHE, "NOTICE": b"Lantern\nMade by the Lantern Authors.\n"}
        files = {f"lantern-1.0.dist-info/{name}": text for name, text in legal.items()}
        running.add("lantern-1.0-py3-none-any.whl", wheel(files))
        yield running


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return corpus_under("Apache-2.0", ATTENTION, tmp_path)


def corpus_under(licence: str, attention: str, folder: Path) -> Path:
    builder = CorpusBuilder()
    project = Project("lantern", licence, "", "https://example.org/lantern/blob/{release}/{path}", package="lantern")
    released = Release(0, "1.0", "2021-05-04", "", ("Copyright 2019 Lantern Inc.",), has_notice_file=True)
    number = builder.add_release(project, released)
    files = {"attention": attention, "rotary": ROTARY, "schedule": SCHEDULE}
    for name, text in files.items():
        stored = text.encode()
        builder.add_file(number, f"lantern/{name}.py", stored, hashlib.sha256(stored).hexdigest())
    path = folder / "lantern.safetensors"
    builder.finish("lantern").save(path)
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Under the MIT licence, with a renamed copy."""
    root = tmp_path / "repository"
    (root / "models").mkdir(parents=True)
    (root / "LICENSE").write_bytes(mit())
    (root / "models/focus.py").write_text(COPY)
    (root / "own.py").write_text("print('mine')\n")
    return root


def attribute(root: Path, corpus: Path, *options: str) -> int:
    return main(["attribute", str(root), "--corpus", str(corpus), *options])


def scanned(root: Path, corpus: Path) -> modelkin.Report:
    return modelkin.scan(str(root), modelkin.ScanOptions(corpora=(corpus,)))


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("index")
def test_all_that_a_copy_lacks_is_written(repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(repository)
    assert {finding.rule for finding in scanned(repository, corpus).findings if finding.level is Level.ERROR}
    assert attribute(repository, corpus) == 0
    after = tree(repository)
    assert after.keys() - before.keys() == {"LICENSES/Apache-2.0.txt", "THIRD_PARTY_NOTICES.md"}
    assert {path for path in before if before[path] != after[path]} == {"models/focus.py"}
    assert after["models/focus.py"].decode() == HEADER + "\n" + COPY
    assert after["LICENSES/Apache-2.0.txt"] == APACHE
    notices = after["THIRD_PARTY_NOTICES.md"].decode()
    assert "- models/focus.py, modified from lantern/attention.py, 1.0, https://example.org/lantern" in notices
    assert "- Copyright 2019 Lantern Inc.\n" in notices
    assert "    Made by the Lantern Authors.\n" in notices
    assert scanned(repository, corpus).findings == ()
    written = capsys.readouterr().out
    assert "wrote models/focus.py: Modified from lantern" in written
    assert written.endswith("\n3 files written\n")


@pytest.mark.usefixtures("index")
def test_a_second_run_changes_nothing(repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attribute(repository, corpus)
    before = tree(repository)
    capsys.readouterr()
    assert attribute(repository, corpus) == 0
    assert tree(repository) == before
    assert capsys.readouterr().out == "0 files written\n"


def test_a_dry_run_prints_a_diff_that_git_applies_and_writes_nothing(
    index: Index, repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(repository)
    assert index.url
    assert attribute(repository, corpus, "--dry-run") == 1
    assert tree(repository) == before
    told = capsys.readouterr()
    assert "3 files would be written" in told.err
    subprocess.run(["git", "apply"], input=told.out.encode(), cwd=repository, check=True)
    applied = tree(repository)
    for path in applied.keys() - before.keys():
        (repository / path).unlink()
    (repository / "models/focus.py").write_bytes(before["models/focus.py"])
    attribute(repository, corpus)
    assert tree(repository) == applied


def test_offline_asks_nobody_and_says_where_the_text_is(
    index: Index, repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attribute(repository, corpus, "--offline") in (0, 1)
    assert index.requests == []
    told = capsys.readouterr().out
    assert (
        "left to do: LICENSES/Apache-2.0.txt: put the text of Apache-2.0 there, from the LICENSE of lantern or" in told
    )
    assert (repository / "models/focus.py").read_text().startswith(HEADER)
    assert attribute(repository, corpus) == 0
    assert tree(repository)["LICENSES/Apache-2.0.txt"] == APACHE
    assert "text in LICENSES/Apache-2.0.txt" in (repository / "THIRD_PARTY_NOTICES.md").read_text()
    assert (repository / "models/focus.py").read_text().count("lantern 1.0") == 1


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("name", ["NOTICE", "THIRD-PARTY-NOTICES.txt"])
def test_a_notices_file_that_is_there_is_added_to(name: str, repository: Path, corpus: Path) -> None:
    (repository / name).write_text("Our words.\n")
    attribute(repository, corpus)
    assert (repository / name).read_text().startswith("Our words.\n\n# modelkin:begin")
    assert not (repository / "THIRD_PARTY_NOTICES.md").exists()
    assert not [each for each in scanned(repository, corpus).findings if each.level is not Level.NOTE]


@pytest.mark.usefixtures("index")
def test_own_notices_stay_above_those_of_the_upstream(repository: Path, corpus: Path) -> None:
    own = "#!/usr/bin/env python\n# -*- coding: latin-1 -*-\n# Copyright 2024 Caf\xe9 GmbH\n"
    path = repository / "models/focus.py"
    path.write_bytes((own + '"""\xdcber."""\r\n' + COPY).encode("latin-1"))
    before = path.read_bytes()
    attribute(repository, corpus)
    after = path.read_bytes()
    assert after == before.replace(b"GmbH\n", b"GmbH\n#\n" + HEADER.encode())
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(before))
    assert not [each for each in scanned(repository, corpus).findings if each.level is Level.ERROR]


@pytest.mark.usefixtures("index")
def test_a_file_under_another_licence_keeps_its_tag_and_says_what_is_under_which(
    repository: Path, corpus: Path
) -> None:
    path = repository / "models/focus.py"
    path.write_text("# SPDX-License-Identifier: MIT\n" + COPY)
    attribute(repository, corpus)
    text = path.read_text()
    assert text.startswith("# SPDX-License-Identifier: MIT\n#\n# Modified from lantern 1.0 ")
    assert "# What is from lantern is under Apache-2.0.\n" in text
    assert text.count("SPDX") == 1
    assert not [each for each in scanned(repository, corpus).findings if each.level is Level.ERROR]


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
def test_of_a_licence_nobody_knows_what_is_known_is_written(repository: Path, tmp_path: Path) -> None:
    corpus = corpus_under(
        "LicenseRef-lantern", ATTENTION.replace("# Licensed under the Apache License, Version 2.0\n", ""), tmp_path
    )
    attribute(repository, corpus)
    text = (repository / "models/focus.py").read_text()
    assert "# Copyright 2020 The Lantern Authors. All rights reserved.\n" in text
    assert "# SPDX-License-Identifier: LicenseRef-lantern\n" in text
    before = tree(repository)
    attribute(repository, corpus)
    assert tree(repository) == before


@pytest.mark.usefixtures("index")
def test_a_text_that_is_there_for_the_whole_is_not_repeated(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of an MIT upstream in an MIT repository, what is missing is whose it is."""
    corpus = corpus_under("MIT", CODE, tmp_path)
    assert attribute(repository, corpus) == 0
    assert not (repository / "LICENSES").exists()
    assert "text in LICENSE\n" in (repository / "THIRD_PARTY_NOTICES.md").read_text()
    assert "- Copyright 2019 Lantern Inc.\n" in (repository / "THIRD_PARTY_NOTICES.md").read_text()
    assert "left to do" not in capsys.readouterr().out
    assert scanned(repository, corpus).findings == ()


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


@pytest.mark.usefixtures("index")
def test_a_notebook_gets_a_first_cell(repository: Path, corpus: Path) -> None:
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": COPY}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = repository / "models/focus.ipynb"
    path.write_text(json.dumps(notebook, indent=1) + "\n")
    (repository / "models/focus.py").unlink()
    attribute(repository, corpus)
    cells = json.loads(path.read_text())["cells"]
    assert "".join(cells[0]["source"]) + "\n" == HEADER
    assert cells[1:] == [cell]
    assert not [each for each in scanned(repository, corpus).findings if each.level is Level.ERROR]
    before = tree(repository)
    attribute(repository, corpus)
    assert tree(repository) == before


@pytest.mark.usefixtures("index")
def test_of_a_single_file_only_the_header_is_written(
    repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(repository)
    attribute(repository / "models/focus.py", corpus)
    after = tree(repository)
    assert {path for path in after if before.get(path) != after[path]} == {"models/focus.py"}
    assert "left to do: focus.py: its licence text and its entry in a notices file" in capsys.readouterr().out


@pytest.mark.usefixtures("index")
def test_included_files_are_mended_alone_and_the_rest_is_told_of_later(repository: Path, corpus: Path) -> None:
    (repository / "models/second.py").write_text(COPY)
    attribute(repository, corpus, "--include", "models/second.py")
    assert (repository / "models/focus.py").read_text() == COPY
    attribute(repository, corpus)
    notices = (repository / "THIRD_PARTY_NOTICES.md").read_text()
    assert notices.count("- models/focus.py, ") == notices.count("- models/second.py, ") == 1


@pytest.mark.usefixtures("index")
def test_an_excluded_upstream_asks_for_nothing(repository: Path, corpus: Path) -> None:
    before = tree(repository)
    assert attribute(repository, corpus, "--exclude-upstream", "lantern") == 0
    assert tree(repository) == before


@pytest.mark.usefixtures("index")
def test_quiet_writes_files_and_no_words(repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert attribute(repository, corpus, "--quiet") == 0
    assert (repository / "models/focus.py").read_text().startswith(HEADER)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")


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
