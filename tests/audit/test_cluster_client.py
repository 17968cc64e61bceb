"""Clusters of their own machines: nothing shared with them, and all that may be wrong with one in a line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import dask
import pytest
from distributed import KilledWorker, LocalCluster
from msgspec.structs import replace

from modelkin.api import audit
from modelkin.audit.cluster.client import told
from modelkin.audit.options import AuditOptions
from modelkin.audit.outcome import open_audit
from modelkin.cli import main
from modelkin.errors import MissingExtraError, ModelkinError

from ..support.audit_cases import (
    README,
    REPOSITORIES,
    asked,
    comparable,
    long_module,
    run,
    tiny_corpus,
    write_repositories,
)
from ..support.audit_processes import lines_in, started, wait_for

MODULES = {f"r{n}": README | {"a.py": long_module(n)} for n in range(16)}


@dataclass(frozen=True, slots=True)
class Remote:
    """A scheduler in a process of its own, and where to join it."""

    address: str
    process: subprocess.Popen[bytes]
    folder: Path

    @contextmanager
    def worker(self, *before: str, **environment: str) -> Iterator[None]:
        """A worker, started by the command ``before``."""
        words = ["worker", self.address, "--nthreads", "1", "--local-directory", str(self.folder)]
        with dask_command(self.folder, words, before, environment):
            yield


@contextmanager
def dask_command(
    folder: Path,
    words: Sequence[str],
    before: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler or a worker, as its command starts it."""
    command = [*(before or [sys.executable]), "-m", f"distributed.cli.dask_{words[0]}", *words[1:], "--no-dashboard"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, env={**os.environ, **environment}
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def running_scheduler(folder: Path, *more: str, before: Sequence[str] = (), **environment: str) -> Iterator[Remote]:
    """A scheduler with the options ``more``, started by the command ``before``."""
    file = folder / "scheduler.json"
    words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file), *more]
    with dask_command(folder, words, before, environment) as process:
        wait_for(lambda: file.exists() and file.read_bytes().endswith(b"}"))
        yield Remote(json.loads(file.read_bytes())["address"], process, folder)


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    with running_scheduler(tmp_path) as remote:
        yield remote


@pytest.fixture(scope="module")
def without_modelkin(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What lets Python find all that is installed but modelkin, started with -S."""
    installed = tmp_path_factory.mktemp("installed")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "modelkin" not in entry.name:
            (installed / entry.name).symlink_to(entry)
    return {"PYTHONPATH": str(installed)}


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


def test_tls_is_what_dask_s_configuration_says(corpus: Path, tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=dask", "-days", "2"]
    if not shutil.which("openssl"):
        pytest.skip("takes openssl")
    subprocess.run([*made, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    settings = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(certificate)}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        settings[f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT"] = str(certificate)
        settings[f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY"] = str(key)
    place = write_repositories(tmp_path / "place", REPOSITORIES)
    with running_scheduler(tmp_path, "--protocol", "tls", **settings) as remote, remote.worker(**settings):
        assert remote.address.startswith("tls://")
        more = ["--quiet", "--scheduler", remote.address]
        going = started(place, tmp_path / "there.jsonl", corpus, *more, env=os.environ | settings)
        assert (*going.communicate(timeout=60), going.returncode) == ("", "", 0)
    here = run(place, tmp_path / "here.jsonl", asked(corpus))
    assert comparable(open_audit(tmp_path / "there.jsonl")) == comparable(here)


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


def test_an_error_of_the_cluster_ends_an_audit_and_one_of_a_task_is_that_task_s() -> None:
    for error in (ModelkinError("damaged"), KilledWorker("judge", None, 3)):  # type: ignore[arg-type]
        assert told(error, "tcp://there:1") is error
    unread = told(ModuleNotFoundError("No module named 'modelkin'\nmore"), "tcp://there:1")
    assert isinstance(unread, ModelkinError)
    assert str(unread) == (
        "the cluster at tcp://there:1 cannot go on: ModuleNotFoundError: No module named 'modelkin'; what is done is "
        "kept, and --resume goes on from there"
    )


@pytest.mark.parametrize("library", ["dask", "distributed"])
def test_without_the_extra_one_line_says_how_to_get_it(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write_repositories(tmp_path / "place", {"a": README | {"a.py": "a = 1\n"}})
    monkeypatch.delitem(sys.modules, "modelkin.audit.cluster.client")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"--scheduler needs {library}: install modelkin with its extra `clus"):
        audit(str(place), tmp_path / "audit.jsonl", AuditOptions(scheduler="tcp://there:1"))


@pytest.mark.parametrize("lacks", ["scheduler", "worker"])
def test_a_machine_without_modelkin_is_named(
    lacks: str, without_modelkin: dict[str, str], corpus: Path, tmp_path: Path
) -> None:
    place = write_repositories(tmp_path / "place", {"a": README | {"a.py": "a = 1\n"}})
    bare: tuple[list[str], dict[str, str]] = ([sys.executable, "-S"], without_modelkin)
    whole: tuple[list[str], dict[str, str]] = ([sys.executable], {})
    (first, settings), (then, others) = (bare, whole) if lacks == "scheduler" else (whole, bare)
    with (
        running_scheduler(tmp_path, before=first, **settings) as remote,
        remote.worker(*then, **others),
        pytest.raises(ModelkinError, match=rf"^the {lacks} .*tcp://\S+ has no modelkin: install modelkin \S+ on the"),
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
