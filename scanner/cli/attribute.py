"""``modelkin attribute`` writes the notices that copies lack. Edit this for its options and what it prints.

What is written is planned in `fixes`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..support.escaping import escape
from ..support.one_thread import keep_to_one_thread
from .choices import Choices, exit_code, scan_options, scanning_options, setting_option
from .configured import configured
from .output import write_standard_output
from .progress import progress_bar

if TYPE_CHECKING:
    from ..fixes.model import Plan, Undone
    from ..fixes.work_tree import WorkTree
    from ..results import Cells, Finding, Report
    from ..scan_steps import ScanOptions

# Findings that front matter may answer.
_OF_CARDS = frozenset({"model-card-silent", "model-card-contradicts", "derivation-undeclared", "tokenizer-uncredited"})
_EPILOG = """\b
PATH is a folder, or a .py or .ipynb file; several are of the current folder.
Nothing outside is written, and nothing is run. Licence texts come from the
upstream's package.

\b
Examples:
  modelkin attribute . --dry-run
  modelkin attribute path/to/repository --exclude 'third_party/*'
  modelkin attribute . --offline --against ../upstream
  modelkin attribute . --as-of 2023-06-20 --dry-run
  modelkin attribute path/to/model --card --dry-run

\b
Exit codes:
  0  done, or nothing to do
  1  findings at or above --fail-on are left to mend by hand;
     with --dry-run also when something would be written
  2  nothing could be done
