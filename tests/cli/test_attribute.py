"""``modelkin attribute`` writes what copies lack, and has nothing to do the second time."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelkin.results import Level

from ..support.attribute_runs import (
    CODE,
    COPY,
    HEADER,
    attribute,
    corpus_under,
    lantern_index,
    scanned,
    tree,
    with_copy,
)
from ..support.index_server import Index
from ..support.licence_texts import APACHE
from ..support.small_corpora import ATTENTION


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
def test_all_that_a_copy_lacks_is_written(repository: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(repository)
    assert {finding.rule for finding in scanned(repository, corpus).findings if finding.level is not Level.NOTE}
    assert attribute(repository, corpus) == 0
    after = tree(repository)
    assert after.keys() - before.keys() == {"LICENSES/Apache-2.0.txt", "THIRD_PARTY_NOTICES.md"}
    assert {path for path in before if before[path] != after[path]} == {"models/focus.py"}
    assert after["models/focus.py"].decode() == HEADER + "\n" + COPY
    assert after["LICENSES/Apache-2.0.txt"] == APACHE
    notices = after["THIRD_PARTY_NOTICES.md"].decode()
    assert (
        "- models/focus.py, modified from lantern/attention.py, 1.0 (2021-05-04), https://example.org/lantern"
        in notices
    )
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
