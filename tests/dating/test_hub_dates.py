"""A file of the Hub has the date of its first commit there, not of the repository's last change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.hub_server import HubCommit, HubRepository, HubServer, serving

FILES = {"a.py": b"a = 1\n", "b.py": b"b = 1\n", "README.md": b"# Lamp\n"}


def commit(number: int, *paths: str, day: str = "") -> HubCommit:
    date = day or f"2023-{number // 28 + 1:02}-{number % 28 + 1:02}"
    return HubCommit(f"{number:040x}", f"{date}T10:00:00.000Z", paths)


def long_history() -> tuple[HubCommit, ...]:
    """Of 100 commits, the one with number 9 adds a.py, and that with number 70 b.py."""
    return tuple(
        commit(number, "README.md", *["a.py"] * (number >= 9), *["b.py"] * (number >= 70)) for number in range(100)
    )


SHORT = (
    commit(1, "README.md"),
    commit(2, "README.md", "a.py"),
    commit(3, "README.md"),
    commit(4, *FILES),
    commit(5, *FILES),
)
REPOSITORIES = {
    "lantern/short": HubRepository(FILES, history=SHORT, created="2022-03-02T23:29:04.000Z"),
    "lantern/long": HubRepository(FILES, history=long_history()),
    "lantern/back": HubRepository(
        FILES, history=(commit(1, *FILES, day="2015-01-01"),), created="2023-05-05T00:00:00Z"
    ),
    "lantern/to_come": HubRepository(FILES, history=(commit(1, *FILES, day="2999-01-01"),)),
    "lantern/silent": HubRepository(FILES),
}


@pytest.fixture(scope="module")
def server() -> Iterator[HubServer]:
    with serving(REPOSITORIES) as running:
        yield running


def dated(server: HubServer, name: str, home: Path, patch: str = "") -> list[list[object]]:
    """What a process of its own says of a.py and b.py: the Hub's library reads its settings when it is imported."""
    code = f"""
import json, msgspec
from modelkin.dating import hub_dates
from modelkin.dating.dates import dates_of
from modelkin.sources import open_source
with open_source("hf:{name}") as checkout:
    {patch}
    ask = dates_of(checkout)
    print(json.dumps([msgspec.to_builtins(ask(path)) for path in ("a.py", "b.py")]))
"""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    settings = {**kept, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1", "HF_ENDPOINT": server.url}
    done = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return [[each["date"], each["by"], each["claim"], each["says"]] for each in json.loads(done.stdout)]


def test_each_file_has_its_own_date(server: HubServer, tmp_path: Path) -> None:
    says = "the first commit of the path on the Hub"
    expected = [["2023-01-03", "hub", False, says], ["2023-01-05", "hub", False, says]]
    assert dated(server, "lantern/short", tmp_path) == expected
    assert f"{5:040x}" not in "".join(server.asked), "a commit was asked for that nobody needs"


def test_a_long_history_is_searched_by_halves(server: HubServer, tmp_path: Path) -> None:
    count = len(server.asked)
    found = dated(server, "lantern/long", tmp_path)
    assert [each[0] for each in found] == ["2023-01-10", "2023-03-15"]
    assert len(server.asked) - count < 40


def test_a_date_before_the_repository_is_a_claim(server: HubServer, tmp_path: Path) -> None:
    found = dated(server, "lantern/back", tmp_path)
    assert [each[:3] for each in found] == [["2015-01-01", "hub", True]] * 2
    assert [each[0] for each in dated(server, "lantern/to_come", tmp_path)] == ["", ""]


def test_what_the_hub_does_not_tell_is_no_date(server: HubServer, tmp_path: Path) -> None:
    for name, patch in (
        ("lantern/silent", "pass"),
        ("lantern/short", "hub_dates.SECONDS = -1.0"),
        ("lantern/short", "from huggingface_hub import constants; constants.HF_HUB_OFFLINE = True"),
    ):
        assert [each[:2] for each in dated(server, name, tmp_path, patch)] == [["", "none"]] * 2, patch
