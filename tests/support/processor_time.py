"""A bound on the work that hostile input may cause: linear work stays far below it, anything worse goes far beyond.

Bounds are given in seconds of the machine that they were set on. What the machine of the moment takes for a piece of
ordinary work says how much longer the same work lasts here, on a slower machine or beside other processes. Coverage
does not trace what is timed: it would take twice as long, and time is what these tests are about.
"""

from __future__ import annotations

import gc
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modelkin.fingerprints.normalize import normalise
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.syntax.parser import parse

# Ordinary work, and what it took on the machine that the bounds were set on.
_WORK = "\n".join(
    f"def work_{number}(values, limit={number}):\n    return [value + {number} for value in values if value < limit]\n"
    for number in range(60)
).encode()
_WORK_SECONDS = 0.006


@contextmanager
def unmeasured() -> Iterator[None]:
    """Coverage does not trace what this thread runs in the block."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


@contextmanager
def processor_seconds(at_most: float) -> Iterator[None]:
    """Fail when the block computes for longer; waiting for a processor that others use does not count."""
    before = slowness()
    with unmeasured():
        began = time.process_time()
        yield
        spent = time.process_time() - began
    allowed = at_most * max(1.0, before, slowness())
    assert spent <= allowed, f"computed for {spent:.2f} s, may for {allowed:.3g} s"


def slowness() -> float:
    """How many times as long as on the machine of the bounds this one takes for the same work just now."""
    return seconds(lambda: normalise(parse(_WORK), _WORK, StatementCache())) / _WORK_SECONDS


def seconds(call: Callable[[], object]) -> float:
    """The processor time of a call, but for the collector's: that is by all else that the process holds."""
    with unmeasured(), _uncollected():
        began = time.process_time()
        call()
        return time.process_time() - began


@contextmanager
def _uncollected() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def grows_in_proportion(work: Callable[[int], object], size: int) -> None:
    """Four times as much takes less than eight times as long, in one of three tries: others use the processor too."""
    once = four = math.inf
    for _ in range(3):
        once = min(once, seconds(lambda: work(size)))
        four = min(four, seconds(lambda: work(4 * size)))
        if four < 8 * max(once, 0.02):
            return
    raise AssertionError(f"{once:.3f} s, of four times as much {four:.3f} s")
