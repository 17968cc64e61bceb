"""Tasks given to a pool of workers; one that takes its worker down is told from those that were there by chance.

Edit this when a task that loses its worker is to be tried again in another way. What the tasks do is in ``many_files``
for scans, for audits in their own room.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from typing import Any

from msgspec import Struct

from ..errors import ModelkinError
from .workers import Pool

# Enough for no worker to wait for its next task, and few enough to be tried alone when one of them ended a worker.
TASKS_PER_WORKER = 3


class Task(Struct, frozen=True, eq=False):
    """A call for a worker."""

    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    then: Callable[[Any], Iterable[Task]]
    """Takes the answer, and gives the tasks that follow from it."""
    lost: Callable[[str, float], Iterable[Task]]
    """When there will be no answer: takes the error in words (empty when the worker died) and the seconds that passed,
    and gives the tasks to try instead, each alone."""
    near: int = 0
    """The number of the process to run it in, where one worker can do it at less cost; 0 for any."""


class _Flight(Struct, frozen=True):
    task: Task
    alone: bool
    began: float


class Dispatcher:
    """Gives tasks to a pool, a bounded number at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._ready: deque[Task] = deque()
        self._suspects: deque[Task] = deque()
        self._flying: dict[Future[Any], _Flight] = {}
        self._broken = False

    def run(self, begin: Callable[[], Task | None]) -> Iterator[None]:
        """Do all tasks that ``begin`` gives until it gives none, and all that follow; yields after each few.

        ``begin`` is asked when nothing else is ready. Raises the ModelkinError of a task that has one.
        """
        while self._fill(begin):
            done = wait(self._flying, return_when=FIRST_COMPLETED).done
            flights = [(future, self._flying.pop(future)) for future in list(self._flying) if future in done]
            for future, flight in flights:
                self._settle(future, flight)
            yield

    def _fill(self, begin: Callable[[], Task | None]) -> bool:
        """Give the pool as many tasks as it takes; False when none is left or under way."""
        if self._broken and not self._flying:
            self._pool.renew()
            self._broken = False
        if self._suspects and not self._flying:
            self._fly(self._suspects.popleft(), alone=True)
        while not self._suspects and not self._alone() and len(self._flying) < self._pool.jobs * TASKS_PER_WORKER:
            task = self._ready.popleft() if self._ready else begin()
            if task is None:
                break
            self._fly(task)
        return bool(self._flying)

    def _alone(self) -> bool:
        return any(flight.alone for flight in self._flying.values())

    def _fly(self, task: Task, alone: bool = False) -> None:
        try:
            submit = partial(self._pool.submit_near, task.near) if task.near else self._pool.submit
            future = submit(task.call, *task.arguments)
        except self._pool.lost as error:  # a worker died since; this task had no part in it
            future = Future()
            future.set_exception(error)
        self._flying[future] = _Flight(task, alone, time.monotonic())

    def _settle(self, future: Future[Any], flight: _Flight) -> None:
        error = future.exception()
        if error is None:
            self._ready.extend(flight.task.then(future.result()))
        elif isinstance(error, self._pool.lost):
            self._suspect(flight)
        elif isinstance(error, ModelkinError):
            raise error
        else:
            self._give_up(flight, f"{type(error).__name__}: {error}")

    def _suspect(self, flight: _Flight) -> None:
        """Whichever task in flight ended a worker, it took the others down; all are tried again, one by one."""
        self._broken = True
        if flight.alone:
            self._give_up(flight, "")
        else:
            self._suspects.append(flight.task)

    def _give_up(self, flight: _Flight, reason: str) -> None:
        self._suspects.extend(flight.task.lost(reason, time.monotonic() - flight.began))
