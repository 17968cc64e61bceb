"""git says what a checkout tracks and when it was committed, in every layout of a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.sources.git_history import closed_git

from ..support.git_histories import FIRST, answers, committed, git, needs_git_and_shell, with_history

pytestmark = [needs_git_and_shell, pytest.mark.usefixtures("temporary")]


@pytest.mark.parametrize("layout", ["packed", "detached", "version 4", "split", "sha256", "worktree", "separate"])
def test_every_layout_of_a_checkout_gives_the_same(layout: str, tmp_path: Path) -> None:
    root, top = tmp_path / "repo", tmp_path / "repo"
    init = {"sha256": ("--object-format=sha256",), "separate": (f"--separate-git-dir={root}/inner",)}
    if layout == "separate":
        root.mkdir()
        git(root, "init", "-q", *init["separate"])
        (root / ".gitignore").write_text("inner\n")
    hashes = with_history(root, *init.get(layout, ()))
    for words in {
        "packed": ("gc -q", "pack-refs --all --prune"),
        "detached": ("checkout -q --detach",),
        "version 4": ("update-index --index-version 4",),
        "split": ("update-index --split-index",),
        "worktree": (f"worktree add -q {tmp_path}/other",),
    }.get(layout, ()):
        git(root, *words.split())
    if layout == "worktree":
        top = tmp_path / "other"
    with closed_git(top) as found:
        assert answers(found, "new.py") == hashes
        assert {*found.tracked()} - {".gitignore"} == {"b.txt", "c.py", "new.py"}


def test_a_submodule_is_a_checkout_of_its_own(tmp_path: Path) -> None:
    with_history(tmp_path / "part")
    committed(tmp_path / "whole", {"a.py": "a\n"}, FIRST)
    git(tmp_path / "whole", "submodule", "add", "-q", str(tmp_path / "part"), "inside/part")
    git(tmp_path / "whole", "commit", "-q", "-m", "x")
    with closed_git(tmp_path / "whole/inside/part") as found:
        assert found.tracked() == ("b.txt", "c.py", "new.py")
        assert len(found.commits("new.py")) == 3
    with closed_git(tmp_path / "whole") as found:
        assert found.tracked() == (".gitmodules", "a.py", "inside/part")


def test_a_history_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    hashes = with_history(tmp_path / "repo")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tmp_path}/repo", "cut")
    with closed_git(tmp_path / "cut") as found:
        assert answers(found, "new.py") == hashes[:1]


def test_before_the_first_commit_there_are_names_and_no_dates(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q")
    with closed_git(root) as found:
        assert (found.tracked(), found.commits("a.py"), found.head) == ((), (), "")
    (root / "a.py").write_text("a\n")
    git(root, "add", "a.py")
    with closed_git(root) as found:
        assert (found.tracked(), found.commits("a.py")) == (("a.py",), ())


def test_a_path_is_a_name_and_no_pattern(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    names = {"*.py": "1\n", ":(top)a.py": "2\n", "-a.py": "3\n", "a.py": "4\n", "ü\udcff.py": "5\n"}
    for number, (name, text) in enumerate(names.items()):
        committed(root, {name: text}, FIRST + number)
    with closed_git(root) as found:
        assert {*found.tracked()} == {*names}
        for number, name in enumerate(names):
            assert [commit.authored for commit in found.commits(name)] == [FIRST + number]
        assert found.commits("gone.py") == ()
        assert found.commits("a\0b") == ()
