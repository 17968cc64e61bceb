"""The tables beside the pages of an audit, as CSV for a spreadsheet.

A cell that a spreadsheet would take for a formula begins with an apostrophe. Edit this when there is one more table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ...audit.family_model import Families
from ...audit.outcome import Audit
from ...support.escaping import encodable, escape
from .row_views import HEADINGS, csv_row

# The wide ones are taken for the others where Chinese or Japanese is written.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_ROWS_TOGETHER = 100
_FAMILY_HEADINGS = (
    "family", "repository", "path", "sha256", "share", "date", "by", "claim", "says", "first", "certainty", "why",
)  # fmt: skip


def repositories_csv(audit: Audit, family_pages: list[str]) -> Iterator[str]:
    """A line for each repository, those to look at first on top."""
    yield from _lines(chain([HEADINGS], (csv_row(each, family_pages) for each in audit.indexed.ranked())))


def families_csv(families: Families, pages: Iterable[str]) -> Iterator[str]:
    """A line for each file of each family."""
    yield from _lines(chain([_FAMILY_HEADINGS], _family_rows(families, pages)))


def _family_rows(families: Families, pages: Iterable[str]) -> Iterator[list[object]]:
    for family, page in zip(families.families, pages, strict=True):
        for file in family.members:
            dated, is_first = file.dated, file == family.first
            told = (dated.date, dated.by.value, dated.claim, dated.says, is_first, family.certainty.value, family.why)
            yield [page, file.repository, file.path, file.sha256, round(file.share, 3), *told]


def _lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The rows as CSV, some at a time."""
    left = iter(rows)
    while some := list(islice(left, _ROWS_TOGETHER)):
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\r\n").writerows([_cell(each) for each in row] for row in some)
        yield lines.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = encodable(escape(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
