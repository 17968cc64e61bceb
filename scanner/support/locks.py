"""One at a time: a file that a process holds locked while it changes something that two may not change at once.

Edit this when a system locks files in another way; where it has no such locks, nothing is held.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NEW = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


def is_taken(descriptor: int) -> bool:
    """Lock an open file, unless another process has; it is let go of with the last descriptor, also by a crash."""
    try:
        import fcntl
    except ImportError:  # not a Unix
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold the file at ``path``, made with its folder where it is not there; False where another process holds it.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, _NEW, 0o600)
    try:
        yield not is_taken(descriptor)
    finally:
        os.close(descriptor)
