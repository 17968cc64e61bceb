"""An audit in, written in the chosen formats to the chosen places out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..reports.audits import AUDIT_FORMATS
from .options import Choices
from .streams import standard_page
from .writing import STANDARD_OUTPUT, write

if TYPE_CHECKING:
    from ..audit import Audit


def check_audit_formats(choices: Choices) -> None:
    """A usage error for a format that only the report on one repository has."""
    for destination in choices.destinations:
        if destination.format not in AUDIT_FORMATS:
            raise click.UsageError(
                f"--format {destination.format} shows one repository: see `modelkin report --repository`; "
                f"an audit has {', '.join(AUDIT_FORMATS)}"
            )


def deliver_audit(audit: Audit, choices: Choices) -> None:
    """Render and write; what goes to standard output is written piece by piece."""
    for destination in choices.destinations:
        page = standard_page(destination.output == STANDARD_OUTPUT)
        pieces = AUDIT_FORMATS[destination.format](audit, page)
        if destination.output == STANDARD_OUTPUT:
            for piece in pieces:
                write(STANDARD_OUTPUT, piece)
        else:
            write(destination.output, "".join(pieces), [audit.header.place])
