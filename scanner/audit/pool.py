"""Worker processes behind the interface of ``concurrent.futures``, replaced when one of them dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from multiprocessing.connection import Pipe
from typing import Any, Protocol

from ..errors import ModelkinError
from ..processes import end, workers
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
        with hangups_ignored():
            self._begin()

    def _begin(self) -> None:
        self._end, self._life = Pipe(duplex=False)
        self._executor = workers(self.jobs, live_within, (self._memory, self._end, dict(os.environ)))
        # The pool starts its workers with its first task.
        try:
            self._executor.submit(os.getpid).result()
        except BrokenExecutor:
            raise ModelkinError("no worker process can be started; give it more --memory") from None

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run in a worker."""
        try:
            return self._executor.submit(call, *arguments)
        except OSError as error:  # a worker ended just now, and what leads to it is closed
            raise BrokenExecutor(str(error)) from error

    def renew(self) -> None:
        """A pool in place of one that broke, which ended all its workers."""
        self.stop()
        self._begin()

    def stop(self) -> None:
        """End the workers at once: they leave when nobody holds the other end of their pipe."""
        self._life.close()
        self._end.close()
        end(self._executor)


@contextmanager
def local_pool(jobs: int, memory: int) -> Iterator[Pool]:
    """Worker processes for as long as the block lasts."""
    pool = LocalPool(jobs, memory)
    try:
        yield pool
    finally:
        pool.stop()
