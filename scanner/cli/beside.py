"""``--fetch-upstreams``, and where the texts that a web page shows beside each other come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..scan import Report
    from ..sidebyside import SideBySide
    from ..sources import Skipped

fetching_option = click.option(
    "--fetch-upstreams/--no-fetch-upstreams",
    "fetch",
    default=False,
    help="With --format html: fetch the upstreams' releases that are not in the cache yet, to show each copy beside "
    "its upstream.",
)


def sides(
    report: Report, sources: Sequence[str], originals: Sequence[str], fetch: bool
) -> Callable[[], Mapping[str, SideBySide | Skipped]]:
    """What looks for the texts when it is called: most formats never ask for it."""

    def look() -> Mapping[str, SideBySide | Skipped]:
        from ..sidebyside import side_by_sides

        return side_by_sides(report, sources, originals, fetch)

    return look


def local_source(report: Report) -> tuple[str, ...]:
    """What an older report is on, where that is still on this machine; nothing is fetched for it again."""
    from ..sources.specs import exists

    return (report.root,) if exists(report.root) else ()
