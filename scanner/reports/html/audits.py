"""An audit in, its page out: all repositories in one table that can be searched, and who derives from whom."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from ...audit import Audit, RepositoryRow
from ...clones import Verdict
from ...findings import Level
from ..graphs import of_audit
from ..left_out import listed
from .environment import rendered
from .graph import drawing

_MOST_ROWS = 5_000


def render_audit(audit: Audit) -> str:
    """The page on ``audit``: the repositories to look at first come first, and there is a row for every one."""
    summary = audit.summary
    rows = [row for row in _ranked(audit) if not row.failed]
    skips = [(f"{row.name}: {skip.path}", skip.reason) for row in audit.rows for skip in row.skipped]
    return rendered(
        "audit.html",
        audit=audit,
        version=version("modelkin"),
        summary=summary,
        verdicts=list(Verdict),
        levels=list(Level),
        rows=rows[:_MOST_ROWS],
        left=max(len(rows) - _MOST_ROWS, 0),
        projects=[upstream.project for upstream in summary.upstreams],
        failed=[(row.name, row.failed) for row in audit.rows if row.failed],
        skips=skips,
        graph=drawing(of_audit(audit)),
        not_obeyed=listed(summary.not_obeyed),
    )


def _ranked(audit: Audit) -> Iterator[RepositoryRow]:
    rows = {row.name: row for row in audit.rows}
    for name in audit.summary.first:
        yield rows.pop(name)
    yield from rows.values()
