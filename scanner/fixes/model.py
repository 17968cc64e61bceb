"""What mending comes to: files to be written, and what only a person can do."""

from __future__ import annotations

from msgspec import Struct


class UnwritableError(ValueError):
    """A notice cannot be put into a file with all else left as it is; the message says why."""


class Edit(Struct, frozen=True):
    """``after`` is to be the whole file at ``path`` (relative, forward slashes); ``before`` None where there is none.

    ``why`` says in a few words what is added.
    """

    path: str
    before: bytes | None
    after: bytes
    why: str


class Undone(Struct, frozen=True):
    """What could not be written for ``path``, and what a person can do about it."""

    path: str
    reason: str


class Plan(Struct, frozen=True):
    """All that is to be written, in this order, and what is left to do by hand."""

    edits: tuple[Edit, ...]
    undone: tuple[Undone, ...]
