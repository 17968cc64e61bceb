"""What a scan of a folder leaves out: in the user's working tree, counted; elsewhere only git's own store."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.results import LeftOut
from modelkin.sources import open_source
from modelkin.sources.unscanned_code import MOST_NAMED

from ..support.checkouts import names, skips, write
from ..support.working_trees import git, needs_git

KINDS = [
    "__pycache__",
    "node_modules",
    ".eggs",
    ".tox",
    ".venv",
    ".hg",
    "pkg.egg-info",
    "build",
    "dist",
    "env",
    "conda",
]


def of_every_kind(root: Path) -> Path:
    """A folder of each kind that people do not mean when they say their code, with Python in it."""
    write(root, "a.py", "env/pyvenv.cfg", "conda/conda-meta/history", *(f"{folder}/x.py" for folder in KINDS))
    return write(root, "sub/build/lib/y.py", "ignored.py", "ignored/z.py", ".gitignore", text="ignored*\n")


def is_python(path: str) -> bool:
    return path.endswith(".py")


@pytest.mark.parametrize("obey", [False, True])
@pytest.mark.parametrize("dot_git", ["nothing", "empty", "file"])
def test_without_git_nothing_is_left_out(tmp_path: Path, dot_git: str, obey: bool) -> None:
    of_every_kind(tmp_path)
    if dot_git == "empty":
        (tmp_path / ".git").mkdir()
    if dot_git == "file":
        write(tmp_path, ".git", text="gitdir: gone\n")
    with open_source(str(tmp_path), obey=obey) as checkout:
        assert checkout.left_out() == checkout.disregarded() == ()
        listed = [entry.path for entry in checkout.entries()]
        assert [*filter(is_python, listed)] == sorted(
            (str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.py")), key=lambda path: path.split("/")
        )
        assert checkout.left_out() == ()
        assert checkout.disregarded() == (LeftOut("ignore files", ".gitignore", 1),)


@needs_git
def test_in_the_working_tree_one_stands_in_what_is_left_out_is_counted(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    of_every_kind(tmp_path)
    with open_source(str(tmp_path), obey=True) as checkout:
        for _ in range(2):
            assert [entry.path for entry in checkout.entries()] == [".gitignore", "a.py"]
            assert checkout.whole is not None
            assert len([*checkout.whole()]) == 2
            assert {(each.what, each.by, each.count) for each in checkout.left_out()} == {
                ("files", ".gitignore", 1),
                ("folders", ".gitignore", 1),
                ("folders", "build", 2),
                ("environments", "pyvenv.cfg", 1),
                ("environments", "conda-meta", 1),
                ("folders", "*.egg-info", 1),
                *(("folders", name, 1) for name in KINDS[:6]),
                ("folders", "dist", 1),
            }
            assert checkout.disregarded() == ()


@needs_git
def test_what_git_tracks_is_listed_whatever_the_folder_is_called(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    of_every_kind(tmp_path)
    git(tmp_path, "add", "--force", ".")
    tracked = [*filter(is_python, git(tmp_path, "ls-files").splitlines())]
    assert len(tracked) == len(KINDS) + 4
    write(tmp_path, *(f"{folder}/new.py" for folder in KINDS), "ignored/new.py")
    with open_source(str(tmp_path), obey=True) as checkout:
        listed = [*filter(is_python, (entry.path for entry in checkout.entries()))]
        assert sorted(listed) == sorted([*tracked, "build/new.py", "dist/new.py"])
        assert sum(each.count for each in checkout.left_out()) == len(KINDS) - 2 + 1


@needs_git
def test_a_repository_inside_the_working_tree_is_not_the_one_that_one_stands_in(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    of_every_kind(tmp_path / "clone")
    git(tmp_path / "clone", "init", "-q")
    with open_source(str(tmp_path), obey=True) as checkout:
        assert len([*filter(is_python, (entry.path for entry in checkout.entries()))]) == len(KINDS) + 4
        assert checkout.left_out() == ()
        assert checkout.disregarded() == (LeftOut("ignore files", ".gitignore", 1),)


def test_python_in_a_folder_called_git_is_named_and_refs_are_not(tmp_path: Path) -> None:
    write(tmp_path, "a.py", ".git/model.py", ".git/refs/heads/code.py", ".git/objects/ab/x.IPYNB", "b/.git/c.py")
    write(tmp_path, ".git/refs/heads/ref.py", ".git/refs/heads/long.py", text=f"{'a1' * 20}\n")
    write(tmp_path, ".git/logs/log.py", text=f"{'0' * 40} {'a1' * 20} A <a@b> 1 +0000\tcommit\n")
    write(tmp_path, ".git/refs/digits.py", text=f"{'1' * 40}\nimport os\n")
    write(tmp_path, ".git/refs/spaces.py", text=f"{'1' * 40}{' ' * 20_000}\nimport os\n")
    write(tmp_path, ".git/empty.py", text="")
    (tmp_path / ".git/link.py").symlink_to("model.py")
    reason = "in .git: git's own store is not scanned"
    inside = ["link.py", "model.py", "objects/ab/x.IPYNB", "refs/digits.py", "refs/heads/code.py", "refs/spaces.py"]
    assert skips(tmp_path) == dict.fromkeys([*(f".git/{path}" for path in inside), "b/.git/c.py"], reason)
    assert names(tmp_path) == ["a.py"]


def test_many_python_files_in_a_folder_called_git_are_one_line(tmp_path: Path) -> None:
    write(tmp_path, *(f".git/{number}.py" for number in range(MOST_NAMED + 1)))
    assert skips(tmp_path) == {".git": "21 Python files in .git: git's own store is not scanned"}


@pytest.mark.parametrize("folder", ["build", ".venv", "node_modules", "pkg.egg-info"])
def test_a_folder_that_is_left_out_elsewhere_is_listed_when_it_is_the_root(tmp_path: Path, folder: str) -> None:
    write(tmp_path, f"{folder}/a.py", f"{folder}/.gitignore", text="*\n")
    write(tmp_path, f"{folder}/pyvenv.cfg")
    assert "a.py" in names(tmp_path / folder)
    assert names(f"{tmp_path}!{folder}/a.py") == [f"{folder}/a.py"]


def test_a_package_called_build_is_code(tmp_path: Path) -> None:
    write(tmp_path, "pip/operations/build/__init__.py", "pip/operations/build/wheel.py")
    assert len(names(tmp_path)) == 2
