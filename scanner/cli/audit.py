"""``modelkin audit`` scans many repositories into a journal, and prints a summary. Edit this for its options."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from ..support.one_thread import keep_to_one_thread
from .choices import (
    Choices,
    audit_exit_code,
    auditing_options,
    index_option,
    pages_option,
    scan_options,
    setting_option,
)
from .configured import configured
from .delivery import check_audit_formats, check_deliverable, check_pages, deliver_audit, deliver_pages
from .progress import audit_progress

_EPILOG = """\b
A folder's repositories are the folders in it with .git, with Python code and
a README, LICENSE, pyproject.toml, setup.py, setup.cfg or config.json, or with
Python code, outermost first; and the snapshots of Hugging Face cache folders.
A list is a text file that names a source a line; # begins a comment.
hf:OWNER is all models of a person or an organisation on the Hub.

\b
Examples:
  modelkin audit path/to/repositories
  modelkin audit sources.txt --journal sources.jsonl --jobs 8
  modelkin audit path/to/repositories --resume
  modelkin audit path/to/repositories --html pages/
  modelkin audit hf:lantern --journal lantern.jsonl
  modelkin audit sources.txt --scheduler tcp://scheduler:8786
  modelkin audit snapshots/ --as-of 2023-06-20
  modelkin report modelkin-audit.jsonl --format json
"""


@click.command(name="audit", epilog=_EPILOG)
@click.argument("place", metavar="DIR|LIST")
@click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("modelkin-audit.jsonl"),
    show_default=True,
    help="Where results are kept as they come, a JSON line each.",
)
@click.option("--resume", is_flag=True, help="Go on with the journal, if it is there, after any stop.")
@setting_option("jobs")
@click.option(
    "--timeout",
    "seconds",  # by the clock: not the setting of this name
    type=click.FloatRange(0.01, 86_400),
    metavar="SECONDS",
    default=60.0,
    show_default=True,
    help="Leave a file that takes longer.",
)
@click.option(
    "--memory",
    type=click.IntRange(256),
    metavar="MB",
    default=4096,
    show_default=True,
    help="End a worker's work on a file that takes more.",
)
@click.option("--scheduler", metavar="ADDRESS", default="", help="Judge on the Dask cluster there.")
@index_option
@pages_option
@auditing_options
def command(
    place: str,
    journal: Path,
    resume: bool,
    seconds: float,
    memory: int,
    scheduler: str,
    index: Path | None,
    pages: Path | None,
    choices: Choices,
) -> int:
    """Scan every repository in a folder, in a list, or of an owner on the Hub.

    A file that recurs is scanned once. What is broken, huge or hangs is named
    and skipped. Each result is on the disk before the next; --resume goes on
    after any stop, and `modelkin report` shows a journal again.
    """
    keep_to_one_thread()
    choices = configured(choices)
    check_audit_formats(choices)
    check_deliverable(choices, [place])
    check_pages(pages, [place])
    from ..api import audit
    from ..audit.options import MEGABYTE, AuditOptions

    scan = scan_options(choices)
    options = AuditOptions(scan, scan.jobs or None, seconds, memory * MEGABYTE, scheduler, index)
    try:
        with audit_progress(choices.shows_progress) as step:
            found = audit(place, journal, options, resume=resume, progress=step)
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal is gone
            click.echo(f"modelkin: what is done is in {journal}: --resume goes on from there", err=True)
        raise
    deliver_audit(found, choices)
    deliver_pages(found, pages)
    return audit_exit_code(found.summary, choices.fail_on)
