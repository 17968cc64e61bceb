"""A checkout leaves out what git ignores, and git itself is the judge of what that is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from modelkin.sources import Entry, open_source
from modelkin.sources.gitignore import IgnoreFile, Unusable, read_ignore_file

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

FILES = [
    "a.py",
    "b.py",
    "gen_a.py",
    "models/yi.py",
    "models/keep.py",
    "models/sub/deep.py",
    "out/a.py",
    "src/out/a.py",
    "src/local.py",
    "src/data/x.py",
    "src/data/keep/x.py",
    "sp ace .py",
    "#hash.py",
    "!bang.py",
    "x[1].py",
    "x1.py",
    "caf\u00e9.py",
]


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def git(root: Path, *arguments: str) -> str:
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **quiet}).stdout


def known_to_git(root: Path) -> list[str]:
    return sorted(filter(None, git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")))


def names(root: Path | str) -> list[str]:
    with open_source(str(root), obey=True) as checkout:
        return sorted(item.path for item in checkout.entries() if isinstance(item, Entry))


@needs_git
@pytest.mark.parametrize(
    "rules",
    [
        {".gitignore": "gen_*.py\nout/\n"},
        {".gitignore": "/out\n/src/local.py\n"},
        {".gitignore": "models/*\n!models/keep.py\n"},
        {".gitignore": "models/**\n!models/keep.py\n"},
        {".gitignore": "models/\n!models/keep.py\n"},
        {".gitignore": "models\n!models/\n"},
        {".gitignore": "*\n!*.py\n!*/\n"},
        {".gitignore": "*/\n"},
        {".gitignore": "**/out\n"},
        {".gitignore": "src/**/x.py\n!src/data/keep/\n"},
        {".gitignore": "a.py\n", "src/.gitignore": "!a.py\n/local.py\n"},
        {".gitignore": "*.py\n", "src/data/.gitignore": "!keep/\n!x.py\n"},
        {"src/.gitignore": "/data\nout/\n", "src/data/.gitignore": "!*\n"},
        {".gitignore": "\ufeffa.py\r\nb.py\r\n\r\n# gen_a.py\r\n"},
        {".gitignore": "sp ace .py\n\\#hash.py\n\\!bang.py\nx\\[1\\].py\n"},
        {".gitignore": "x[0-9].py\nx[9-0.py\ncaf?.py\n/\n!\n   \n"},
        {".gitignore": "a.py   \nb.py\\ \n"},
        {".gitignore": "src/*/x.py\nout\n!out\n"},
        {".git/info/exclude": "b.py\n/src/data\n"},
        {".git/info/exclude": "b.py\n", ".gitignore": "!b.py\n"},
    ],
)
def test_the_files_listed_are_those_git_would_add(tmp_path: Path, rules: dict[str, str]) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, dict.fromkeys(FILES, "x = 1\n") | rules)
    assert names(tmp_path) == known_to_git(tmp_path)


@needs_git
@pytest.mark.parametrize("index_version", ["2", "3", "4"])
def test_what_git_tracks_is_listed_even_where_a_pattern_matches(tmp_path: Path, index_version: str) -> None:
    git(tmp_path, "init", "-q")
    long_name = "build/lib/" + "n" * 200 + ".py"  # version 4 then counts what the next name drops in two bytes
    write(tmp_path, dict.fromkeys([*FILES, "build/lib/a.py", long_name, "dist/b.py"], "x = 1\n"))
    git(tmp_path, "update-index", "--index-version", index_version)
    git(tmp_path, "add", "models/yi.py", "models/sub", "a.py", "build", "src")
    git(tmp_path, "add", "-N", "b.py")  # intent to add: the flag only versions 3 and 4 have
    write(tmp_path, {".gitignore": "models/\n*.py\nbuild\nsrc/out\n"})
    assert names(tmp_path) == known_to_git(tmp_path)
    assert {"models/yi.py", long_name} <= {*names(tmp_path)}
    assert "models/keep.py" not in names(tmp_path)


PIECES = (
    [
        "a",
        "b",
        "aa",
        "B",
        ".",
        "-",
        "]",
        "[",
        "^",
        "!",
        ":",
        " ",
        "#",
        "\t",
        "\\",
        "\\*",
        "\\/",
        "\\ ",
        "\u00e9",
        "\xff",
    ]
    + ["/", "/", "*", "*", "**", "**/", "/**", "/**/", "***", "?", "??"]
    + [
        "[ab]",
        "[!a]",
        "[^a]",
        "[]a]",
        "[!]a]",
        "[a-b]",
        "[b-a]",
        "[a-]",
        "[-a]",
        "[\\]a]",
        "[a",
        "[",
        "[!",
        "[/]",
        "[]",
    ]
    + [
        f"[[:{name}:]]"
        for name in ("alpha", "digit", "space", "punct", "print", "graph", "xdigit", "nonsense", "upper")
    ]
    + ["[[:alpha:]-b]", "[[:alpha", "[[:a]", "[[:]", "[[::]]", "[a-\\b]", "[\\a-b]", "[--0]", "[a-b-z]", "[!-~]"]
)
LINES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join)
RULES = st.lists(
    st.tuples(st.sampled_from(["", "", "", "!", "/", "!/", "\\"]), LINES).map("".join), min_size=1, max_size=4
)
NAMES = st.text(alphabet="aabbB./-]:[!^# \t\\0*\x0b\u00e9\x7f", min_size=1, max_size=9)


def as_path(text: str) -> str:
    """No empty, ``.`` or ``..`` part, which no path of a walk has."""
    return "/".join(part for part in text.split("/") if part.strip("."))


def ignored(rules: IgnoreFile | Unusable | None, path: str) -> bool:
    """As a walk from the top judges: an ignored folder is not entered."""
    if rules is None:
        return False
    assert isinstance(rules, IgnoreFile)
    ends = [place for place, char in enumerate(path) if char == "/"]
    return any(rules.verdict(path[:end], is_folder=True) for end in ends) or bool(rules.verdict(path, is_folder=False))


@pytest.fixture(scope="module")
def empty_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ignores")
    git(root, "init", "-q")
    return root


def ignored_by_git(root: Path, paths: list[str]) -> set[str]:
    command = ["git", "-C", str(root), "check-ignore", "--no-index", "--stdin", "-z"]
    given = b"".join(b"./" + path.encode("latin-1") + b"\0" for path in paths)
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return {path.decode("latin-1").removeprefix("./") for path in done.stdout.split(b"\0")[:-1]}


@needs_git
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    RULES,
    st.lists(NAMES.map(as_path).filter(bool), min_size=1, max_size=12, unique=True),
    st.sampled_from(["\n", "\r\n"]),
)
@example(["a**/b"], ["aa/b", "aa/a/b", "ab", "a/b"], "\n")
@example(["/a/", "a/b/"], ["a/b", "ab/b", "a/b/a"], "\n")
@example(["*a*b*"], ["ab", "aab.b", "ba"], "\n")
@example(["a/**/b/*c"], ["a/b/c", "a/x/b/y/b/cc", "a/b/b/c"], "\n")
@example(["**"], ["a", "a/b"], "\n")
@example(["a\\ ", "b\\\\ ", "c\\  "], ["a ", "b\\", "c ", "c"], "\n")
@example(["a\0b"], ["a", "ab"], "\n")
def test_a_pattern_means_what_git_means_by_it(
    empty_repository: Path, rules: list[str], paths: list[str], line_end: str
) -> None:
    path = empty_repository / ".gitignore"
    path.write_bytes("".join(rule + line_end for rule in rules).encode("latin-1"))
    found = read_ignore_file(path, "", ".gitignore")
    names = {path: os.fsdecode(path.encode("latin-1")) for path in paths}
    assert {path for path, name in names.items() if ignored(found, name)} == ignored_by_git(empty_repository, paths)


@needs_git
def test_rules_above_the_root_hold_in_it_unless_they_ignore_the_root_itself(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, dict.fromkeys(FILES, "x = 1\n") | {".gitignore": "models/\nlocal.py\nx.py\n"})
    assert names(tmp_path / "src") == ["out/a.py"]
    assert names(f"{tmp_path}!src") == ["src/out/a.py"]
    assert names(tmp_path / "models") == ["keep.py", "sub/deep.py", "yi.py"]
    assert names(tmp_path / "models/sub") == ["deep.py"]


@needs_git
def test_a_worktree_finds_its_index_through_its_git_file(tmp_path: Path) -> None:
    main, tree = tmp_path / "main", tmp_path / "tree"
    main.mkdir()
    git(main, "init", "-q")
    write(main, {"models/yi.py": "x = 1\n", ".gitignore": "models/\n"})
    git(main, "add", "-f", "models/yi.py", ".gitignore")
    git(main, "commit", "-qm", "x")
    git(main, "worktree", "add", "-q", str(tree))
    assert names(tree) == [".gitignore", "models/yi.py"]


def test_a_folder_that_is_no_git_checkout_has_its_gitignore_honoured(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "gen/b.py": "", ".gitignore": "gen/\n"})
    assert names(tmp_path) == [".gitignore", "a.py"]


@pytest.mark.parametrize(
    "index", [b"", b"DIRC", b"DIRC\0\0\0\x02\0\0\0\x05short", b"JUNK" * 20, b"DIRC\0\0\0\x09" + bytes(99)]
)
def test_a_damaged_git_index_is_as_none(tmp_path: Path, index: bytes) -> None:
    write(tmp_path, {"a.py": "", "b.py": "", ".gitignore": "b.py\n", ".git/HEAD": ""})
    (tmp_path / ".git/index").write_bytes(index)
    assert names(tmp_path) == [".gitignore", "a.py"]


def test_pipes_in_place_of_gits_files_do_not_hold_the_scan(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", ".git/HEAD": ""})
    os.mkfifo(tmp_path / ".gitignore")
    os.mkfifo(tmp_path / ".git/index")
    assert names(tmp_path) == ["a.py"]


def test_a_git_file_or_gitignore_that_makes_no_sense_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "sub/b.py": "", ".git": "not a git file\n"})
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe[\n!!\n\\\n[z-a]\n(((\n")
    (tmp_path / "sub/.gitignore").mkdir()
    assert {"a.py", "sub/b.py"} <= {*names(tmp_path)}
