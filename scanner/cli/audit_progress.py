"""How far an audit is, on standard error, for people who watch and wait."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from ..audit import Advance

Step = Callable[["Advance"], None]


@contextmanager
def audit_progress(wanted: bool) -> Iterator[Step | None]:
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
