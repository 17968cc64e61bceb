"""What zips and tars have in common: a member, and the bounds that keep a hostile archive small."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from .checkout import Skipped

# Far above any wheel seen (torch: 20,000 members, no text file over 10 MB) and still a bound on time and memory.
MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 64 * 1024**2
MAX_TOTAL_BYTES = 4 * 1024**3


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
