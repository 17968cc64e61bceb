"""Cases run in a process of their own, which may crash or hang: what was wrong comes out all the same.

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
from collections.abc import Iterator
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


def supervised(root: Path, kind: str, seed: int, numbers: range) -> Iterator[Told]:
    """Run these cases in a process beside this one, and in a new one after each that ends it."""
    left = numbers
    while left:
        for told in _one_process(root, kind, seed, left):
            yield told
            left = range(told.number + 1, numbers.stop)


def _one_process(root: Path, kind: str, seed: int, numbers: range) -> Iterator[Told]:
    """Until all is run, or one case ends the process or hangs, which is told as its fault."""
    words = [sys.executable, "-m", "tests.fuzz.supervising", str(root), kind, str(seed), str(numbers.start), str(numbers.stop)]
    errors = root / "errors.txt"
    current = numbers.start
    with errors.open("wb") as stream:
        process = subprocess.Popen(words, cwd=_ROOT, stdout=subprocess.PIPE, stderr=stream, start_new_session=True)
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    try:
        while current < numbers.stop:
            try:
                line = lines.get(timeout=HANGS_AFTER_SECONDS)
            except queue.Empty:
                yield Told(kind, current, (f"hangs: nothing for {HANGS_AFTER_SECONDS:g} s",))
                return
            if not line:
                end = errors.read_bytes()[-600:].decode("utf-8", "replace").strip()
                yield Told(kind, current, (f"the process ended with {process.wait()}: {end}",))
                return
            told = json.loads(line)
            yield Told(kind, told["number"], tuple(told["faults"]))
            current = told["number"] + 1
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    assert process.stdout
    for line in process.stdout:
        lines.put(line)
    lines.put(b"")


def _child(root: str, kind: str, seed: str, first: str, stop: str) -> None:
    """What the process does: a line for each case, when it is over."""
    place = Place(Path(root, kind))
    with surroundings(place):
        for number in range(int(first), int(stop)):
            faults = run_case(place, kind, int(seed), number)
            print(json.dumps({"number": number, "faults": faults}), flush=True)


if __name__ == "__main__":
    _child(*sys.argv[1:])
