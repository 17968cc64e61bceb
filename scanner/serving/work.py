"""Work that a served audit has done beside its answers: in processes of their own, which end when the server does.

Edit this when more of it may be done at once, or the server's end should wait for some of it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from ..examining.workers import Pool, local_pool
from ..support.budget import WORKER_MEMORY


class Work:
    """Threads that wait for processes; ``close`` ends both."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2)
        self._lock = Lock()
        self._pools: list[Pool] = []
        self._is_closed = False

    def begin(self, call: Callable[..., None], *arguments: Any) -> Future[None]:
        """Have ``call`` run in a thread, which may `run` a process."""
        return self._threads.submit(call, *arguments)

    def run(self, seconds: float | None, call: Callable[..., Any], *arguments: Any) -> Any:
        """What ``call`` gives in a process of its own. Raises TimeoutError, and BrokenExecutor where that is ended."""
        with local_pool(1, WORKER_MEMORY) as pool:
            with self._lock:
                if self._is_closed:
                    raise BrokenExecutor("the server ends")
                self._pools.append(pool)
                answer = pool.submit(call, *arguments)
            try:
                return answer.result(seconds)
            finally:
                with self._lock:
                    self._pools.remove(pool)

    def close(self) -> None:
        """End what is under way; nothing is begun any more."""
        with self._lock:
            self._is_closed = True
            under_way = list(self._pools)
        for pool in under_way:
            pool.stop()
        self._threads.shutdown(cancel_futures=True)
