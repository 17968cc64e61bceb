"""`modelkin corpus update`: from a package index, git and the Hub, whatever happens meanwhile, to the same corpus."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from modelkin.corpus.library import projects, verify
from modelkin.corpus.store import known_paths, open_corpus

from ..support.git_histories import needs_git_and_shell
from ..support.processor_time import slowness
from ..support.wide_upstreams import Upstreams, serving

pytestmark = needs_git_and_shell
ALL = ["beacon", "harbour", "compass", "mast", "sail", "lamp"]


@pytest.fixture(scope="module")
def upstreams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstreams]:
    with serving(tmp_path_factory.mktemp("wide")) as running:
        yield running


@pytest.fixture(scope="module")
def whole(upstreams: Upstreams) -> bytes:
    """The corpus as it is built without a disturbance."""
    done = upstreams.update("whole")
    assert (done.returncode, done.stderr) == (0, "")
    return upstreams.wide("whole").read_bytes()


def names(path: Path) -> list[str]:
    return [row.name for row in projects(path)]


def test_every_kind_of_upstream_is_built(upstreams: Upstreams, whole: bytes) -> None:
    path = upstreams.wide("whole")
    assert whole
    assert names(path) == ALL
    assert verify(path) == []
    corpus = open_corpus(path)
    days = {corpus.projects[each.project].name: each.released for each in corpus.releases}
    assert days["beacon"] == "2024-03-02"
    assert (days["mast"], days["lamp"]) == ("2023-11-14", "2023-01-02")
    published = {each.name: each.published for each in corpus.projects}
    assert (published["mast"], published["lamp"]) == ("2017-07-14", "2023-01-01")
    assert any(each.released == "2020-09-13" for each in corpus.unlisted)  # the commit that brought half the paths


def test_what_is_not_asked_for_is_not_fetched(upstreams: Upstreams, whole: bytes) -> None:  # noqa: ARG001
    folder = upstreams.folder / "whole"
    kept = [path for path in (folder / "cache").rglob("*") if path.is_file() and path.stat().st_size > 90_000]
    assert not [path for path in kept if b"x" * 1000 in path.read_bytes()]
    assert list((folder / "tmp").iterdir()) == []


def test_a_second_run_does_nothing_and_is_short(upstreams: Upstreams, whole: bytes) -> None:
    before = upstreams.wide("whole").stat(), upstreams.requests()
    began = os.times()
    done = upstreams.update("whole")
    ended = os.times()
    spent = ended.children_user + ended.children_system - began.children_user - began.children_system
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing changed" in done.stdout
    assert (upstreams.wide("whole").stat(), upstreams.requests()) == before
    assert spent <= 2.0 * max(1.0, slowness())
    assert upstreams.wide("whole").read_bytes() == whole


@pytest.mark.parametrize("seed", [1, 2])
def test_an_update_that_is_killed_three_times_ends_with_the_same_bytes(
    upstreams: Upstreams, whole: bytes, seed: int
) -> None:
    chance, name = random.Random(seed), f"killed{seed}"
    for _ in range(3):
        process = subprocess.Popen(
            upstreams.command("--jobs", "2"),
            env=upstreams.environment(name),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        parts = len(list((upstreams.folder / name).rglob("parts/*.safetensors")))
        _wait(lambda parts=parts: len(list((upstreams.folder / name).rglob("parts/*"))) > parts, process)
        time.sleep(chance.random() * 0.2)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert not upstreams.wide(name).exists() or verify(upstreams.wide(name)) == []
    asked = upstreams.requests()
    done = upstreams.update(name, "--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert upstreams.wide(name).read_bytes() == whole
    assert upstreams.requests() >= asked


def _wait(condition: object, process: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and process.poll() is None:  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_ctrl_c_says_that_the_next_run_goes_on(upstreams: Upstreams, whole: bytes) -> None:
    process = subprocess.Popen(
        upstreams.command("--jobs", "1"),
        env=upstreams.environment("interrupted"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _wait(lambda: list((upstreams.folder / "interrupted").rglob("parts/*.safetensors")), process)  # type: ignore[arg-type]
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, "")
    assert [line for line in error.splitlines() if line] == [
        "modelkin: what was read is kept: the next `modelkin corpus update` goes on",
        "modelkin: interrupted",
    ]
    assert not upstreams.wide("interrupted").exists()
    assert list((upstreams.folder / "interrupted" / "tmp").iterdir()) == []
    assert upstreams.update("interrupted").returncode == 0
    assert upstreams.wide("interrupted").read_bytes() == whole


def test_what_cannot_be_reached_is_named_and_the_rest_is_built(upstreams: Upstreams, whole: bytes) -> None:
    upstreams.git.refused.add("mast")
    try:
        done = upstreams.update("away")
        assert done.returncode == 1
        first, last = done.stderr.splitlines()
        assert first.startswith("modelkin: not updated: mast: ")
        assert f"{upstreams.git.url}/mast" in first
        assert last.startswith("modelkin: 1 entry not updated; what was built of them before is kept")
        assert names(upstreams.wide("away")) == [name for name in ALL if name != "mast"]
    finally:
        upstreams.git.refused.clear()
    assert upstreams.update("away").returncode == 0
    assert upstreams.wide("away").read_bytes() == whole


def test_what_was_built_before_stays_when_its_address_fails(upstreams: Upstreams, whole: bytes) -> None:
    shutil.copytree(upstreams.folder / "whole", upstreams.folder / "kept")
    shutil.rmtree(upstreams.folder / "kept" / "cache")
    upstreams.git.refused.update(("mast", "sail"))
    try:
        done = upstreams.update("kept")
    finally:
        upstreams.git.refused.clear()
    assert done.returncode == 1
    assert done.stderr.count("not updated: ") == 2
    assert names(upstreams.wide("kept")) == ALL
    assert open_corpus(upstreams.wide("kept")).file_count == open_corpus(upstreams.wide("whole")).file_count
    assert len(whole) > 0


def test_only_some_projects_are_built_and_the_others_kept(upstreams: Upstreams, whole: bytes) -> None:
    assert upstreams.update("some", "--only", "ma*", "--only", "beacon").returncode == 0
    assert sorted(names(upstreams.wide("some"))) == ["beacon", "mast"]
    assert upstreams.update("some", "--only", "lamp").returncode == 0
    assert sorted(names(upstreams.wide("some"))) == ["beacon", "lamp", "mast"]
    refused = upstreams.update("some", "--only", "masd")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no project masd in it; the nearest is mast" in refused.stderr
    assert upstreams.update("some").returncode == 0
    assert upstreams.wide("some").read_bytes() == whole


def test_offline_takes_what_the_cache_holds(upstreams: Upstreams, whole: bytes) -> None:
    empty = upstreams.update("offline", "--offline")
    assert empty.returncode == 2
    assert not upstreams.wide("offline").exists()
    assert upstreams.update("offline", "--only", "sail", "--only", "lamp", "--only", "harbour").returncode == 0
    asked = upstreams.requests()
    done = upstreams.update("offline", "--offline")
    assert done.returncode == 1
    assert upstreams.requests() == asked
    failed = [line.split()[3] for line in done.stderr.splitlines() if "not updated: " in line]
    assert failed == ["beacon:", "compass:", "mast:"]
    assert names(upstreams.wide("offline")) == ["harbour", "sail", "lamp"]
    shutil.copytree(upstreams.folder / "whole" / "cache", upstreams.folder / "offline" / "cache", dirs_exist_ok=True)
    assert upstreams.update("offline", "--offline").returncode == 0
    assert upstreams.wide("offline").read_bytes() == whole


def test_the_list_says_what_is_built_and_asks_nobody(upstreams: Upstreams, whole: bytes) -> None:  # noqa: ARG001
    asked = upstreams.requests()
    fresh, built = (upstreams.update(name, "--list") for name in ("never", "whole"))
    assert (fresh.returncode, built.returncode, upstreams.requests()) == (0, 0, asked)
    rows = {line.split()[0]: line for line in built.stdout.splitlines()[2:]}
    assert list(rows) == ALL
    assert f"2 of 2  2023-11-14  MIT      git+{upstreams.git.url}/mast" in rows["mast"]
    assert "hf:lantern/lamp" in rows["lamp"]
    assert "0 of 2" in next(line for line in fresh.stdout.splitlines() if line.startswith("mast "))
    assert not (upstreams.folder / "never" / "data").exists()


def test_a_changed_manifest_changes_what_it_names_alone(upstreams: Upstreams, whole: bytes) -> None:
    try:
        upstreams.write("lamp", "sail")
        assert upstreams.update("changed").returncode == 0
        assert "lamp" not in names(upstreams.wide("changed"))
        upstreams.write()
        before = len(upstreams.index.requests)
        compass = [path for path in upstreams.git.asked if path.startswith("/compass/")]
        assert upstreams.update("changed").returncode == 0
        assert [path for path in upstreams.git.asked if path.startswith("/compass/")] == compass
        assert not [path for path, _ in upstreams.index.requests[before:] if path.endswith(".whl")]
    finally:
        upstreams.write()
    assert upstreams.wide("changed").read_bytes() == whole


def test_two_updates_at_once_are_one(upstreams: Upstreams, whole: bytes) -> None:
    import fcntl

    lock = upstreams.wide("whole").with_suffix(".lock")
    with lock.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = upstreams.update("whole")
    assert (done.returncode, done.stdout) == (2, "")
    assert "another update is at work on it" in done.stderr
    assert upstreams.wide("whole").read_bytes() == whole


def test_the_wide_corpus_is_used_by_every_scan(
    upstreams: Upstreams, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert whole
    monkeypatch.setenv("MODELKIN_DATA_DIR", str(upstreams.folder / "whole" / "data"))
    assert upstreams.wide("whole") in known_paths()
    listed = subprocess.run(
        [upstreams.command()[0], "-m", "modelkin", "corpus", "list"],
        env=upstreams.environment("whole"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "wide 2024.03.02, 1002 days old · 6 projects, 9 releases · digest " in listed.stdout
    assert "corpus update" not in listed.stderr


def test_a_broken_manifest_is_told_before_anything_is_fetched(upstreams: Upstreams, tmp_path: Path) -> None:
    broken = tmp_path / "wide.yaml"
    broken.write_text(yaml.safe_dump({"upstreams": [{"name": "x"}]}))
    asked = upstreams.requests()
    done = upstreams.update("broken", "--manifest", broken)
    assert (done.returncode, upstreams.requests()) == (2, asked)
    assert done.stderr.count("\n") == 1
