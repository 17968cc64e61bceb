"""An audit on a Dask cluster says what it says on one machine, whatever becomes of workers, scheduler and network."""

from __future__ import annotations

import logging
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from distributed import LocalCluster
from msgspec.structs import replace

from modelkin.api import audit
from modelkin.audit.options import MEGABYTE, AuditOptions
from modelkin.audit.outcome import Audit
from modelkin.errors import CorpusError

from ..support.audit_cases import (
    OWN,
    README,
    RENAMED,
    REPOSITORIES,
    asked,
    comparable,
    long_module,
    run,
    write_hostile_repositories,
    write_repositories,
)
from ..support.audit_processes import lines_in, members, started, wait_for
from ..support.small_corpora import ATTENTION, THREE, corpus_of

COUNT = 12


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small repositories, and others that take a while, with code of the one before."""
    modules = [long_module(seed) for seed in range(COUNT + 1)]
    long = {f"r{n:02}": README | {"a.py": modules[n], "b.py": modules[n + 1], "c.py": ATTENTION} for n in range(COUNT)}
    return write_repositories(tmp_path_factory.mktemp("repositories"), REPOSITORIES | long)


@pytest.fixture(scope="module")
def local(corpus: Path, place: Path, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return run(place, tmp_path_factory.mktemp("journal") / "audit.jsonl", asked(corpus))


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as cluster:
        yield cluster


@pytest.fixture
def options(corpus: Path, cluster: LocalCluster) -> AuditOptions:
    return replace(asked(corpus), scheduler=cluster.scheduler_address)


def scheduler_of(cluster: LocalCluster) -> Any:
    """It is in this process."""
    return cluster.scheduler


def workers(cluster: LocalCluster) -> list[int]:
    """The processes of Dask's workers."""
    return [nanny.pid for nanny in cluster.workers.values() if nanny.pid]


def examining(cluster: LocalCluster) -> list[int]:
    """The processes that examine files, which those of Dask had forked by a process between."""
    parents = members(os.getsid(0))
    of_workers = set(workers(cluster))
    return [process for process, parent in parents.items() if parents.get(parent) in of_workers]


def kill_examining(cluster: LocalCluster) -> bool:
    """The processes that examine files, if any."""
    found = examining(cluster)
    for process in found:
        os.kill(process, signal.SIGKILL)
    return bool(found)


def kill_busy(cluster: LocalCluster) -> bool:
    """A worker of Dask that is at a task, if one is."""
    nannies = {nanny.worker_address: nanny for nanny in cluster.workers.values()}
    busy = [worker.address for worker in list(scheduler_of(cluster).workers.values()) if worker.processing]
    for address in busy[:1]:
        os.kill(nannies[address].pid, signal.SIGKILL)
    return bool(busy)


@contextmanager
def halfway(journal: Path, acts: Callable[[], bool]) -> Iterator[None]:
    """While the block lasts, acts once the journal has some lines, as soon as it can, and says so with True."""
    over, acted = Event(), Event()

    def wait_and_act() -> None:
        while not over.wait(0.001) and not (lines_in(journal) >= 8 and acts()):
            pass
        acted.set()

    thread = Thread(target=wait_and_act)
    thread.start()
    try:
        yield
        assert acted.is_set()
    finally:
        over.set()
        thread.join()


def test_a_cluster_gives_the_answer_of_one_machine(
    options: AuditOptions, local: Audit, place: Path, tmp_path: Path
) -> None:
    found = run(place, tmp_path / "audit.jsonl", options)
    assert comparable(found) == comparable(local)
    assert lines_in(found.path) == lines_in(local.path)


def test_an_audit_leaves_nothing_on_the_cluster(
    cluster: LocalCluster, options: AuditOptions, place: Path, tmp_path: Path
) -> None:
    seen = list[int]()
    audit(str(place), tmp_path / "audit.jsonl", options, progress=lambda _: seen.extend(examining(cluster)))
    assert seen
    wait_for(lambda: not examining(cluster))
    assert not scheduler_of(cluster).tasks
    assert not [name for name in scheduler_of(cluster).worker_plugins if name.startswith("modelkin")]


@pytest.mark.parametrize("failures", [3, 0], ids=["dask-tries-again", "dask-gives-up"])
def test_a_worker_that_is_killed_halfway_changes_no_answer(
    failures: int,
    cluster: LocalCluster,
    options: AuditOptions,
    local: Audit,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler_of(cluster), "allowed_failures", failures)
    before = workers(cluster)
    journal = tmp_path / "audit.jsonl"
    with halfway(journal, partial(kill_busy, cluster)):
        found = run(place, journal, options)
    assert comparable(found) == comparable(local)
    wait_for(lambda: len(workers(cluster)) == 2 and workers(cluster) != before)


