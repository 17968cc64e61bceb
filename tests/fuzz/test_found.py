"""What fuzzing found, kept as plain tests."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from modelkin.cli import main
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.files import SourceFile, read_files
from modelkin.sources.notebooks import join_cells

from ..support.processor_time import processor_seconds
from ..support.repositories import declarations_of, written
from ..support.small_corpora import ATTENTION, Upstream, corpus_of


@pytest.mark.parametrize("form", ["text", "concise"])
def test_a_file_that_is_called_like_a_command_of_a_ci_service_gives_it_none(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "tiny.safetensors"
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")).save(corpus)
    copy = ATTENTION[ATTENTION.index('"""') :]
    other = f"# Copyright 2020 Ann Other\n{copy}"  # another finding: of those of one group the first file is named
    files = {"::error::forged.py": copy, "::stop-commands::x.ipynb": "{", "##[add-mask]a.py": other}
    written(tmp_path / "theirs", files)
    main(["scan", str(tmp_path / "theirs"), "--corpus", str(corpus), "--no-progress", "--format", form])
    told = capsys.readouterr().out
    assert "\\x3a:error::forged.py" in told
    assert "\\x3a:stop-commands::x.ipynb" in told
    assert "#\\x23[add-mask]a.py" in told
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::") or "##[" in line]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_no_file_is_opened_to_quote_a_syntax_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"a.py": ATTENTION + "x = = 1\n", "b.py": ATTENTION})
    monkeypatch.chdir(tmp_path)
    for name in ("<unknown>", "<string>", "<stdin>"):
        os.mkfifo(name)  # opened, it would hold the run for ever
    with processor_seconds(20):
        assert main(["compare", "a.py", "b.py", "--no-progress", "--fail-on", "never"]) == 0


def test_a_folder_that_is_called_like_a_release_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modelkin.repository.declarations import read_declarations
    from modelkin.sources.checkout import Checkout

    written(tmp_path, {"pypi:x/LICENSE/a": "", "x/LICENSE/a": ""})
    monkeypatch.chdir(tmp_path)
    assert declarations_of("x").skipped
    assert read_declarations(Checkout("pypi:x", lambda: iter([]))).skipped == ()


def test_a_member_of_a_zip_without_a_name_is_named_as_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "x = 1\n")
        archive.writestr("b.py", "x = 1\n")
        archive.filelist[0].filename = ""
    with open_source(str(path)) as checkout:
        assert [entry.path for entry in checkout.entries()] == ["", "b.py"]


def test_a_notebook_hides_no_cell_behind_the_other_format() -> None:
    notebooks: list[dict[str, object]] = [
        {"nbformat": 3, "cells": [], "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}]},
        {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "source": "", "input": ["x = 1"]}]}]},
        {"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1", "input": ""}], "worksheets": []},
    ]
    assert not [each for each in notebooks if b"x = 1" not in join_cells(json.dumps(each).encode()).text]


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz"])
def test_what_stands_behind_the_end_of_a_tar_is_named(suffix: str, tmp_path: Path) -> None:
    stored = []
    for name in ("a.py", "behind.py"):
        whole = io.BytesIO()
        with tarfile.open(fileobj=whole, mode="w") as archive:
            archive.addfile(tarfile.TarInfo(name))
        stored.append(whole.getvalue())
    for content, names in ((stored[0], ["a.py"]), (b"".join(stored), ["(behind the end)", "a.py"])):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(gzip.compress(content) if suffix == ".tar.gz" else content)
        with open_source(str(path)) as checkout:
            assert [each.path for each in checkout.entries()] == names


@pytest.mark.parametrize(
    "pointer",
    [
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 951\n",
        b"version https://hawser.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 951\n",
        b"/annex/objects/SHA256E-s951--" + b"a" * 64 + b".py\n",
    ],
)
def test_a_pointer_to_a_file_that_is_stored_elsewhere_is_no_file(pointer: bytes, tmp_path: Path) -> None:
    written(tmp_path, {"a.py": pointer, "b.ipynb": pointer, "c.py": pointer + b"x = 1\n" * 200})
    with open_source(str(tmp_path)) as checkout:
        read = list(read_files(checkout))
    assert [type(each) for each in read] == [Skipped, Skipped, SourceFile]
    assert "a pointer of Git LFS or git-annex" in str(read[0])


def test_attribute_leaves_alone_what_is_waived_also_where_something_else_is_owed_by_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "tiny.safetensors"
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")).save(corpus)
    copy = ATTENTION[ATTENTION.index('"""') :]
    header = "# Licensed under the Apache License, Version 2.0\n# modelkin: ignore[holder-removed] agreed\n"
    written(tmp_path / "tree", {"a.py": header + copy, "b.py": copy.replace("heads", "parts")})
    monkeypatch.chdir(tmp_path / "tree")
    states = []
    for _ in range(2):
        main(["attribute", ".", "--offline", "--quiet", "--corpus", str(corpus)])
        states.append({path.name: path.read_bytes() for path in Path().iterdir()})
    assert states[0] == states[1]
    assert states[0]["a.py"].decode() == header + copy
