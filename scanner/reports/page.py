"""What a report is printed on."""

from __future__ import annotations

from msgspec import Struct

# Wider than any path: lines of piped output never wrap, so grep and diff see whole facts.
_UNBOUNDED = 100_000


class Page(Struct, frozen=True):
    """``width`` in columns; ``colour`` for escape codes; ``bars`` for drawings that only a screen needs."""

    width: int = _UNBOUNDED
    colour: bool = False
    bars: bool = False


PLAIN = Page()
