"""``modelkin cache`` tells of the scan cache, indexes of journals and tables of corpora, and empties them all.

Edit this for its words.
"""

from __future__ import annotations

import click

from ..support.escaping import escape

_EPILOG = """\b
What was found out about a file is kept in the user's cache folder: a file
that is scanned again with the same corpora is not read again; so are indexes
of the journals of audits, and tables of corpora, which are quicker to open and
to look up in with them. Nothing in a scanned folder is taken from there or kept
there.

\b
Examples:
  modelkin cache info
  modelkin cache clear
  modelkin scan . --no-cache
"""


@click.group(name="cache", epilog=_EPILOG)
def command() -> None:
    """Show or empty what is kept of earlier scans."""


@command.command()
def info() -> int:
    """Show where all that is kept lies, what it holds, and why it is not used, where it is not."""
    from ..audit.indexed.database import FOLDER, kept_indexes
    from ..corpus.kept.corpus_cache import kept_facts, tables_folder
    from ..examining.kept_outcomes import MOST_BYTES, NotKeptError, cache_facts, cache_path
    from ..reports.phrases import counted

    try:
        facts = cache_facts()
    except NotKeptError as error:
        click.echo(escape(f"{cache_path()}: not used: {error}"))
        return 0
    most = f"at most {MOST_BYTES // 1024**2} MB"
    click.echo(escape(f"{facts.path}: {facts.outcomes:,} outcomes of files, {_megabytes(facts.bytes)}; {most}"))
    count, size = kept_indexes()
    if count:
        click.echo(escape(f"{facts.path.parents[1] / FOLDER}: {_indexes(count)} of journals, {_megabytes(size)}"))
    tables, size = kept_facts()
    if size or tables:
        click.echo(escape(f"{tables_folder()}: {counted(tables, 'table')} of corpora, {_megabytes(size)}"))
    return 0


@command.command()
def clear() -> int:
    """Empty the scan cache, and remove all indexes and tables: the next scan examines each file anew."""
    from ..audit.indexed.database import FOLDER, kept_indexes, remove_old
    from ..corpus.kept.corpus_cache import clear_kept, tables_folder
    from ..examining.kept_outcomes import NotKeptError, cache_path, clear_cache
    from ..reports.phrases import counted

    try:
        facts = clear_cache()
    except NotKeptError as error:
        click.echo(escape(f"{cache_path()}: not used: {error}"))
        return 0
    click.echo(escape(f"{facts.path}: {facts.outcomes:,} outcomes of files, {_megabytes(facts.bytes)}: removed"))
    count, _ = kept_indexes()
    size = remove_old(facts.path.parents[1] / FOLDER, days=0)
    if count:
        click.echo(escape(f"{facts.path.parents[1] / FOLDER}: {_indexes(count)}, {_megabytes(size)}: removed"))
    tables, size = clear_kept()
    if size or tables:
        click.echo(escape(f"{tables_folder()}: {counted(tables, 'table')}, {_megabytes(size)}: removed"))
    return 0


def _indexes(count: int) -> str:
    return "1 index" if count == 1 else f"{count} indexes"


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"