def test_a_process_beside_a_worker_that_is_killed_halfway_changes_no_answer(
    cluster: LocalCluster, options: AuditOptions, local: Audit, place: Path, tmp_path: Path
) -> None:
    before = workers(cluster)
    journal = tmp_path / "audit.jsonl"
    with halfway(journal, partial(kill_examining, cluster)):
        found = run(place, journal, options)
    assert comparable(found) == comparable(local)
    assert workers(cluster) == before


def test_what_takes_too_much_is_a_named_skip_and_takes_no_worker_away(
    cluster: LocalCluster, options: AuditOptions, tmp_path: Path
) -> None:
    big = "".join(f"def f{n}(x):\n    y = x + {n}\n    return y\n" for n in range(40_000))
    place = write_repositories(tmp_path / "place", {"a": {"big.py": big, "own.py": OWN}, "b": {"copy.py": ATTENTION}})
    before = workers(cluster)
    slow = run(place, tmp_path / "slow.jsonl", replace(options, timeout=1))
    wide = run(place, tmp_path / "wide.jsonl", replace(options, memory=256 * MEGABYTE))
    assert [(skip.path, skip.reason) for skip in slow.report("a").skipped] == [("big.py", "took longer than 1 s")]
    assert [skip.path for skip in wide.report("a").skipped] == ["big.py"]
    assert {skip.reason for skip in wide.report("a").skipped} <= {
        "needs more memory than a worker may have",
        "ended the process that read it: out of memory, or a fault in a library",
        "took more than 2048 MB of memory: left out",
    }
    for found in (slow, wide):
        assert [file.path for name in found.names() for file in found.report(name).files] == ["own.py", "copy.py"]
    assert workers(cluster) == before


def test_hostile_repositories_are_named_as_on_one_machine(options: AuditOptions, corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", {"fine": {"a.py": ATTENTION}})
    write_hostile_repositories(place)
    for name in ("functions", "line"):  # each takes a while
        shutil.rmtree(place / name)
    there = run(place, tmp_path / "there.jsonl", options)
    assert comparable(there) == comparable(run(place, tmp_path / "here.jsonl", asked(corpus)))


def test_a_large_archive_is_examined_in_several_batches(options: AuditOptions, corpus: Path, tmp_path: Path) -> None:
    files = {f"m{n}.py": long_module(n) * 4 for n in range(12)}
    write_repositories(tmp_path, {"large": README | files})
    archive = shutil.make_archive(str(tmp_path / "large"), "zip", tmp_path / "large")
    sources = tmp_path / "sources.txt"
    sources.write_text(f"{archive}\n{tmp_path}/gone.zip\n")
    there, here = run(sources, tmp_path / "there.jsonl", options), run(sources, tmp_path / "here.jsonl", asked(corpus))
    assert comparable(there) == comparable(here)


def test_a_corpus_whose_damage_shows_late_ends_it_in_the_words_of_one_machine(
    options: AuditOptions, tmp_path: Path
) -> None:
    whole = corpus_of(*THREE)
    damaged = replace(whole, arrays={**whole.arrays, "member_names": whole.arrays["member_names"] + 10**6})
    damaged.save(tmp_path / "damaged.safetensors")
    place = write_repositories(tmp_path / "place", {"a": {"a.py": OWN, "b.py": RENAMED + OWN}})
    messages = set()
    for number, scheduler in enumerate((options.scheduler, "")):
        asking = replace(asked(tmp_path / "damaged.safetensors"), scheduler=scheduler)
        with pytest.raises(CorpusError, match="member_names counts further than there is") as raised:
            run(place, tmp_path / f"{number}.jsonl", asking)
        messages.add(str(raised.value))
    assert len(messages) == 1


def test_ctrl_c_ends_what_the_cluster_is_at_and_one_machine_goes_on(
    cluster: LocalCluster, corpus: Path, local: Audit, place: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "audit.jsonl"
    going = started(place, journal, corpus, "--scheduler", cluster.scheduler_address)
    wait_for(lambda: lines_in(journal) >= 8)
    os.killpg(going.pid, signal.SIGINT)
    output, errors = going.communicate(timeout=60)
    assert (going.returncode, output) == (130, "")
    assert errors == f"modelkin: what is done is in {journal}: --resume goes on from there\n\nmodelkin: interrupted\n"
    wait_for(lambda: not members(going.pid) and not examining(cluster))
    assert lines_in(journal) < lines_in(local.path)
    assert comparable(run(place, journal, asked(corpus), resume=True)) == comparable(local)
