"""What one file may take of processor time and memory. Edit this when files are skipped too early or too late.

A block is bounded in three ways, since none sees everything. A timer interrupts Python code (in the main thread, where
the system has one), stages and loops call ``check``, and the parser is asked to stop. Code that must not be left half
done asks for ``abrupt=False``: nothing is raised in it unless it calls ``check`` itself.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Literal

from .own_memory import own_memory

SECONDS = 2.0
SECONDS_A_MB = 2.0
# Real code of 16 MB fits, in half of what a worker of an audit may have.
MOST_MEMORY = 2048 * 1024**2
# What a worker process may take in all.
WORKER_MEMORY = 4096 * 1024**2

_TICK = 0.05
# Between looks at the clock, which take a third of a microsecond.
_CALLS = 16
_CLOCK = getattr(time, "thread_time", time.process_time)
_SIGNAL = getattr(signal, "SIGVTALRM", None) if hasattr(signal, "setitimer") else None


class OverBudgetError(BaseException):
    """A file took too much; the message says what. No Exception, so that nothing takes it for an error in the file."""


class OutOfMemoryError(OverBudgetError):
    """The system gave this process no more memory."""


class budget:  # noqa: N801 - read as `with budget(size):`
    """Raise OverBudgetError in the block once it takes too long or too much memory, or where memory has run out.

    ``size`` is the text's in bytes; ``seconds`` are of processor time (None: 2, and 2 for each MB). A block inside
    another has no more than what is left of that one. With ``abrupt`` false only ``check`` raises. ``exceeded`` says
    what the block took too much of; where it ``is_timed``, a timer sets it, else only ``check`` and ``look`` do.
    """

    def __init__(self, size: int, seconds: float | None = None, abrupt: bool = True) -> None:
        self.seconds = seconds_for(size) if seconds is None else seconds
        self.abrupt = abrupt
        self.exceeded = ""
        self.is_timed = False
        self.calls = 0

    def __enter__(self) -> budget:
        outer = current()
        # One that was exceeded has raised already; should its end have been interrupted, it is over all the same.
        self.outer = None if outer is not None and outer.abrupt and outer.exceeded else outer
        self.memory = _resident() + MOST_MEMORY
        self.deadline = _CLOCK() + self.seconds
        if self.outer is not None and self.outer.deadline < self.deadline:
            self.deadline, self.seconds = self.outer.deadline, self.outer.seconds
        self.handler = _start_timer() if self.outer is None else None
        self.is_timed = self.handler is not None or (self.outer is not None and self.outer.is_timed)
        _OF_THREAD.current = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Literal[False]:
        _OF_THREAD.current = self.outer
        if self.handler is not None:
            _stop_timer(self.handler)
        if isinstance(error, MemoryError):
            raise OutOfMemoryError("needs more memory than this process may have: left out") from None
        return False

    def check(self) -> None:
        """Raise OverBudgetError when the block took too much."""
        self.look()
        if self.exceeded:
            raise OverBudgetError(self.exceeded)

    def left(self) -> float:
        """Seconds of processor time that are left."""
        return float(self.deadline - _CLOCK())

    def look(self) -> None:
        """Set ``exceeded`` where the block took too much."""
        if self.deadline < _CLOCK():
            self.exceeded = too_slow(self.seconds)
        elif self.memory < _resident():
            self.exceeded = _too_large()


class _OfThread(threading.local):
    current: budget | None = None


_OF_THREAD = _OfThread()


def current() -> budget | None:
    """The budget of the innermost block that this thread is in."""
    return _OF_THREAD.current


def check() -> None:
    """Raise OverBudgetError when the innermost block took too much. To be called often."""
    now = _OF_THREAD.current
    if now is not None:
        now.calls += 1
        if now.exceeded or not (now.is_timed or now.calls % _CALLS):
            now.check()


def seconds_for(size: int) -> float:
    """How long a file of ``size`` bytes may take."""
    return SECONDS + SECONDS_A_MB * size / 1024**2


def too_slow(seconds: float) -> str:
    """Why a file was left out."""
    return f"took longer than {seconds:.3g} s of processor time: left out; --timeout SECONDS gives it more"


def _too_large() -> str:
    return f"took more than {MOST_MEMORY // 1024**2} MB of memory: left out"


def _resident() -> int:
    """Bytes of memory this process takes; the most so far, or 0, where the system does not say more."""
    memory = own_memory()
    if memory is not None:
        return memory[1]
    try:
        import resource
    except ImportError:  # not a Unix
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _start_timer() -> signal.Handlers | None:
    """Have ``_tick`` called while this process computes; None where that cannot be, or others use the timer."""
    if _SIGNAL is None or threading.current_thread() is not threading.main_thread():
        return None
    before = signal.getsignal(_SIGNAL)
    if before not in (signal.SIG_DFL, signal.SIG_IGN, _tick):
        return None
    signal.signal(_SIGNAL, _tick)
    signal.setitimer(signal.ITIMER_VIRTUAL, _TICK, _TICK)
    return signal.SIG_IGN if before is signal.SIG_IGN else signal.SIG_DFL


def _stop_timer(handler: signal.Handlers) -> None:
    assert _SIGNAL is not None
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(_SIGNAL, handler)


def _tick(_signal: int, frame: FrameType | None) -> None:
    now = _OF_THREAD.current
    if now is None:
        return
    now.look()
    if now.abrupt and now.exceeded and not _is_ending(frame) and not _is_importing(frame):
        raise OverBudgetError(now.exceeded)


def _is_ending(frame: FrameType | None) -> bool:
    return frame is not None and frame.f_code is _END


def _is_importing(frame: FrameType | None) -> bool:
    """What was left half imported is imported anew, which numpy refuses: then the next tick interrupts."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


_END = budget.__exit__.__code__
