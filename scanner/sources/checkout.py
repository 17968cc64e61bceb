"""What every kind of source opens to: named entries to read, and what was left aside, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all (0 when unknown)."""


class Skipped(Struct, frozen=True):
    """What was not scanned, and why, in one line."""

    path: str
    reason: str


class Entry(Struct, frozen=True):
    """One file of a checkout, not read yet.

    ``path`` is relative to the checkout's root, with forward slashes; bytes of a name that are not UTF-8 stand in it
    as surrogates. ``size`` is in bytes, as declared. ``read()`` gives the stored bytes, or Skipped when it cannot.
    """

    path: str
    size: int
    read: Callable[[], bytes | Skipped]


class LeftOut(Struct, frozen=True):
    """How much a walk left out, or what would have left something out and was not obeyed.

    ``what`` is a plural: "files" (Python files and notebooks only), "folders" (not entered, each is one) or
    "environments"; "ignore files" or "git indexes" where these were not obeyed. ``by`` names the rule: ".gitignore",
    "node_modules", "pyvenv.cfg".
    """

    what: str
    by: str
    count: int


def _nothing() -> tuple[LeftOut, ...]:
    return ()


class Checkout(Struct, frozen=True):
    """An opened source. ``entries()`` lists every file in it, Python or not, sorted by path, anew at each call.

    ``root`` is the source as the user named it, less a password. ``project`` and ``release`` are known for registry
    packages and wheels (PEP 503 normalised) and for git repositories (their name; the revision named, else the commit),
    else empty; ``released``, the ISO date of that release, for registry packages. ``whole()`` lists all of what
    ``entries()`` may be an inner part of; None where a single file was named, of which nothing more is known.
    ``chosen`` are the paths of a folder that were named one by one, as a pre-commit hook names what changed; else None.
    Once ``entries()`` has been read to its end, ``left_out()`` says what it left out because a rule of the working tree
    said so, and ``disregarded()`` which such rules it met and did not obey; both of the last such reading.
    ``unfetched`` is the code that was not fetched, and so is not among ``entries()``.
    """

    root: str
    entries: Callable[[], Iterator[Entry | Skipped]]
    project: str = ""
    release: str = ""
    released: str = ""
    whole: Callable[[], Iterator[Entry | Skipped]] | None = None
    chosen: frozenset[str] | None = None
    left_out: Callable[[], tuple[LeftOut, ...]] = _nothing
    disregarded: Callable[[], tuple[LeftOut, ...]] = _nothing
    unfetched: tuple[Skipped, ...] = ()


def sort_key(path: str) -> list[str]:
    """Order paths as a depth-first walk over sorted names does, so a folder and its archive list alike."""
    return path.split("/")


def os_reason(error: OSError) -> str:
    """One clause for ``error``, without the path it names."""
    return f"cannot be read: {error.strerror or type(error).__name__}"
