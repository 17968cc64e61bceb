"""The options that several commands share, and what was chosen by them; also the exit codes that follow.

Options of a scan are made from the table in `settings`. Edit this to add an option that is not about the scan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import fields

from ..reports import AGREEMENT_FORMATS
from ..settings import (
    DEFAULT_WEIGHTS,
    FORMATS,
    LEVELS,
    MOST_JOBS,
    NEVER,
    SETTINGS,
    SKIPPED,
    THRESHOLDS,
    VERDICTS,
    Group,
    Setting,
    ValueKind,
    checked_date,
    checked_size,
)
from . import NOTHING_SCANNED
from .output_files import STANDARD_OUTPUT

if TYPE_CHECKING:
    from ..audit.rows import AuditSummary
    from ..results import Level, Report, Verdict
    from ..scan_steps import ScanOptions


class Choices(Struct, frozen=True):
    """What was chosen on the command line."""

    scan: Mapping[str, Any]
    """The options of the scan, by the fields of `ScanOptions`."""
    fail_on: tuple[str, ...] = ()
    """The thresholds from which on the exit code is 1."""
    formats: tuple[str, ...] = ()
    """The values of --format: a name, and a file after ``=``."""
    output: str = STANDARD_OUTPUT
    """Where formats without a file go."""
    progress: bool = True
    """Whether to draw a progress bar."""
    quiet: bool = False
    """Whether to print only the last line of a report in text."""
    verbose: bool = False
    """Whether a report in text is to say all of each finding and file."""
    statistics: bool = False
    """Whether it is to have counts in place of lists."""
    settings: Path | None = None
    """The settings file that the user names."""
    allow_network: bool = False
    """Whether settings may name sources on the network."""

    @property
    def shows_progress(self) -> bool:
        """Whether a bar is wanted; it needs a terminal, too."""
        return self.progress and not self.quiet

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """What to write where; when quiet, to standard output only text, which is cut to its last line."""
        chosen = _destinations(self.formats, self.output)
        return tuple(each for each in chosen if not self.quiet or each.format == "text" or not each.is_printed)


class Destination(Struct, frozen=True):
    """A format, and where it goes."""

    format: str
    output: str
    """A file, or `STANDARD_OUTPUT`."""

    @property
    def is_printed(self) -> bool:
        """Whether it goes to standard output."""
        return self.output == STANDARD_OUTPUT


def _destinations(formats: Sequence[str], output: str) -> tuple[Destination, ...]:
    """Each format with its file, or with ``output``. Raises UsageError, click's, when two would go to one place."""
    found: dict[str, Destination] = {}
    for value in formats:
        name, _, file = value.partition("=")
        destination = Destination(name, file or output)
        if destination.output in found:
            both = f"{found[destination.output].format} and {name}"
            raise click.UsageError(
                f"{both} would both go to {destination.output}: name files, as in --format {name}=FILE"
            )
        found[destination.output] = destination
    return tuple(found.values())


def scan_options(choices: Choices) -> ScanOptions:
    """What of the choices the scan itself needs; an option not given keeps the library's default."""
    from ..scan_steps import ScanOptions

    chosen = {name: value for name, value in choices.scan.items() if value not in (None, ())}
    # In a command of its own nobody's main module is imported once more: there one a core is the default.
    jobs = {"jobs": 0} if "jobs" in choices.scan else {}
    return ScanOptions(**{**jobs, **chosen})


# The options.


def _one_of(known: Iterable[str], formats: Sequence[str]) -> tuple[str, ...]:
    """The values of --format, each a known name, and after ``=`` a file. Raises BadParameter for one that is not."""
    for value in formats:
        name, equals, file = value.partition("=")
        if name not in known:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(known)}.")
        if equals and not file:
            raise click.BadParameter(f"{value!r} names no file after the equals sign.")
    return tuple(formats)


def _known_formats(_context: click.Context, _parameter: click.Parameter, formats: Sequence[str]) -> tuple[str, ...]:
    return _one_of(FORMATS, formats)