"""


@click.command(name="attribute", epilog=_EPILOG)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Write nothing; print what would be written as a unified diff.")
@click.option(
    "--card",
    is_flag=True,
    help="Also add to README.md what front matter it lacks as a model card, as far as known.",
)
@click.option("--offline", is_flag=True, help="Fetch no licence text; use packages fetched before.")
@setting_option("jobs")
@scanning_options
def command(paths: tuple[Path, ...], dry_run: bool, card: bool, offline: bool, choices: Choices) -> int:
    """Write the notices that copies in PATH lack.

    Each copied file gets the copyright lines, licence tag and source of its
    upstream that it lacks, a notices file an entry, and LICENSES/ the licence
    texts. A second run changes nothing. What is left to a person is listed.

    With --card, README.md gets base_model, base_model_relation, license and
    what belongs to it, where files or known models say what they are. All
    else in it stays as it is.
    """
    keep_to_one_thread()
    from ..sources import of_current_folder

    for path in paths:
        _check_local(path)
    if card and not (len(paths) == 1 and paths[0].is_dir()):
        raise UsageError("--card is about a whole repository: name its folder alone")
    sources = [str(path) for path in paths]
    root = Path() if of_current_folder(sources) else paths[0]
    choices = configured(choices, sources)
    options = scan_options(choices)
    with _held(root if root.is_dir() else root.parent) as tree:
        report = _scanned(sources, choices, options)
        plan = _planned(report, root, tree, offline, choices)
        answered: frozenset[str] = frozenset()
        if card:
            plan, answered = _with_card(plan, report, root, tree, options)
        if dry_run:
            return _shown(plan, report, choices, answered)
        undone = (*plan.undone, *_written(plan, tree, choices))
    return _told(undone, _scanned(sources, choices, options) if plan.edits else report, choices, card)


@contextmanager
def _held(folder: Path) -> Iterator[WorkTree]:
    """The folder, opened once for all that is read and written in it."""
    from ..fixes.work_tree import work_tree
    from ..support.folders import LinkError

    try:
        with work_tree(folder) as tree:
            yield tree
    except LinkError as error:
        raise UsageError(error.strerror) from error


def _check_local(path: Path) -> None:
    from ..sources.specs import CODE_SUFFIXES

    if not path.exists():
        raise UsageError(f"{path}: no such file or folder; only what is on this machine can be mended")
    if not path.is_dir() and path.suffix.lower() not in CODE_SUFFIXES:
        raise UsageError(f"{path} cannot be mended: name a folder, or a .py or .ipynb file")


def _scanned(sources: Sequence[str], choices: Choices, options: ScanOptions) -> Report:
    from ..api import scan

    with progress_bar(choices.shows_progress) as step:
        return scan(sources, options, step)


def _planned(report: Report, path: Path, tree: WorkTree, offline: bool, choices: Choices) -> Plan:
    from ..fixes.plan import plan_file, plan_tree

    if not path.is_dir():
        return plan_file(report, path, tree)
    with progress_bar(choices.shows_progress) as step:
        fetching = None if step is None else lambda done, total: step(done, total, "licence texts")
        return plan_tree(report, path, offline, fetching, tree)


def _with_card(
    plan: Plan, report: Report, path: Path, tree: WorkTree, options: ScanOptions
) -> tuple[Plan, frozenset[str]]:
    """The plan with what the model card gets, and the ids of findings that this answers."""
    from ..fixes.card_plan import plan_card
    from ..fixes.model import Plan
    from ..results import Trust
    from ..sources import open_source

    with open_source(str(path), obey=report.trust is Trust.WORKING_TREE) as checkout:
        found = plan_card(report, checkout, tree, options)
    edits = (*plan.edits, *([found.edit] if found.edit else []))
    return Plan(edits, (*plan.undone, *found.undone)), found.answered


def _shown(plan: Plan, report: Report, choices: Choices, answered: frozenset[str]) -> int:
    """The diff on standard output, fit for `git apply`; all else on standard error."""
    from ..fixes.needs import by_hand
    from ..fixes.work_tree import unified

    if not choices.quiet:
        write_standard_output("".join(_printable(unified(edit)) for edit in plan.edits))
        left = (each for each in by_hand(report) if each.rule not in answered)
        _tell_left(plan.undone, left, report.cells(), to_errors=True)
        click.echo(f"{_files(len(plan.edits))} would be written", err=True)
    return 1 if plan.edits else exit_code(report, choices.fail_on)


def _written(plan: Plan, tree: WorkTree, choices: Choices) -> tuple[Undone, ...]:
    """Write all, then say so: a reader of the output who leaves early stops nothing half-way."""
    from ..fixes.model import Edit, Undone
    from ..fixes.work_tree import apply

    steps = tuple(apply(plan.edits, tree))
    written = [step for step in steps if isinstance(step, Edit)]
    if not choices.quiet:
        lines = [f"wrote {escape(step.path)}: {escape(step.why)}\n" for step in written]
        write_standard_output("".join([*lines, f"{_files(len(written))} written\n"]))
    return tuple(step for step in steps if isinstance(step, Undone))


def _told(undone: Iterable[Undone], left: Report, choices: Choices, card: bool) -> int:
    """``left`` is the report of what is there now; with ``card``, the model card was looked at."""
    if not choices.quiet:
        findings = [finding for finding in left.findings if finding.counts]
        _tell_left(undone, findings, left.cells(), to_errors=False)
        if not card and any(each.rule in _OF_CARDS for each in findings):
            write_standard_output("of the model card: `--card --dry-run` shows the front matter that it lacks\n")
    return exit_code(left, choices.fail_on)


def _tell_left(
    undone: Iterable[Undone], findings: Iterable[Finding], cells: Mapping[str, Cells], to_errors: bool
) -> None:
    from ..results.cells import place_words

    lines = [f"left to do: {each.path}: {each.reason}" for each in undone]
    for each in findings:
        place = place_words(cells.get(each.region.path, ()), each.region.path, each.region.first_line)
        lines.append(f"left to do: {place}: {each.level.value} {each.rule}: {each.message} {each.remedy}")
    for line in lines:
        if to_errors:
            click.echo(escape(line), err=True)
        else:
            write_standard_output(f"{escape(line)}\n")


def _printable(diff: str) -> str:
    """As it is for a program; on a terminal, nothing that could steer it."""
    if sys.stdout is None or not sys.stdout.isatty():
        return diff
    return "".join(f"{escape(line.expandtabs(4))}\n" for line in diff.removesuffix("\n").split("\n"))


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"
