"""Walk a checkout and hand out its source files, decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Python file or notebook of a checkout.

    ``path`` is relative to the checkout's root, with forward slashes. ``text`` is UTF-8 without a byte order mark,
    line endings as they stand; for a notebook its code cells joined, with ``cell_starts`` the first line of each (1-based).
    ``sha256`` is of the bytes as stored.
    """

    path: str
    text: bytes
    sha256: str
    cell_starts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not scanned, and why, in one line."""

    path: str
    reason: str
