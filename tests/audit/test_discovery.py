"""What counts as one repository in a folder of many, and in a list."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.audit.discovery import MOST_LEVELS, divide, find_repositories
from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import open_source


def tree(root: Path, *paths: str) -> Path:
    """Empty files, and folders for what ends in a slash."""
    for path in paths:
        target = root / path
        if path.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("x = 1\n")
    return root


def names(root: Path) -> list[str]:
    return [repository.name for repository in find_repositories(str(root))]


DIVIDED = {
    "folders with .git, code or not": (["a/.git/", "b/.git/", "b/x.py"], ["a", "b"]),
    "at any depth": (["a/b/c/.git/", "a/b/d/.git/"], ["a/b/c", "a/b/d"]),
    "what is in a repository belongs to it": (["a/.git/", "a/inner/.git/", "a/m.py"], ["a"]),
    "a worktree or submodule, whose .git is a file": (["a/.git", "a/m.py"], ["a"]),
    "the folder itself": ([".git/", "a/.git/", "m.py"], ["."]),
    "a readme above code": (["a/README.md", "a/src/m.py"], ["a"]),
    "a licence beside a notebook": (["a/LICENSE.txt", "a/m.ipynb"], ["a"]),
    "a model with its code": (["a/config.json", "a/modeling.py"], ["a"]),
    "a project of one file": (["a/setup.py"], ["a"]),
    "code without anything that marks a project": (["a/m.py", "b/c/m.py"], ["a", "b/c"]),
    "the outermost wins": (["a/__init__.py", "a/b/README.md", "a/b/m.py"], ["a"]),
    "a readme over repositories": (["a/README", "a/x/.git/", "a/y/m.py"], ["a/x", "a/y"]),
    "code beside repositories": (["a/README", "a/x/.git/", "a/m.py"], ["a/m.py", "a/x"]),
    "a readme in the named folder": (["README", "a/m.py", "b/m.py"], ["a", "b"]),
    "a script in the named folder": (["tool.py", "a/m.py"], ["a", "tool.py"]),
    "the named folder is a project": (["setup.py", "src/m.py"], ["."]),
    "the named folder is a project without setup.py": (["pyproject.toml", "src/p/m.py"], ["."]),
    "nothing but code": (["m.py", "n.py"], ["."]),
    "folders without code are none": (["a/data.csv", "b/m.py"], ["b"]),
    "nor are documents without code": (["a/readme.md", "a/data.csv", "b/m.py"], ["b"]),
    "what is marked as an environment": (["a/pyvenv.cfg", "a/lib/m.py", "b/m.py"], ["a/lib", "b"]),
    "whatever a folder is called": (["node_modules/a/setup.py", "b/m.py"], ["b", "node_modules/a"]),
    "hidden folders as well": ([".venv/m.py", ".hg/m.py", "build/m.py"], [".hg", ".venv", "build"]),
    "the named folder is an environment": (["conda-meta/m.py", "pyvenv.cfg", "setup.py"], ["."]),
    "each snapshot in a cache of the hub": (
        ["hub/models--o--n/snapshots/abc/m.py", "hub/models--o--n/snapshots/def/m.py", "hub/models--o--n/blobs/1"],
        ["hub/models--o--n/snapshots/abc", "hub/models--o--n/snapshots/def"],
    ),
    "what lies beside snapshots": (
        ["models--o/snapshots/r/m.py", "models--o/blobs/x.py", "models--o/snapshots/y.py", "models--o/z.py"],
        ["models--o/blobs", "models--o/snapshots/r", "models--o/snapshots/y.py", "models--o/z.py"],
    ),
    "a folder that is only called like one": (["models--o--n/m.py"], ["models--o--n"]),
}


def test_a_folder_is_divided_into_repositories(tmp_path: Path) -> None:
    found = {name: names(tree(tmp_path / name, *paths)) for name, (paths, _) in DIVIDED.items()}
    assert found == {name: expected for name, (_, expected) in DIVIDED.items()}


def test_every_source_that_is_found_can_be_opened(tmp_path: Path) -> None:
    root = tree(tmp_path, "wow!/a/.git/", "wow!/a/m.py", "hub/models--o--n/blobs/1", "hub/models--o--n/snapshots/r/")
    (root / "hub/models--o--n/snapshots/r/m.py").symlink_to("../../blobs/1")
    found = {repository.name: repository.source for repository in find_repositories(str(root))}
    assert list(found) == ["hub/models--o--n/snapshots/r", "wow!/a"]
    for source in found.values():
        with open_source(source) as checkout:
            (entry,) = (entry for entry in checkout.entries() if entry.path.endswith("m.py"))
            assert entry.read() == b"x = 1\n"  # type: ignore[union-attr]


FOLDERS = st.sampled_from(
    ["a", "b", "src", ".venv", "node_modules", "build", "x.egg-info", "__pycache__", ".hg", "models--o--n", "snapshots"]
)
NAMES = st.sampled_from(["m.py", "n.ipynb", "__init__.py", "setup.py", "README.md", "pyvenv.cfg", "LICENSE", "data"])
PLACES = st.lists(FOLDERS, max_size=4).map(lambda folders: "".join(f"{folder}/" for folder in folders))
PATHS = st.tuples(PLACES, NAMES | st.just(".git/HEAD")).map("".join)


@settings(max_examples=100, deadline=None)
@given(st.lists(PATHS, min_size=1, max_size=12, unique=True), st.booleans())
def test_every_python_file_is_of_exactly_one_repository(paths: list[str], ignoring: bool) -> None:
    with TemporaryDirectory() as folder:
        root = Path(os.path.realpath(folder))
        tree(root, *paths, *([".gitignore"] if ignoring else []))
        code = sorted(path for path in root.rglob("*") if path.suffix in (".py", ".ipynb"))
        found = []
        for repository in divide(root):
            with open_source(repository.source) as checkout:
                inside = Path(repository.source)
                listed = [entry.path for entry in checkout.entries() if entry.path.endswith((".py", ".ipynb"))]
                found += [inside / path if inside.is_dir() else inside for path in listed]
        assert sorted(found) == code


def test_links_are_not_followed(tmp_path: Path) -> None:
    root = tree(tmp_path, "a/.git/", "b/m.py")
    (root / "b/loop").symlink_to(root)
    (root / "link").symlink_to(root / "a")
    (root / "linked.py").symlink_to(root / "b/m.py")
    assert names(root) == ["a", "b"]


@pytest.mark.parametrize("name", ["upload/m.py", "m.py"])
def test_a_folder_with_nothing_but_links_is_a_repository_for_its_scan_to_name_them(tmp_path: Path, name: str) -> None:
    root = tree(tmp_path, "out.py", "all/upload/") / "all"
    (root / name).symlink_to(tmp_path / "out.py")
    (found,) = find_repositories(str(root))
    with open_source(found.source) as checkout:
        assert [*checkout.entries()] == [Skipped("m.py", "symbolic link out of the scanned folder")]


def test_a_tree_of_any_depth_ends(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(MOST_LEVELS * 3):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "m.py").write_text("x = 1\n")
    (found,) = names(tmp_path)
    assert found.count("/") == MOST_LEVELS - 1


def test_a_name_that_is_not_utf_8_is_a_name(tmp_path: Path) -> None:
    odd = os.fsdecode(b"a\xff\x1b[2J")
    assert names(tree(tmp_path, f"{odd}/m.py", "b/m.py")) == [odd, "b"] or os.name == "nt"


def test_a_list_names_a_source_a_line(tmp_path: Path) -> None:
    path = tmp_path / "sources.txt"
    path.write_bytes(b"\xef\xbb\xbf# ours\r\n\r\nb\r\n  pypi:a==1\r\nb\r\ngit+https://user:word@host/r.git\r\n")
    found = find_repositories(str(path))
    assert [each.name for each in found] == ["b", "git+https://host/r.git", "pypi:a==1"]
    assert [each.source for each in found] == ["b", "git+https://user:word@host/r.git", "pypi:a==1"]


NO_PLACES = {
    "none": (None, "no such folder or list"),
    "empty.txt": (b"# nothing\n", "names no source"),
    "model.bin": (b"\0\1\2", "not a text file"),
    "model.py": (b"x = 1\n", "`scan` takes this"),
    "model.whl": (b"PK", "`scan` takes this"),
}


def test_a_place_without_repositories_is_an_error(tmp_path: Path) -> None:
    for name, (content, message) in NO_PLACES.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match=message):
            find_repositories(str(tmp_path / name))


def test_a_folder_without_repositories_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no repository in it"):
        find_repositories(str(tree(tmp_path, "a/data.csv")))
