"""Worker processes behind the interface of ``concurrent.futures``, replaced when one of them dies."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol

from ..errors import ModelkinError
from .hangups import hangups_ignored
from .limits import live_within


class Pool(Protocol):
    """Where tasks run. ``lost`` are the errors of a task whose worker died; then ``renew`` before going on."""

    lost: tuple[type[BaseException], ...]

    @property
    def jobs(self) -> int:
        """How many tasks it can be at, at once; more or fewer may become of them."""

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run in a worker."""

    def renew(self) -> None:
        """Workers in place of those that died."""

    def stop(self) -> None:
        """End the workers at once, whatever they are at."""


class LocalPool:
    """``jobs`` processes on this machine, each held to ``memory`` bytes; they end when this process does."""

    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)

    def __init__(self, jobs: int, memory: int) -> None:
        self.jobs = jobs
        self._memory = memory
        with _safe_path(), hangups_ignored():
            _start_servers()
            self._begin()

    def _begin(self) -> None:
        context = multiprocessing.get_context(_start_method())
        end, self._life = context.Pipe(duplex=False)
        self._executor: Executor = ProcessPoolExecutor(
            self.jobs, context, live_within, (self._memory, end, dict(os.environ))
        )
        self._end = end
        # The pool starts its workers with its first task.
        try:
            self._executor.submit(os.getpid).result()
        except BrokenExecutor:
            raise ModelkinError("no worker process can be started; give it more --memory") from None

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run in a worker."""
        return self._executor.submit(call, *arguments)

    def renew(self) -> None:
        """A pool in place of one that broke, which ended all its workers."""
        self.stop()
        with _safe_path():
            self._begin()

    def stop(self) -> None:
        """End the workers at once: they leave when nobody holds the other end of their pipe."""
        self._life.close()
        self._end.close()
        self._executor.shutdown(wait=False, cancel_futures=True)


@contextmanager
def local_pool(jobs: int, memory: int) -> Iterator[Pool]:
    """Worker processes for as long as the block lasts."""
    pool = LocalPool(jobs, memory)
    try:
        yield pool
    finally:
        pool.stop()


def _start_method() -> str:
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _start_servers() -> None:
    """Start the process that workers are forked from, elsewhere: Python lets the folder it is started in provide
    modules, and that may be the folder of the code to be scanned, which never runs.
    """
    if _start_method() != "forkserver":
        return
    from multiprocessing import forkserver

    here = os.open(os.curdir, os.O_RDONLY)
    try:
        os.chdir(os.sep)
        forkserver.ensure_running()
    finally:
        os.fchdir(here)
        os.close(here)


@contextmanager
def _safe_path() -> Iterator[None]:
    """As above, where Python knows the setting (3.11 on): for each process that is started meanwhile."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTHONSAFEPATH"]
        if before is not None:
            os.environ["PYTHONSAFEPATH"] = before
