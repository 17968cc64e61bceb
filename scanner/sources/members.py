"""What archives and git repositories have in common: members with a name, a size and bytes, and bounds for them.

A hostile archive stays small, and none of its names leads out of it. Edit this to change a bound.
"""

from __future__ import annotations

import re
import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterable
from datetime import date
from difflib import get_close_matches

from msgspec import Struct

from ..errors import SourceError
from ..results import Skipped
from .checkout import Entry, ReadPart, sort_key

# Far above any wheel seen (torch: 20,000 members, no text file over 10 MB) and still a bound on time and memory.
MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 64 * 1024**2
MAX_TOTAL_BYTES = 4 * 1024**3
# Code packs to a fifth, tables of numbers to a fiftieth; a bomb to a thousandth. Small archives may pack as they like.
MAX_RATIO = 200
ANY_RATIO_BYTES = 64 * 1024**2
# What the system's temporary folder may be filled with. Never fill a disk to its last byte: others write there, too.
MAX_SPOOLED_BYTES = 1024**3
SPOOLED_RATIO = 50
DISK_RESERVE_BYTES = 256 * 1024**2
# No system takes a longer path.
_MAX_PATH = 4096
# What zip and tar say where they say nothing, 1980 and 1970, and what some packers write so that archives come out
# the same at any time: poetry and flit, hatchling, bazel.
_FIRST_YEAR = 1991
_FIXED_DAYS = frozenset(("2016-01-01", "2020-02-02", "2010-01-01"))
# Names that the nearest one is looked for among.
_MAX_COMPARED = 3_000

# What reading a damaged or hostile archive ends in, whichever library reads it.
DAMAGE = (
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,  # RecursionError; of a zip, a method not known or a member that its own header calls encrypted
    MemoryError,
)


class Member(Struct, frozen=True):
    """One file in an archive or a repository."""

    name: str
    """Its name as stored: it may lead anywhere."""
    size: int
    """Its bytes as declared."""
    read: Callable[[], bytes | Skipped]
    """Gives its bytes, or says why they cannot be had."""
    problem: str = ""
    """Why it is no file to read; empty when it is one."""
    modified: str = ""
    """The ISO date on which it was changed, by the archive; empty where that cannot be."""
    part: ReadPart | None = None
    """Gives a part of its bytes, also of a member that is too large to be read whole; None where that cannot be."""


def member_day(year: int, month: int, day: int) -> str:
    """The ISO date of a member; empty for one that is to come, and for those that packers write into every archive."""
    try:
        found = date(year, month, day)
    except (ValueError, OverflowError):
        return ""
    text = found.isoformat()
    return text if year >= _FIRST_YEAR and found <= date.today() and text not in _FIXED_DAYS else ""


def list_members(members: Iterable[Member], place: str = "archive") -> list[Entry | Skipped]:
    """The members by safe path, sorted. Of a name that is stored twice the last member counts, as when it is unpacked.

    A Skipped of the same path, before it, says that the others were not read.
    """
    by_path: dict[str, Entry | Skipped] = {}
    repeated: dict[str, int] = {}
    for member in members:
        path = safe_path(member.name)
        if path is None:
            path = member.name
            item: Entry | Skipped = Skipped(path, f"path leaves the {place}")
        elif member.problem:
            item = Skipped(path, member.problem)
        else:
            item = Entry(path, member.size, member.read, member.part)
        if len(path) > _MAX_PATH:
            item = Skipped(f"{path[:100]}…", f"a path of {len(path):,} characters, which no system takes")
        if path in by_path:
            repeated[path] = repeated.get(path, 1) + 1
        by_path[path] = item
    extra = [
        Skipped(path, f"stored {count} times in the {place}: only the last one counts")
        for path, count in repeated.items()
    ]
    return sorted([*extra, *by_path.values()], key=lambda item: sort_key(item.path))


def safe_path(name: str) -> str | None:
    """``name`` without ``.`` and doubled slashes; None when it is absolute or climbs out, also by Windows' rules."""
    slashed = name.replace("\\", "/")
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if slashed.startswith("/") or ".." in parts or not parts or re.match(r"[A-Za-z]:", parts[0]):
        return None
    return "/".join(parts)


def inside(listing: list[Entry | Skipped], inner: str, spec: str) -> list[Entry | Skipped]:
    """What of ``listing`` is ``inner`` or lies in it. Raises SourceError where nothing is."""
    chosen = [item for item in listing if not inner or item.path == inner or item.path.startswith(inner + "/")]
    if inner and not chosen:
        names = [item.path for item in listing if len(item.path) < 2 * len(inner) + 20]
        near = get_close_matches(inner, names[:_MAX_COMPARED], n=1)
        hint = f"; the nearest name is {near[0]}" if near else ""
        raise SourceError(f"{spec}: there is no {inner} in it{hint}")
    return chosen


def too_large(size: int, place: str = "an archive") -> str:
    """Why a member of ``size`` bytes is not read; empty when it is."""
    limit = MAX_MEMBER_BYTES // 1024**2
    return f"{size / 1024**2:.0f} MB is over the limit of {limit} MB in {place}" if size > MAX_MEMBER_BYTES else ""


def inflatable_bytes(stored: int) -> int:
    """How many bytes may come out of an archive that takes ``stored``."""
    return ANY_RATIO_BYTES + MAX_RATIO * stored


def spoolable_bytes(stored: int) -> int:
    """How many bytes of an archive that takes ``stored`` may be written to the temporary folder."""
    free = shutil.disk_usage(tempfile.gettempdir()).free - DISK_RESERVE_BYTES
    return max(0, min(ANY_RATIO_BYTES + SPOOLED_RATIO * stored, MAX_SPOOLED_BYTES, free))
