"""Two trees, two files or two texts are compared, without any corpus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import modelkin
from modelkin.cli import main
from modelkin.errors import ModelkinError
from modelkin.results import Kind

from .support.small_corpora import ATTENTION, COPY
from .support.upstream_family import COBALT, GLOW, HERON, LANTERN, MICA, TORCH, modules_in


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., str]:
    return partial(modules_in, tmp_path / "repository")


def test_comparing_trees_pairs_each_file_with_its_own_original(repository: Callable[..., str], tmp_path: Path) -> None:
    for name, text in {"one.py": COBALT, "two.py": HERON, "three.py": MICA}.items():
        (tmp_path / "originals").mkdir(exist_ok=True)
        (tmp_path / "originals" / name).write_text(text)
    source = repository(a=MICA.replace("best", "top"), b=COBALT, c=HERON.replace("chunk", "piece"))
    report = modelkin.compare(source, str(tmp_path / "originals"))
    assert [(file.path, file.upstreams[0].path, file.upstreams[0].project) for file in report.files] == [
        ("a.py", "three.py", "originals"),
        ("b.py", "one.py", "originals"),
        ("c.py", "two.py", "originals"),
    ]
    assert [rename.kind for rename in report.files[0].renames] == [Kind.VARIABLE]


def test_comparing_with_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("[")
    (tmp_path / "whole.py").write_text(GLOW)
    with pytest.raises(ModelkinError, match="broken notebook"):
        modelkin.compare_files(tmp_path / "broken.ipynb", tmp_path / "whole.py")
    with pytest.raises(ModelkinError, match="no Python file or notebook in it to compare with"):
        modelkin.compare_files(tmp_path / "whole.py", tmp_path / "broken.ipynb")


def test_two_texts_are_compared_as_two_files_are(tmp_path: Path) -> None:
    (tmp_path / "copy.py").write_text(TORCH)
    (tmp_path / "original.py").write_text(LANTERN)
    texts = modelkin.compare_texts(TORCH.encode(), LANTERN.encode())
    files = modelkin.compare_files(tmp_path / "copy.py", tmp_path / "original.py")
    assert (texts.verdict, texts.similarity) == (files.verdict, files.similarity)
    assert (texts.renames, texts.definitions) == (files.renames, files.definitions)


def test_the_original_may_be_given_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("copy", COPY), ("there", ATTENTION)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "focus.py").write_text(text)
    assert main(["compare", "copy", "lantern=there", "--restore", "restored"]) in (0, 1)
    told = capsys.readouterr().out
    assert "copy: code is that of lantern" in told
    assert (tmp_path / "restored" / "focus.py").exists()
    assert main(["compare", "copy", "lantern=there", "--restore", "there/inner"]) == 2
    assert "--restore would write" in capsys.readouterr().err
