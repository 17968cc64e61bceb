"""A report is the same from the cache, without it, with workers, after a killed run, and beside another run."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.api import audit, scan
from modelkin.audit.outcome import Audit
from modelkin.examining import many_files, workers
from modelkin.examining.kept_outcomes import cache_facts, cache_path
from modelkin.fingerprints import statement_cache
from modelkin.pipeline import Examiner, Seen
from modelkin.results import Report
from modelkin.scan_steps import ScanOptions
from modelkin.sources.files import SourceFile
from modelkin.support.data_files import CACHE_OFF

from ..support.audit_cases import OWN, RENAMED, asked, comparable, long_module, timeless, write_repositories
from ..support.audit_processes import members, wait_for
from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE, THREE, corpus_of

NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "source": ["x = 1\\n"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CACHE_OFF)
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers start for any files."""
    monkeypatch.setattr(many_files, "LEAST_FILES", 1)
    monkeypatch.setattr(many_files, "LEAST_BYTES", 1)
    monkeypatch.setattr(many_files, "_TASK_BYTES", 2_000)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of files that were not in the cache, in the order in which they were looked at."""
    paths: list[str] = []
    look = Examiner.look

    def noted(self: Examiner, file: SourceFile, timeout: float | None = None) -> Seen:
        paths.append(file.path)
        return look(self, file, timeout)

    monkeypatch.setattr(Examiner, "look", noted)
    return paths


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Copies, code of nobody, a notebook and files that cannot be read."""
    files = {f"own/m{number}.py": long_module(number) for number in range(6)}
    files |= {"model.py": ATTENTION, "b/renamed.py": RENAMED, "rotary.py": ROTARY, "schedule.py": SCHEDULE + OWN}
    files |= {"n.ipynb": NOTEBOOK, "broken.ipynb": "{", "empty.py": "", "LICENSE": "MIT License\n", "half.py": "def f("}
    return write_repositories(tmp_path / "place", {"r": files}) / "r"


@pytest.fixture
def options(corpus: Path) -> ScanOptions:
    return ScanOptions(corpora=(corpus,))


def test_names_that_are_forgotten_decide_nothing(
    place: Path, options: ScanOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    uncached = replace(options, no_cache=True)
    before = scan(str(place), uncached)
    monkeypatch.setattr(statement_cache, "MOST_NAMES", 0)
    assert timeless(scan(str(place), uncached)) == timeless(before)


def test_from_the_cache_nothing_is_read_again(place: Path, options: ScanOptions, looked: list[str]) -> None:
    without = scan(str(place), replace(options, no_cache=True))
    assert not cache_path().exists()
    first = scan(str(place), options)
    looked.clear()
    second = scan(str(place), options)
    assert looked == []
    assert timeless(first) == timeless(second) == timeless(without)


def test_of_a_file_that_changed_only_that_is_read(place: Path, options: ScanOptions, looked: list[str]) -> None:
    scan(str(place), options)
    (place / "model.py").write_text(RENAMED)
    looked.clear()
    changed = scan(str(place), options)
    assert looked == ["model.py"]
    assert timeless(changed) == timeless(scan(str(place), replace(options, no_cache=True)))


Change = Callable[[Path, ScanOptions], ScanOptions]


def _dated(_: Path, options: ScanOptions) -> ScanOptions:
    return replace(options, as_of="2001-01-01")


def _stricter(_: Path, options: ScanOptions) -> ScanOptions:
    return replace(options, min_similarity=0.99)


def _without_upstream(_: Path, options: ScanOptions) -> ScanOptions:
    return replace(options, exclude_upstream=("lantern*",))


def _against_more(place: Path, options: ScanOptions) -> ScanOptions:
    other = place.parent.parent / "other"
    write_repositories(other, {"more": {"sched.py": SCHEDULE}})
    return replace(options, against=(f"more={other / 'more'}",))


def _named(place: Path, options: ScanOptions) -> ScanOptions:
    (place / "pyproject.toml").write_text('[project]\nname = "lantern"\nversion = "1"\n')
    return options


def _moved(place: Path, options: ScanOptions) -> ScanOptions:
    (place / "lantern").mkdir()
    (place / "model.py").rename(place / "lantern" / "attention.py")
    return options


@pytest.mark.parametrize("change", [_dated, _stricter, _without_upstream, _against_more, _named, _moved])
def test_whatever_an_answer_follows_from_changes_it(change: Change, place: Path, options: ScanOptions) -> None:
    scan(str(place), options)
    options = change(place, options)
    from_cache = scan(str(place), options)
    assert timeless(from_cache) == timeless(scan(str(place), replace(options, no_cache=True)))
    assert timeless(from_cache) == timeless(scan(str(place), options))


@pytest.mark.usefixtures("few_are_many")
def test_with_workers_it_is_the_same(place: Path, options: ScanOptions) -> None:
    alone = scan(str(place), replace(options, no_cache=True))
    seen: list[tuple[int, int, str]] = []
    several = scan(str(place), replace(options, jobs=2), lambda *step: seen.append(step))
    assert timeless(several) == timeless(alone)
    assert [done for done, _, _ in seen] == list(range(1, len(seen) + 1))
    assert {total for _, total, _ in seen} == {len(seen)}
    assert timeless(scan(str(place), options)) == timeless(alone)
    assert timeless(scan(str(place), replace(options, jobs=2))) == timeless(alone)


@pytest.mark.usefixtures("few_are_many")
def test_workers_compare_with_a_source_that_was_indexed_just_now(place: Path, options: ScanOptions) -> None:
    options = _against_more(place, options)
    alone = scan(str(place), replace(options, no_cache=True))
    assert timeless(scan(str(place), replace(options, jobs=2))) == timeless(alone)


@pytest.mark.usefixtures("few_are_many")
def test_workers_name_what_takes_too_long(place: Path, options: ScanOptions) -> None:
    (place / "long.py").write_text("".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(60_000)))
    options = replace(options, timeout=0.3, no_cache=True)
    reports = [scan(str(place), replace(options, jobs=jobs)) for jobs in (1, 2)]
    assert [[each.path for each in report.skipped] for report in reports] == [["broken.ipynb", "long.py"]] * 2
    assert all("processor time" in report.skipped[1].reason for report in reports)


