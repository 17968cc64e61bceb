"""A bound on the work that hostile input may cause: linear work stays far below it, anything worse goes far beyond."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def processor_seconds(at_most: float) -> Iterator[None]:
    """Fail when the block computes for longer; waiting for a processor that others use does not count."""
    began = time.process_time()
    yield
    spent = time.process_time() - began
    assert spent <= at_most, f"computed for {spent:.2f} s, may for {at_most:g} s"
