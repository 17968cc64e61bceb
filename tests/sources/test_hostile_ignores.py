"""Hostile ignore files: those past a bound are not obeyed, and none takes long or ends a scan."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modelkin.sources import open_source
from modelkin.sources.ignores import MAX_BYTES, MAX_FILES, MAX_PATTERNS, IgnoreFile, read_ignore_file

from ..support.processor_time import seconds
from ..support.working_trees import git, listed, needs_git, write


@needs_git
@pytest.mark.parametrize(
    "rules",
    [
        pytest.param("*.py\n" + "#" * MAX_BYTES, id="too large"),
        pytest.param("*.py\n" * (MAX_PATTERNS + 1), id="too many patterns"),
        pytest.param("*a?\n" * 8_000 + "*.py\n", id="too many wildcards"),
    ],
)
@pytest.mark.parametrize("where", [".gitignore", ".git/info/exclude", "kept/.gitignore"])
def test_an_ignore_file_past_a_bound_is_not_obeyed_nor_is_any_below_it(tmp_path: Path, where: str, rules: str) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {".gitignore": "*.py\n", "kept/b.py": "", "kept/c/d.py": "", "e.py": ""})
    write(tmp_path, {where: rules})
    with open_source(str(tmp_path), obey=True) as checkout:
        paths = {entry.path for entry in checkout.entries() if entry.path.endswith(".py")}
        assert paths == {"kept/b.py", "kept/c/d.py", "e.py"} - ({"e.py"} if where == "kept/.gitignore" else set())
        told = {(each.by, each.count) for each in checkout.disregarded()}
        assert (where.removeprefix("kept/"), 1) in told


@needs_git
def test_too_many_ignore_files_that_hold_together_are_not_obeyed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    folders = ["d/" * depth for depth in range(MAX_FILES + 2)]
    write(
        tmp_path, {f"{folder}.gitignore": "*.py\n" for folder in folders} | {f"{folder}a.py": "" for folder in folders}
    )
    with open_source(str(tmp_path), obey=True) as checkout:
        assert [entry.path for entry in checkout.entries() if entry.path.endswith(".py")] == [
            f"{folder}a.py" for folder in folders[MAX_FILES:]
        ]


HOSTILE_RULES: dict[str, Callable[[int], tuple[list[str], str]]] = {
    "stars": lambda n: (["*a" * 500 * n + "b"], "a" * 240),
    "stars in folders": lambda n: (["/**/" + "*a*b/" * 250 * n + "c"], "aabb/" * 200 * n),
    "question marks": lambda n: (["*" + "?" * 1_000 * n + "*b"], "a" * 1_000 * n),
    "any folders": lambda n: (["**/a/" * 500 * n + "b"], "a/" * 500 * n),
    "a long name that almost fits": lambda n: (["*" + "a" * 120 + "b*"] * 30 * n, "a" * 240),
    "sets": lambda n: (["[ab]*[!c]*[[:digit:]]x"] * 180 * n, "ab" * 100),
    "many endings": lambda n: ([f"*.a{number}" for number in range(2_000 * n)], "a" * 200),
    "many names": lambda n: ([f"a{number}" for number in range(2_000 * n)], "a" * 200),
}


def nothing_said(root: Path, path: str) -> None:
    """Read the rules, and hold twenty files against them, none of which they match."""
    found = read_ignore_file(root / ".gitignore", "", ".gitignore")
    assert isinstance(found, IgnoreFile)
    for number in range(20):
        assert found.verdict(f"{path}{number}", is_folder=False) is None


@pytest.mark.parametrize("kind", HOSTILE_RULES)
def test_hostile_rules_take_time_in_proportion(kind: str, tmp_path: Path) -> None:
    spent = []
    for n in (1, 2, 4):
        rules, path = HOSTILE_RULES[kind](n)
        write(tmp_path, {".gitignore": "\n".join(rules)})
        spent.append(min(seconds(lambda path=path: nothing_said(tmp_path, path)) for _ in range(2)))  # type: ignore[misc]
    # In proportion to pattern times path, both of which grow in some.
    assert spent[1] <= 8 * spent[0] + 0.2
    assert spent[2] <= 8 * spent[1] + 0.2


def test_pipes_in_place_of_gits_files_do_not_hold_the_scan(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", ".git/HEAD": "ref: refs/heads/x\n", ".git/objects/x": "", ".git/refs/x": ""})
    for path in (".gitignore", ".git/index", ".git/commondir", ".git/x.py"):
        os.mkfifo(tmp_path / path)
    (tmp_path / ".git/info").mkdir()
    os.mkfifo(tmp_path / ".git/info/exclude")
    assert listed(tmp_path) == ["a.py"]
    (tmp_path / ".git/index").unlink()
    assert listed(tmp_path) == ["a.py"]


def test_a_git_file_or_gitignore_that_makes_no_sense_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "sub/b.py": "", ".git": "not a git file\n"})
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe[\n!!\n\\\n[z-a]\n(((\n")
    (tmp_path / "sub/.gitignore").mkdir()
    assert {"a.py", "sub/b.py"} <= {*listed(tmp_path)}
