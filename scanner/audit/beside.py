"""Batches of a Dask worker's threads in, a process beside it for each out, for as long as the audit lasts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

from ..errors import ModelkinError
from ..processes import allowed_to_start
from .pool import LocalPool

IDLE_SECONDS = 600.0
_starting = Lock()


class Processes:
    """Processes that judge, each held to ``memory`` bytes: as many as there are threads that ask at once."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._pools: list[LocalPool] = []
        self._idle = SimpleQueue[LocalPool]()
        self._over = Event()
        self._used = time.monotonic()
        Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def one(self) -> Iterator[LocalPool]:
        """A process for the calling thread alone, for as long as the block lasts. Raises ModelkinError."""
        try:
            pool = self._idle.get_nowait()
        except Empty:
            with self._may_start():
                pool = LocalPool(1, self._memory)
                self._pools.append(pool)
        try:
            yield pool
        finally:
            self._used = time.monotonic()
            self._idle.put(pool)

    def renew(self, pool: LocalPool) -> None:
        """A process in place of one that ended. Raises ModelkinError."""
        with self._may_start():
            pool.renew()

    def stop(self) -> None:
        """End all, whatever they are at, and start no more."""
        with _starting:
            self._over.set()
        for pool in self._pools:
            pool.stop()

    def _watch(self) -> None:
        """End processes that nothing was asked of for long: an audit that was killed tells nobody."""
        while not self._over.wait(IDLE_SECONDS / 2):
            with suppress(Empty):
                while time.monotonic() - self._used > IDLE_SECONDS:
                    self._idle.get_nowait().stop()

    @contextmanager
    def _may_start(self) -> Iterator[None]:
        """Let this process have others, one at a time, as long as the audit lasts.

        Those that Dask starts are marked as having none, for they are ended by force; ours then leave by themselves.
        """
        with _starting:
            if self._over.is_set():
                raise ModelkinError("the audit is over")
            with allowed_to_start():
                yield
