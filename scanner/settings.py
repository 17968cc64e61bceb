"""Every setting of a scan, one row each: command line, settings file, `config show` and journal follow from it.

Edit this to add an option: its row here, and a field of `ScanOptions` for the code that uses it.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

OWN_FILE, SHARED_FILE = "modelkin.toml", "pyproject.toml"
SHARED_TABLE = "tool.modelkin"
SETTINGS_FILES = (OWN_FILE, SHARED_FILE)
MOST_SETTINGS_BYTES = 256 * 1024
DEFAULT_BASELINE = ".modelkin-baseline.json"

# Written out, since --help needs them and importing the enums costs more than the help may take; a test compares them.
LEVELS = ("error", "warning", "note")
VERDICTS = ("identical", "renamed", "modified", "fragments")
SKIPPED, NEVER = "skipped", "never"
THRESHOLDS = (*LEVELS, *VERDICTS, SKIPPED, NEVER)


class Kind(Enum):
    """What values a setting takes. One more kind needs its reader in `settings_file`, its type in `cli.options` and,
    where journals record it, in `audit.records`.

    Paths, and sources on this machine, count from the folder of the settings file.
    """

    GLOBS = "globs"
    SOURCES = "sources"
    PATHS = "paths"
    PATH = "path"
    THRESHOLDS = "thresholds"
    SHARE = "share"  # from 0 to 1
    SECONDS = "seconds"
    FLAG = "flag"
    WAIVERS = "waivers"


class Group(Enum):
    """Which commands offer an option; --help lists those of a group together, in the order of the table."""

    SCANNING = "scanning"  # all that scan
    TRUST = "trust"  # all that scan, but for audits, which trust nothing
    TIME = "time"  # all that scan, but for audits, which have a --timeout of their own
    ENDING = "ending"  # all, also those that show what was scanned before
    OWN = "own"  # the command that asks for it by its key
    NONE = "none"


class Setting(Struct, frozen=True):
    """One option. ``key`` is its name in a settings file and, with two dashes, on the command line."""

    key: str
    field: str
    """The field of `ScanOptions` that it fills, or of the command line's `Choices` where it is not ``of_scan``."""
    kind: Kind
    group: Group = Group.NONE
    metavar: str | None = None
    help: str = ""
    default: tuple[str, ...] = ()
    of_scan: bool = True
    in_file: bool = True
    selects: bool = False
    """Whether it only selects: then it counts by itself in the working tree that one stands in."""
    hides: str = ""
    """How a report calls what it leaves out."""
    recorded: bool = False
    """Whether an audit's journal holds it, and goes on only where it is the same."""

    @property
    def empty(self) -> object:
        """The value of one that is not set."""
        return None if self.kind in (Kind.PATH, Kind.SHARE, Kind.SECONDS) else ()


SETTINGS = (
    Setting(
        "include",
        "include",
        Kind.GLOBS,
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
        Kind.GLOBS,
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
        Kind.GLOBS,
        Group.SCANNING,
        "GLOB",
        "Leave out upstream projects that match; repeatable.",
        recorded=True,
    ),
    Setting(
        "against",
        "against",
        Kind.SOURCES,
        Group.SCANNING,
        "SOURCE",
        "Take this source as one more upstream; repeatable.",
        recorded=True,
    ),
    # A journal records what the corpora are, by their digest, rather than where they lie.
    Setting(
        "corpus",
        "corpora",
        Kind.PATHS,
        Group.SCANNING,
        "PATH",
        "Use this corpus instead of the shipped one and the user's; repeatable.",
    ),
    Setting(
        "baseline",
        "baseline",
        Kind.PATH,
        Group.OWN,
        "FILE",
        "Fail only on findings that FILE, written by modelkin baseline, does not hold.",
        recorded=True,
    ),
    Setting(
        "fail-on",
        "fail_on",
        Kind.THRESHOLDS,
        Group.ENDING,
        "THRESHOLD",
        "Exit with 1 from here on: a level (error, warning, note) counts findings as severe, a verdict "
        "(identical, renamed, modified, fragments) counts files as close, skipped counts what could not be scanned; "
        "with never alone, exit with 0. Repeatable.",
        default=("error",),
        of_scan=False,
    ),
    Setting(
        "min-similarity",
        "min_similarity",
        Kind.SHARE,
        Group.SCANNING,
        "SHARE",
        "Report only files of which at least this share (0 to 1) stands in an upstream.",
        selects=True,
        hides="files below min-similarity",
        recorded=True,
    ),
    Setting("waivers", "waivers", Kind.WAIVERS, selects=True, recorded=True),
    Setting(
        "isolated",
        "isolated",
        Kind.FLAG,
        Group.TRUST,
        help="Obey nothing that the scanned folder says: no settings, waivers or ignore rules. So it is anyway but for "
        "the working tree that you stand in.",
        in_file=False,
    ),
    Setting(
        "timeout",
        "timeout",
        Kind.SECONDS,
        Group.TIME,
        "SECONDS",
        "Skip a file that takes more processor time; else 2 s, and 2 s more for each MB.",
        in_file=False,
    ),
)
"""In the order in which `config show` lists them."""

# How journals of this version have them: what is a path, last.
RECORDED = sorted((each for each in SETTINGS if each.recorded), key=lambda each: each.kind is Kind.PATH)
IN_FILE = {each.key: each for each in SETTINGS if each.in_file}
"""Those that a settings file may have, by their keys."""
