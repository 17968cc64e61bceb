"""Globs of options, settings and manifests choose what a .gitignore of them would ignore, in bounded time.

`test_sources_gitignore` holds them against git itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from modelkin.errors import ConfigurationError
from modelkin.scan_steps import ScanOptions
from modelkin.support.globs import matcher

from .processor_time import processor_seconds

MEANINGS = [
    # A glob without a slash is looked for in every folder; with one, from the root.
    ("modeling_*.py", "modeling_yi.py src/modeling_yi.py", "src/my_modeling_yi.py"),
    ("*/models/*.py", "vllm/models/yi.py", "models/yi.py vllm/model_executor/models/yi.py"),
    ("models/*.py", "models/yi.py", "models/sub/yi.py src/models/yi.py"),
    ("/yi.py", "yi.py", "models/yi.py"),
    ("./yi.py", "yi.py", "models/yi.py"),
    ("./pkg/tests", "pkg/tests/a.py", "a/pkg/tests/a.py"),
    # What is in a folder that is chosen is chosen, too.
    ("tests", "tests tests/a.py pkg/tests/a/b.py", "tests.py mytests/a.py"),
    ("tests/", "tests/a.py pkg/tests/a.py", "tests pkg/tests"),
    ("pkg/tests", "pkg/tests/a/b.py", "pkg/tests2/a.py"),
    ("tests/*", "tests/a.py tests/a/b.py", "tests a/tests/b.py"),
    # Two stars take folders where they stand for whole parts of the path.
    ("**/models/*.py", "models/yi.py a/b/models/yi.py", "models/a/yi.py"),
    ("**/x", "x a/b/x x/a", "ax"),
    ("a/**/b.py", "a/b.py a/c/d/b.py", "ab.py a/cb.py"),
    ("a/**", "a/b a/b/c", "a b/a"),
    ("**/**/a/**/**/b", "a/b c/a/d/b", "b ab"),
    ("ax**/b", "axy/b", "ax"),
    ("**", "a a/b", ""),
    # One sign, sets, and signs that mean themselves.
    ("?.py", "a.py b/a.py", "ab.py"),
    ("a?b", "axb", "a/b"),
    ("[ab].py", "a.py", "c.py"),
    ("[!ab].py", "c.py \u4e2d.py", "a.py"),
    ("[^ab].py", "c.py", "a.py"),
    ("[a-c].py", "b.py", "d.py"),
    ("[a-\U0010ffff].py", "b.py \u4e2d.py", "A.py"),
    ("[]].py", "].py", "a.py"),
    ("[[:digit:]x].py", "1.py x.py", "a.py"),
    ("[z-a].py", "z.py", "a.py m.py"),
    ("a[!x]b", "ayb", "a/b"),
    ("a[/x]b", "axb", "a/b"),
    ("\\[a\\].py", "[a].py", "a.py"),
    ("\\!a.py", "!a.py", "a.py"),
    ("#a.py", "#a.py", "a.py"),
    ("a+b.py", "a+b.py", "aab.py"),
    ("caf?.py", "caf\u00e9.py caf\udce9.py", "cafe\u0301.py"),
]


def test_a_glob_chooses_what_a_gitignore_of_it_would_ignore() -> None:
    told = [
        (glob, path, expected)
        for glob, chosen, others in MEANINGS
        for paths, expected in ((chosen, True), (others, False))
        for path in paths.split()
        if matcher((glob,))(path) is not expected
    ]
    assert told == []
    assert matcher(("*.py",))("new\nline.py")


def test_the_last_of_several_globs_that_matches_decides() -> None:
    chooses = matcher(("*.py", "!test_*.py", "/tests/", "!tests/kept.py", "test_kept.py"))
    paths = ("a.py", "test_a.py", "a/test_a.py", "test_kept.py", "a.txt", "tests/a.txt", "tests/kept.py")
    assert [path for path in paths if chooses(path)] == ["a.py", "test_kept.py", "tests/a.txt", "tests/kept.py"]


def test_no_glob_chooses_nothing() -> None:
    assert not matcher(())("a.py")
    assert not matcher(("!a.py",))("a.py")


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        pytest.param("*a" * 500 + "b", "a" * 4_000, id="stars"),
        pytest.param("?" * 2_000 + "b", "a" * 4_000, id="question marks"),
        pytest.param("*" + "?" * 2_000 + "b", "a" * 4_000, id="a star and question marks"),
        pytest.param("**/a/" * 500 + "b", "a/" * 2_000 + "a", id="any folders"),
        pytest.param("/**/" + "*a*b/" * 250 + "c", "aabb/" * 400 + "a", id="stars in folders"),
        pytest.param("*[ab]" * 500 + "c", "ab" * 2_000, id="sets"),
        pytest.param("*[\x01-\U0010ffff]" * 500 + "c", "ab" * 2_000, id="large sets"),
    ],
)
def test_a_hostile_glob_takes_time_in_proportion(glob: str, path: str) -> None:
    with processor_seconds(at_most=2):
        assert not matcher((glob,))(path)


def test_a_glob_that_is_broken_or_past_the_bounds_is_an_error_of_one_line() -> None:
    for globs, message in (
        (["*a" * 3_000], f"the glob '{'*a' * 20}…' has 6,000 characters: 4,096 is the most"),
        (["*a"] * 40_000, "40,000 globs have over 65,536"),
        ([""], "the glob '' matches nothing: it names no file"),
        (["/"], "the glob '/' matches nothing: it names no file"),
        (["!"], "the glob '!' matches nothing: it names no file"),
        (["a.py", "[a.py"], "the glob '[a.py' matches nothing: a [ is never closed"),
        (["[" * 4_000], f"the glob '{'[' * 40}…' matches nothing: a [ is never closed"),
        (["[].py"], "the glob '[].py' matches nothing: a [ is never closed"),
        (["[[:word:]].py"], "the glob '[[:word:]].py' matches nothing: there is no class [:word:]"),
        (["a[/]b"], "the glob 'a[/]b' matches nothing: a set in [ ] is empty"),
        (["a.py\\"], "the glob 'a.py\\\\' matches nothing: a backslash at the end takes no sign"),
    ):
        with pytest.raises(ConfigurationError, match=re.escape(message)):
            matcher(globs)


def test_a_broken_glob_is_told_before_a_scan_or_an_audit_begins() -> None:
    makers: list[Callable[[], ScanOptions]] = [
        lambda: ScanOptions(include=("[a",)),
        lambda: ScanOptions(exclude=("[a",)),
        lambda: ScanOptions(exclude_upstream=("[a",)),
    ]
    for make in makers:
        with pytest.raises(ConfigurationError, match=r"^the glob '\[a' matches nothing: a \[ is never closed$"):
            make()
