"""Finds what a format shows beside the report: texts beside each other, with ``--fetch-upstreams``, and changes.

Edit this when those texts can come from one more place, or another format needs more than the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ..errors import SourceError
from .choices import Choices
from .progress import progress_bar

if TYPE_CHECKING:
    from ..diffs.model import SideBySide
    from ..fixes.model import Plan
    from ..results import Report, Skipped
    from ..scan_steps import ScanOptions


fetching_option = click.option(
    "--fetch-upstreams/--no-fetch-upstreams",
    "fetch",
    default=False,
    help="With --format html: fetch the upstreams' releases that are not in the cache yet, to show each copy beside "
    "its upstream.",
)


def sides(
    report: Report, choices: Choices, sources: str | Sequence[str], originals: Sequence[str] = (), fetch: bool = False
) -> Callable[[], Mapping[str, SideBySide | Skipped]]:
    """A function that looks for the texts, to be called by the formats that show them: most do not."""

    def look() -> Mapping[str, SideBySide | Skipped]:
        from ..diffs.side_by_side import side_by_sides

        with progress_bar(choices.shows_progress) as step:
            fetching = None if step is None else lambda done, total: step(done, total, "upstream releases")
            return side_by_sides(report, sources, originals, fetch, progress=fetching)

    return look


def suggested_changes(report: Report, sources: str | Sequence[str], options: ScanOptions | None = None) -> Plan:
    """What could be written into the source, for a format that shows it; nothing is written or fetched."""
    from ..fixes.suggestions import suggested
    from ..scan_steps import ScanOptions

    return suggested(report, sources, options or ScanOptions())


def writable_words(report: Report, sources: Sequence[str]) -> str:
    """What `modelkin attribute` can write into what was scanned, in words; empty where it is nothing."""
    from ..fixes import writable

    return writable.writable_words(report, sources)


def near_source(report: Report) -> tuple[str, ...]:
    """The source of an older report, where it is still on this machine; nothing is fetched again for it."""
    from ..sources.specs import REGISTRY_PREFIX, exists

    is_near = exists(report.root) or (report.root.startswith(REGISTRY_PREFIX) and _is_cached(report.root))
    return (report.root,) if is_near else ()


def _is_cached(spec: str) -> bool:
    from packaging.version import InvalidVersion, Version

    from ..sources.registry import find
    from ..sources.specs import parse_requirement

    try:
        requirement = parse_requirement(spec)
        return bool(requirement.version) and find(requirement.name, Version(requirement.version)) is not None
    except (SourceError, InvalidVersion):
        return False
