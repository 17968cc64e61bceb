"""The tables beside the pages of an audit, as CSV for a spreadsheet.

A cell that a spreadsheet would take for a formula begins with an apostrophe. Edit this when there is one more table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from ...audit.family_model import Families
from ...audit.outcome import Audit
from ...support.escaping import encodable, escape
from .row_views import HEADINGS, csv_row

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FAMILY_HEADINGS = (
    "family", "repository", "path", "sha256", "share", "date", "by", "claim", "says", "first", "certainty", "why",
)  # fmt: skip


def repositories_csv(audit: Audit, family_pages: list[str]) -> Iterator[str]:
    """A line for each repository, those to look at first on top."""
    yield _line(HEADINGS)
    for ranked in audit.indexed.ranked():
        yield _line(csv_row(ranked, family_pages))


def families_csv(families: Families, pages: Iterable[str]) -> Iterator[str]:
    """A line for each file of each family."""
    yield _line(_FAMILY_HEADINGS)
    for family, page in zip(families.families, pages, strict=True):
        for file in family.members:
            dated, is_first = file.dated, file == family.first
            told = (dated.date, dated.by.value, dated.claim, dated.says, is_first, family.certainty.value, family.why)
            yield _line([page, file.repository, file.path, file.sha256, round(file.share, 3), *told])


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(each) for each in cells])
    return line.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = encodable(escape(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
