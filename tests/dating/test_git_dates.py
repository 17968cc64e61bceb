"""The first commit of a path is its date, renames followed, in every kind of checkout; a hostile one gives none."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from modelkin.dating import git_dates
from modelkin.dating.dates import dates_of
from modelkin.dating.git_dates import GitDates
from modelkin.results import FileDate, Ground
from modelkin.sources import git as sources_git
from modelkin.sources import open_source, open_sources
from modelkin.sources.git_history import ClosedGit, closed_git

from ..support.git_histories import FIRST, SECOND, TEXT, THIRD, committed, git, needs_git_and_shell, with_history
from ..support.git_repositories import address

pytestmark = [needs_git_and_shell, pytest.mark.usefixtures("temporary")]

DAYS = {at: time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (FIRST, SECOND, THIRD)}


def dated(at: int, says: str = "the first commit of the path", at_latest: bool = False, head: int = THIRD) -> FileDate:
    """What is said of a path that came at ``at``, in a checkout whose last commit is of ``head``."""
    return FileDate(DAYS[at], Ground.COMMIT, True, at_latest, says, DAYS[head])


def days(root: Path, *paths: str) -> list[str]:
    ask = GitDates(root)
    return [ask(path).date for path in paths]


def test_a_path_has_the_date_of_its_first_commit_under_any_name(tmp_path: Path) -> None:
    with_history(tmp_path / "repo")
    ask = GitDates(tmp_path / "repo")
    assert ask("new.py") == dated(FIRST, "the first commit of the path, as old.py")
    assert ask("b.txt") == dated(FIRST)
    assert ask("c.py") == dated(SECOND)


def test_renames_are_followed_over_many_steps_and_edits(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    committed(root, {"a.py": TEXT, "other.py": "".join(f"other {number}\n" for number in range(40))}, FIRST)
    for step, (old, new) in enumerate((("a.py", "b.py"), ("b.py", "pkg/c.py"), ("pkg/c.py", "pkg/d.py")), start=1):
        (root / new).parent.mkdir(exist_ok=True)
        git(root, "mv", old, new)
        committed(root, {new: TEXT + "step\n" * step}, SECOND + step)
    committed(root, {"a.py": "another file of that name\n"}, THIRD)
    assert days(root, "pkg/d.py", "a.py", "other.py") == [DAYS[FIRST], DAYS[THIRD], DAYS[FIRST]]


def test_a_file_that_comes_back_is_as_old_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    committed(root, {"a.py": TEXT}, FIRST)
    git(root, "rm", "-q", "a.py")
    committed(root, {"b.py": "b\n"}, SECOND)
    committed(root, {"a.py": TEXT}, THIRD)
    assert days(root, "a.py") == [DAYS[FIRST]]


def test_the_earlier_of_author_and_committer_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repo"
    committed(root, {"a.py": TEXT}, THIRD)
    git(root, "commit", "-q", "--amend", "--no-edit", f"--date=@{FIRST} +0000", at=THIRD)
    assert days(root, "a.py") == [DAYS[FIRST]]
    assert GitDates(root)("a.py").newest == DAYS[THIRD], "the later of the two is the last change"
    git(root, "commit", "-q", "--amend", "--no-edit", f"--date=@{THIRD} +0000", at=SECOND)
    assert days(root, "a.py") == [DAYS[SECOND]]
    assert GitDates(root)("a.py").newest == DAYS[THIRD]
    monkeypatch.setattr(time, "time", lambda: SECOND - 10 * 86_400)
    assert days(root, "a.py") == [""]


def test_a_date_that_cannot_be_is_none(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    committed(root, {"a.py": TEXT}, THIRD)
    tree = git(root, "rev-parse", "HEAD^{tree}")
    for stamp in ("0", "300000000", "4102444800", "99999999999", "999999999999999999999999", "-5", "soon", ""):
        text = f"tree {tree}\nauthor a <a@b> {stamp} +0000\ncommitter a <a@b> {stamp} +0000\n\nx\n"
        digest = git(root, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=text)
        git(root, "update-ref", "refs/heads/main", digest)
        found = GitDates(root)("a.py")
        assert (found.date, "no date that can be" in found.says) == ("", True), stamp


def test_branches_and_merges(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    committed(root, {"a.py": TEXT}, FIRST)
    git(root, "checkout", "-q", "-b", "side")
    committed(root, {"side.py": "side\n"}, SECOND)
    git(root, "checkout", "-q", "main")
    committed(root, {"main.py": "main\n"}, SECOND)
    git(root, "merge", "-q", "--no-ff", "--no-commit", "side", at=THIRD)
    committed(root, {"only_in_the_merge.py": "x = 1\n"}, THIRD)
    ask = GitDates(root)
    assert (ask("a.py"), ask("side.py"), ask("main.py")) == (dated(FIRST), dated(SECOND), dated(SECOND))
    assert ask("only_in_the_merge.py") == dated(THIRD, "the merge that brought the path", at_latest=True)


def test_parents_come_first_whatever_their_clocks_said(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    committed(root, {"old.py": TEXT}, SECOND)
    git(root, "mv", "old.py", "new.py")
    committed(root, {}, FIRST)
    assert days(root, "new.py") == [DAYS[SECOND]]


def test_a_shallow_clone_gives_a_bound(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    with_history(root)
    committed(root, {"late.py": "late\n"}, THIRD)
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{root}", "cut")
    ask = GitDates(tmp_path / "cut")
    assert ask("c.py") == dated(THIRD, "the oldest commit of a shallow clone", at_latest=True)
    assert ask("late.py") == dated(THIRD)


def test_what_is_staged_is_new_and_what_is_untracked_has_no_date(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    with_history(root)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    for name in ("staged.py", "untracked.py"):
        (root / name).write_text(f"{name}\n" * 20)
    git(root, "add", "staged.py")
    git(root, "mv", "new.py", "renamed.py")
    ask = GitDates(root)
    assert ask("staged.py") == FileDate(today, Ground.COMMIT, True, says="not committed yet", newest=DAYS[THIRD])
    assert ask("untracked.py") == FileDate(says="git does not track it")
    assert ask("renamed.py") == dated(FIRST, "the first commit of the path, as old.py")


def test_without_an_index_what_was_committed_is_tracked(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    with_history(root)
    (root / ".git/index").unlink()
    (root / "untracked.py").write_text("u\n")
    assert days(root, "c.py", "untracked.py") == [DAYS[SECOND], ""]


def test_before_the_first_commit_all_is_new(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q")
    (root / "a.py").write_text("a\n")
    git(root, "add", "a.py")
    assert GitDates(root)("a.py").says == "not committed yet"


def test_any_part_of_a_checkout_is_dated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repo"
    committed(root, {"pkg/sub/a.py": TEXT, "b.py": "b\n"}, FIRST)
    (tmp_path / "link").symlink_to(root / "pkg")
    sources: dict[str, str] = {
        str(root): "pkg/sub/a.py",
        str(root / "pkg"): "sub/a.py",
        str(tmp_path / "link"): "sub/a.py",
        f"{root}!pkg": "pkg/sub/a.py",
        f"{root}!pkg/sub/a.py": "pkg/sub/a.py",
        str(root / "pkg/sub/a.py"): "a.py",
    }
    for spec, path in sources.items():
        with open_source(spec) as checkout:
            assert path in [each.path for each in checkout.entries()]
            assert checkout.folder is not None
            assert GitDates(checkout.folder)(path) == dated(FIRST, head=FIRST), spec
    monkeypatch.chdir(root)
    with open_sources(["pkg/sub/a.py", "b.py"]) as checkout:
        assert checkout.folder is not None
        assert GitDates(checkout.folder)("pkg/sub/a.py") == dated(FIRST, head=FIRST)


def test_a_submodule_and_a_clone_inside_have_their_own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed(tmp_path / "part", {"p.py": TEXT}, FIRST)
    whole = tmp_path / "whole"
    committed(whole, {"a.py": "a\n"}, SECOND)
    git(whole, "submodule", "add", "-q", str(tmp_path / "part"), "inside/part")
    git(whole, "commit", "-q", "-m", "x", at=THIRD)
    committed(whole / "clone", {"c.py": "c\n"}, THIRD)
    assert days(whole, "a.py", "inside/part/p.py", "clone/c.py") == [DAYS[SECOND], DAYS[FIRST], DAYS[THIRD]]
    monkeypatch.setattr(git_dates, "MOST_REPOSITORIES", 1)
    assert days(whole, "a.py", "clone/c.py") == [DAYS[SECOND], ""]


def test_a_partial_clone_asks_no_server(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    committed(root, {"a.py": TEXT, "b.py": "b\n" * 50}, FIRST)
    git(root, "mv", "a.py", "same.py")
    committed(root, {}, SECOND)
    git(root, "mv", "b.py", "changed.py")
    committed(root, {"changed.py": "b\n" * 45 + "c\n"}, SECOND)
    git(root, "rm", "-q", "changed.py")
    git(root, "config", "uploadpack.allowFilter", "true")
    committed(root, {"changed.py": "b\n" * 40 + "d\n"}, THIRD)
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{root}", "partial")
    shutil.rmtree(root)
    assert days(tmp_path / "partial", "same.py", "changed.py") == [DAYS[FIRST], DAYS[SECOND]]


def test_one_call_dates_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repo"
    committed(root, {f"{number}.py": f"{number}\n" for number in range(50)}, FIRST)
    opened: list[Path] = []

    def opening(top: Path) -> AbstractContextManager[ClosedGit]:
        opened.append(top)
        return closed_git(top)

    monkeypatch.setattr(git_dates, "closed_git", opening)
    ask = GitDates(root)
    assert not opened
    assert {ask(f"{number}.py").date for number in range(50)} == {DAYS[FIRST]}
    assert len(opened) == 1


def test_where_there_is_no_git_there_is_no_word(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a\n")
    assert GitDates(tmp_path)("a.py") == FileDate()


def test_names_are_no_patterns_and_may_be_any_bytes(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    names = ["*.py", ":(top)a.py", "-a.py", "A", "R100", "a\nb.py", "ü\udcff.py", "x\ty.py"]
    for name in names:
        committed(root, {name: f"{name!r}\n" * 9}, FIRST)
    assert days(root, *names) == [DAYS[FIRST]] * len(names)


def test_a_broken_git_folder_gives_a_word(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    with_history(root)
    head = git(root, "rev-parse", "HEAD")
    broken: dict[str, Callable[[Path], object]] = {
        "a commit that is not there": lambda top: (top / ".git/refs/heads/main").write_text("1" * 40 + "\n"),
        "objects that are gone": lambda top: shutil.rmtree(top / ".git/objects" / head[:2]),
        "an index of noise": lambda top: (top / ".git/index").write_bytes(b"DIRC" + bytes(100)),
        "objects from elsewhere": lambda top: (top / ".git/objects/info/alternates").write_text("/\n"),
        "a branch that leads out": lambda top: (top / ".git/HEAD").write_text("ref: refs/../../x\n"),
    }
    for number, (what, breaks) in enumerate(broken.items()):
        top = shutil.copytree(root, tmp_path / str(number))
        breaks(top)
        found = GitDates(top)("new.py")
        assert (found.date, found.says[:44]) == ("", "git cannot say when it was committed: " + found.says[38:44]), what
        assert found.says.isprintable()


def test_a_history_that_takes_too_long_gives_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_history(tmp_path / "repo")
    monkeypatch.setattr(git_dates, "ALL_SECONDS", -1.0)
    assert "longer than" in GitDates(tmp_path / "repo")("new.py").says


def test_the_remote_is_read_as_text(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    with_history(root)
    git(root, "remote", "add", "origin", "https://name:secret@example.org/lab/lamp.git")
    git(root, "worktree", "add", "-q", str(tmp_path / "tree"))
    (root / "pkg").mkdir()
    for place in (root, root / "pkg", root / "new.py", tmp_path / "tree"):
        (root / "pkg/p.py").write_text("")
        with open_source(str(place)) as checkout:
            assert checkout.remote == "https://example.org/lab/lamp.git", place
    config = root / ".git/config"
    for text in ('[remote "other"]\nurl = x\n', '[remote "origin"]\nfetch = x\n', "\0", "[include]\npath = x\n", ""):
        config.write_text(text)
        with open_source(str(root)) as checkout:
            assert checkout.remote == ""
    config.write_text('[core]\n\tbare = false\n[Remote "origin"] url = "git@example.org:a/b"\n')
    with open_source(str(root)) as checkout:
        assert checkout.remote == ""
    config.write_text('[remote "origin"]\n\turl = "git@example.org:a/b"\n[remote "fork"]\n\turl = other\n')
    with open_source(str(root)) as checkout:
        assert checkout.remote == "git@example.org:a/b"


def fetched(root: Path, *paths: str, revision: str = "") -> list[FileDate]:
    with open_source(address(root, f"@{revision}" if revision else "")) as checkout:
        ask = dates_of(checkout)
        return [ask(path) for path in paths]


def test_a_fetched_commit_is_dated_by_its_history_without_contents(tmp_path: Path, temporary: Path) -> None:
    root = tmp_path / "repo"
    with_history(root)
    (root / "large.bin").write_bytes(os.urandom(1024**2))
    committed(root, {}, THIRD)
    git(root, "rm", "-q", "large.bin")
    head = committed(root, {"late.py": "late\n"}, THIRD)
    git(root, "config", "uploadpack.allowFilter", "true")
    expected = [dated(FIRST, "the first commit of the path, as old.py"), dated(SECOND), dated(THIRD)]
    assert fetched(root, "new.py", "c.py", "late.py") == expected
    assert fetched(root, "new.py", "c.py", "late.py", revision=head) == expected
    with open_source(address(root)) as checkout:
        dates_of(checkout)
        assert len(list(temporary.rglob("*.git"))) == 1, "the history is fetched before it is asked for"
        dates_of(checkout)("new.py")
        (history,) = temporary.rglob("history.git")
        assert sum(path.stat().st_size for path in history.rglob("*") if path.is_file()) < 1024**2


def test_without_its_history_a_fetched_commit_is_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repo"
    with_history(root)
    bound = [dated(THIRD, "the commit that was fetched", at_latest=True)] * 2
    monkeypatch.setattr(sources_git, "MAX_HISTORY_BYTES", 10)
    assert fetched(root, "new.py", "c.py") == bound
    monkeypatch.undo()
    with open_source(address(root)) as checkout:
        root.rename(tmp_path / "gone")
        ask = dates_of(checkout)
        assert [ask("new.py"), ask("c.py")] == bound
