"""What is given up, and why: a bound of time on what a process does, and the reasons in words.

Edit this when a file or repository should be given up for another reason, or when the bound should work in another way.
What a process may take of memory is in ``workers``.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from ..support.budget import OutOfMemoryError, OverBudgetError

# Code in C does not see the signal of a time limit; a process that is not back this much later is ended.
GRACE_SECONDS = 5.0
ENDED_ITS_PROCESS = "ended the process that read it: out of memory, or a fault in a library"
_ITEM = TypeVar("_ITEM")


class OutOfTimeError(OverBudgetError):
    """A file took too long by the clock, whatever it waited for."""


@contextmanager
def within(seconds: float, grace: float = GRACE_SECONDS) -> Iterator[None]:
    """Raise OutOfTimeError in the block after ``seconds``; when that has no effect, end the process after ``grace``."""
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
    """The same items, each of which may take ``seconds``. Raises OutOfTimeError."""
    while True:
        with within(seconds):
            item = next(items, None)
        if item is None:
            return
        yield item


def reason_left(error: BaseException, seconds: float) -> str:
    """Why a file or repository is left, when reading or examining it raised ``error``."""
    if isinstance(error, OutOfTimeError):
        return _too_slow(seconds)
    if isinstance(error, MemoryError | OutOfMemoryError):
        return "needs more memory than a worker may have"
    return str(error)


def reason_ended(seconds: float, timeout: float) -> str:
    """Why a file or repository is left that ended its process after ``seconds``."""
    if seconds >= timeout:
        return _too_slow(timeout)
    return ENDED_ITS_PROCESS


def _too_slow(seconds: float) -> str:
    return f"took longer than {seconds:g} s"


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTimeError
