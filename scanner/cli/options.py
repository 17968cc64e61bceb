"""The options that scan and compare share, and what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct
from msgspec.structs import fields

from ..reports import FORMATS
from .destinations import Destination, checked, destinations
from .threshold import THRESHOLDS
from .writing import STANDARD_OUTPUT

if TYPE_CHECKING:
    from ..scan import ScanOptions, SettingsTaken
    from ..waivers import Waiver


class Choices(Struct, frozen=True):
    """What was chosen on the command line, one field per shared option."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    exclude_upstream: tuple[str, ...]
    against: tuple[str, ...]
    corpus: tuple[Path, ...]
    min_similarity: float | None
    formats: tuple[str, ...]
    output: str
    fail_on: tuple[str, ...]
    progress: bool
    quiet: bool
    isolated: bool = False
    settings: Path | None = None
    allow_network: bool = False
    budget: float | None = None

    @property
    def shows_progress(self) -> bool:
        return self.progress and not self.quiet

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """What to write where; nothing to standard output when quiet."""
        chosen = destinations(self.formats, self.output)
        return tuple(each for each in chosen if not (self.quiet and each.output == STANDARD_OUTPUT))


_SCANNING = (
    click.option("--include", multiple=True, metavar="GLOB", help="Scan only paths that match; repeatable."),
    click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out paths that match; repeatable."),
    click.option(
        "--exclude-upstream", multiple=True, metavar="GLOB", help="Leave out upstream projects that match; repeatable."
    ),
    click.option(
        "--against", multiple=True, metavar="SOURCE", help="Take this source as one more upstream; repeatable."
    ),
    click.option(
        "--corpus",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="Use this corpus instead of the shipped one and the user's; repeatable.",
    ),
    click.option(
        "--min-similarity",
        type=click.FloatRange(0, 1),
        metavar="SHARE",
        help="Report only files of which at least this share (0 to 1) stands in an upstream.",
    ),
)
_TIMEOUT = (
    click.option(
        "--timeout",
        "budget",
        type=click.FloatRange(0.01, 86_400),
        metavar="SECONDS",
        help="Skip a file that takes more processor time; else 2 s, and 2 s more for each MB.",
    ),
)
_TRUST = (
    click.option(
        "--isolated",
        is_flag=True,
        help="Obey nothing that the scanned folder says: no settings, waivers or ignore rules. So it is anyway but for "
        "the working tree that you stand in.",
    ),
    click.option(
        "--settings",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Obey all settings in FILE, also those that set a threshold, a corpus, a baseline or upstreams.",
    ),
    click.option("--allow-network", is_flag=True, help="Let settings name sources on the network under `against`."),
)
_DELIVERY = (
    click.option(
        "--format",
        "formats",
        callback=checked,
        metavar="NAME[=FILE]",
        multiple=True,
        default=("text",),
        help=f"What to write: {', '.join(FORMATS)}; with =FILE, there instead of to --output. Repeatable; text unless "
        "given.",
    ),
    click.option(
        "-o",
        "--output",
        default=STANDARD_OUTPUT,
        metavar="FILE",
        help="Write the report to FILE, whole or not at all; - is standard output.",
    ),
)
_ENDING = (
    click.option(
        "--fail-on",
        type=click.Choice(THRESHOLDS),
        multiple=True,
        default=("error",),
        show_default="error",
        metavar="THRESHOLD",
        help="Exit with 1 from here on: a level (error, warning, note) counts findings as severe, a verdict "
        "(identical, renamed, modified, fragments) counts files as close, skipped counts what could not be scanned; "
        "with never alone, exit with 0. Repeatable.",
    ),
    click.option("--progress/--no-progress", default=True, help="Draw a progress bar when a terminal shows it."),
    click.option("-q", "--quiet", is_flag=True, help="Print no report and no bar: the exit code is the answer."),
)


def shared_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give ``command`` the shared options; it receives them as one ``choices``."""
    return _decorated(command, (*_SCANNING, *_TRUST, *_TIMEOUT, *_DELIVERY, *_ENDING), {})


def auditing_options(command: Callable[..., int]) -> Callable[..., int]:
    """As ``shared_options``, for a command that trusts no source and bounds files in a way of its own."""
    return _decorated(command, (*_SCANNING, *_TRUST[1:], *_DELIVERY, *_ENDING), {"isolated": True, "budget": None})


def scanning_options(command: Callable[..., int]) -> Callable[..., int]:
    """As ``shared_options``, for a command that writes no report."""
    return _decorated(command, (*_SCANNING, *_TRUST, *_TIMEOUT, *_ENDING), {"formats": (), "output": STANDARD_OUTPUT})


def reporting_options(command: Callable[..., int]) -> Callable[..., int]:
    """As ``shared_options``, for a command that scans nothing."""
    nothing = {"include": (), "exclude": (), "exclude_upstream": (), "against": (), "corpus": ()}
    untrusting = {"isolated": True, "settings": None, "allow_network": False, "budget": None}
    return _decorated(command, (*_DELIVERY, *_ENDING), {**nothing, "min_similarity": None, **untrusting})


def _decorated(command: Callable[..., int], options: Sequence[Any], fixed: dict[str, Any]) -> Callable[..., int]:
    @wraps(command)
    def with_choices(**given: Any) -> int:
        given |= fixed
        chosen = {field.name: given.pop(field.name) for field in fields(Choices)}
        return command(choices=Choices(**chosen), **given)

    decorated: Callable[..., int] = with_choices
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


class Taken(Struct, frozen=True):
    """What was taken over from settings beside options: waivers, a baseline, and from where which of them."""

    waivers: tuple[Waiver, ...] = ()
    baseline: Path | None = None
    settings: SettingsTaken | None = None


def scan_options(choices: Choices, taken: Taken = Taken(), baseline: Path | None = None) -> ScanOptions:
    """What of the choices the scan itself needs; an option not given keeps the library's default."""
    from ..scan import ScanOptions

    given: dict[str, Any] = {} if choices.min_similarity is None else {"min_similarity": choices.min_similarity}
    return ScanOptions(
        include=choices.include,
        exclude=choices.exclude,
        exclude_upstream=choices.exclude_upstream,
        against=choices.against,
        corpora=choices.corpus or None,
        waivers=taken.waivers,
        baseline=baseline or taken.baseline,
        isolated=choices.isolated,
        settings=taken.settings,
        timeout=choices.budget,
        **given,
    )
