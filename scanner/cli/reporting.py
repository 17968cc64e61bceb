"""A report in, written in the chosen formats to the chosen places out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .options import Choices
from .streams import standard_page
from .writing import STANDARD_OUTPUT, check_writable, write

if TYPE_CHECKING:
    from ..api import Report
    from ..reports.page import Page
    from ..sidebyside import SideBySide
    from ..sources import Skipped

    Sides = Callable[[], Mapping[str, SideBySide | Skipped]]


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
) -> None:
    """Render and write; ``supplement`` is printed below a report in text, ``sides`` are looked for when html is."""
    for destination in choices.destinations:
        page = standard_page(destination.output == STANDARD_OUTPUT)
        rendered = _rendered(report, destination.format, page, sides)
        written = rendered + (supplement(page) if destination.format == "text" else "")
        write(destination.output, written, [report.root])


def _rendered(report: Report, format_: str, page: Page, sides: Sides | None) -> str:
    if format_ == "html" and sides is not None:
        from ..reports.html import render

        return render(report, sides())
    from ..reports import FORMATS

    return FORMATS[format_](report, page)
