"""A report in, written in the chosen formats to the chosen places out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .options import Choices
from .streams import standard_page
from .writing import STANDARD_OUTPUT, check_writable, write

if TYPE_CHECKING:
    from ..reports.page import Page
    from ..scan import Report


def check_deliverable(choices: Choices) -> None:
    """Raise ModelkinError when a report could not be written where it is to go: known before the scan."""
    for destination in choices.destinations:
        check_writable(destination.output)


def deliver(report: Report, choices: Choices, supplement: Callable[[Page], str] = lambda _page: "") -> None:
    """Render and write; ``supplement`` is printed below a report in text."""
    from ..reports import FORMATS

    for destination in choices.destinations:
        page = standard_page(destination.output == STANDARD_OUTPUT)
        rendered = FORMATS[destination.format](report, page)
        write(destination.output, rendered + (supplement(page) if destination.format == "text" else ""))
