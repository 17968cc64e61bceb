"""What a file's own text shows of when it cannot have been written yet: copyright years, imports of what came later.

It counts against dates that a source only claims. Edit this when one more thing in a text tells how old it is at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from msgspec import Struct

from ..support.data_files import shipped_folder
from ..support.lazy import lazy_pattern

# Code is often public before the first upload of its package.
GRANTED = timedelta(days=365)
_TABLE = "first_public.txt"
_YEAR = lazy_pattern(r"(?<!\d)(?:19[89]|20\d)\d(?!\d)")
_IMPORT = lazy_pattern(rb"(?m)^[ \t]*(?:import|from)[ \t]+([A-Za-z_]\w{0,100})")


class NotBefore(Struct, frozen=True, order=True):
    """The ISO date before which a text cannot have been written, and why; both empty where it tells nothing."""

    day: str = ""
    why: str = ""


def not_before(text: bytes, copyrights: Sequence[str]) -> NotBefore:
    """The youngest of what ``text`` shows; ``copyrights`` are its copyright lines."""
    return max((*_by_years(copyrights), *_by_imports(text)), default=NotBefore())


def _by_years(copyrights: Iterable[str]) -> Iterator[NotBefore]:
    for line in copyrights:
        for year in _YEAR.findall(line):
            yield NotBefore(f"{year}-01-01", f"its own copyright line says {year}")


def _by_imports(text: bytes) -> Iterator[NotBefore]:
    table = _first_public()
    for module in {match.decode() for match in _IMPORT.findall(text)} & table.keys():
        day = (date.fromisoformat(table[module]) - GRANTED).isoformat()
        yield NotBefore(day, f"it imports {module}, which was first released on {table[module]}")


@cache
def _first_public() -> dict[str, str]:
    """The day of the first release of each module that is known."""
    lines = (shipped_folder("rules") / _TABLE).read_text("utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))
