"""An audit whose tasks run in this very process, so that a test can step between them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from modelkin.audit.coordinator import Coordinator
from modelkin.audit.discovery import find_repositories
from modelkin.audit.journal import Journal
from modelkin.audit.known_contents import KnownContents
from modelkin.audit.options import Setup
from modelkin.audit.outcome import Audit, open_audit
from modelkin.scan_steps import ScanOptions

from .example_journal import HEADER

Before = Callable[[Callable[..., Any]], None]
"""Called before each task with the task's function."""


class HerePool:
    """Runs each task here and at once; ``before`` is called with the task's function first."""

    lost: tuple[type[BaseException], ...] = ()
    jobs = 4

    def __init__(self, before: Before) -> None:
        self._before = before

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        self._before(call)
        future: Future[Any] = Future()
        future.set_result(call(*arguments))
        return future

    def submit_near(self, number: int, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        assert not number, "no task of an audit has a worker that it is best done by"
        return self.submit(call, *arguments)

    def renew(self) -> None:
        """Nobody is ever lost."""

    def stop(self) -> None:
        """Nobody is there."""


def audited_here(
    before: Before, place: Path, journal: Path, corpus: Path, options: ScanOptions = ScanOptions()
) -> Audit:
    """An audit of ``place`` into a new ``journal``."""
    writing = Journal.begin(journal, HEADER)
    setup = Setup(options, (corpus,), 30.0)
    repositories = find_repositories(str(place))
    for _ in Coordinator(writing, KnownContents(), HerePool(before), setup).run(repositories, len(repositories)):
        pass
    writing.close()
    return open_audit(journal)
