"""``modelkin serve`` shows an audit in a browser while it goes on. Edit this for its options."""

from __future__ import annotations

from pathlib import Path

import click

from .choices import index_option

_EPILOG = """\b
It listens on 127.0.0.1 alone, and answers only who has the token in the
address that it prints. It ends with Ctrl-C.

\b
Examples:
  modelkin serve modelkin-audit.jsonl
  modelkin serve modelkin-audit.jsonl --port 8765
  modelkin serve modelkin-audit.jsonl --allow-scan
"""


@click.command(name="serve", epilog=_EPILOG)
@click.argument("journal", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--port", type=click.IntRange(0, 65_535), default=0, metavar="PORT", help="Listen there; else at any.")
@click.option("--allow-scan", is_flag=True, help="Scan an address that is pasted into the page, and show its report.")
@index_option
def command(journal: Path, port: int, allow_scan: bool, index: Path | None) -> int:
    """Show the JOURNAL of an audit in a browser, while the audit goes on or later.

    The pages are those of `modelkin report --html`; the table follows the
    journal. Needs the extra `serve`.
    """
    from ..serving.server import serve

    serve(journal, port, index, allow_scan, lambda address: click.echo(address))
    return 0
