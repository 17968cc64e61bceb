"""Runs cases in a process of their own, which may crash or hang, and tells what was wrong all the same.

The process tells of each case before and after it. One that says nothing for too long is ended, and a new one goes on
behind that case. Edit this for how a run is divided.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from .running import Place, run_case, surroundings
from .writing import removed

HANGS_AFTER_SECONDS = 180.0
_ROOT = Path(__file__).parent.parent.parent
# Cases are many small files, which memory keeps best.
_IN_MEMORY = Path("/dev/shm")


class Told(Struct, frozen=True):
    """A case that is over, and what was wrong in it."""

    kind: str
    number: int
    faults: tuple[str, ...]


@contextlib.contextmanager
def folder_of_run(keep: Path | None = None) -> Iterator[Path]:
    """A new folder, removed at the end; or ``keep``, which stays."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    place = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
    root = Path(tempfile.mkdtemp(prefix="modelkin-fuzz-", dir=place)).resolve()
    try:
        yield root
    finally:
        removed(root)


Job = tuple[str, int]
"""A kind and a number."""


def supervised(root: Path, seed: int, jobs: Sequence[Job]) -> Iterator[Told]:
    """Run these cases in a process beside this one, and in a new one after each that ends it."""
    done = 0
    while done < len(jobs):
        for told in _one_process(root, seed, jobs[done:]):
            done += 1
            yield told


def _one_process(root: Path, seed: int, jobs: Sequence[Job]) -> Iterator[Told]:
    """Until all is run, or one case ends the process or hangs, which is told as its fault."""
    listed, errors = root / "jobs.json", root / "errors.txt"
    listed.write_text(json.dumps(jobs))
    words = [sys.executable, "-m", "tests.fuzz.supervising", str(root), str(seed), str(listed)]
    with errors.open("wb") as stream:
        process = subprocess.Popen(words, cwd=_ROOT, stdout=subprocess.PIPE, stderr=stream, start_new_session=True)
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    try:
        for kind, number in jobs:
            try:
                line = lines.get(timeout=HANGS_AFTER_SECONDS)
            except queue.Empty:
                yield Told(kind, number, (f"hangs: nothing for {HANGS_AFTER_SECONDS:g} s",))
                return
            if not line:
                end = errors.read_bytes()[-600:].decode("utf-8", "replace").strip()
                yield Told(kind, number, (f"the process ended with {process.wait()}: {end}",))
                return
            yield Told(kind, number, tuple(json.loads(line)))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    assert process.stdout
    for line in process.stdout:
        lines.put(line)
    lines.put(b"")


def _child(root: str, seed: str, listed: str) -> None:
    """What the process does: a line for each case, when it is over."""
    place = Place(Path(root, "run"))
    with surroundings(place):
        for kind, number in json.loads(Path(listed).read_bytes()):
            print(json.dumps(run_case(place, kind, int(seed), number)), flush=True)


if __name__ == "__main__":
    _child(*sys.argv[1:])
