"""``modelkin cache`` tells of the scan cache, and empties it. Edit this for what it says."""

from __future__ import annotations

import click

from ..support.escaping import escape

_EPILOG = """\b
What was found out about a file is kept in the user's cache folder: a file
that is scanned again with the same corpora is not read again. Nothing in a
scanned folder is taken from there or kept there.

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
    """Show where the scan cache lies, what it holds, and why it is not used, where it is not."""
    from ..examining.kept_outcomes import MOST_BYTES, NotKeptError, cache_facts, cache_path

    try:
        facts = cache_facts()
    except NotKeptError as error:
        click.echo(escape(f"{cache_path()}: not used: {error}"))
        return 0
    most = f"at most {MOST_BYTES // 1024**2} MB"
    click.echo(escape(f"{facts.path}: {facts.outcomes:,} outcomes of files, {_megabytes(facts.bytes)}; {most}"))
    return 0


@command.command()
def clear() -> int:
    """Empty the scan cache: the next scan examines each file anew."""
    from ..examining.kept_outcomes import NotKeptError, cache_path, clear_cache

    try:
        facts = clear_cache()
    except NotKeptError as error:
        click.echo(escape(f"{cache_path()}: not used: {error}"))
        return 0
    click.echo(escape(f"{facts.path}: {facts.outcomes:,} outcomes of files, {_megabytes(facts.bytes)}: removed"))
    return 0


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"
