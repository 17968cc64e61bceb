"""A plan of fixes: the files to be written, and what only a person can do.

Edit this when the plan has to say one more thing to whoever shows or writes it.
"""

from __future__ import annotations

from msgspec import Struct


class UnwritableError(ValueError):
    """A notice cannot be put into a file with all else left as it is; the message says why."""


class Edit(Struct, frozen=True):
    """One file to be written."""

    path: str
    """Relative to the folder, with forward slashes."""
    before: bytes | None
    """The whole file as it is; None where there is none."""
    after: bytes
    """The whole file as it is to be."""
    why: str
    """In a few words, what is added."""


class Undone(Struct, frozen=True):
    """What could not be written for ``path``, and what a person can do about it."""

    path: str
    reason: str


class Plan(Struct, frozen=True):
    """All that is to be written, in this order, and what is left to do by hand."""

    edits: tuple[Edit, ...]
    undone: tuple[Undone, ...]
