"""Writes a report, or the summary of an audit, in the chosen formats to the chosen places.

Edit this when a format needs something more than the report, as html needs the upstreams' texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from ..reports import AGREEMENT_FORMATS, AUDIT_FORMATS
from ..support.announcements import announce
from .choices import Choices, Destination
from .output import standard_page
from .output_files import STANDARD_OUTPUT, check_writable, write, write_pieces

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..audit.outcome import Audit
    from ..diffs.model import SideBySide
    from ..fixes.model import Plan
    from ..predictions.model import Agreement
    from ..reports.console import Page
    from ..results import Report, Skipped

    Sides = Callable[[], Mapping[str, SideBySide | Skipped]]
    Suggestions = Callable[[], Plan]
    Writable = Callable[[], str]


def check_deliverable(choices: Choices, sources: Iterable[str] = ()) -> None:
    """Raise ModelkinError when a report could not be written where it is to go: known before the scan.

    Below ``sources``, as below the current folder, no link is followed.
    """
    for destination in choices.destinations:
        check_writable(destination.output, sources)


def deliver(
    report: Report,
    choices: Choices,
    supplement: Callable[[Page], str] = lambda _page: "",
    sides: Sides | None = None,
    suggestions: Suggestions | None = None,
    writable: Writable = lambda: "",
) -> None:
    """Render and write. ``supplement`` is printed below a report in text; ``sides`` is called for html only,
    ``suggestions`` for a discussion, and ``writable`` for the last line of a text, where there are findings."""
    for destination in choices.destinations:
        page = _page(destination, choices)
        if destination.format == "text" and any(each.counts for each in report.findings):
            page = replace(page, writable=writable())
        rendered = _rendered(report, destination.format, page, sides, suggestions)
        adds = destination.format == "text" and not (choices.quiet and destination.is_printed)
        write(destination.output, rendered + (supplement(page) if adds else ""), [report.root])


def _page(destination: Destination, choices: Choices) -> Page:
    """What a report is printed on, and how much of it."""
    from ..reports.console import Detail

    page = standard_page(destination.is_printed)
    if choices.quiet and destination.is_printed:
        return replace(page, detail=Detail.CLOSING)
    if choices.statistics:
        return replace(page, detail=Detail.COUNTS)
    return replace(page, detail=Detail.FULL) if choices.verbose else page


def _rendered(report: Report, format_: str, page: Page, sides: Sides | None, suggestions: Suggestions | None) -> str:
    if format_ == "discussion" and suggestions is not None:
        from ..reports import discussion

        return discussion.render(report, suggestions())
    if format_ == "html" and sides is not None:
        from ..reports.html.page import render

        return render(report, sides())
    from ..reports import FORMATS

    return FORMATS[format_](report, page)


def deliver_agreement(agreement: Agreement, choices: Choices) -> None:
    """Render and write what the answers of two models say."""
    for destination in choices.destinations:
        if choices.quiet and destination.is_printed:
            continue
        page = standard_page(destination.is_printed)
        write(destination.output, AGREEMENT_FORMATS[destination.format](agreement, page))


def check_audit_formats(choices: Choices) -> None:
    """Raise UsageError, click's, for a format that an audit does not have."""
    for destination in choices.destinations:
        if destination.format not in AUDIT_FORMATS:
            raise click.UsageError(
                f"--format {destination.format} shows one repository: see `modelkin report --repository`; "
                f"an audit has {', '.join(AUDIT_FORMATS)}"
            )


def deliver_audit(audit: Audit, choices: Choices) -> None:
    """Render and write; what goes to standard output is written piece by piece."""
    for destination in choices.destinations:
        if choices.quiet and destination.is_printed:
            continue
        page = standard_page(destination.is_printed)
        pieces = AUDIT_FORMATS[destination.format](audit, page)
        if destination.is_printed:
            for piece in pieces:
                write(STANDARD_OUTPUT, piece)
        else:
            write_pieces(destination.output, pieces, [audit.header.place])


def check_pages(folder: Path | None, sources: Iterable[str] = ()) -> None:
    """Raise ModelkinError when the pages of an audit could not be written to ``folder``."""
    if folder is not None:
        from ..reports.audit_pages.page_folder import check_folder

        check_folder(folder, sources)


def deliver_pages(audit: Audit, folder: Path | None) -> None:
    """Write the pages of an audit, if a folder for them was named, and tell of it on standard error."""
    if folder is None:
        return
    from ..reports.audit_pages.page_folder import write_pages

    found = write_pages(audit, folder)
    removed = f", {found.removed} removed" if found.removed else ""
    announce(f"{folder / 'index.html'}: {found.pages:,} pages, {found.written:,} of them written{removed}")
