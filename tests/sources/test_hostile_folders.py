"""A folder cannot clear itself: whatever a repository adds, its Python files are listed, or named as skipped.

The tricks of THREATS.md, rows 3 and 4, as far as a folder on disk goes. The rules are obeyed in the working tree one
stands in only, and there what was left out is counted.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.audit.discovery import find_repositories
from modelkin.results import LeftOut
from modelkin.sources import open_source
from modelkin.sources.files import read_files

from ..support.processor_time import processor_seconds
from ..support.working_trees import git, needs_git

CODE = "x = 1\n"
NAMES = [".venv", ".tox", ".nox", ".eggs", ".hg", ".svn", "__pycache__", "node_modules", "build", "dist", "a.egg-info"]
NAMES += [".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache", "site-packages"]
TRICKS: dict[str, dict[str, str]] = {
    "an ignore file that ignores all": {"model.py": CODE, ".gitignore": "*\n"},
    "an ignore file in a folder": {"pkg/model.py": CODE, "pkg/.gitignore": "model.py\n"},
    "an ignore file that ignores a folder": {"pkg/model.py": CODE, ".gitignore": "pkg/\n"},
    "an environment at the top": {"model.py": CODE, "pyvenv.cfg": "home = /usr/bin\n"},
    "an environment": {"pkg/model.py": CODE, "pkg/pyvenv.cfg": ""},
    "an environment of conda": {"pkg/model.py": CODE, "pkg/conda-meta/history": ""},
    **{f"a folder called {name}": {f"{name}/model.py": CODE, "README.md": "A model.\n"} for name in NAMES},
    "the same, deep": {"a/build/node_modules/.venv/pkg/model.py": CODE, "a/b.py": CODE},
    "a folder called .git": {".git/model.py": CODE, "README.md": "A model.\n"},
    "a folder that only looks like git's": {
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/objects/x": "",
        ".git/refs/heads/model.py": CODE,
        "setup.py": CODE,
    },
    "a git folder whose rules exclude all": {
        "model.py": CODE,
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/objects/x": "",
        ".git/refs/x": "",
        ".git/info/exclude": "*\n",
    },
    "a folder that looks like one of the Hub's cache": {
        f"models--o--n/snapshots/{'a' * 40}/README.md": "A model.\n",
        "models--o--n/model.py": CODE,
    },
}


def hostile(root: Path, trick: str) -> Path:
    for path, text in TRICKS[trick].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def told(source: str) -> set[str]:
    """The names of the files that a scan of ``source`` reads, or says that it does not."""
    with open_source(source) as checkout:
        return {file.path.rpartition("/")[2] for file in read_files(checkout)}


def test_a_folder_cannot_clear_itself(tmp_path: Path) -> None:
    assert not [trick for trick in TRICKS if "model.py" not in told(str(hostile(tmp_path / trick, trick)))]


def test_a_repository_of_an_audit_cannot_clear_itself(tmp_path: Path) -> None:
    cleared = []
    for number, trick in enumerate(TRICKS):
        hostile(tmp_path / str(number) / "upload", trick)
        repositories = find_repositories(str(tmp_path / str(number)))
        if "model.py" not in set().union(*(told(repository.source) for repository in repositories)):
            cleared.append(trick)
    assert not cleared


@needs_git
def test_what_git_tracks_cannot_clear_itself_even_where_rules_are_obeyed(tmp_path: Path) -> None:
    cleared = []
    for trick in (trick for trick, files in TRICKS.items() if not any(".git/" in path for path in files)):
        root = hostile(tmp_path / trick, trick)
        git(root, "init", "-q")
        git(root, "add", "--force", ".")
        with open_source(str(root), obey=True) as checkout:
            if not any(entry.path.endswith("model.py") for entry in checkout.entries()) or checkout.left_out():
                cleared.append(trick)
    assert not cleared


def test_a_folder_called_like_the_hubs_names_what_it_leaves_aside(tmp_path: Path) -> None:
    for name in ("models--o--n", "datasets--o--n"):
        (tmp_path / name / "snapshots" / ("a" * 40)).mkdir(parents=True)
        (tmp_path / name / "model.py").write_text(CODE)
        assert told(str(tmp_path / name)) == {"model.py"}


def test_a_link_in_a_snapshot_to_a_folder_of_blobs_is_named(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--o--n" / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (tmp_path / "models--o--n" / "blobs" / "pkg").mkdir(parents=True)
    (tmp_path / "models--o--n" / "blobs" / "pkg" / "model.py").write_text(CODE)
    (snapshot / "pkg").symlink_to("../../blobs/pkg")
    assert told(str(snapshot)) == {"pkg"}


@needs_git
@pytest.mark.parametrize(
    "rules",
    [
        pytest.param("*a*a*a*a*a*a*a*a*b\n", id="stars"),
        pytest.param("**/a**/a**/a**/a**/a**/b\n", id="stars over folders"),
        pytest.param("".join(f"*a*a*a*a{number}\n" for number in range(100_000)), id="many lines"),
        pytest.param("*" * 3_000_000 + "b\n", id="a long line"),
        pytest.param("*a\n" * 3_000_000, id="a large file"),
    ],
)
@pytest.mark.parametrize("obey", [True, False])
def test_a_hostile_ignore_file_does_not_hold_the_scan(tmp_path: Path, rules: str, obey: bool) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text(rules)
    for number in range(20):
        folder = tmp_path / "a" / f"{'a' * 60}{number}"
        folder.mkdir(parents=True)
        (folder / f"{'a' * 100}{number}.py").write_text(CODE)
    with processor_seconds(at_most=3), open_source(str(tmp_path), obey=obey) as checkout:
        assert sum(entry.path.endswith(".py") for entry in checkout.entries()) == 20


def test_ignore_rules_of_elsewhere_are_counted_and_not_obeyed(tmp_path: Path) -> None:
    hostile(tmp_path, "an ignore file in a folder")
    (tmp_path / ".gitignore").write_text("*\n")
    with open_source(str(tmp_path)) as checkout:
        assert [entry.path for entry in checkout.entries()] == [".gitignore", "pkg/.gitignore", "pkg/model.py"]
        assert checkout.disregarded() == (LeftOut("ignore files", ".gitignore", 2),)


@needs_git
def test_a_git_index_that_compresses_names_past_all_bounds_is_not_obeyed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("*.py\n")
    (tmp_path / "model.py").write_text(CODE)
    first = bytes(40) + b"\1" * 20 + b"\x0f\xfa\0" + b"a" * 4_090 + b"\0"
    other = bytes(40) + b"\1" * 20 + b"\x0f\xfa\1" + b"b\0"
    count = 100_000
    data = b"DIRC\0\0\0\4" + count.to_bytes(4, "big") + first + other * (count - 1)
    (tmp_path / ".git" / "index").write_bytes(data + bytes(20))
    with processor_seconds(at_most=3), open_source(str(tmp_path), obey=True) as checkout:
        assert [entry.path for entry in checkout.entries()] == [".gitignore", "model.py"]
        assert LeftOut("git indexes", ".git/index", 1) in checkout.disregarded()
