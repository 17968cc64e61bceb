"""Bounds on one worker: its memory, its time on one file, and its life, which ends with its audit's."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import TypeVar

from ..budget import OutOfMemoryError, OverBudgetError

# What runs in C does not see the signal; the process ends when it is not back this much later.
GRACE_SECONDS = 5.0
_ITEM = TypeVar("_ITEM")


class OutOfTimeError(OverBudgetError):
    """A file took too long by the clock, whatever it waited for."""


def live_within(memory: int, audit: Connection, environment: Mapping[str, str]) -> None:
    """Bound this process to ``memory`` bytes more than it has, and to the life of what holds the other end.

    Ctrl-C is for the audit, which ends its workers itself. What they are forked from may be older than the audit's
    ``environment``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)
    _bound_memory(memory)
    threading.Thread(target=_leave_with, args=(audit,), daemon=True).start()


@contextmanager
def within(seconds: float, grace: float = GRACE_SECONDS) -> Iterator[None]:
    """Raise OutOfTimeError in the block after ``seconds``; end the process when that cannot be had ``grace`` later."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    # Nothing handles this one: the system itself ends the process, by the time it computed.
    signal.setitimer(signal.ITIMER_PROF, seconds + grace)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)


def timely(items: Iterator[_ITEM], seconds: float) -> Iterator[_ITEM]:
    """The same items, each of which may take so long. Raises OutOfTimeError."""
    while True:
        with within(seconds):
            item = next(items, None)
        if item is None:
            return
        yield item


def reason(error: BaseException, seconds: float) -> str:
    """Why something was given up, in words."""
    if isinstance(error, OutOfTimeError):
        return too_slow(seconds)
    if isinstance(error, MemoryError | OutOfMemoryError):
        return "needs more memory than a worker may have"
    return str(error)


def ended(seconds: float, timeout: float) -> str:
    """Why what ended its process after ``seconds`` was given up."""
    if seconds >= timeout:
        return too_slow(timeout)
    return "ended the process that read it: out of memory, or a fault in a library"


def too_slow(seconds: float) -> str:
    """Why a file was left that took too long by the clock."""
    return f"took longer than {seconds:g} s"


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTimeError


def _bound_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not a Unix
        return
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError):  # not Linux: others do not hold a process to its address space
        return
    bound = pages * resource.getpagesize() + memory
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _leave_with(audit: Connection) -> None:
    """The other end is never written to; it is closed on purpose, or by the system when the audit was killed."""
    try:
        audit.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)
