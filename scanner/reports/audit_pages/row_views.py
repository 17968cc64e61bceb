"""A repository of an audit as pages list it: in words, as a row of a table, as data for the page's own script.

Edit this when a row is to show something new; the script that shows it again is ``templates/audit.js``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...audit.indexed.row_queries import RankedRow
from ...results import Level, Verdict
from ...support.escaping import encodable, escape
from ..phrases import COUNTED_AS, counted

# A few words of each: a row is a line or two.
MOST_PROJECTS = 4
PAGE_ENDING = ".html"


def address(page: str) -> str:
    """Where the page on a repository lies below the index: few in each folder."""
    return f"repositories/{page[-12:-10]}/{page}{PAGE_ENDING}"


def why(ranked: RankedRow) -> str:
    """``3 errors, 2 of them sure · GPL-3.0-only not met · 14 copied files of vllm``: why to look at it."""
    return " · ".join(_reasons(ranked)) or "nothing found"


def _reasons(ranked: RankedRow) -> Iterator[str]:
    row = ranked.row
    errors, warnings, notes = (row.by_level[level] for level in Level)
    if errors:
        sure = "all sure" if ranked.sure == errors else f"{ranked.sure} of them sure"
        yield f"{counted(errors, 'error')}, {sure}"
    if ranked.licence:
        yield f"{escape(ranked.licence)} not met"
    if warnings:
        yield counted(warnings, "warning")
    if notes and not errors and not warnings:
        yield counted(notes, "note")
    if row.copies:
        yield f"{counted(sum(row.copies.values()), 'copied file')} of {projects(row.copies)}"
    if row.models:
        yield f"a model like {projects(row.models)}"
    if ranked.families:
        yield "copies among the audited"


def projects(names: Iterable[str]) -> str:
    """The first few names."""
    told = [escape(each) for each in names]
    more = f" and {len(told) - MOST_PROJECTS} more" if len(told) > MOST_PROJECTS else ""
    return ", ".join(told[:MOST_PROJECTS]) + more


def verdict_words(ranked: RankedRow) -> str:
    """``2 renamed, 3 independent``."""
    return ", ".join(f"{count} {COUNTED_AS[verdict]}" for verdict, count in ranked.row.by_verdict.items() if count)


def rows_data(rows: Iterable[RankedRow]) -> dict[str, Any]:
    """Rows as the script of a page takes them: ``strings``, which recur, and ``rows`` that name these by number.

    A row is page, name, failed, errors, warnings, notes, files, copied files, verdicts, upstreams [string, files],
    answer, families.
    """
    strings: dict[str, int] = {}

    def number(text: str) -> int:
        return strings.setdefault(_shown(text), len(strings))

    told = [_row_data(each, number) for each in rows]
    return {"strings": list(strings), "rows": told}


def _row_data(ranked: RankedRow, number: Any) -> list[object]:
    row = ranked.row
    return [
        ranked.page,
        _shown(row.name),
        number(row.failed) if row.failed else -1,
        *(row.by_level[level] for level in Level),
        row.files,
        sum(row.copies.values()),
        [row.by_verdict[verdict] for verdict in Verdict],
        [[number(each), files] for each, files in (*row.copies.items(), *((model, 0) for model in row.models))],
        number(row.conclusion) if row.conclusion else -1,
        list(ranked.families),
    ]


def _shown(text: str) -> str:
    """Invisible characters written out, as in all that a page shows."""
    return encodable(escape(text))


def as_text_of_page(data: object) -> str:
    """Data as text that may stand in a page: no character in it begins markup."""
    told = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return told.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


HEADINGS = (
    "repository", "page", "failed", "files", *(verdict.value for verdict in Verdict),
    *(f"{level.value}s" for level in Level), "errors_sure", "waived", "skipped", "found_later", "copied_files",
    "copies_of", "models", "furthest_licence_missed", "families", "answer",
)  # fmt: skip
"""The columns of ``repositories.csv``."""


def csv_row(ranked: RankedRow, family_pages: Sequence[str]) -> list[object]:
    """The cells of `HEADINGS`."""
    row = ranked.row
    return [
        row.name,
        "" if row.failed else address(ranked.page),
        row.failed,
        row.files,
        *(row.by_verdict[verdict] for verdict in Verdict),
        *(row.by_level[level] for level in Level),
        ranked.sure,
        row.waived,
        len(row.skipped),
        row.later,
        sum(row.copies.values()),
        "; ".join(f"{project} ({files})" for project, files in row.copies.items()),
        "; ".join(row.models),
        ranked.licence,
        "; ".join(family_pages[each] for each in ranked.families if each < len(family_pages)),
        row.conclusion,
    ]
