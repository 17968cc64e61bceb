"""Draws a progress bar on standard error, for people who watch and wait. Edit this for what it shows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from ..support.escaping import escape

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from ..audit.journal import Advance


# Most single files are done before this; a bar that flashes up only distracts, and loading it takes time.
_PATIENCE_SECONDS = 0.5

Step = Callable[[int, int, str], None]


@contextmanager
def progress_bar(wanted: bool) -> Iterator[Step | None]:
    """What to call with (done, total, what); None when nobody watches. The bar is gone when the block ends."""
    if not wanted or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar()
    try:
        yield bar.step
    finally:
        bar.stop()


class _Bar:
    """Drawn once the work has lasted a moment."""

    def __init__(self) -> None:
        self._began = monotonic()
        self._progress: Progress | None = None

    def step(self, done: int, total: int, what: str) -> None:
        if self._progress is None:
            if monotonic() - self._began < _PATIENCE_SECONDS:
                return
            self._progress = _started()
        task = self._progress.task_ids[0]
        self._progress.update(task, completed=done, total=total or None, description=escape(what))

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _started() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    description = TextColumn("{task.description}", markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), description)
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.add_task("", total=None)
    progress.start()
    return progress


AuditStep = Callable[["Advance"], None]


@contextmanager
def audit_progress(wanted: bool) -> Iterator[AuditStep | None]:
    """What to call with each Advance; None when nobody watches. The bar is gone when the block ends."""
    if not wanted or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    with _bar() as bar:
        task = bar.add_task("repositories", total=None, findings=0, rate="")

        def step(advance: Advance) -> None:
            bar.update(task, completed=advance.done, total=advance.total, findings=advance.findings)
            seconds = bar.tasks[0].elapsed or 0
            if advance.since and seconds:
                bar.update(task, rate=f"{advance.since / seconds:.1f}/s")

        yield step


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns: tuple[ProgressColumn, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[findings]} findings"),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)
