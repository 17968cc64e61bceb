"""A checkout leaves out what git ignores; the tests ask git itself what that is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from modelkin.errors import ConfigurationError
from modelkin.sources.ignores import IgnoreFile, Unusable, read_ignore_file
from modelkin.support.globs import matcher

from ..support.working_trees import git, listed, needs_git, write

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


def known_to_git(root: Path) -> list[str]:
    return sorted(filter(None, git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")))


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
    assert listed(tmp_path) == known_to_git(tmp_path)


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
    assert listed(tmp_path) == known_to_git(tmp_path)
    assert {"models/yi.py", long_name} <= {*listed(tmp_path)}
    assert "models/keep.py" not in listed(tmp_path)


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


def is_glob(rule: str) -> bool:
    """Whether it is one on its own: no comment, of ASCII, and not refused for matching nothing."""
    if rule.startswith(("#", "./")) or rule.endswith(" ") or "\0" in rule or not rule.isascii():
        return False
    try:
        matcher((rule,))
    except ConfigurationError:
        return False
    return True


@needs_git
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RULES.map(lambda rules: [*filter(is_glob, rules)]), st.lists(NAMES.map(as_path).filter(bool), max_size=12))
@example(["a", "!a/b", "b/"], ["a/b", "b", "b/c"])
@example(["a/*", "!a/b"], ["a/b", "a/c", "a/b/c"])
def test_globs_of_options_mean_what_git_means_by_them(
    empty_repository: Path, globs: list[str], paths: list[str]
) -> None:
    (empty_repository / ".gitignore").write_text("".join(f"{glob}\n" for glob in globs))
    names = {*filter(str.isascii, paths)}
    assert {*filter(matcher(globs), names)} == ignored_by_git(empty_repository, sorted(names))


@needs_git
def test_rules_above_the_root_hold_in_it_unless_they_ignore_the_root_itself(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, dict.fromkeys(FILES, "x = 1\n") | {".gitignore": "models/\nlocal.py\nx.py\n"})
    assert listed(tmp_path / "src") == ["out/a.py"]
    assert listed(f"{tmp_path}!src") == ["src/out/a.py"]
    assert listed(tmp_path / "models") == ["keep.py", "sub/deep.py", "yi.py"]
    assert listed(tmp_path / "models/sub") == ["deep.py"]


def test_a_folder_that_is_no_git_checkout_has_no_gitignore(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "gen/b.py": "", ".gitignore": "gen/\n"})
    assert listed(tmp_path) == [".gitignore", "a.py", "gen/b.py"]
