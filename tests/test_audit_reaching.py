"""Clusters of their own machines: nothing shared with them, and all that may be wrong with one in a line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster

from modelkin.audit import audit
from modelkin.cli import main
from modelkin.errors import ModelkinError

from .audit_cases import README, REPOSITORIES, asked, run, tiny_corpus, write_repositories
from .test_audit import comparable
from .test_audit_faults import lines_in, long_module, started, wait_for

MODULES = {f"r{n}": README | {"a.py": long_module(n)} for n in range(16)}


@dataclass(frozen=True, slots=True)
class Remote:
    """A scheduler in a process of its own, and where to join it."""

    address: str
    process: subprocess.Popen[bytes]
    folder: Path

    @contextmanager
    def worker(self, *before: str, **environment: str) -> Iterator[Path]:
        """A worker, started by the command ``before``; its log."""
        log = self.folder / "worker.log"
        python = before or (sys.executable,)
        words = [*python, "-m", "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-dashboard"]
        with log.open("wb") as written:
            worker = subprocess.Popen(
                [*words, "--local-directory", str(self.folder)],
                stdout=written,
                stderr=written,
                cwd=self.folder,
                env=os.environ | environment,
            )
        try:
            yield log
        finally:
            worker.terminate()
            worker.wait()


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    file = tmp_path / "scheduler.json"
    words = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    process = subprocess.Popen(
        [sys.executable, *words, "--scheduler-file", file], stderr=subprocess.DEVNULL, cwd=tmp_path
    )
    wait_for(lambda: file.exists() and file.read_bytes().endswith(b"}"))
    yield Remote(json.loads(file.read_bytes())["address"], process, tmp_path)
    process.terminate()
    process.wait()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tiny_corpus(tmp_path / "tiny.safetensors")


def test_workers_need_see_neither_the_repositories_nor_the_corpus(remote: Remote, corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", REPOSITORIES)
    (tmp_path / "corpora").mkdir()
    hidden = corpus.rename(tmp_path / "corpora/tiny.safetensors")
    hide = " && ".join(f"mount -t tmpfs tmpfs {path}" for path in (place, hidden.parent))
    before = ("unshare", "--mount", "sh", "-c", f'{hide} && exec "$0" "$@"', sys.executable)
    if subprocess.run([*before, "-c", "pass"], capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    with remote.worker(*before):
        there = run(place, tmp_path / "there.jsonl", replace(asked(hidden), scheduler=remote.address))
    assert comparable(there) == comparable(run(place, tmp_path / "here.jsonl", asked(hidden)))


def test_a_scheduler_that_dies_halfway_ends_it_in_one_line_and_another_cluster_goes_on(
    remote: Remote, corpus: Path, tmp_path: Path
) -> None:
    place = write_repositories(tmp_path / "place", MODULES)
    journal = tmp_path / "audit.jsonl"
    with remote.worker():
        going = started(place, journal, corpus, "--scheduler", remote.address)
        wait_for(lambda: lines_in(journal) >= 4)
        remote.process.send_signal(signal.SIGKILL)
        output, errors = going.communicate(timeout=60)
    assert (going.returncode, output) == (2, "")
    assert errors == (
        f"modelkin: error: lost the connection to the scheduler at {remote.address}; what is done is kept, and "
        "--resume goes on from there\n"
    )
    done = lines_in(journal)
    with LocalCluster(1, threads_per_worker=2, dashboard_address=None) as cluster:
        there = replace(asked(corpus), scheduler=cluster.scheduler_address)
        found = run(place, journal, there, resume=True)
    here = run(place, tmp_path / "here.jsonl", asked(corpus))
    assert done < lines_in(journal) == lines_in(here.path)
    assert comparable(found) == comparable(here)


def test_a_worker_without_modelkin_is_named(remote: Remote, corpus: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "modelkin" not in entry.name:
            (installed / entry.name).symlink_to(entry)
    place = write_repositories(tmp_path / "place", {"a": README | {"a.py": "a = 1\n"}})
    with (
        remote.worker(sys.executable, "-S", PYTHONPATH=str(installed)),
        pytest.raises(ModelkinError, match=r"^the worker tcp://\S+ has no modelkin: install modelkin \S+ on every"),
    ):
        run(place, tmp_path / "audit.jsonl", replace(asked(corpus), scheduler=remote.address))
    assert not (tmp_path / "audit.jsonl").exists()


def test_a_cluster_without_workers_is_not_waited_for_without_end(remote: Remote, corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", {"a": README | {"a.py": "a = 1\n"}})
    options = replace(asked(corpus), scheduler=remote.address)
    with (
        dask.config.set({"modelkin.wait-for-workers": "200ms"}),
        pytest.raises(ModelkinError, match=r"has had no worker for 0\.2 s: start one with `dask worker tcp://"),
    ):
        audit(str(place), tmp_path / "audit.jsonl", options)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("tcp://127.0.0.1:1", "Timed out"),
        ("scheduler", "missing port number"),
        ("ftp://scheduler:8786", "unknown address scheme 'ftp'"),
        ("tls://127.0.0.1:1", "TLS"),
    ],
)
def test_a_scheduler_that_is_not_there_is_one_line_and_nothing_is_begun(
    address: str, reason: str, corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = write_repositories(tmp_path / "place", {"a": README | {"a.py": "a = 1\n"}})
    words = ["audit", place, "--corpus", corpus, "--journal", tmp_path / "audit.jsonl", "--scheduler", address]
    with dask.config.set({"distributed.comm.timeouts.connect": "300ms"}):
        assert main(list(map(str, words))) == 2
    output, errors = capfd.readouterr()
    assert output == ""
    assert errors.startswith(f"modelkin: error: no Dask scheduler can be reached at {address}: ")
    assert reason in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "audit.jsonl").exists()
