"""``modelkin report`` shows the journal of an audit again: its summary, or the report on one repository.

Edit this for its options.
"""

from __future__ import annotations

from pathlib import Path

import click

from .choices import Choices, audit_exit_code, detail_options, exit_code, index_option, pages_option, reporting_options
from .delivery import check_audit_formats, check_deliverable, check_pages, deliver, deliver_audit, deliver_pages
from .upstream_texts import fetching_option, near_source, sides, suggested_changes

_EPILOG = """\b
Without --repository the formats are text, json, html, dot, mermaid, graphml
and jsonl, which has the report on every repository; with it they are those
of `modelkin scan`.

\b
Examples:
  modelkin report modelkin-audit.jsonl
  modelkin report modelkin-audit.jsonl --format json --output audit.json
  modelkin report modelkin-audit.jsonl --html pages/
  modelkin report modelkin-audit.jsonl --format html=audit.html
  modelkin report modelkin-audit.jsonl --repository org/name -v
  modelkin report modelkin-audit.jsonl --repository org/name --format sarif
"""


@click.command(name="report", epilog=_EPILOG)
@click.argument("journal", type=click.Path(path_type=Path))
@click.option("--repository", metavar="NAME", help="Only the report on this one, by its name in the audit.")
@index_option
@pages_option
@fetching_option
@detail_options
@reporting_options
def command(
    journal: Path, repository: str | None, index: Path | None, pages: Path | None, fetch: bool, choices: Choices
) -> int:
    """Show the JOURNAL of an audit again, with nothing scanned.

    An audit that was stopped, or is still running, is shown as far as it is.
    """
    if repository is None:
        check_audit_formats(choices)
    elif pages is not None:
        raise click.UsageError("--html DIR is of all repositories: leave out --repository, or write --format html=FILE")
    check_deliverable(choices)
    check_pages(pages)
    from ..audit.outcome import open_audit

    audit = open_audit(journal, index)
    if repository is None:
        deliver_audit(audit, choices)
        deliver_pages(audit, pages)
        return audit_exit_code(audit.summary, choices.fail_on)
    report = audit.report(repository)
    near = "".join(near_source(report))
    changes = (lambda: suggested_changes(report, near)) if near else None
    deliver(report, choices, sides=sides(report, choices, near, fetch=fetch), suggestions=changes)
    return exit_code(report, choices.fail_on)
