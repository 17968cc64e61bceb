"""Every task is done once, or given up by name, whatever becomes of the workers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modelkin.audit.options import MEGABYTE
from modelkin.errors import CorpusError, ModelkinError
from modelkin.examining.dispatcher import Dispatcher, Task
from modelkin.examining.time_limits import OutOfTimeError, within
from modelkin.examining.workers import LocalPool, local_pool
from modelkin.support.processes import environment, find_program, started

from ..support.audit_processes import wait_for

MEMORY = 1024 * MEGABYTE


def square(number: int) -> int:
    return number * number


def die(_number: int) -> int:
    os._exit(1)


def die_once(number: int, mark: str) -> int:
    """As a worker that something else ended."""
    try:
        Path(mark).touch(exist_ok=False)
    except FileExistsError:
        return number
    os._exit(1)


def fail(number: int) -> int:
    raise ZeroDivisionError(f"no {number}")


def refuse(number: int) -> int:
    raise CorpusError(f"damaged {number}")


def take_memory(number: int) -> int:
    return len(bytearray(number * 4 * MEMORY))


def spin(seconds: float) -> str:
    try:
        with within(seconds):
            while True:
                pass
    except OutOfTimeError:
        return "left in time"


def stay_in_c(seconds: float) -> int:
    """Where no signal is looked at."""
    with within(seconds, grace=0.1):
        return len(hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9))


def start_and_wait(mark: str) -> None:
    """As a scan that fetches."""
    with started([find_program("sleep"), "100"], environment()) as process:
        Path(mark).write_text(str(process.pid))
        process.wait()


class Audience:
    """What became of the tasks."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.lost: list[tuple[Any, str]] = []

    def task(self, call: Callable[..., Any], *arguments: Any, then: Iterable[Task] = ()) -> Task:
        def take(answer: Any) -> Iterable[Task]:
            self.answers.append(answer)
            return then

        def lose(error: str, _seconds: float) -> Iterable[Task]:
            self.lost.append((arguments[0], error))
            return ()

        return Task(call, arguments, take, lose)

    def see(self, pool: LocalPool, tasks: Iterable[Task]) -> None:
        left: Iterator[Task] = iter(tasks)
        for _ in Dispatcher(pool).run(lambda: next(left, None)):
            pass


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with local_pool(2, MEMORY) as pool:
        assert isinstance(pool, LocalPool)
        yield pool


def test_every_task_is_done_once_and_so_is_what_follows(pool: LocalPool) -> None:
    audience = Audience()
    audience.see(pool, [audience.task(square, n, then=[audience.task(square, n + 100)]) for n in range(50)])
    assert sorted(audience.answers) == [n * n for n in (*range(50), *range(100, 150))]
    assert audience.lost == []


def test_a_task_that_ends_its_worker_is_given_up_and_the_others_are_done(pool: LocalPool) -> None:
    audience = Audience()
    audience.see(pool, [audience.task(die if n % 7 == 3 else square, n) for n in range(20)])
    assert sorted(audience.answers) == [n * n for n in range(20) if n % 7 != 3]
    assert sorted(audience.lost) == [(3, ""), (10, ""), (17, "")]


def test_a_worker_that_something_else_ended_loses_nothing(pool: LocalPool, tmp_path: Path) -> None:
    audience = Audience()
    audience.see(pool, [audience.task(die_once, n, str(tmp_path / "mark")) for n in range(20)])
    assert sorted(audience.answers) == list(range(20))
    assert audience.lost == []


@pytest.mark.skipif(os.name != "posix", reason="there is no sleep")
def test_programs_that_a_worker_began_end_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with local_pool(1, MEMORY) as pool:
        pool.submit(start_and_wait, str(mark))
        wait_for(lambda: mark.exists() and mark.read_text() != "")
        number = int(mark.read_text())
        os.kill(number, 0)
    wait_for(lambda: not is_running(number))


def is_running(number: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_an_error_is_of_its_task_alone(pool: LocalPool) -> None:
    audience = Audience()
    audience.see(pool, [audience.task(fail if n == 2 else square, n) for n in range(5)])
    assert sorted(audience.answers) == [0, 1, 9, 16]
    assert audience.lost == [(2, "ZeroDivisionError: no 2")]


def test_an_error_that_no_run_gets_over_ends_the_run(pool: LocalPool) -> None:
    audience = Audience()
    with pytest.raises(ModelkinError, match="damaged 7"):
        audience.see(pool, [audience.task(refuse, 7)])


def test_a_worker_has_so_much_memory_and_no_more(pool: LocalPool) -> None:
    audience = Audience()
    audience.see(pool, [audience.task(take_memory, 1), audience.task(square, 3)])
    assert audience.answers == [9]
    assert [error[:11] for _, error in audience.lost] == ["MemoryError"]


def test_what_takes_too_long_is_left(pool: LocalPool) -> None:
    audience = Audience()
    audience.see(pool, [audience.task(spin, 0.2)])
    assert audience.answers == ["left in time"]


def test_what_takes_too_long_where_python_has_no_say_ends_its_worker(pool: LocalPool) -> None:
    audience = Audience()
    audience.see(pool, [audience.task(stay_in_c, 0.2), audience.task(square, 3)])
    assert (audience.answers, audience.lost) == ([9], [(0.2, "")])


def test_workers_that_cannot_start_are_an_error() -> None:
    with pytest.raises(ModelkinError, match="no worker process can be started"), local_pool(1, 1):
        pass


def test_workers_end_with_their_pool() -> None:
    with local_pool(2, MEMORY) as pool:
        workers = {pool.submit(os.getpid).result() for _ in range(20)}
    assert workers
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{worker}/cmdline").exists() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.02)
