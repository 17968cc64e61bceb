"""What the benchmarks of directions hold modelkin against, and what they scan."""

from __future__ import annotations

import ast
from pathlib import Path
from random import Random

from msgspec.structs import replace

from modelkin.results import UpstreamMatch

from ..support.git_histories import git, needs_git_and_shell, with_history
from ..support.small_corpora import ATTENTION, THREE, Upstream, corpus_of
from .edits import edited_statements
from .path_dates import CLASSES, Commits, Interval, classified, commits, own_projects, upstream_intervals

_, IN_ORDER, LATER_RELEASE, OPEN, UNKNOWN, LATER = CLASSES
MATCH = UpstreamMatch("lantern", "lantern/new.py", "3.0", "3.0", "2023-07-08", 1.0, "MIT", (), "")


@needs_git_and_shell
def test_a_path_is_as_old_as_its_first_commit_under_any_name(tmp_path: Path) -> None:
    with_history(tmp_path / "repository")
    assert commits(tmp_path / "repository", "new.py") == Commits("2017-07-14", "2023-11-14")
    assert commits(tmp_path / "repository", "c.py") == Commits("2020-09-13", "2020-09-13")
    assert commits(tmp_path / "repository", "none.py") == Commits()


@needs_git_and_shell
def test_a_clone_is_the_project_that_its_remote_says(tmp_path: Path) -> None:
    with_history(tmp_path / "repository")
    corpus = corpus_of(*THREE)
    homes = {"lantern": "https://github.com/lamps/lantern", "beacon": "https://github.com/lamps/beacon"}
    corpus = replace(corpus, projects=tuple(replace(each, homepage=homes[each.name]) for each in corpus.projects))
    assert own_projects(tmp_path / "repository", [corpus]) == frozenset()
    git(tmp_path / "repository", "remote", "add", "origin", "git@github.com:Lamps/Lantern.git")
    assert own_projects(tmp_path / "repository", [corpus]) == {"lantern"}


def test_an_upstream_path_appeared_between_the_release_without_it_and_the_first_with_it() -> None:
    later = Upstream(version="3.0", files={"lantern/new.py": ATTENTION}, released="2023-07-08")
    intervals = upstream_intervals([corpus_of(Upstream(), later)])
    assert intervals["lantern", "lantern/attention.py"] == Interval("2021-05-04", "2021-05-04")
    assert intervals["lantern", "lantern/new.py"] == Interval("2021-05-04", "2023-07-08")


def test_a_date_says_who_was_first() -> None:
    intervals = {("lantern", "lantern/new.py"): Interval("2021-05-04", "2022-01-31")}
    expected = {
        "": UNKNOWN,
        "2021-05-03": LATER,
        "2021-05-04": OPEN,
        "2022-01-30": OPEN,
        "2022-01-31": LATER_RELEASE,
        "2023-07-07": LATER_RELEASE,
        "2023-07-08": IN_ORDER,
    }
    assert {day: classified(day, MATCH, intervals) for day in expected} == expected
    assert classified("2021-05-03", replace(MATCH, path="lantern/other.py"), intervals) == UNKNOWN


def test_a_fifth_of_the_statements_is_edited_and_all_of_them_stay() -> None:
    before = ast.unparse(ast.parse(ATTENTION)).splitlines()
    after = edited_statements(ATTENTION, Random(1), 0.2).splitlines()
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    simple = sum(isinstance(node, ast.stmt) and not hasattr(node, "body") for node in ast.walk(ast.parse(ATTENTION)))
    assert changed == round(simple / 5) > 1
