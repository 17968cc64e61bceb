"""Every setting of a scan in one table. Command line, settings file, `config show` and journal follow from it.

To add an option, write its row here, and a field of `ScanOptions` for the code that uses it.
"""

from __future__ import annotations

import re
from enum import Enum

from msgspec import Struct

from .errors import ConfigurationError

OWN_FILE, SHARED_FILE = "modelkin.toml", "pyproject.toml"
SHARED_TABLE = "tool.modelkin"
SETTINGS_FILES = (OWN_FILE, SHARED_FILE)
MOST_SETTINGS_BYTES = 256 * 1024
DEFAULT_BASELINE = ".modelkin-baseline.json"

# The values of `Level` and `Verdict`, written out: importing those would make --help slow. A test compares them.
LEVELS = ("error", "warning", "note")
VERDICTS = ("identical", "renamed", "modified", "fragments")
SKIPPED, NEVER = "skipped", "never"
THRESHOLDS = (*LEVELS, *VERDICTS, SKIPPED, NEVER)
# The keys of `reports.FORMATS`, for the same reason.
FORMATS = (
    *("text", "concise", "json", "jsonl", "html", "markdown", "discussion", "github", "sarif", "cyclonedx", "spdx"),
    *("dot", "mermaid", "graphml"),
)


class ValueKind(Enum):
    """What values a setting takes. Paths, and sources on this machine, are relative to the folder of the settings file.

    One more kind needs its reader in `settings_file`, its type in `cli.choices` and, where journals record it, its
    place in `audit.records`.
    """

    GLOBS = "globs"
    SOURCES = "sources"
    PATHS = "paths"
    PATH = "path"
    THRESHOLDS = "thresholds"
    SHARE = "share"
    """A number from 0 to 1."""
    SECONDS = "seconds"
    COUNT = "count"
    """A number from 1 on."""
    DATE = "date"
    """A day as `checked_date` takes it."""
    SIZE = "size"
    """Bytes as `checked_size` takes them."""
    FLAG = "flag"
    RULES = "rules"
    """Ids of findings."""
    LEVELS = "levels"
    """``RULE=LEVEL``; in a file a table."""
    FORMATS = "formats"
    """``NAME`` or ``NAME=FILE``."""
    WAIVERS = "waivers"


class Group(Enum):
    """Which commands offer an option; --help lists those of a group together, in the order of the table."""

    SCANNING = "scanning"
    """All that scan."""
    TRUST = "trust"
    """All that scan but audits, which trust nothing."""
    TIME = "time"
    """All that scan but audits, which have a --timeout of their own."""
    MANY = "many"
    """All that scan whole repositories; each asks for it by its key."""
    DELIVERY = "delivery"
    """All that write a report."""
    ENDING = "ending"
    """All, also those that show what was scanned before."""
    COMPARING = "comparing"
    """The one that compares two models."""
    OWN = "own"
    """The command that asks for it by its key."""
    NONE = "none"
    """None: it stands in settings files only."""


class Setting(Struct, frozen=True):
    """One option."""

    key: str
    """Its name in a settings file and, with two dashes, on the command line."""
    field: str
    """The field of `ScanOptions` that it fills; where it is not ``of_scan``, that of the command line's `Choices`."""
    kind: ValueKind
    """What values it takes."""
    group: Group = Group.NONE
    """Which commands offer it."""
    metavar: str | None = None
    """What --help calls its value."""
    help: str = ""
    """What --help says of it."""
    default: tuple[str, ...] = ()
    """Its value on the command line where none is given."""
    of_scan: bool = True
    """Whether it steers the scan; else it is about what the command does with the report."""
    in_file: bool = True
    """Whether a settings file may set it."""
    selects: bool = False
    """Whether it only selects: then it counts by itself in the working tree that the user stands in."""
    hides: str = ""
    """What a report calls the things that it leaves out; empty where it leaves out nothing."""
    recorded: bool = False
    """Whether a journal records it: an audit goes on only with the same value."""

    @property
    def empty(self) -> object:
        """Its value where it is not set."""
        return None if self.kind in _SINGLE else ()


MOST_JOBS = 1024
_SINGLE = (ValueKind.PATH, ValueKind.SHARE, ValueKind.SECONDS, ValueKind.COUNT, ValueKind.DATE, ValueKind.SIZE)
_SIZE = r"(\d{1,12})(?:\.(\d{1,3}))? ?(k|M|G|)B?"
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}
DEFAULT_WEIGHTS, LEAST_WEIGHTS, MOST_WEIGHTS = "4MB", 64_000, 1000**3
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def checked_date(text: str, where: str = "") -> str:
    """``text`` where it is a day as 2023-06-20, and not one to come. Raises ConfigurationError."""
    from datetime import date  # few runs name one

    try:
        day = date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
    except ValueError:  # there is no such day
        day = None
    if day is None:
        raise ConfigurationError(f"{where}{text!r} is no date: write year, month and day, as in 2023-06-20")
    if day > date.today():
        raise ConfigurationError(f"{where}{text} is in the future: name the day when the files were first there")
    return text


