"""A commit of a git repository opens to its files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from modelkin.results import Skipped
from modelkin.sources import git_command, members, open_source
from modelkin.sources.checkout import Entry

from ..support.checkouts import contents, fails
from ..support.git_repositories import address, commit, commit_tree, stage
from ..support.working_trees import git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
FILES = {"b.py": b"b = 1\n", "pkg/z.py": b"z = 1\r\n", "pkg/a/c.py": b"c = 1\n", "LICENSE": b"MIT\n", "pkg.py": b""}
UNKNOWN = "0123456789" * 4


@pytest.fixture(autouse=True)
def nothing_left(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Whatever is done here leaves no temporary folder."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_files_are_listed_as_a_folder_would_be_and_read_in_any_order(tmp_path: Path) -> None:
    commit(tmp_path / "repo", FILES)
    assert contents(address(tmp_path / "repo")) == FILES
    assert list(contents(address(tmp_path / "repo"))) == ["LICENSE", "b.py", "pkg/a/c.py", "pkg/z.py", "pkg.py"]
    with open_source(address(tmp_path / "repo")) as checkout:
        entries = [item for item in checkout.entries() if isinstance(item, Entry)]
        assert [entry.read() for entry in reversed(entries)] == [FILES[entry.path] for entry in reversed(entries)]
        assert [entry.size for entry in entries] == [len(FILES[entry.path]) for entry in entries]


def test_a_repository_tells_its_project_and_commit(tmp_path: Path) -> None:
    digest = commit(tmp_path / "Some_Repo", FILES)
    git(tmp_path, "clone", "-q", "--bare", "Some_Repo", "bare.git")
    for ending, project in {"Some_Repo": "Some_Repo", "Some_Repo/.git": "Some_Repo", "bare.git/": "bare"}.items():
        with open_source(address(tmp_path, f"/{ending}")) as checkout:
            assert (checkout.project, checkout.release) == (project, digest[:12])
            assert checkout.root == address(tmp_path, f"/{ending}")


def test_a_revision_is_a_branch_a_tag_or_a_commit(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    first = commit(root, {"a.py": b"1"})
    git(root, "tag", "light")
    git(root, "tag", "-a", "-m", "x", "pkg@1.0")
    git(root, "branch", "feature/caf\u00e9")
    commit(root, {"a.py": b"2"})
    assert contents(address(root)) == {"a.py": b"2"}
    for revision in ("light", "pkg%401.0", "feature/caf\u00e9", "refs/tags/light", first):
        with open_source(address(root, f"@{revision}!a.py")) as checkout:
            assert checkout.release == revision.replace("%40", "@")
        assert contents(address(root, f"@{revision}")) == {"a.py": b"1"}


def test_a_path_inside_names_one_file_or_folder(tmp_path: Path) -> None:
    commit(tmp_path / "repo", FILES)
    assert list(contents(address(tmp_path / "repo", "!pkg"))) == ["pkg/a/c.py", "pkg/z.py"]
    assert list(contents(address(tmp_path / "repo", "@main!pkg//z.py"))) == ["pkg/z.py"]
    fails(address(tmp_path / "repo", "!pkg/y.py"), r"there is no pkg/y\.py in it; the nearest name is pkg/z\.py")
    fails(address(tmp_path / "repo", "!../x"), "must stay inside")


def test_signs_with_a_meaning_are_written_as_escapes_in_an_address(tmp_path: Path) -> None:
    commit(tmp_path / "a@b! c", FILES)
    with open_source(address(tmp_path, "/a%40b%21 c")) as checkout:
        assert checkout.project == "a@b! c"


def test_only_the_one_commit_is_fetched(tmp_path: Path, temporary: Path) -> None:
    root = tmp_path / "repo"
    first = commit(root, {"a.py": b"1"})
    git(root, "tag", "old")
    last = commit(root, {"a.py": b"2"})
    with open_source(address(root)):
        (kept,) = temporary.glob("*/*.git")
        assert git(kept, "rev-list", "--all", "FETCH_HEAD") == last
        assert first not in git(kept, "cat-file", "--batch-all-objects", "--batch-check")
        assert not (kept / "hooks").exists()


def test_links_and_submodules_are_named(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    commit(root, {"a.py": b"1"})
    stage(root, "120000", "link.py", b"/etc/passwd")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{UNKNOWN},vendored")
    git(root, "commit", "-q", "-m", "x")
    assert contents(address(root)) == {
        "a.py": b"1",
        "link.py": "symbolic link in a repository",
        "vendored": "submodule, a repository of its own",
    }


def test_files_over_the_limit_are_named_by_their_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_MEMBER_BYTES", 1024**2)
    commit(tmp_path / "repo", {"a.py": b"1", "big.py": b"x" * (2 * 1024**2)})
    assert contents(address(tmp_path / "repo")) == {
        "a.py": b"1",
        "big.py": "2 MB is over the limit of 1 MB in a repository",
    }


def test_files_past_the_limit_for_all_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.sources.git.MAX_TOTAL_BYTES", 5)
    commit(tmp_path / "repo", {"a.py": b"123", "b.py": b"123"})
    found = contents(address(tmp_path / "repo"))
    assert found == {"a.py": b"123", "b.py": "the repository's files are past the limit for all of them"}


def test_more_files_than_the_limit_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.sources.git.MAX_MEMBERS", 2)
    commit(tmp_path / "repo", FILES)
    fails(address(tmp_path / "repo"), "it holds more than 2 files")


def test_a_tree_that_unfolds_without_end_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_command, "MAX_OUTPUT_BYTES", 1024**2)
    root = tmp_path / "repo"
    commit(root, {"a.py": b"1"})
    kind, digest = "blob", git(root, "rev-parse", "HEAD:a.py")
    for _ in range(10):
        mode = "100644" if kind == "blob" else "040000"
        rows = "".join(f"{mode} {kind} {digest}\t{number}\n" for number in range(10))
        kind, digest = "tree", git(root, "mktree", stdin=rows.encode())
    git(root, "update-ref", "refs/heads/main", git(root, "commit-tree", "-m", "x", digest))
    fails(address(root), "it lists more than 1 MB of names")


@pytest.mark.parametrize("name", [b"..", b"../up.py", b"/etc/passwd", b"C:\\x.py"])
def test_a_name_that_would_leave_the_repository_is_named(tmp_path: Path, name: bytes) -> None:
    root = tmp_path / "repo"
    commit(root, {"ok.py": b"1"})
    blob = git(root, "rev-parse", "HEAD:ok.py")
    commit_tree(root, [(b"100644", name, blob), (b"100644", b"ok.py", blob)])
    assert contents(address(root)) == {name.decode(): "path leaves the repository", "ok.py": b"1"}


def test_a_tree_that_calls_a_folder_a_file_hides_no_other_file(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    commit(root, {"pkg/a.py": b"1"})
    tree, blob = git(root, "rev-parse", "HEAD:pkg"), git(root, "rev-parse", "HEAD:pkg/a.py")
    commit_tree(root, [(b"100644", b"a.py", tree), (b"100644", b"b.py", blob)])
    assert contents(address(root)) == {"a.py": "missing from the repository, or damaged", "b.py": b"1"}


def test_names_of_any_bytes_and_case_are_kept_apart(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    commit(root, {"a.py": b"1"})
    blob = git(root, "rev-parse", "HEAD:a.py")
    names = (b"A.py", b"a.py", b"line\nend.py", b"tab\t.py", b"\xff.py")
    commit_tree(root, [(b"100644", name, blob) for name in names])
    assert {*contents(address(root))} == {name.decode("utf-8", "surrogateescape") for name in names}


def test_attributes_and_filters_change_no_byte(tmp_path: Path) -> None:
    files = {".gitattributes": b"*.py ident eol=crlf filter=lfs\n*.txt export-ignore\n", "n.txt": b"$Format:%H$\n"}
    commit(tmp_path / "repo", files | {"a.py": b"# $Id$\n"})
    assert contents(address(tmp_path / "repo")) == files | {"a.py": b"# $Id$\n"}


def test_an_entry_read_too_late_is_named(tmp_path: Path) -> None:
    commit(tmp_path / "repo", {"a.py": b"1"})
    with open_source(address(tmp_path / "repo")) as checkout:
        (entry,) = checkout.entries()
    assert isinstance(entry, Entry)
    assert entry.read() == Skipped("a.py", "missing from the repository, or damaged")


def test_a_revision_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    digest = commit(tmp_path / "repo", FILES)
    for revision in ("nope", UNKNOWN, digest[:8], "HEAD/x"):
        fails(
            address(tmp_path / "repo", f"@{revision}"), "no branch or tag .* there; a commit is named by its full hash"
        )


def test_a_tag_of_something_other_than_a_commit_is_an_error(tmp_path: Path) -> None:
    commit(tmp_path / "repo", FILES)
    git(tmp_path / "repo", "tag", "-a", "-m", "x", "content", "HEAD:b.py")
    fails(address(tmp_path / "repo", "@content"), "content is a tag of something other than a commit")


def test_what_is_no_repository_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "-q", "--bare")
    fails(address(tmp_path / "empty"), "the repository is empty, or has no default branch")
    fails(address(tmp_path), "does not appear to be a git repository")
    fails(address(tmp_path / "none"), "does not appear to be a git repository")


@pytest.mark.parametrize("scheme", ["https", "ssh", "git"])
def test_an_unknown_host_is_an_error(scheme: str) -> None:
    if scheme == "ssh" and shutil.which("ssh") is None:
        pytest.skip("ssh is not installed")
    fails(f"git+{scheme}://host.invalid/x", f"cannot fetch git.{scheme}://host.invalid/x: .*host.*invalid")


def test_without_git_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    fails(address(tmp_path), "git cannot be run .*: install git, or name a folder or an archive")