def _checked_date(_context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    return None if text is None else checked_date(text, f"{parameter.opts[0]}: ")


def _checked_size(_context: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    return None if text is None else checked_size(text, f"{parameter.opts[0]}: ")


_COMMAND = TypeVar("_COMMAND", bound="Callable[..., Any] | click.Command")
_TYPES: Mapping[ValueKind, Mapping[str, Any]] = {
    ValueKind.GLOBS: {"multiple": True},
    ValueKind.SOURCES: {"multiple": True},
    ValueKind.PATHS: {"multiple": True, "type": click.Path(path_type=Path)},
    ValueKind.PATH: {"type": click.Path(path_type=Path)},
    ValueKind.THRESHOLDS: {"multiple": True, "type": click.Choice(THRESHOLDS)},
    ValueKind.SHARE: {"type": click.FloatRange(0, 1)},
    ValueKind.SECONDS: {"type": click.FloatRange(0.01, 86_400)},
    ValueKind.COUNT: {"type": click.IntRange(1, MOST_JOBS)},
    ValueKind.DATE: {"callback": _checked_date},
    ValueKind.FLAG: {"is_flag": True},
    ValueKind.RULES: {"multiple": True},
    ValueKind.LEVELS: {"multiple": True},
    ValueKind.FORMATS: {"multiple": True, "callback": _known_formats},
    ValueKind.SIZE: {"callback": _checked_size, "is_flag": False, "flag_value": DEFAULT_WEIGHTS},
}


def _option_of(setting: Setting) -> Callable[[_COMMAND], _COMMAND]:
    how: dict[str, Any] = {**_TYPES[setting.kind], "metavar": setting.metavar, "help": setting.help}
    if setting.default:
        how |= {"default": setting.default, "show_default": ", ".join(setting.default)}
    return click.option(f"--{setting.key}", setting.field, **how)


def _options(group: Group) -> tuple[Any, ...]:
    return tuple(_option_of(each) for each in SETTINGS if each.group is group)


_SCANNING = _options(Group.SCANNING)
_SETTINGS = (
    click.option(
        "--settings",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Obey all settings in FILE, also those that set a threshold, a corpus, a baseline or upstreams.",
    ),
    click.option("--allow-network", is_flag=True, help="Let settings name sources on the network under `against`."),
)
_BOUNDED = (*_options(Group.TRUST), *_SETTINGS, *_options(Group.TIME))
_OUTPUT = click.option(
    "-o",
    "--output",
    default=STANDARD_OUTPUT,
    metavar="FILE",
    help="Write the report to FILE, whole or not at all; - is standard output.",
)
_DELIVERY = (*_options(Group.DELIVERY), _OUTPUT)
_QUIET = click.option("-q", "--quiet", is_flag=True, help="Draw no bar, and print only the last line, if one sums up.")
_ENDING = (
    *_options(Group.ENDING),
    click.option("--progress/--no-progress", default=True, help="Draw a progress bar when a terminal shows it."),
    _QUIET,
)
_AGREEMENT = (
    click.option(
        "--format",
        "formats",
        callback=lambda _context, _parameter, formats: _one_of(AGREEMENT_FORMATS, formats),
        metavar="NAME[=FILE]",
        multiple=True,
        default=("text",),
        help=f"What to write: {', '.join(AGREEMENT_FORMATS)}; with =FILE, there instead of to --output. Repeatable; "
        "text unless given.",
    ),
    _OUTPUT,
    _QUIET,
)
_DETAIL = (
    click.option("-v", "--verbose", is_flag=True, help="In text, say all of each finding and each copied file."),
    click.option(
        "--statistics", is_flag=True, help="In text, count by rule and by upstream, in place of findings and files."
    ),
)


def shared_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give ``command`` the shared options; it receives them as one ``choices``."""
    return _decorated(command, (*_SCANNING, *_BOUNDED, *_DELIVERY, *_ENDING))


def detail_options(command: Callable[..., int]) -> Callable[..., int]:
    """How much a report in text says; for a command that has the shared options, which come first."""
    decorated = command
    for option in reversed(_DETAIL):
        decorated = option(decorated)
    return decorated


def auditing_options(command: Callable[..., int]) -> Callable[..., int]:
    """As ``shared_options``, for a command that trusts no source and bounds files in a way of its own."""
    return _decorated(command, (*_SCANNING, *_SETTINGS, *_DELIVERY, *_ENDING), {"isolated": True})


def scanning_options(command: Callable[..., int]) -> Callable[..., int]:
    """As ``shared_options``, for a command that writes no report."""
    return _decorated(command, (*_SCANNING, *_BOUNDED, *_ENDING))


def reporting_options(command: Callable[..., int]) -> Callable[..., int]:
    """As ``shared_options``, for a command that scans nothing."""
    return _decorated(command, (*_DELIVERY, *_ENDING))


def agreement_options(command: Callable[..., int]) -> Callable[..., int]:
    """As ``reporting_options``, for the command that knows no findings."""
    return _decorated(command, _AGREEMENT)


def comparing_options(command: _COMMAND) -> _COMMAND:
    """The options of a comparison of two models; what ``shared_options`` gives the command takes them in."""
    for option in reversed(_options(Group.COMPARING)):
        command = option(command)
    return command


def pages_option(command: _COMMAND) -> _COMMAND:
    """The folder that a command writes the pages of an audit to."""
    return click.option(
        "--html",
        "pages",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Write web pages to DIR: an index, a page a repository and family, and tables as CSV.",
    )(command)


def index_option(command: _COMMAND) -> _COMMAND:
    """Where a command that reads a journal keeps the index of it."""
    return click.option(
        "--index",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Keep the index of the journal in FILE, not in the cache folder.",
    )(command)


def setting_option(key: str) -> Callable[[_COMMAND], _COMMAND]:
    """The option of one setting, for a command that alone has it."""
    return next(_option_of(each) for each in SETTINGS if each.key == key)


def _decorated(
    command: Callable[..., int], options: Sequence[Any], fixed: Mapping[str, Any] = MappingProxyType({})
) -> Callable[..., int]:
    @wraps(command)
    def with_choices(**given: Any) -> int:
        scan = {each.field: given.pop(each.field) for each in SETTINGS if each.of_scan and each.field in given}
        own = {field.name: given.pop(field.name) for field in fields(Choices) if field.name in given}
        return command(choices=Choices(scan={**scan, **fixed}, **own), **given)

    decorated: Callable[..., int] = with_choices
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


# The exit codes.


def exit_code(report: Report, thresholds: Sequence[str]) -> int:
    """1 when the report reaches one of ``thresholds``, else 0."""
    from ..reports.summary import summarise

    summary = summarise(report)
    return int(_Totals(summary.by_level, summary.by_verdict, summary.skipped).reaches(thresholds))


def audit_exit_code(summary: AuditSummary, thresholds: Sequence[str]) -> int:
    """As `exit_code`; also 1 when a repository could not be audited, unless for never alone, and 2 when none could."""
    if summary.failed == summary.repositories:
        return NOTHING_SCANNED
    totals = _Totals(summary.by_level, summary.by_verdict, summary.skipped)
    failed = summary.failed > 0 and tuple(thresholds) != (NEVER,)
    return int(failed or totals.reaches(thresholds))


class _Totals(Struct, frozen=True):
    """Findings to answer for by level, files by verdict, and how much could not be scanned."""

    by_level: Mapping[Level, int]
    by_verdict: Mapping[Verdict, int]
    skipped: int

    def reaches(self, thresholds: Sequence[str]) -> bool:
        """Whether a finding is as severe, or a file as close, as one of ``thresholds``; or something was skipped."""
        return any(map(self._reaches, thresholds))

    def _reaches(self, threshold: str) -> bool:
        if threshold in LEVELS:
            severe = LEVELS[: LEVELS.index(threshold) + 1]
            return any(count for level, count in self.by_level.items() if level.value in severe)
        if threshold in VERDICTS:
            close = VERDICTS[: VERDICTS.index(threshold) + 1]
            return any(count for verdict, count in self.by_verdict.items() if verdict.value in close)
        return threshold == SKIPPED and self.skipped > 0
