"""``modelkin baseline`` records the findings of today, so that only new ones fail. Edit this for its options."""

from __future__ import annotations

from pathlib import Path

import click

from ..settings import DEFAULT_BASELINE
from ..support.one_thread import keep_to_one_thread
from .choices import Choices, scan_options, scanning_options, setting_option
from .configured import configured
from .output import write_standard_output
from .output_files import check_writable
from .progress import progress_bar

_EPILOG = """\b
Commit the file. A scan then marks what it holds as known, and fails on other
findings only; lines may move. Record again to forget what has been mended.

\b
Examples:
  modelkin baseline .
  modelkin scan . --baseline .modelkin-baseline.json
  modelkin baseline models/ --baseline models.json
  modelkin baseline downloaded-code/ --as-of 2023-06-20
"""


@click.command(name="baseline", epilog=_EPILOG)
@click.argument("source", default=".")
@click.option(
    "--baseline",
    "path",
    default=DEFAULT_BASELINE,
    show_default=True,
    metavar="FILE",
    help="Where to record them.",
)
@setting_option("jobs")
@scanning_options
def command(source: str, path: str, choices: Choices) -> int:
    """Record the findings of SOURCE as known.

    SOURCE is the current folder, unless another is named.
    """
    keep_to_one_thread()
    choices = configured(choices, [source])
    check_writable(path, [source])
    from ..api import scan
    from ..attribution.known_findings import write_baseline

    with progress_bar(choices.shows_progress) as step:
        report = scan(source, scan_options(choices), step)
    count = write_baseline(Path(path), report.findings, [source])
    if not choices.quiet:
        write_standard_output(f"{path}: {count} {'finding' if count == 1 else 'findings'} recorded as known\n")
    return 0
