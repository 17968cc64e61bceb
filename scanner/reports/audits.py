"""An audit as text and as JSON (``modelkin.audit/1``), a contract that other programs read.

Edit this when the summary of an audit is to say something new.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import islice
from typing import Any

from ..audit.outcome import Audit
from ..audit.records import AuditHeader
from ..audit.rows import AuditSummary, RepositoryRow
from ..results import Level
from ..support.escaping import encodable, escape
from .blocks import Block, Text, indented
from .console import PLAIN, Page, bare_table, printed
from .corpora import corpora_data, corpora_words
from .family_words import families_data, family_blocks
from .phrases import COUNTED_AS, LEVEL_STYLES, VERDICT_STYLES, and_more, counted
from .summary import left_out_data, listed

SCHEMA = "modelkin.audit/1"
_MOST_ROWS = 20


def render_text(audit: Audit, page: Page = PLAIN) -> str:
    """``audit`` as text, on ``page``: headline, upstreams, repositories to look at first, what was left out."""
    return printed(_blocks(audit), page)


def _blocks(audit: Audit) -> Iterator[Block]:
    first = audit.summary.first[:_MOST_ROWS]
    yield from _headline(audit.header, audit.summary)
    yield from _upstreams(audit.summary)
    yield from _look_first([row for name in first if (row := audit.indexed.row(name))], len(audit.summary.first))
    yield from family_blocks(audit.families)
    failed, skipped = audit.summary.failed, audit.summary.skipped
    yield from _reasons(f"{_repositories(failed)} not audited", failures(audit), failed)
    yield from _reasons(f"{counted(skipped, 'file')} skipped", skips(audit), skipped)


def failures(audit: Audit) -> Iterator[tuple[str, str]]:
    """The repositories that could not be audited, and why."""
    yield from audit.indexed.failed()


def skips(audit: Audit) -> Iterator[tuple[str, str]]:
    """What could not be scanned or read of all of them, and why."""
    for row in audit.indexed.with_skips():
        yield from ((f"{row.name}: {skip.path}", skip.reason) for skip in row.skipped)


def _headline(header: AuditHeader, summary: AuditSummary) -> Iterator[Text]:
    yield Text(escape(header.place), "bold")
    counts = f"{_repositories(summary.repositories)} · {counted(summary.files, 'file')}"
    yield Text(f"{counts}, {summary.contents:,} distinct")
    told = Text(" · ").join(_counts(summary))
    if told:
        yield told
    yield Text(f"{corpora_words(header.corpus)} · {summary.seconds:.1f} s of work", "dim")
    yield Text("trust: isolated", "dim")
    if summary.not_obeyed:
        yield Text(f"not obeyed: {listed(summary.not_obeyed)}", "dim")


def _counts(summary: AuditSummary) -> Iterator[Text]:
    for verdict, count in summary.by_verdict.items():
        if count:
            yield Text(f"{count} {COUNTED_AS[verdict]}", VERDICT_STYLES[verdict])
    for level, count in summary.by_level.items():
        if count:
            yield Text(counted(count, level.value), LEVEL_STYLES[level])
    for count, what in (
        (summary.later, "also found later"),
        (summary.waived, "waived"),
        (summary.skipped, "skipped"),
    ):
        if count:
            yield Text(f"{count} {what}")


def _upstreams(summary: AuditSummary) -> Iterator[Block]:
    if not summary.upstreams:
        return
    yield Text()
    yield Text("Upstreams most copied", "bold")
    table = bare_table("project", "files", "repositories")
    for row in summary.upstreams[:_MOST_ROWS]:
        table.add_row(Text(escape(row.project)), str(row.files), str(row.repositories))
    yield indented(table, 2)
    yield from _rest(len(summary.upstreams))


def _look_first(rows: Sequence[RepositoryRow], total: int) -> Iterator[Block]:
    if not rows:
        return
    yield Text()
    yield Text("Repositories to look at first", "bold")
    table = bare_table("repository", *(f"{level.value}s" for level in Level), "copies", "of")
    for row in rows:
        levels = [Text(str(count), LEVEL_STYLES[level] if count else "dim") for level, count in row.by_level.items()]
        projects = ", ".join(map(escape, (*row.copies, *row.models)))
        table.add_row(Text(escape(row.name)), *levels, str(sum(row.copies.values())), Text(projects))
    yield indented(table, 2)
    yield from _rest(total)


def _reasons(what: str, reasons: Iterator[tuple[str, str]], total: int) -> Iterator[Block]:
    if not total:
        return
    yield Text()
    yield Text(what, "bold")
    table = bare_table("", "")
    for name, reason in islice(reasons, _MOST_ROWS):
        table.add_row(Text(escape(name)), Text(escape(reason), "dim"))
    yield indented(table, 2)
    yield from _rest(total)


def _rest(total: int) -> Iterator[Block]:
    if more := and_more(total, _MOST_ROWS):
        yield indented(Text(f"{more}, all of them in --format json", "dim"), 2)


def _repositories(count: int) -> str:
    return "1 repository" if count == 1 else f"{count:,} repositories"


def render_json(audit: Audit) -> str:
    """One indented JSON object; for the same repositories, two audits differ in values of ``seconds`` alone."""
    return "".join(json_pieces(audit))


def json_pieces(audit: Audit) -> Iterator[str]:
    """As `render_json`, a few rows at a time."""
    whole = json.dumps(_as_data(audit), indent=2)
    names = _listed(json.dumps(encodable(name)) for name in audit.summary.first)
    rows = _listed(json.dumps(_row(row), indent=2).replace("\n", "\n    ") for row in audit.rows)
    before, _, rest = whole.partition(f'"first": "{_HERE}"')
    between, _, end = rest.rpartition(f'"repositories": "{_HERE}"')
    yield before
    yield '"first": '
    yield from names
    yield between
    yield '"repositories": '
    yield from rows
    yield f"{end}\n"


def _listed(items: Iterator[str]) -> Iterator[str]:
    """The items of a list in an indented object."""
    opening = "["
    for item in items:
        yield f"{opening}\n    {item}"
        opening = ","
    yield "[]" if opening == "[" else "\n  ]"


# Where a list is put in that may be long; no text of a report is between quotes and no more than this.
_HERE = "rows of an audit"


def _as_data(audit: Audit) -> dict[str, Any]:
    header, summary = audit.header, audit.summary
    corpus = header.corpus
    return {
        "schema": SCHEMA,
        "tool": {"name": "modelkin", "version": header.tool},
        "corpus": {"name": corpus.name, "version": corpus.version, "digest": corpus.digest},
        "corpora": corpora_data(corpus),
        "place": encodable(header.place),
        "summary": {
            "repositories": summary.repositories,
            "failed": summary.failed,
            "files": summary.files,
            "contents": summary.contents,
            "by_verdict": _by_value(summary.by_verdict),
            "by_level": _by_value(summary.by_level),
            "waived": summary.waived,
            "skipped": summary.skipped,
            "later": summary.later,
            "not_obeyed": left_out_data(summary.not_obeyed),
            "seconds": round(summary.seconds, 3),
        },
        "upstreams": [
            {"project": row.project, "files": row.files, "repositories": row.repositories} for row in summary.upstreams
        ],
        "first": _HERE,
        **families_data(audit.families),
        "repositories": _HERE,
    }


def _row(row: RepositoryRow) -> dict[str, Any]:
    return {
        "name": encodable(row.name),
        "failed": encodable(row.failed) or None,
        "files": row.files,
        "by_verdict": _by_value(row.by_verdict),
        "by_level": _by_value(row.by_level),
        "waived": row.waived,
        "copies": dict(row.copies),
        "models": [encodable(each) for each in row.models],
        "conclusion": encodable(row.conclusion) or None,
        "later": row.later,
        "skipped": [{"path": encodable(skip.path), "reason": encodable(skip.reason)} for skip in row.skipped],
        "not_obeyed": left_out_data(row.not_obeyed),
        "seconds": round(row.seconds, 3),
    }


def _by_value(counts: Mapping[Any, int]) -> dict[str, int]:
    return {key.value if isinstance(key, Enum) else key: count for key, count in counts.items()}