# The command, with workers for any files.
_COMMAND = """
from modelkin.cli import run
from modelkin.examining import many_files
many_files.LEAST_FILES = many_files.LEAST_BYTES = 1
run()
"""


def _scanning(place: Path, corpus: Path, *more: str) -> subprocess.Popen[str]:
    words = ["scan", str(place), "--corpus", str(corpus), "--format", "json", "--fail-on", "never", *more]
    command = [sys.executable, "-c", _COMMAND, *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=place.parent
    )


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """What takes a moment."""
    files = {f"m{number:03}.py": long_module(number) for number in range(40)}
    return write_repositories(tmp_path / "large", {"r": files | {"model.py": ATTENTION}}) / "r"


def _told(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=200)
    assert (process.returncode, errors) == (0, "")
    return "\n".join(line for line in output.splitlines() if '"seconds"' not in line and '"at"' not in line)


@pytest.mark.skipif(os.name != "posix", reason="signals are those of Unix")
def test_after_a_run_that_was_killed_and_beside_another_it_is_the_same(large: Path, corpus: Path) -> None:
    alone = _told(_scanning(large, corpus, "--no-cache", "--jobs", "1"))
    killed = _scanning(large, corpus, "--jobs", "2")
    wait_for(lambda: len(members(killed.pid)) >= 4 or killed.poll() is not None)
    time.sleep(0.5)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=60)
    beside = [_scanning(large, corpus, "--jobs", jobs) for jobs in ("1", "2")]
    assert [_told(each) for each in beside] == [alone, alone]


@pytest.mark.skipif(os.name != "posix", reason="signals are those of Unix")
def test_an_interrupted_run_leaves_no_process_and_keeps_what_was_done(large: Path, corpus: Path) -> None:
    scanning = _scanning(large, corpus, "--jobs", "2")
    wait_for(lambda: len(members(scanning.pid)) >= 4 or scanning.poll() is not None)
    os.kill(scanning.pid, signal.SIGINT)
    output, errors = scanning.communicate(timeout=60)
    assert (scanning.returncode, output, errors) == (130, "", "\nmodelkin: interrupted\n")
    wait_for(lambda: not members(scanning.pid))
    assert cache_facts().outcomes >= 0


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.skipif(os.name != "posix", reason="signals are those of Unix")
def test_workers_that_are_killed_lose_nothing(
    large: Path, options: ScanOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    wait_for_start = workers._Worker.wait_for_start

    def noted(self: workers._Worker) -> None:
        wait_for_start(self)
        started.append(self.number)

    def kill_all(done: int, _total: int, _path: str) -> None:
        for number in started if done == 1 else ():
            os.kill(number, signal.SIGKILL)

    monkeypatch.setattr(workers._Worker, "wait_for_start", noted)
    options = replace(options, no_cache=True)
    killed = scan(str(large), replace(options, jobs=2), kill_all)
    assert timeless(killed) == timeless(scan(str(large), options))


def test_a_damaged_entry_is_worked_out_again(place: Path, options: ScanOptions, looked: list[str]) -> None:
    first = scan(str(place), options)
    with closing(sqlite3.connect(cache_path())) as database:
        database.execute("UPDATE outcomes SET body = zeroblob(length(body)) WHERE id % 2")
        database.commit()
    looked.clear()
    assert timeless(scan(str(place), options)) == timeless(first)
    assert looked
    looked.clear()
    assert timeless(scan(str(place), options)) == timeless(first)
    assert looked == []


def test_an_audit_takes_what_a_scan_found_and_the_other_way_round(place: Path, corpus: Path, tmp_path: Path) -> None:
    def audited(name: str, no_cache: bool) -> Audit:
        options = asked(corpus)
        return audit(place, tmp_path / name, replace(options, scan=replace(options.scan, no_cache=no_cache)))

    without = audited("a.jsonl", no_cache=True)
    scan(str(place), ScanOptions(corpora=(corpus,)))
    count = cache_facts().outcomes
    assert comparable(audited("b.jsonl", no_cache=False)) == comparable(without)
    assert comparable(audited("c.jsonl", no_cache=False)) == comparable(without)
    assert count <= cache_facts().outcomes <= count + 4


def test_a_report_of_a_later_corpus_is_its_own(place: Path, options: ScanOptions, tmp_path: Path) -> None:
    scan(str(place), options)
    other = tmp_path / "other.safetensors"
    corpus_of(*THREE[:1]).save(other)

    def of(no_cache: bool) -> Report:
        return scan(str(place), ScanOptions(corpora=(other,), no_cache=no_cache))

    assert timeless(of(no_cache=False)) == timeless(of(no_cache=True))
