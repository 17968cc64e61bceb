"""What git tracks is read from its index in every form; where it is not understood, nothing is left out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from modelkin.results import LeftOut
from modelkin.sources import open_source

from ..support.working_trees import git, listed, needs_git, write


@needs_git
def test_a_worktree_finds_its_index_through_its_git_file(tmp_path: Path) -> None:
    main, tree = tmp_path / "main", tmp_path / "tree"
    main.mkdir()
    git(main, "init", "-q")
    write(main, {"models/yi.py": "x = 1\n", ".gitignore": "models/\n"})
    git(main, "add", "-f", "models/yi.py", ".gitignore")
    git(main, "commit", "-qm", "x")
    git(main, "worktree", "add", "-q", str(tree))
    assert listed(tree) == [".gitignore", "models/yi.py"]


def index_of(root: Path, *arguments: str, algorithm: str = "sha1") -> bytes:
    """An index in which ``a.py`` and ``kept/b.py`` are tracked, as git writes it under these settings."""
    git(root, "init", "-q", f"--object-format={algorithm}")
    write(root, {"a.py": "x = 1\n", "kept/b.py": "x = 1\n", "c.py": "x = 1\n", ".gitignore": "*.py\n"})
    git(root, *arguments, "add", "--force", "a.py", "kept/b.py", ".gitignore")
    return (root / ".git/index").read_bytes()


@needs_git
@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("setting", ["index.version=2", "index.version=4", "index.skipHash=true"])
def test_every_index_git_writes_is_read(tmp_path: Path, algorithm: str, setting: str) -> None:
    index_of(tmp_path, "-c", setting, algorithm=algorithm)
    assert listed(tmp_path) == [".gitignore", "a.py", "kept/b.py"]


@needs_git
@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_an_index_without_its_hash_is_read(tmp_path: Path, algorithm: str) -> None:
    length = {"sha1": 20, "sha256": 32}[algorithm]
    (tmp_path / ".git/index").write_bytes(index_of(tmp_path, algorithm=algorithm)[:-length] + bytes(length))
    assert listed(tmp_path) == [".gitignore", "a.py", "kept/b.py"]


def signed(data: bytes) -> bytes:
    return data + hashlib.sha1(data).digest()


HEADER = b"DIRC\0\0\0\2\0\0\0"
ENTRY = bytes(40) + b"\1" * 20 + b"\0\4a.py" + bytes(6)


@needs_git
@pytest.mark.parametrize(
    "index",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"DIRC", id="cut in its header"),
        pytest.param(signed(HEADER + b"\5short"), id="cut in an entry"),
        pytest.param(b"JUNK" * 20, id="junk"),
        pytest.param(signed(b"DIRC\0\0\0\x09" + bytes(4)), id="version 9"),
        pytest.param(signed(HEADER + b"\1" + ENTRY)[:-1], id="cut at its end"),
        pytest.param(signed(HEADER + b"\1" + ENTRY)[:-20] + b"\1" * 20, id="another hash"),
        pytest.param(signed(HEADER + b"\0" + ENTRY), id="more than it counts"),
        pytest.param(signed(HEADER + b"\1" + ENTRY + b"link\0\0\0\0"), id="split"),
        pytest.param(signed(HEADER + b"\1" + ENTRY + b"sdir\0\0\0\0"), id="sparse"),
        pytest.param(signed(HEADER + b"\1" + ENTRY.replace(b"a.py", b"kep/")), id="a folder for what is in it"),
        pytest.param(signed(HEADER + b"\1" + ENTRY.replace(b"\4a", b"\5a")), id="a name of another length"),
        pytest.param(signed(HEADER + b"\1" + ENTRY + b"TREE\0\0\0\x09"), id="cut in an extension"),
    ],
)
def test_where_the_index_is_not_understood_nothing_is_left_out(tmp_path: Path, index: bytes) -> None:
    index_of(tmp_path)
    write(tmp_path, {"build/d.py": "", ".venv/e.py": "", "env/pyvenv.cfg": "", "env/f.py": ""})
    (tmp_path / ".git/index").write_bytes(index)
    with open_source(str(tmp_path), obey=True) as checkout:
        paths = {entry.path for entry in checkout.entries()}
        assert {"a.py", "c.py", "kept/b.py", "build/d.py", ".venv/e.py", "env/f.py"} <= paths
        assert checkout.left_out() == ()
        assert checkout.disregarded() == (
            LeftOut("git indexes", ".git/index", 1),
            LeftOut("ignore files", ".gitignore", 1),
        )


@needs_git
def test_an_index_made_by_hand_is_one(tmp_path: Path) -> None:
    index_of(tmp_path)
    (tmp_path / ".git/index").write_bytes(signed(HEADER + b"\1" + ENTRY + b"TREE\0\0\0\0"))
    assert listed(tmp_path) == [".gitignore", "a.py"]


@needs_git
@pytest.mark.parametrize("setting", [["split-index"], ["sparse-index"]])
def test_real_split_and_sparse_indexes_are_not_understood(tmp_path: Path, setting: list[str]) -> None:
    index_of(tmp_path)
    if setting == ["split-index"]:
        git(tmp_path, "update-index", "--split-index")
    else:
        git(tmp_path, "commit", "-qm", "x")
        git(tmp_path, "sparse-checkout", "set", "--cone", "--sparse-index", "none")
        write(tmp_path, {"kept/b.py": "x = 1\n"})
    assert {"a.py", "c.py", "kept/b.py"} <= {*listed(tmp_path)}
