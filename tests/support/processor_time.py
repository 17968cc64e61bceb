"""A bound on the work that hostile input may cause: linear work stays far below it, anything worse goes far beyond."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Coverage is measured in the same run, and machines differ: linear work under both took 2.6 times its bound once.
_SLOW = 4


@contextmanager
def processor_seconds(at_most: float) -> Iterator[None]:
    """Fail when the block computes for longer; waiting for a processor that others use does not count."""
    began = time.process_time()
    yield
    spent = time.process_time() - began
    assert spent <= _SLOW * at_most, f"computed for {spent:.2f} s, may for {_SLOW * at_most:g} s"


def seconds(call: Callable[[], object]) -> float:
    """The processor time of a call."""
    began = time.process_time()
    call()
    return time.process_time() - began


def grows_in_proportion(work: Callable[[int], object], size: int) -> None:
    """Four times as much takes less than eight times as long."""
    once, four = (min(seconds(lambda n=n: work(n)) for _ in range(3)) for n in (size, 4 * size))  # type: ignore[misc]
    assert four < 8 * max(once, 0.008), f"{once:.3f} s, of four times as much {four:.3f} s"
