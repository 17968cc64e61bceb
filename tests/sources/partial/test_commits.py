"""Of a git repository, named commits come with the files that are asked for, whatever its server can do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.sources import git as whole
from modelkin.sources.checkout import Entry
from modelkin.sources.partial.commits import Commits, open_commits

from ...support import git_server
from ...support.git_histories import FIRST, SECOND, THIRD, committed, git, needs_git_and_shell

pytestmark = needs_git_and_shell
MEDIA = os.urandom(300_000).hex()
UNKNOWN = "0123456789" * 4


@pytest.fixture(autouse=True)
def nothing_left(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def commits(tmp_path: Path) -> list[str]:
    """The hashes of three commits of ``repo.git``, oldest first."""
    root = tmp_path / "served" / "repo"
    found = [committed(root, {"pkg/a.py": "a = 1\n", "LICENSE": "MIT\n", "film.mp4": MEDIA}, FIRST)]
    found.append(committed(root, {"pkg/b.py": "b = 1\n", "tests/t.py": "t = 1\n"}, SECOND))
    found.append(committed(root, {"pkg/a.py": "a = 2\n"}, THIRD))
    git(root, "clone", "-q", "--bare", ".", "../repo.git")
    git(root.parent / "repo.git", "update-server-info")
    return found


def wanted(path: str) -> bool:
    return path.startswith("pkg/") or path == "LICENSE"


def files(opened: Commits) -> dict[str, dict[str, bytes]]:
    return {
        commit: {each.path: bytes(each.read()) for each in checkout.entries() if isinstance(each, Entry)}  # type: ignore[arg-type]
        for commit, checkout in opened.checkouts.items()
    }


def expected(commits: list[str]) -> dict[str, dict[str, bytes]]:
    old = {"LICENSE": b"MIT\n", "pkg/a.py": b"a = 1\n"}
    return {commits[0]: old, commits[2]: {**old, "pkg/a.py": b"a = 2\n", "pkg/b.py": b"b = 1\n"}}


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_only_the_contents_wanted_are_fetched(tmp_path: Path, commits: list[str], temporary: Path) -> None:
    served = tmp_path / "served"
    git(served / "repo.git", "config", "uploadpack.allowFilter", "true")
    asked = [commits[0], commits[2]]
    with git_server.serving(served) as server, open_commits(f"{server.url}/repo.git", asked, wanted) as opened:
        assert files(opened) == expected(commits)
        assert bytes_in(temporary) < len(MEDIA) / 4
        days = {commit: checkout.released for commit, checkout in opened.checkouts.items()}
        assert days == {commits[0]: "2017-07-14", commits[2]: "2023-11-14"}
        assert len([path for path in server.asked if path.endswith("upload-pack")]) <= 6
        git_folder = opened.history(60.0).repository
        assert git(git_folder, "rev-list", "--count", commits[2]) == "3"
        assert bytes_in(temporary) < len(MEDIA) / 4


Served = Callable[[Path], Iterator[str]]


def over_files(served: Path) -> Iterator[str]:
    with git_server.serving_files(served) as url:
        yield url


def by_old_protocol(served: Path) -> Iterator[str]:
    git(served / "repo.git", "config", "uploadpack.allowFilter", "true")
    with git_server.serving(served, is_old=True) as server:
        yield server.url


def by_old_protocol_that_gives_commits(served: Path) -> Iterator[str]:
    git(served / "repo.git", "config", "uploadpack.allowReachableSHA1InWant", "true")
    yield from by_old_protocol(served)


def without_filter(served: Path) -> Iterator[str]:
    yield f"file://{served}"


@pytest.mark.parametrize(
    "serving",
    [over_files, by_old_protocol, by_old_protocol_that_gives_commits, without_filter],
    ids=lambda f: f.__name__,
)
def test_a_server_that_can_do_less_gives_the_same_files(tmp_path: Path, commits: list[str], serving: Served) -> None:
    for url in serving(tmp_path / "served"):
        with open_commits(f"{url}/repo.git", [commits[0], commits[2]], wanted) as opened:
            assert files(opened) == expected(commits)
            assert opened.history(60.0).contents(60.0).count(b" A\0") == 5


def test_what_cannot_be_had_is_told_in_one_line(tmp_path: Path, commits: list[str]) -> None:
    url = f"file://{tmp_path}/served"
    for spec, asked, told in (
        (f"{url}/repo.git", [commits[0], UNKNOWN], f"there is no commit {UNKNOWN}"),
        (f"{url}/none.git", commits, "does not appear to be a git repository"),
        ("ext::sh -c x", commits, "not a git repository's address"),
        (f"{url}/repo.git", ["main"], "full hash"),
    ):
        with pytest.raises(SourceError, match=told) as raised, open_commits(spec, asked, wanted):
            pass
        assert "\n" not in str(raised.value)
    with (
        git_server.serving_files(tmp_path / "served") as files_url,
        pytest.raises(SourceError, match="in no branch or tag"),
        open_commits(f"{files_url}/repo.git", [UNKNOWN], wanted),
    ):
        pass


def test_a_repository_without_end_is_given_up(
    tmp_path: Path, commits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "MAX_FETCHED_BYTES", 100_000)
    with (
        pytest.raises(SourceError, match="it sends more than"),
        open_commits(f"file://{tmp_path}/served/repo.git", commits, wanted),
    ):
        pass
    assert (tmp_path / "served").is_dir()
