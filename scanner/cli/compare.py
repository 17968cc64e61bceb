"""``modelkin compare``: a copy and an original in, one report and the difference that remains out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .beside import sides
from .configured import configured
from .options import Choices, scan_options, shared_options
from .progress import progress_bar
from .reporting import check_deliverable, deliver
from .restoring import check_apart, write_restored
from .threshold import exit_code

if TYPE_CHECKING:
    from ..api import Report
    from ..reports.page import Page
    from ..restoration import Restoration, Skipped

_EPILOG = """\b
Examples:
  modelkin compare yi.py llama.py
  modelkin compare our-models/ 'pypi:transformers==4.35.0' --no-diff
  modelkin compare yi.py llama.py --restore restored/
  modelkin compare \\
    'pypi:vllm==0.2.3!vllm/model_executor/models/yi.py' \\
    'pypi:vllm==0.2.3!vllm/model_executor/models/llama.py'
"""


@click.command(name="compare", epilog=_EPILOG)
@click.argument("copy")
@click.argument("original")
@click.option(
    "--restore",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each file of COPY, its renames undone, under DIR.",
)
@click.option("--diff/--no-diff", default=True, help="Show what differs once the renames are undone (text only).")
@shared_options
def command(copy: str, original: str, restore: Path | None, diff: bool, choices: Choices) -> int:
    """Compare COPY with ORIGINAL: two files or two whole trees.

    Shows the renames that turn one into the other, and the difference that
    remains once they are undone. Sources are named as for `modelkin scan`.
    """
    choices = configured(choices)
    check_deliverable(choices, (copy, original))
    if restore is not None:
        check_apart(restore, (copy, original))
    from ..api import compare
    from ..sources import Skipped

    options = scan_options(choices)
    with progress_bar(choices.shows_progress) as step:
        report = compare(copy, original, options, step)
    shows_diff = diff and any(destination.format == "text" for destination in choices.destinations)
    undone = _undone(report, copy, original, options.timeout) if shows_diff or restore is not None else ()
    if restore is not None:
        restored = {file.restored_path: file.restored for file in undone if not isinstance(file, Skipped)}
        write_restored(restored, restore, (copy, original))
    beside = sides(report, choices, copy, [original])
    deliver(report, choices, lambda page: _rendered(undone, page) if shows_diff else "", beside)
    return exit_code(report, choices.fail_on)


# Both import late: restoring takes libcst, which a compare without a diff can do without.
def _undone(report: Report, copy: str, original: str, timeout: float | None) -> Sequence[Restoration | Skipped]:
    from ..restoration import restorations

    return tuple(restorations(report, copy, original, timeout))


def _rendered(undone: Sequence[Restoration | Skipped], page: Page) -> str:
    from ..reports.restoration_section import render_restorations

    return render_restorations(undone, page)
