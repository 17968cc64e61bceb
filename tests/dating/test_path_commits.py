"""A history tells on which day each path, and each content of it, was first committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.dating.path_commits import Known, first_commits
from modelkin.errors import SourceError
from modelkin.sources.git_history import ClosedGit, closed_git

from ..support.git_histories import FIRST, SECOND, TEXT, THIRD, committed, git, needs_git_and_shell

pytestmark = needs_git_and_shell
DAYS = {FIRST: "2017-07-14", SECOND: "2020-09-13", THIRD: "2023-11-14"}


def known(commit: str, at: int) -> Known:
    return Known(commit, DAYS[at])


def blob(root: Path, commit: str, path: str) -> str:
    return git(root, "rev-parse", f"{commit}:{path}")


def test_each_path_and_content_has_its_first_commit(tmp_path: Path) -> None:
    first = committed(tmp_path / "repo", {"a.py": "1\n"}, FIRST)
    second = committed(tmp_path / "repo", {"a.py": "2\n", "b.py": "1\n"}, SECOND)
    third = committed(tmp_path / "repo", {"a.py": "1\n"}, THIRD)
    with closed_git(tmp_path / "repo") as closed:
        found = first_commits(closed)
    assert found.paths == {"a.py": known(first, FIRST), "b.py": known(second, SECOND)}
    old, new = (blob(tmp_path / "repo", commit, "a.py") for commit in (first, second))
    assert found.contents == {
        ("a.py", old): known(first, FIRST),
        ("a.py", new): known(second, SECOND),
        ("b.py", old): known(second, SECOND),
    }
    assert found.commits == (known(first, FIRST), known(second, SECOND), known(third, THIRD))
    assert found.before(DAYS[SECOND]) == known(first, FIRST)
    assert found.before(DAYS[FIRST]) is None


def test_a_file_that_was_moved_is_as_old_as_under_its_first_name(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    first = committed(root, {"old.py": TEXT}, FIRST)
    (root / "new.py").write_text((root / "old.py").read_text())
    (root / "old.py").unlink()
    committed(root, {}, SECOND)
    third = committed(root, {"old.py": "other\n"}, THIRD)
    with closed_git(root) as closed:
        assert first_commits(closed).paths == {"new.py": known(first, FIRST), "old.py": known(third, THIRD)}


def test_what_only_a_merge_brought_is_dated_by_it(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    committed(root, {"a.py": "1\n"}, FIRST)
    git(root, "checkout", "-q", "-b", "side")
    side = committed(root, {"side.py": "1\n"}, SECOND)
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "--no-commit", "side", at=THIRD)
    merge = committed(root, {"merged.py": "1\n"}, THIRD)
    with closed_git(root) as closed:
        found = first_commits(closed)
    assert (found.paths["side.py"], found.paths["merged.py"]) == (known(side, SECOND), known(merge, THIRD))


def test_histories_of_several_branches_count_together(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    first = committed(root, {"a.py": "1\n"}, FIRST)
    git(root, "checkout", "-q", "-b", "side")
    side = committed(root, {"side.py": "1\n"}, SECOND)
    git(root, "checkout", "-q", "main")
    main = committed(root, {"main.py": "1\n"}, THIRD)
    found = first_commits(ClosedGit(root / ".git", main, others=(side,)))
    assert found.paths == {
        "a.py": known(first, FIRST),
        "side.py": known(side, SECOND),
        "main.py": known(main, THIRD),
    }


def test_a_commit_that_cannot_have_been_made_dates_nothing(tmp_path: Path) -> None:
    committed(tmp_path / "repo", {"a.py": "1\n"}, 4_000_000_000)
    with closed_git(tmp_path / "repo") as closed:
        assert first_commits(closed) == ({}, {}, ())


def test_what_git_never_says_is_an_error_in_one_line() -> None:
    class Strange(ClosedGit, frozen=True):
        def contents(self, seconds: float) -> bytes:  # noqa: ARG002
            return b"a b c\0:1 2 3\0"

    with pytest.raises(SourceError, match="not known here"):
        first_commits(Strange(Path(), "0" * 40))
