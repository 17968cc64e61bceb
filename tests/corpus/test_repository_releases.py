"""Commits of git and of the Hub open as releases: with the files that are taken, dated by their histories."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelkin.corpus.builds.repository_releases import Appearance, open_git_releases
from modelkin.dating.path_commits import Known
from modelkin.sources.checkout import Entry

from ..support.git_histories import FIRST, SECOND, THIRD, committed, needs_git_and_shell
from ..support.hub_server import HubCommit, HubRepository, serving

FILES = {"modeling.py": b"a = 2\n", "config.json": b"{}\n", "LICENSE": b"MIT\n", "later.py": b"b = 1\n"}


def is_python(path: str) -> bool:
    return path.endswith(".py") and not path.startswith("tests/")


@needs_git_and_shell
def test_a_commit_is_a_release_with_its_day_and_the_past_of_its_paths(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    first = committed(root, {"pkg/a.py": "a = 1\n", "LICENSE": "MIT\n", "notes.txt": "x\n", "tests/t.py": "1\n"}, FIRST)
    second = committed(root, {"pkg/b.py": "b = 1\n", "pkg/LICENSE": "BSD\n"}, SECOND)
    third = committed(root, {"pkg/a.py": "a = 2\n"}, THIRD)
    unlisted: list[str] = []
    with open_git_releases(f"file://{root}", [first, third], is_python, unlisted) as opened:
        paths = {
            release: [each.path for each in checkout.entries() if isinstance(each, Entry)]
            for release, checkout in opened.checkouts.items()
        }
        assert paths == {first: ["LICENSE", "pkg/a.py"], third: ["LICENSE", "pkg/a.py", "pkg/b.py"]}
        assert [each.released for each in opened.checkouts.values()] == ["2017-07-14", "2023-11-14"]
    commits = [Known(first, "2017-07-14"), Known(second, "2020-09-13"), Known(third, "2023-11-14")]
    assert opened.appeared == {
        "pkg/a.py": Appearance(commits[0], None),
        "pkg/b.py": Appearance(commits[1], commits[0]),
    }
    assert opened.holders == {
        (first, "pkg/a.py"): commits[0],
        (third, "pkg/a.py"): commits[2],
        (third, "pkg/b.py"): commits[1],
    }
    assert (opened.begun, unlisted) == ("2017-07-14", [])


@needs_git_and_shell
def test_a_history_that_is_too_large_is_named_and_dates_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = committed(tmp_path / "repo", {"a.py": "a = 1\n"}, FIRST)
    monkeypatch.setattr("modelkin.sources.partial.commits.MAX_HISTORY_BYTES", 1)
    unlisted: list[str] = []
    with open_git_releases(f"file://{tmp_path}/repo", [commit], is_python, unlisted) as opened:
        assert (opened.appeared, opened.holders, opened.begun) == ({}, {}, "")
        assert opened.checkouts[commit].released == "2017-07-14"
    assert [each.partition(":")[0] for each in unlisted] == ["paths are dated by the releases alone"]


def of_the_hub(tmp_path: Path, history: tuple[HubCommit, ...]) -> dict[str, object]:
    """What a process of its own says of both releases: the Hub's library reads its settings when it is imported."""
    code = """
import json, sys
from modelkin.corpus.builds.repository_releases import open_hub_releases
unlisted = []
releases = json.loads(sys.argv[1])
with open_hub_releases("lantern/lamp", releases, lambda path: path.endswith(".py"), unlisted) as opened:
    print(json.dumps({
        "paths": [sorted(each.path for each in checkout.entries()) for checkout in opened.checkouts.values()],
        "days": [checkout.released for checkout in opened.checkouts.values()],
        "appeared": opened.appeared,
        "holders": [[*key, *value] for key, value in opened.holders.items()],
        "begun": opened.begun,
        "unlisted": unlisted,
    }))
"""
    releases = [each.digest for each in (history[-1], history[0])]
    repositories = {"lantern/lamp": HubRepository(FILES, ("main", *releases), history=history)}
    with serving(repositories) as server:
        variables = os.environ | {
            "HF_ENDPOINT": server.url,
            "HF_HOME": str(tmp_path / "hub"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "no_proxy": "127.0.0.1",
        }
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(releases)],
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def hub_commit(number: int, *paths: str, **contents: bytes) -> HubCommit:
    named = {f"{name}.py": content for name, content in contents.items()}
    return HubCommit(f"{number:040x}", f"2023-01-{number:02}T10:00:00.000Z", paths, named)


def test_a_revision_of_the_hub_is_a_release_too(tmp_path: Path) -> None:
    history = (
        hub_commit(1, "modeling.py", "LICENSE", modeling=b"a = 1\n"),
        hub_commit(2, "modeling.py", "LICENSE"),
        hub_commit(3, *FILES),
        hub_commit(4, *FILES),
    )
    found = of_the_hub(tmp_path, history)
    newest, oldest, middle, added = (history[place].digest for place in (-1, 0, 1, 2))
    assert found["days"] == ["2023-01-04", "2023-01-01"]
    assert found["begun"] == "2023-01-01"
    assert found["appeared"] == {
        "modeling.py": [[oldest, "2023-01-01"], None],
        "later.py": [[added, "2023-01-03"], [middle, "2023-01-02"]],
    }
    assert [newest, "modeling.py", middle, "2023-01-02"] in found["holders"]  # type: ignore[operator]
    assert found["unlisted"] == []
