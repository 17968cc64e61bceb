"""What does a Dask cluster cost an audit beside the same number of worker processes on one machine? Real code.

The cluster is on this machine: a scheduler and workers in processes of their own, which share its cores with the audit.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

import click

from .audit import BLOCK, blocks_of, bytes_in, computed_by, processes_in, write_block
from .tables import Cell, print_table

_TICK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """One audit: ``seconds`` from start to end, and those computed by its own processes and by the cluster's."""

    seconds: float
    here: float
    there: float = 0.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where its scheduler is, and the sessions that its processes are in."""

    address: str
    sessions: tuple[int, ...]


@click.command()
@click.option("--count", default=1000, show_default=True, help="How many repositories; hundreds.")
@click.option("--repeats", default=1, show_default=True, help="Audits of each kind, in turns; medians are shown.")
@click.option("--seed", default=7, show_default=True, help="Draws the folders.")
@click.option("--workers", default=2, show_default=True, help="Processes that judge, on either side.")
@click.option("--jobs", default=1, show_default=True, help="Processes that read, beside a cluster.")
def main(count: int, repeats: int, seed: int, workers: int, jobs: int) -> None:
    """Audits with the shipped corpus, each begun anew; the cluster stays, as one would."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        place = Path(name, "repositories")
        for number, block in enumerate(blocks_of(count, Random(seed))):
            write_block(place / f"{number:02}", block)
        size, distinct = bytes_in(place)
        click.echo(f"{count // BLOCK * BLOCK} repositories, {size / 1e6:.1f} MB, {distinct / 1e6:.1f} MB distinct")
        cluster = stack.enter_context(_cluster(Path(name), workers))
        local, there = list[Measured](), list[Measured]()
        for _ in range(repeats):
            local.append(_audit(place, ["--jobs", str(workers)]))
            there.append(_audit(place, ["--jobs", str(jobs), "--scheduler", cluster.address], cluster.sessions))
        _print(local, there, count, workers)


def _print(local: Sequence[Measured], there: Sequence[Measured], count: int, workers: int) -> None:
    rows = [
        _row(f"--jobs {workers}", local, local, count),
        _row(f"a cluster of {workers} workers", there, local, count),
    ]
    headings = ["audit", "seconds", "added", "seconds computed", "added", "ms a repository", "of them here"]
    print_table("A cluster on this machine; what is computed counts where other work slows both", headings, rows)


def _row(name: str, runs: Sequence[Measured], local: Sequence[Measured], count: int) -> list[Cell]:
    seconds, first = (median(run.seconds for run in each) for each in (runs, local))
    computed, least = (median(run.here + run.there for run in each) for each in (runs, local))
    here = median(run.here for run in runs)
    return [
        name,
        f"{seconds:.1f}",
        f"{100 * (seconds - first) / first:+.1f} %",
        f"{computed:.1f}",
        f"{100 * (computed - least) / least:+.1f} %",
        f"{1000 * (computed - least) / count:+.1f}",
        f"{here:.1f}",
    ]


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A scheduler and its workers, a thread each."""
    file = folder / "scheduler.json"
    common = ["--no-dashboard", "--scheduler-file", str(file)]
    scheduler = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common]
    worker = ["-m", "distributed.cli.dask_worker", "--nthreads", "1", *common]
    with ExitStack() as stack:
        started = [stack.enter_context(_running(folder, scheduler))]
        while not file.exists():
            time.sleep(_TICK_SECONDS)
        started += [stack.enter_context(_running(folder, worker)) for _ in range(workers)]
        time.sleep(5)  # workers that join while an audit begins would be measured too
        yield Cluster(json.loads(file.read_text())["address"], tuple(process.pid for process in started))


@contextmanager
def _running(folder: Path, words: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *words], cwd=folder, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _audit(place: Path, more: Sequence[str], cluster: Sequence[int] = ()) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "audit.jsonl")
        words = ["audit", str(place), "--journal", str(journal), "--quiet", "--fail-on", "never", *more]
        before = _computed(cluster)
        here, there = dict[int, float](), dict[int, float]()
        began = time.perf_counter()
        with subprocess.Popen([sys.executable, "-m", "modelkin", *words], start_new_session=True, cwd=folder) as audit:
            while audit.poll() is None:
                here |= _computed([audit.pid])
                there |= _computed(cluster)
                time.sleep(_TICK_SECONDS)
        seconds = time.perf_counter() - began
        if audit.returncode:
            raise subprocess.CalledProcessError(audit.returncode, words)
        return Measured(seconds, sum(here.values()), sum(there.values()) - sum(before.values()))


def _computed(sessions: Sequence[int]) -> dict[int, float]:
    """The seconds that each process of these sessions has computed so far."""
    processes = (process for session in sessions for process in processes_in(session))
    return {process: seconds for process in processes if (seconds := computed_by(process))}


if __name__ == "__main__":
    main()
