"""Work that a served audit has done beside its answers: in processes of their own, which end when the server does.

Edit this when more of it may be done at once, or the server's end should wait for some of it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from ..examining.workers import LocalPool, Pool
from ..support.budget import WORKER_MEMORY


class Work:
    """Threads that wait for processes; ``close`` ends both."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2)
        self._lock = Lock()
        # One after the other: what starts a process changes our import path, folder and variables for a moment.
        self._starting = Lock()
        self._pools: list[Pool] = []
        self._is_closed = False

    def begin(self, call: Callable[..., None], *arguments: Any) -> Future[None]:
        """Have ``call`` run in a thread, which may `run` a process."""
        return self._threads.submit(call, *arguments)

    def run(self, seconds: float | None, call: Callable[..., Any], *arguments: Any) -> Any:
        """What ``call`` gives in a process of its own. Raises TimeoutError, and BrokenExecutor where that is ended."""
        with self._starting:
            pool = LocalPool(1, WORKER_MEMORY)
        try:
            with self._lock:
                if self._is_closed:
                    raise BrokenExecutor("the server ends")
                self._pools.append(pool)
                answer = pool.submit(call, *arguments)
            return answer.result(seconds)
        finally:
            with self._lock:
                self._pools = [each for each in self._pools if each is not pool]
            pool.stop()

    def close(self) -> None:
        """End what is under way; nothing is begun any more."""
        with self._lock:
            self._is_closed = True
            under_way = list(self._pools)
        for pool in under_way:
            pool.stop()
        self._threads.shutdown(cancel_futures=True)
