"""Which source is trusted as the user's own working tree, and which is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from modelkin.results import Trust
from modelkin.trust import SELECTING, trust_in

from .support.repositories import written
from .support.small_corpora import COPY
from .support.working_trees import committed, git


def test_settings_count_by_themselves_that_only_select() -> None:
    assert {"include", "exclude", "min-similarity", "waivers"} == SELECTING


def test_the_working_tree_is_the_folder_one_stands_in_and_what_its_git_tracks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = committed(written(tmp_path / "tree", {"src/a.py": COPY, "src/deep/b.py": COPY, "c.py": COPY}))
    written(tree, {"loose/d.py": COPY})
    committed(written(tree / "clone", {"e.py": COPY}))
    written(tmp_path, {"beside/f.py": COPY})
    monkeypatch.chdir(tree)
    for name in (".", str(tree), "src", "src/deep", "c.py", "src/a.py", ".!src"):
        assert trust_in(name) is Trust.WORKING_TREE, name
        assert trust_in(name, isolated=True) is Trust.ISOLATED, name
    for name in (
        "loose",
        "loose/d.py",
        "clone",
        "clone/e.py",
        "..",
        "../beside",
        "gone",
        "pypi:a",
        "hf:a/b",
        "git+file:///a",
    ):
        assert trust_in(name) is Trust.ISOLATED, name
    assert trust_in(["c.py", "src/a.py"]) is Trust.WORKING_TREE
    monkeypatch.chdir(tree / "src")
    assert trust_in("..") is Trust.WORKING_TREE
    assert trust_in("../..") is Trust.ISOLATED
    shutil.make_archive(str(tree / "all"), "zip", tree / "src")
    assert trust_in("../all.zip") is Trust.ISOLATED


def test_without_git_only_the_folder_one_stands_in_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"mine/inner/a.py": COPY, "mine/b.py": COPY})
    monkeypatch.chdir(tmp_path / "mine")
    assert [trust_in(name) for name in (".", "b.py", "inner", "inner/a.py")] == [
        *(Trust.WORKING_TREE, Trust.WORKING_TREE, Trust.ISOLATED, Trust.ISOLATED)
    ]
    monkeypatch.chdir("inner")
    assert trust_in("..") is Trust.WORKING_TREE


def test_a_link_to_a_folder_is_judged_by_where_it_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = committed(written(tmp_path / "tree", {"src/a.py": COPY}))
    written(tmp_path, {"beside/f.py": COPY})
    (tree / "link").symlink_to("../beside")
    git(tree, "add", "link")
    monkeypatch.chdir(tree)
    assert trust_in("link") is Trust.ISOLATED
    monkeypatch.chdir(tmp_path / "beside")
    (tmp_path / "to").symlink_to("tree")
    assert trust_in("../to") is Trust.ISOLATED
