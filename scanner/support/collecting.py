"""How often Python looks for objects that hold each other. Edit this when a run comes to make many that do."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY_OBJECTS = 100_000
"""As mypy does: a run makes many objects and drops few, so looking after every 700 finds next to none."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Have it look after ``MANY_OBJECTS`` in the block."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], MANY_OBJECTS) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
