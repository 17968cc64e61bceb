"""Processes that a closed terminal does not end: the audit is told so too, and ends them itself, in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hangups_ignored() -> Iterator[None]:
    """What is started meanwhile ignores SIGHUP, as that is inherited. Nothing changes where signals are not ours."""
    if not hasattr(signal, "SIGHUP") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        # None where something other than Python handles it: that cannot be put back from here.
        signal.signal(signal.SIGHUP, signal.SIG_DFL if before is None else before)
