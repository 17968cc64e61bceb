"""A journal in, on the disk beside the work: a disk is slow beside a content that is known."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from msgspec import Struct

from .journal import Journal


class Advance(Struct, frozen=True):
    """How far an audit is, in repositories."""

    done: int
    """Their results are on the disk."""
    total: int
    """All that there are."""
    since: int
    """Those of the ``done`` that were done in this run."""
    findings: int
    """How many findings to answer for they have."""


class Syncing:
    """Puts what is written so far on the disk, one request at a time, in a thread of its own."""

    def __init__(self, journal: Journal, thread: ThreadPoolExecutor) -> None:
        self._journal = journal
        self._thread = thread
        self._under_way: tuple[Future[None], Advance] | None = None

    def reached(self) -> Advance | None:
        """What the last request was for, once, when it is done. Raises ModelkinError when it cannot be."""
        if self._under_way is None or not self._under_way[0].done():
            return None
        future, advance = self._under_way
        self._under_way = None
        future.result()
        return advance

    def ask(self, advance: Advance) -> bool:
        """Have all that is written now on the disk; no when the last request is still under way."""
        if self._under_way is not None:
            return False
        self._under_way = self._thread.submit(self._journal.sync), advance
        return True


@contextmanager
def syncing(journal: Journal) -> Iterator[Syncing]:
    """As long as the block lasts."""
    with ThreadPoolExecutor(1) as thread:
        yield Syncing(journal, thread)
