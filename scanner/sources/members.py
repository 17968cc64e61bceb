"""What zips and tars have in common: a member, and the bounds that keep a hostile archive small."""

from __future__ import annotations

import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable

from msgspec import Struct

from .checkout import Skipped

# Far above any wheel seen (torch: 20,000 members, no text file over 10 MB) and still a bound on time and memory.
MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 64 * 1024**2
MAX_TOTAL_BYTES = 4 * 1024**3
# Code packs to a fifth, tables of numbers to a fiftieth; a bomb to a thousandth. Small archives may pack as they like.
MAX_RATIO = 200
ANY_RATIO_BYTES = 64 * 1024**2
# What the system's temporary folder may be filled with: in all, and never its last bytes.
MAX_SPOOLED_BYTES = 1024**3
SPOOLED_RATIO = 50
DISK_RESERVE_BYTES = 256 * 1024**2


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
    """One file in an archive: ``name`` as stored, ``size`` as declared, ``problem`` why it is not read, if so."""

    name: str
    size: int
    read: Callable[[], bytes | Skipped]
    problem: str = ""


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
