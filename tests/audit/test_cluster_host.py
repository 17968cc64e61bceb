"""Processes beside a worker: one a thread at a time, replaced when they end, gone when nobody asks or all is over."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, ThreadPoolExecutor
from threading import Barrier

import pytest

from modelkin.audit.cluster import host
from modelkin.audit.cluster.host import Processes
from modelkin.audit.options import MEGABYTE
from modelkin.errors import ModelkinError

from ..support.audit_processes import wait_for


@pytest.fixture
def processes() -> Iterator[Processes]:
    processes = Processes(1024 * MEGABYTE)
    yield processes
    processes.stop()


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def asked(processes: Processes) -> int:
    with processes.one() as pool:
        return int(pool.submit(os.getpid).result())


def test_threads_one_after_another_share_a_process_and_at_once_have_their_own(processes: Processes) -> None:
    assert asked(processes) == asked(processes)
    both = Barrier(2)

    def at_once() -> int:
        with processes.one() as pool:
            both.wait(60)
            return int(pool.submit(os.getpid).result())

    with ThreadPoolExecutor(2) as threads:
        found = {thread.result() for thread in [threads.submit(at_once) for _ in range(2)]}
    assert len(found) == 2


def test_one_that_ended_is_replaced(processes: Processes) -> None:
    with processes.one() as pool:
        with pytest.raises(BrokenExecutor):
            pool.submit(os._exit, 1).result()
        processes.renew(pool)
        assert pool.submit(os.getpid).result()


def test_when_it_is_over_all_end_and_none_begins(processes: Processes) -> None:
    process = asked(processes)
    with processes.one() as pool:
        busy = pool.submit(time.sleep, 60)
        processes.stop()
        with pytest.raises((BrokenExecutor, CancelledError)):
            busy.result()
        with pytest.raises(ModelkinError, match="the audit is over"):
            processes.renew(pool)
    wait_for(lambda: not lives(process))


def test_those_that_nobody_asks_end_and_others_begin_when_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "IDLE_SECONDS", 0.2)
    processes = Processes(1024 * MEGABYTE)
    first = asked(processes)
    wait_for(lambda: not lives(first))
    assert asked(processes) != first
    processes.stop()
