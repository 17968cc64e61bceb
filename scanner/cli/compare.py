"""``modelkin compare`` compares two files or trees, and can write the copy with its renames undone.

Edit this for its options. Restored files are written under the folder that the user names, and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from ..errors import ModelkinError, UsageError
from ..support.atomic_write import opened_folder
from ..support.folders import LinkError
from .choices import Choices, comparing_options, exit_code, scan_options, shared_options
from .configured import configured
from .delivery import check_deliverable, deliver
from .progress import progress_bar
from .upstream_texts import sides

if TYPE_CHECKING:
    from ..diffs.restoration import Restoration
    from ..reports.console import Page
    from ..results import Report, Skipped


_EPILOG = """\b
Examples:
  modelkin compare yi.py llama.py
  modelkin compare our-models/ 'pypi:transformers==4.35.0' --no-diff
  modelkin compare yi.py llama.py --restore restored/
  modelkin compare ours/ llama=../theirs/
  modelkin compare model/ other-model/ --parent llama=base-model/
  modelkin compare model.safetensors base.safetensors --weights
  modelkin compare ours/ 'pypi:transformers==4.35.0' --as-of 2023-06-20
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
    help="Write each file of COPY, its renames undone, under DIR, and indexes of weights with ORIGINAL's names.",
)
@click.option(
    "--parent",
    "parents",
    multiple=True,
    metavar="SOURCE",
    help="A model that both may be built on, also as NAME=SOURCE: what is its own is said to be. May be repeated.",
)
@comparing_options
@click.option("--diff/--no-diff", default=True, help="Show what differs once the renames are undone (text only).")
@shared_options
def command(
    copy: str, original: str, restore: Path | None, parents: tuple[str, ...], diff: bool, choices: Choices
) -> int:
    """Compare COPY with ORIGINAL: two files or two whole trees.

    Shows the renames that turn one into the other, and the difference that
    remains once they are undone. Of two models it also compares configuration,
    tokenizer, tensor names and shapes, hashes and dates of files, and says in
    one sentence what speaks for and against; this evidence alone does not
    change the exit code. With --weights it reads some values of each tensor and
    says how the one came from the other. Sources are named as for `modelkin scan`;
    ORIGINAL may be NAME=SOURCE, and is then called by that name.
    """
    choices = replace(configured(choices), verbose=True)  # all that is to be told of the two
    from ..api import compare
    from ..results import Skipped
    from ..sources.specs import split_name

    named, original = original, split_name(original)[1]
    check_deliverable(choices, (copy, original))
    if restore is not None:
        check_apart(restore, (copy, original))

    options = scan_options(choices)
    with progress_bar(choices.shows_progress) as step:
        report = compare(copy, named, options, step, parents)
    shows_diff = diff and any(destination.format == "text" for destination in choices.destinations)
    undone = _undone(report, copy, original, options.timeout) if shows_diff or restore is not None else ()
    if restore is not None:
        restored = {file.restored_path: file.restored for file in undone if not isinstance(file, Skipped)}
        indexes = _indexes(report, copy, original)
        restored |= dict(each for each in indexes if not isinstance(each, Skipped))
        undone = (*undone, *(each for each in indexes if isinstance(each, Skipped)))
        write_restored(restored, restore, (copy, original))
    beside = sides(report, choices, copy, [original])
    deliver(report, choices, lambda page: _rendered(undone, page) if shows_diff else "", beside)
    return exit_code(report, choices.fail_on)


def _undone(report: Report, copy: str, original: str, timeout: float | None) -> Sequence[Restoration | Skipped]:
    from ..diffs.restoration import restorations  # imported late: it takes libcst

    return tuple(restorations(report, copy, original, timeout))


def _indexes(report: Report, copy: str, original: str) -> Sequence[tuple[str, bytes] | Skipped]:
    """The copy's indexes with the original's tensor names, each with its path, or why one cannot be had."""
    from ..results import EvidenceKind

    if not any(each.kind is EvidenceKind.TENSOR_LAYOUT and each.renames for each in report.evidence):
        return ()
    from ..diffs.index_restoration import restored_indexes

    return tuple(restored_indexes(copy, original))


def _rendered(undone: Sequence[Restoration | Skipped], page: Page) -> str:
    from ..reports.text_file import render_restorations

    return render_restorations(undone, page)


# --restore.


def check_apart(place: Path, sources: Iterable[str]) -> None:
    """Raise UsageError when ``place`` is one of ``sources`` or lies in it: a restored file must not replace it."""
    resolved = place.resolve()
    for source in sources:
        existing = Path(source if Path(source).exists() else source.partition("!")[0])
        if existing.exists() and existing.resolve() in (resolved, *resolved.parents):
            raise UsageError(f"--restore would write {place} among the files of {source}; name a folder apart from it")


def write_restored(restored: Mapping[str, bytes], folder: Path, sources: Sequence[str]) -> None:
    """Write each restored file, by its path, under ``folder``; none when one would land in a source or elsewhere.

    No link below ``folder`` is followed. Raises UsageError or ModelkinError.
    """
    for path in restored:
        _check_below(path, folder)
        check_apart(folder / path, sources)
    if not restored:
        return
    try:
        with opened_folder(folder, sources, make=True) as top:
            for path, content in restored.items():
                *above, name = PurePath(path).parts
                with top.below(above, make=True) as inner:
                    inner.replace(name, content)
    except LinkError as error:
        raise ModelkinError(error.strerror) from error
    except OSError as error:
        raise ModelkinError(f"cannot create {folder / path}: {error.strerror}; name another --restore") from error


def _check_below(path: str, folder: Path) -> None:
    """By its name alone: what stands on the disk is looked at when it is opened."""
    parts = PurePath(path).parts
    if not parts or PurePath(path).is_absolute() or PurePath(path).drive or os.pardir in parts:
        raise ModelkinError(f"{path} would be restored outside {folder}; name an empty folder")
