"""A command run as a process: how long it took, how much memory it held at most, what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Run:
    """``seconds`` from start to exit; ``peak`` in bytes, of the process itself; its seconds of ``processor`` time."""

    seconds: float
    peak: int
    output: str
    processor: float

    @property
    def reported(self) -> float:
        """The seconds a workload printed of itself."""
        return float(self.output.split()[-1])


def run(command: Sequence[str]) -> Run:
    """Run to the end; raises CalledProcessError when it fails."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors, stdin=subprocess.DEVNULL)
        # wait4 tells this child's own peak; RUSAGE_CHILDREN would tell the largest of all so far.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        # 1 is modelkin's "there are findings" and jscpd's "there are clones".
        if process.returncode not in (0, 1):
            raise subprocess.CalledProcessError(process.returncode, command, output.read(), errors.read())
        unit = 1 if sys.platform == "darwin" else 1024
        return Run(seconds, usage.ru_maxrss * unit, output.read(), usage.ru_utime + usage.ru_stime)


def interleaved(commands: Sequence[Sequence[str]], repeats: int) -> list[list[Run]]:
    """The runs of each command, taken in turns so that a busy machine slows all of them alike."""
    rounds = [[run(command) for command in commands] for _ in range(repeats)]
    return [list(runs) for runs in zip(*rounds, strict=True)]


def workload(name: str, folder: object) -> list[str]:
    """The command that runs one of `workloads`."""
    return [PYTHON, "-m", "tests.benchmarks.workloads", name, str(folder)]


def middle(runs: Sequence[Run]) -> float:
    """The median time from start to exit."""
    return median(one.seconds for one in runs)


def middle_reported(runs: Sequence[Run]) -> float:
    """The median of what the workloads printed."""
    return median(one.reported for one in runs)


def highest(runs: Sequence[Run]) -> float:
    """The highest memory of all runs, in MB."""
    return max(one.peak for one in runs) / 1e6
