"""Audits in processes of their own, for tests that kill, interrupt and watch them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def started(place: Path, journal: Path, corpus: Path, *more: str, **settings: Any) -> subprocess.Popen[str]:
    """An audit in processes of its own, that goes on with the journal if it is there."""
    words = ["audit", place, "--journal", journal, "--corpus", corpus, "--jobs", 2, "--resume", *more]
    command = [sys.executable, "-m", "modelkin", *map(str, words)]
    return subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings
    )


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def lines_in(journal: Path) -> int:
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def members(session: int) -> dict[int, int]:
    """The processes of a session that still run, and their parents."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, _, leader = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(leader) == session and state != "Z":
            found[int(stat.parent.name)] = int(parent)
    return found


def workers(session: int) -> list[int]:
    """The processes whose parent is neither the audit nor outside: what the fork server forked."""
    found = members(session)
    return [process for process, parent in found.items() if parent in found and parent != session]
