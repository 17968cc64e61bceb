"""Hostile git folders: nothing that they name is run, nor any history that is not theirs taken for theirs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from modelkin.sources import open_source
from modelkin.sources.checkout import Entry
from modelkin.sources.git_folder import GitError
from modelkin.sources.git_history import closed_git

from ..support.git_histories import FIRST, SECOND, TEXT, THIRD, answers, git, needs_git_and_shell, with_history

pytestmark = [needs_git_and_shell, pytest.mark.usefixtures("temporary")]


def program(folder: Path, name: str, then: str = "exit 1") -> Path:
    """A program that leaves a marker of its name, and fails, so that nothing waits for it; a filter passes all on."""
    path = folder / f"{name}.sh"
    path.write_text(f"#!/bin/sh\n: >{folder}/ran-{name}\n{then}\n")
    path.chmod(0o755)
    return path


def ran(folder: Path) -> set[str]:
    return {path.name.removeprefix("ran-") for path in folder.glob("ran-*")}


def planted(root: Path, programs: Path) -> Path:
    """``root`` with a program in each setting that may name one. Returns the folder of their markers."""
    programs.mkdir()
    hooks = programs / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "post-checkout", "reference-transaction", "pre-auto-gc"):
        shutil.copy(program(programs, "hook"), hooks / hook)
    (root / ".gitattributes").write_text("*.py filter=one diff=one\n*.txt filter=two\n")
    (root / ".gitignore").write_text("")
    os.utime(root / "b.txt", (FIRST, FIRST))  # git looks again into what is as young as its index
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "attributes", at=FIRST)
    settings = {
        "core.fsmonitor": program(programs, "fsmonitor"),
        "core.sshCommand": program(programs, "ssh"),
        "core.pager": program(programs, "pager"),
        "core.editor": program(programs, "editor"),
        "core.alternateRefsCommand": program(programs, "alternates"),
        "core.askPass": program(programs, "askpass"),
        "credential.helper": program(programs, "credential"),
        "gpg.program": program(programs, "gpg", "cat"),
        "diff.external": program(programs, "external"),
        "diff.one.textconv": program(programs, "textconv"),
        "filter.one.clean": program(programs, "clean", "cat"),
        "filter.one.smudge": program(programs, "smudge", "cat"),
        "filter.two.process": program(programs, "process"),
        "uploadpack.packObjectsHook": program(programs, "pack"),
        "alias.mine": f"!{program(programs, 'alias')}",
        "alias.log": f"!{program(programs, 'alias')}",
        "alias.ls-files": f"!{program(programs, 'alias')}",
        "log.showSignature": "true",
        "safe.directory": "*",
        "include.path": programs / "included",
        "core.attributesFile": programs / "attributes",
    }
    (programs / "included").write_text(f"[core]\n\thooksPath = {hooks}\n")
    for name, value in settings.items():
        git(root, "config", name, str(value))
    head, _, message = git(root, "cat-file", "commit", "HEAD").partition("\n\n")
    lines = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    stored = git(root, "hash-object", "-t", "commit", "-w", "--stdin", stdin=f"{head}\n{lines}\n\n{message}\n")
    (root / ".git/refs/heads/main").write_text(f"{stored}\n")
    for path in programs.glob("ran-*"):
        path.unlink()
    # What git must look into: its content may have changed.
    os.utime(root / "new.py", (THIRD, THIRD))
    return programs


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_no_program_that_the_folder_names_is_run(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    hashes = with_history(root)
    markers = planted(root, tmp_path / "programs")
    before = snapshot(root)
    with closed_git(root) as found:
        assert found.tracked() == (".gitattributes", ".gitignore", "b.txt", "c.py", "new.py")
        assert answers(found, "new.py") == hashes
        dates = [(commit.authored, commit.committed) for commit in found.commits("new.py")]
    assert dates == [(at, at + 7) for at in (THIRD, SECOND, FIRST)]
    assert ran(markers) == set()
    assert snapshot(root) == before
    # git as it is would run them.
    naive = """
        ls-files -m; status; update-ref refs/heads/other HEAD; log -p -- new.py; log; diff --cached HEAD~2; mine
        fetch ssh://x.invalid/y
    """
    for words in naive.replace("\n", ";").split(";"):
        git(root, *words.split(), check=False)
    os.utime(root / "b.txt", (SECOND, SECOND))
    git(root, "ls-files", "-m", check=False)
    expected = {"fsmonitor", "clean", "process", "gpg", "external", "textconv", "hook", "alias", "ssh"}
    assert ran(markers) >= expected


def test_no_program_is_run_when_the_folder_is_fetched_from(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    with_history(root)
    markers = planted(root, tmp_path / "programs")
    with open_source(f"git+file://{root}") as checkout:
        read = {entry.path: entry.read() for entry in checkout.entries() if isinstance(entry, Entry)}
    assert read["new.py"] == (TEXT + "more\n").encode()
    assert ran(markers) == set()


def test_what_is_missing_is_fetched_by_no_program(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    hashes = with_history(root)
    markers = planted(root, tmp_path / "programs")
    for name, value in {
        "remote.origin.url": f"ext::{program(markers, 'promisor')}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(program(markers, "promisor")),
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "protocol.ext.allow": "always",
    }.items():
        git(root, "config", name, value)
    (root / ".git/objects" / hashes[1][:2] / hashes[1][2:]).unlink()
    with closed_git(root) as found, pytest.raises(GitError):
        found.commits("new.py")
    assert ran(markers) == set()


def test_what_replaces_commits_changes_no_date(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    hashes = with_history(root)
    text = git(root, "cat-file", "commit", hashes[0]).replace(str(THIRD), "1")
    fake = git(root, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text + "\n")
    git(root, "replace", hashes[0], fake)
    assert git(root, "log", "-1", "--format=%at") == "1"
    git(root, "commit-graph", "write", "--reachable")
    with closed_git(root) as found:
        assert found.commits("new.py")[0].authored == THIRD


def test_a_folder_that_is_said_to_be_elsewhere_changes_no_answer(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    hashes = with_history(root)
    for name, value in {"core.worktree": "/", "core.bare": "true", "core.repositoryFormatVersion": "99"}.items():
        git(root, "config", name, value)
    with closed_git(root) as found:
        assert (found.tracked(), answers(found, "new.py")) == (("b.txt", "c.py", "new.py"), hashes)


def rewritten_graph(root: Path, seconds: int) -> None:
    """A cache of commits in which each has another date."""
    git(root, "commit-graph", "write", "--reachable")
    path = root / ".git/objects/info/commit-graph"
    content = path.read_bytes()
    # Each row of commit data ends with the date, in 34 bits.
    for at in (FIRST, SECOND, SECOND + 1, THIRD):
        content = content.replace((at + 7).to_bytes(4, "big"), seconds.to_bytes(4, "big"))
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_cache_of_commits_changes_no_date_and_no_order(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    hashes = with_history(root)
    rewritten_graph(root, 9)
    with closed_git(root) as found:
        assert answers(found, "new.py") == hashes
        assert [commit.committed for commit in found.commits("new.py")] == [THIRD + 7, SECOND + 7, FIRST + 7]


def test_variables_of_git_change_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook of git, such as pre-commit's, is run with some."""
    root = tmp_path / "repo"
    hashes = with_history(root)
    markers = program(tmp_path, "variable").parent
    for name in "DIR WORK_TREE INDEX_FILE OBJECT_DIRECTORY COMMON_DIR NAMESPACE CEILING_DIRECTORIES".split():
        monkeypatch.setenv(f"GIT_{name}", str(tmp_path))
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH", "GIT_CONFIG_VALUE_0", "GIT_TRACE", "GIT_PROXY_COMMAND"):
        monkeypatch.setenv(name, str(tmp_path / "variable.sh"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    with closed_git(root) as found:
        assert (found.tracked(), answers(found, "new.py")) == (("b.txt", "c.py", "new.py"), hashes)
    assert ran(markers) == set()


def refused(top: Path, reason: str) -> None:
    with pytest.raises(GitError, match=reason) as raised, closed_git(top):
        pass
    assert "\n" not in str(raised.value)


def test_a_folder_cannot_lend_itself_the_history_of_another(tmp_path: Path) -> None:
    mine, top = tmp_path / "mine", tmp_path / "theirs"
    with_history(mine)
    top.mkdir()
    (top / ".git").write_text(f"gitdir: {mine}/.git\n")
    refused(top, "does not say that it is this checkout's: not followed")
    (top / ".git").write_text("gitdir: ../mine/.git\n")
    refused(top, "not followed")
    # A worktree's folder that is its own by its own word, and names the objects of another.
    (top / "inner").mkdir()
    (top / ".git").write_text("gitdir: inner\n")
    for name, text in {"HEAD": "ref: refs/heads/main", "gitdir": f"{top}/.git", "commondir": f"{mine}/.git"}.items():
        (top / "inner" / name).write_text(text + "\n")
    refused(top, "which it is not a part of: not followed")
    (top / ".git").unlink()
    (top / ".git").symlink_to(mine / ".git")
    refused(top, "is a link, which is not followed")
    (top / ".git").unlink()
    git(top, "init", "-q")
    (top / ".git/HEAD").write_text(git(mine, "rev-parse", "HEAD") + "\n")
    (top / ".git/objects/info/alternates").write_text(f"{mine}/.git/objects\n")
    refused(top, "borrows objects from elsewhere")
    shutil.rmtree(top / ".git/objects")
    (top / ".git/objects").symlink_to(mine / ".git/objects")
    refused(top, "is no folder of objects")


@pytest.mark.parametrize(
    "head",
    [
        "",
        "x",
        "ref: ../../mine/.git/HEAD",
        "ref: refs/heads/../../HEAD",
        "ref: refs/heads/.invalid",
        "ref: /etc/passwd",
    ],
)
def test_a_head_that_leads_nowhere_is_an_error(head: str, tmp_path: Path) -> None:
    with_history(tmp_path / "repo")
    (tmp_path / "repo/.git/HEAD").write_text(f"{head}\n")
    refused(tmp_path / "repo", "leads to no commit by a way that is known here")


def test_refs_that_go_round_are_an_error(tmp_path: Path) -> None:
    with_history(tmp_path / "repo")
    (tmp_path / "repo/.git/refs/heads/main").write_text("ref: refs/heads/main\n")
    refused(tmp_path / "repo", "leads to no commit")


def test_queues_and_links_in_place_of_files_hold_nothing_up(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    hashes = with_history(root)
    for name in ("index", "shallow", "packed-refs"):
        (root / ".git" / name).unlink(missing_ok=True)
        os.mkfifo(root / ".git" / name)
    with closed_git(root) as found:
        assert found.tracked() == ()
        assert answers(found, "new.py") == hashes
    (root / ".git/index").unlink()
    (root / ".git/index").symlink_to("/dev/zero")
    with closed_git(root) as found:
        assert found.tracked() == ()


def test_a_damaged_index_is_an_error(tmp_path: Path) -> None:
    with_history(tmp_path / "repo")
    (tmp_path / "repo/.git/index").write_bytes(b"DIRC" + bytes(40))
    with closed_git(tmp_path / "repo") as found, pytest.raises(GitError):
        found.tracked()


def test_what_is_no_checkout_is_an_error(tmp_path: Path) -> None:
    refused(tmp_path, "is not the top of a git checkout")
    (tmp_path / ".git").write_text("gitdir:\n")
    refused(tmp_path, "is not the top of a git checkout")
