"""A report says of what release or commit it is, and whether files changed since; nothing in the source is obeyed."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.dating.source_state import scanned_now
from modelkin.results import Scanned, SourceKind
from modelkin.sources import open_source, open_sources
from modelkin.support.clock import now

from ..support.working_trees import committed, git, needs_git, write

pytestmark = needs_git
CODE = {"a.py": "x = 1\n", "inner/b.py": "y = 1\n"}
ORIGIN = "https://example.org/lamp/lamp.git"


def state(*sources: str) -> Scanned:
    with open_sources(sources) as checkout:
        return scanned_now(checkout)


def head(tree: Path) -> str:
    return git(tree, "rev-parse", "HEAD").strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    write(folder, CODE)
    committed(folder)
    git(folder, "remote", "add", "origin", "https://me:secret@example.org/lamp/lamp.git")
    return folder


def test_the_time_is_the_clock_s_or_that_of_source_date_epoch(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert state(str(tree)).at == "2023-11-14T22:13:20Z"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert state(str(tree)).at[:10] in (f"{now():%Y-%m-%d}", state(str(tree)).at[:10])


def test_a_clone_is_told_by_its_commit_from_inside_and_from_outside(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Scanned(state(str(tree)).at, SourceKind.FOLDER, repository=ORIGIN, commit=head(tree), changed=False)
    assert state(str(tree)) == state(str(tree / "inner")) == expected
    assert state(str(tree / "inner" / "b.py")) == replace(expected, kind=SourceKind.FILE)
    monkeypatch.chdir(tree)
    assert state(".") == expected
    assert state("a.py", "inner") == replace(expected, kind=SourceKind.CHOSEN, changed=None)


def rewritten(tree: Path) -> None:
    write(tree, {"inner/b.py": "y = 2\n"})


def staged(tree: Path) -> None:
    rewritten(tree)
    git(tree, "add", ".")


def removed(tree: Path) -> None:
    (tree / "a.py").unlink()


def linked(tree: Path) -> None:
    (tree / "a.py").unlink()
    (tree / "a.py").symlink_to("inner/b.py")


def of_the_same_length_and_time(tree: Path) -> None:
    found = (tree / "a.py").stat()
    git(tree, "update-index", "--refresh")
    write(tree, {"a.py": "x = 2\n"})
    os.utime(tree / "a.py", ns=(found.st_atime_ns, found.st_mtime_ns + 1))


@pytest.mark.parametrize("change", [rewritten, staged, removed, linked, of_the_same_length_and_time])
def test_a_tracked_file_that_changed_is_said_to_have(tree: Path, change: Callable[[Path], None]) -> None:
    change(tree)
    assert state(str(tree)).changed is True
    assert state(str(tree)).commit == head(tree)


def touched(tree: Path) -> None:
    os.utime(tree / "a.py", (1, 1))


def other_line_ends(tree: Path) -> None:
    (tree / "a.py").write_bytes(b"x = 1\r\n")


def untracked(tree: Path) -> None:
    write(tree, {"new.py": "z = 1\n"})


def sparse(tree: Path) -> None:
    git(tree, "update-index", "--skip-worktree", "a.py")
    (tree / "a.py").unlink()


@pytest.mark.parametrize("change", [touched, other_line_ends, untracked, sparse])
def test_what_git_would_commit_nothing_of_is_no_change(tree: Path, change: Callable[[Path], None]) -> None:
    change(tree)
    assert state(str(tree)).changed is False


def test_a_change_elsewhere_in_the_clone_is_none_of_a_folder_s_files(tree: Path) -> None:
    write(tree, {"a.py": "x = 3\n"})
    assert state(str(tree / "inner")).changed is False
    assert state(str(tree)).changed is True


def test_a_worktree_and_a_copy_of_a_clone_are_told_as_well(tree: Path, tmp_path: Path) -> None:
    git(tree, "worktree", "add", "-q", str(tmp_path / "other"))
    shutil.copytree(tree, tmp_path / "copy")
    for place in ("other", "copy"):
        found = state(str(tmp_path / place))
        assert (found.commit, found.changed) == (head(tree), False)


def test_where_no_commit_is_known_none_is_told(tree: Path, tmp_path: Path) -> None:
    plain, begun, ignored = tmp_path / "plain", tmp_path / "begun", tree / "ignored"
    for folder in (plain, begun, ignored):
        folder.mkdir()
        write(folder, CODE)
    git(begun, "init", "-q")
    for place in (plain, begun, ignored):
        assert state(str(place)) == Scanned(state(str(place)).at, SourceKind.FOLDER)


def test_an_index_that_leads_out_of_the_checkout_is_not_followed(tree: Path) -> None:
    stored = (tree / ".git/index").read_bytes()
    (tree / ".git/index").write_bytes(stored.replace(b"inner/b.py", b"../../b.py"))
    assert state(str(tree)).commit == ""


def test_nothing_of_the_settings_of_a_clone_is_run(tree: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "filter.x.clean", "gpg.program", "core.pager"):
        git(tree, "config", key, str(trap))
    write(tree, {".gitattributes": "*.py filter=x\n"})
    touched(tree)
    assert state(str(tree)).changed is False
    assert not (tmp_path / "sprung").exists()


def test_a_fetched_commit_is_told_in_full(tree: Path) -> None:
    found = state(f"git+file://{tree}")
    assert (found.kind, found.repository, found.commit) == (SourceKind.GIT, f"file://{tree}", head(tree))
    assert found.changed is False


def test_a_wheel_is_told_by_its_release_and_another_archive_by_none(tmp_path: Path) -> None:
    for name, member in (("lamp-1.0-py3-none-any.whl", "lamp-1.0.dist-info/METADATA"), ("lamp.zip", "README")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("lamp.py", "x = 1\n")
            archive.writestr(member, "Name: lamp\nVersion: 1.0\n")
    wheel, other = (state(str(tmp_path / name)) for name in ("lamp-1.0-py3-none-any.whl", "lamp.zip"))
    assert (wheel.kind, wheel.release, wheel.commit) == (SourceKind.ARCHIVE, "lamp 1.0", "")
    assert (other.kind, other.release, other.commit) == (SourceKind.ARCHIVE, "", "")


def test_a_snapshot_of_the_hub_s_cache_is_told_by_its_commit(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--lamp--bulb" / "snapshots" / ("ab" * 20)
    snapshot.mkdir(parents=True)
    write(snapshot, CODE)
    with open_source(str(snapshot)) as checkout:
        assert scanned_now(checkout).commit == "ab" * 20