def checked_size(text: str, where: str = "") -> int:
    """The bytes in ``text``, a number with kB, MB or GB, from 64 kB to 1 GB. Raises ConfigurationError."""
    found = re.fullmatch(_SIZE, text.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        raise ConfigurationError(f"{where}{text!r} is no size: write a number and its unit, as in {DEFAULT_WEIGHTS}")
    size = int(float(f"{found[1]}.{found[2] or 0}") * _UNITS[found[3].lower()])
    if not LEAST_WEIGHTS <= size <= MOST_WEIGHTS:
        raise ConfigurationError(f"{where}{text} is out of bounds: name a size from 64kB to 1GB")
    return size


SETTINGS = (
    Setting(
        "include",
        "include",
        ValueKind.GLOBS,
        Group.SCANNING,
        "GLOB",
        "Scan only paths that match, as in a .gitignore; repeatable.",
        selects=True,
        hides="files not in include",
        recorded=True,
    ),
    Setting(
        "exclude",
        "exclude",
        ValueKind.GLOBS,
        Group.SCANNING,
        "GLOB",
        "Leave out paths that match, as in a .gitignore; repeatable.",
        selects=True,
        hides="files excluded",
        recorded=True,
    ),
    Setting(
        "exclude-upstream",
        "exclude_upstream",
        ValueKind.GLOBS,
        Group.SCANNING,
        "GLOB",
        "Leave out upstream projects that match; repeatable.",
        recorded=True,
    ),
    Setting(
        "against",
        "against",
        ValueKind.SOURCES,
        Group.SCANNING,
        "SOURCE",
        "Take this source as one more upstream; repeatable. NAME=SOURCE names its project.",
        recorded=True,
    ),
    # A journal records what the corpora are, by their digest, rather than where they lie.
    Setting(
        "corpus",
        "corpora",
        ValueKind.PATHS,
        Group.SCANNING,
        "PATH",
        "Use this corpus instead of the shipped one and the user's; repeatable.",
    ),
    Setting(
        "baseline",
        "baseline",
        ValueKind.PATH,
        Group.OWN,
        "FILE",
        "Fail only on findings that FILE, written by modelkin baseline, does not hold.",
        recorded=True,
    ),
    Setting(
        "select",
        "select",
        ValueKind.RULES,
        Group.SCANNING,
        "RULE",
        "Report only findings of this rule, and count the others; repeatable.",
        recorded=True,
    ),
    Setting(
        "ignore",
        "ignore",
        ValueKind.RULES,
        Group.SCANNING,
        "RULE",
        "Leave out findings of this rule, and count them; repeatable.",
        recorded=True,
    ),
    Setting(
        "level",
        "level",
        ValueKind.LEVELS,
        Group.SCANNING,
        "RULE=LEVEL",
        "Report findings of this rule at this level: error, warning or note; repeatable.",
        recorded=True,
    ),
    Setting(
        "format",
        "formats",
        ValueKind.FORMATS,
        Group.DELIVERY,
        "NAME[=FILE]",
        f"What to write: {', '.join(FORMATS)}; with =FILE, there instead of to --output. Repeatable.",
        default=("text",),
        of_scan=False,
    ),
    Setting(
        "fail-on",
        "fail_on",
        ValueKind.THRESHOLDS,
        Group.ENDING,
        "THRESHOLD",
        "Exit with 1 where something reaches it: a level (error, warning, note) counts findings as severe or more, "
        "a verdict (identical, renamed, modified, fragments) files as close or closer, skipped what could not be "
        "scanned; with never alone, exit with 0. Repeatable.",
        default=("error",),
        of_scan=False,
    ),
    Setting(
        "min-similarity",
        "min_similarity",
        ValueKind.SHARE,
        Group.SCANNING,
        "SHARE",
        "Report only files of which at least this share (0 to 1) stands in an upstream.",
        selects=True,
        hides="files below min-similarity",
        recorded=True,
    ),
    Setting("waivers", "waivers", ValueKind.WAIVERS, selects=True, recorded=True),
    Setting(
        "isolated",
        "isolated",
        ValueKind.FLAG,
        Group.TRUST,
        help="Obey nothing that the scanned folder says: no settings, waivers or ignore rules. Only "
        "the working tree that you stand in is obeyed without it.",
        in_file=False,
    ),
    Setting(
        "timeout",
        "timeout",
        ValueKind.SECONDS,
        Group.TIME,
        "SECONDS",
        "Skip a file that takes more processor time; else 2 s, and 2 s more for each MB.",
        in_file=False,
    ),
    Setting(
        "as-of",
        "as_of",
        ValueKind.DATE,
        Group.SCANNING,
        "DATE",
        "Take all scanned files to be as old as that, whatever else dates them: a day, as in 2023-06-20.",
        in_file=False,
        recorded=True,
    ),
    Setting(
        "weights",
        "weights",
        ValueKind.SIZE,
        Group.COMPARING,
        "[SIZE]",
        "Read values of weights, of each side up to SIZE, and say how the one came from the other; "
        f"{DEFAULT_WEIGHTS} where no SIZE is given.",
        in_file=False,
    ),
    Setting(
        "deep",
        "deep",
        ValueKind.FLAG,
        Group.COMPARING,
        help="With --weights: read more of some matrices, for the rank of what was added and for moved units.",
        in_file=False,
    ),
    Setting(
        "jobs",
        "jobs",
        ValueKind.COUNT,
        Group.MANY,
        "N",
        "Worker processes where there are many files to examine; else one a core.",
    ),
    Setting(
        "no-cache",
        "no_cache",
        ValueKind.FLAG,
        Group.SCANNING,
        help="Examine each file anew: take nothing from the scan cache, and keep nothing in it.",
        in_file=False,
    ),
)
"""All settings, in the order in which `config show` lists them."""

IN_FILE = {each.key: each for each in SETTINGS if each.in_file}
"""The settings that a file may set, by their keys."""
RECORDED = sorted((each for each in SETTINGS if each.recorded), key=lambda each: each.kind is ValueKind.PATH)
"""The settings that journals record, in the order of their fields there: paths come last."""
