"""Worker processes on this machine: started, bounded, and ended when who began them is.

Edit this when a worker is to be started, bounded or ended in another way. ``dispatcher`` gives them their tasks.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from types import FrameType
from typing import Any, Protocol

from ..errors import ModelkinError
from ..support.collecting import MANY_OBJECTS
from ..support.own_memory import own_memory
from ..support.processes import end_started
from ..support.worker_processes import end, hear_end, workers


class Pool(Protocol):
    """Where tasks run."""

    lost: tuple[type[BaseException], ...]
    """The errors of a task whose worker died; `renew` must be called then before going on."""

    @property
    def jobs(self) -> int:
        """How many tasks it can do at once; of a cluster this changes over time."""

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run in a worker."""

    def submit_near(self, number: int, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run in the worker of that process number, which has seen something; else in any."""

    def renew(self) -> None:
        """Start workers in place of those that died."""

    def stop(self) -> None:
        """End the workers at once, whatever they are doing."""


class _Worker:
    """One process, in an executor of its own: where it ends, no other has to, whatever it was writing just then."""

    def __init__(self, memory: int) -> None:
        self._end, self._life = Pipe(duplex=False)
        self._executor = workers(1, live_within, (memory, self._end, dict(os.environ)))
        self._asked: list[Future[Any]] = []
        # The executor starts its process with its first task.
        self._process = self.submit(os.getpid)

    def wait_for_start(self) -> None:
        """Raises BrokenExecutor where the process could not be started."""
        self.number = int(self._process.result())
        hear_end(self._executor)

    @property
    def waiting(self) -> int:
        """How many of its tasks are not done."""
        self._asked = [each for each in self._asked if not each.done()]
        return len(self._asked)

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run in it."""
        try:
            future = self._executor.submit(call, *arguments)
        except OSError as error:  # it ended just now, and what leads to it is closed
            raise BrokenExecutor(str(error)) from error
        self._asked.append(future)
        return future

    def leave(self) -> None:
        """Have it end: it does when nobody holds the other end of its pipe."""
        self._life.close()
        self._end.close()

    def wait_for_end(self) -> None:
        """Let go of it once it has ended, or soon after."""
        end(self._executor)


class LocalPool:
    """``jobs`` processes on this machine, each held to ``memory`` bytes; they end when this process does."""

    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)

    def __init__(self, jobs: int, memory: int) -> None:
        self.jobs = jobs
        self._memory = memory
        self._workers: list[_Worker] = []
        try:
            with hangups_ignored(), signals_held():
                self._begin()
        except BaseException:
            self.stop()
            raise

    def _begin(self) -> None:
        try:
            for _ in range(self.jobs):
                self._workers.append(_Worker(self._memory))
            for worker in self._workers:
                worker.wait_for_start()
        except BrokenExecutor:
            raise ModelkinError("no worker process can be started: raise --memory") from None
        except OSError as error:  # as where the temporary folder's path is too long for a socket
            raise ModelkinError(f"no worker process can be started: {error}") from None

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run in the worker that has least to do."""
        return min(self._workers, key=lambda each: each.waiting).submit(call, *arguments)

    def submit_near(self, number: int, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run in the worker of that process number; in any, where it has ended."""
        found = next((each for each in self._workers if each.number == number), None)
        return self.submit(call, *arguments) if found is None else found.submit(call, *arguments)

    def renew(self) -> None:
        """Start workers anew: one has ended."""
        self.stop()
        self._begin()

    def stop(self) -> None:
        """End the workers at once, whatever they are doing."""
        ending, self._workers = self._workers, []
        for worker in ending:
            worker.leave()
        for worker in ending:
            worker.wait_for_end()


@contextmanager
def local_pool(jobs: int, memory: int) -> Iterator[Pool]:
    """Worker processes for as long as the block lasts."""
    pool = LocalPool(jobs, memory)
    try:
        yield pool
    finally:
        pool.stop()


@contextmanager
def hangups_ignored() -> Iterator[None]:
    """Start processes in this block so that a closed terminal does not end them: they inherit that SIGHUP is ignored.

    The audit gets the signal too and ends them itself, in order. Nothing changes off the main thread, which may not
    handle signals.
    """
    if not hasattr(signal, "SIGHUP") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        # None where something other than Python handles it: that cannot be put back from here.
        signal.signal(signal.SIGHUP, signal.SIG_DFL if before is None else before)


@contextmanager
def signals_held() -> Iterator[None]:
    """Have Ctrl-C and SIGTERM wait for the end of the block, in which processes start: one that loses its parent in
    between says so at length. The second one does not wait.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    came: list[int] = []

    def restore() -> None:
        for number, handler in before.items():
            if handler is not None:  # something other than Python handles it, and was left alone
                signal.signal(number, handler)

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1:
            restore()
            signal.raise_signal(number)

    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, note)
    try:
        yield
    finally:
        restore()
    if came:
        signal.raise_signal(came[0])


def live_within(memory: int, audit: Connection, environment: Mapping[str, str]) -> None:
    """Let this process take ``memory`` bytes more than it has, and end it when the audit closes its end of the pipe.

    Ctrl-C is for the audit, which ends its workers itself. ``environment`` is the audit's: the process that workers
    are forked from may be older.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(environment)
    gc.set_threshold(MANY_OBJECTS)
    _bound_memory(memory)
    threading.Thread(target=_leave_with, args=(audit,), daemon=True).start()


def _bound_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not a Unix
        return
    taken = own_memory()
    if taken is None:  # not Linux: others do not hold a process to its address space
        return
    bound = taken[0] + memory
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _leave_with(audit: Connection) -> None:
    """End this process when the other end is closed: on purpose, or by the system when the audit was killed."""
    try:
        audit.recv_bytes()
    except (EOFError, OSError):
        end_started()  # they have sessions of their own
        os._exit(1)
