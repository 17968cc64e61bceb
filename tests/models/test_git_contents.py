"""What git says of contents by their ids: committed ones, every change of a path and of all, and the bytes of one."""

from __future__ import annotations

from pathlib import Path

from modelkin.models.git_contents import changes, committed_blobs, content, versions
from modelkin.sources.git_history import closed_git

from ..support.git_histories import FIRST, SECOND, TEXT, THIRD, committed, git, needs_git_and_shell, with_history

pytestmark = needs_git_and_shell


def test_committed_contents_stand_by_path_links_and_submodules_left_out(tmp_path: Path) -> None:
    root = tmp_path / "r"
    committed(root, {"a/x.json": "{}\n", "\u706f b.json": "{}\n"}, FIRST)
    (root / "link.json").symlink_to("a/x.json")
    committed(root, {}, SECOND)
    with closed_git(root) as found:
        blobs = committed_blobs(found)
    blob = git(root, "rev-parse", "HEAD:a/x.json")
    assert blobs == {"a/x.json": blob, "\u706f b.json": blob}


def test_every_content_of_a_path_is_listed_under_earlier_names_too(tmp_path: Path) -> None:
    with_history(tmp_path / "r")
    with closed_git(tmp_path / "r") as found:
        listed = versions(found, "new.py")
        assert [each.path for each in listed] == ["new.py", "new.py", "old.py"]
        assert [each.dates[0] for each in listed] == [THIRD, SECOND, FIRST]
        assert content(found, listed[-1].blob, 10_000) == TEXT.encode()
        assert content(found, listed[-1].blob, 10) is None
        assert content(found, "0" * 40, 10_000) is None
        assert versions(found, "missing.py") == versions(found, "a\0b") == ()


def test_changes_of_all_paths_are_listed_oldest_first_and_removals_have_no_content(tmp_path: Path) -> None:
    root = tmp_path / "r"
    committed(root, {"a.json": "1"}, FIRST)
    (root / "a.json").unlink()
    committed(root, {"b.json": "2"}, SECOND)
    with closed_git(root) as found:
        listed = [(each.path, bool(each.blob), each.dates[0]) for each in changes(found)]
    assert listed == [("a.json", True, FIRST), ("a.json", False, SECOND), ("b.json", True, SECOND)]


def test_what_only_a_merge_brings_is_listed(tmp_path: Path) -> None:
    root = tmp_path / "r"
    committed(root, {"a.json": "1"}, FIRST)
    git(root, "checkout", "-q", "-b", "side")
    committed(root, {"side.json": "2"}, SECOND)
    git(root, "checkout", "-q", "main")
    committed(root, {"main.json": "3"}, SECOND)
    git(root, "merge", "-q", "--no-commit", "side", at=THIRD)
    committed(root, {"merged.json": "4"}, THIRD)
    with closed_git(root) as found:
        assert {each.path: each.dates[0] for each in changes(found) if each.path == "merged.json"} == {
            "merged.json": THIRD
        }


def test_before_the_first_commit_there_is_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with closed_git(tmp_path) as found:
        assert (committed_blobs(found), changes(found), versions(found, "a")) == ({}, (), ())
