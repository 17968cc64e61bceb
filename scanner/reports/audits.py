"""An audit as text and as JSON (``modelkin.audit/1``), a contract that other programs read.

Edit this when the summary of an audit is to say something new.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from ..audit.outcome import Audit, AuditSummary, RepositoryRow
from ..audit.records import AuditHeader
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
    rows = {row.name: row for row in audit.rows}
    yield from _headline(audit.header, audit.summary)
    yield from _upstreams(audit.summary)
    yield from _look_first([rows[name] for name in audit.summary.first])
    yield from family_blocks(audit.families)
    failed = [(row.name, row.failed) for row in audit.rows if row.failed]
    yield from _reasons(f"{_repositories(len(failed))} not audited", failed)
    skips = [(f"{row.name}: {skip.path}", skip.reason) for row in audit.rows for skip in row.skipped]
    yield from _reasons(f"{counted(len(skips), 'file')} skipped", skips)


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


def _look_first(rows: Sequence[RepositoryRow]) -> Iterator[Block]:
    if not rows:
        return
    yield Text()
    yield Text("Repositories to look at first", "bold")
    table = bare_table("repository", *(f"{level.value}s" for level in Level), "copies", "of")
    for row in rows[:_MOST_ROWS]:
        levels = [Text(str(count), LEVEL_STYLES[level] if count else "dim") for level, count in row.by_level.items()]
        projects = ", ".join(map(escape, (*row.copies, *row.models)))
        table.add_row(Text(escape(row.name)), *levels, str(sum(row.copies.values())), Text(projects))
    yield indented(table, 2)
    yield from _rest(len(rows))


def _reasons(what: str, reasons: Sequence[tuple[str, str]]) -> Iterator[Block]:
    if not reasons:
        return
    yield Text()
    yield Text(what, "bold")
    table = bare_table("", "")
    for name, reason in reasons[:_MOST_ROWS]:
        table.add_row(Text(escape(name)), Text(escape(reason), "dim"))
    yield indented(table, 2)
    yield from _rest(len(reasons))


def _rest(total: int) -> Iterator[Block]:
    if more := and_more(total, _MOST_ROWS):
        yield indented(Text(f"{more}, all of them in --format json", "dim"), 2)


def _repositories(count: int) -> str:
    return "1 repository" if count == 1 else f"{count:,} repositories"


def render_json(audit: Audit) -> str:
    """One indented JSON object; for the same repositories, two audits differ in values of ``seconds`` alone."""
    return json.dumps(_as_data(audit), indent=2) + "\n"


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
        "first": [encodable(name) for name in summary.first],
        **families_data(audit.families),
        "repositories": [_row(row) for row in audit.rows],
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
