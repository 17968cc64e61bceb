"""A report in, written in the chosen format to the chosen place out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .options import Choices
from .streams import standard_page
from .writing import STANDARD_OUTPUT, write

if TYPE_CHECKING:
    from ..reports.page import Page
    from ..scan import Report


def deliver(report: Report, choices: Choices, supplement: Callable[[Page], str] = lambda _page: "") -> None:
    """Render and write; ``supplement`` is printed below the report."""
    if not choices.prints:
        return
    from ..reports import FORMATS

    page = standard_page(choices.output == STANDARD_OUTPUT)
    write(choices.output, FORMATS[choices.format](report, page) + supplement(page))
