"""What every kind of source opens to: a `Checkout`, with the files in it and what is known of it.

Edit this when a kind of source knows something more that reports need.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from ..results import LeftOut, Skipped

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all (0 when unknown)."""
ReadPart = Callable[[int, int], "bytes | Skipped"]
"""Gives up to so many bytes (the second number) from a place on (the first)."""
ReadParts = Callable[[Sequence[tuple[int, int]]], "list[bytes | Skipped]"]
"""Gives several such parts, in their order."""

_MOST_READ_WHOLE = 64 * 1024**2


def _nothing() -> tuple[LeftOut, ...]:
    return ()


class Checkout(Struct, frozen=True):
    """An opened source."""

    root: str
    """The source as the user named it, less a password."""
    entries: Callable[[], Iterator[Entry | Skipped]]
    """Lists every file in it, Python or not, sorted by path, anew at each call."""
    project: str = ""
    """The name of a registry package or wheel (PEP 503 normalised) or of a git repository; else empty."""
    release: str = ""
    """The release of a package or wheel, the revision named of a git repository, or its commit; else empty."""
    released: str = ""
    """The ISO date of the release of a registry package; else empty."""
    whole: Callable[[], Iterator[Entry | Skipped]] | None = None
    """Lists the whole source, of which ``entries()`` may be a part; None where a single file was named, and nothing
    around it is known."""
    chosen: frozenset[str] | None = None
    """The paths that were named one by one, as a pre-commit hook names what changed; else None."""
    left_out: Callable[[], tuple[LeftOut, ...]] = _nothing
    """Says what ``entries()``, once read to its end, left out because of a rule of the working tree."""
    disregarded: Callable[[], tuple[LeftOut, ...]] = _nothing
    """Says which such rules it met and did not obey."""
    folder: Path | None = None
    """The folder on this disk that paths are relative to, where the source is one, a file, or a list of files."""
    archive: Path | None = None
    """The archive on this disk that it was opened from: one that the user named, or a fetched release."""
    newest: str = ""
    """The ISO date of the newest member of an archive, by what the archive says; else empty."""
    repository: str = ""
    """The repository of the Hub, ORG/NAME, that it was fetched from; else empty."""
    commit: str = ""
    """The full hash of the commit that was fetched from the Hub or a git server; else empty."""
    fetched: Path | None = None
    """The bare repository that git fetched ``commit`` alone into, there while the checkout is open; else None."""
    history: Callable[[float], Path] | None = None
    """Fetches the commits before it, without contents, within so many seconds, and says where. Raises SourceError."""
    remote: str = ""
    """The address of the remote "origin" that the git folder of a checkout names, without a login; else empty."""
    unfetched: tuple[Skipped, ...] = ()
    """Code that was not fetched, and so is not in ``entries()``."""


class Entry(Struct, frozen=True):
    """One file of a checkout, not read yet."""

    path: str
    """Relative to the checkout's root, with forward slashes; bytes that are not UTF-8 stand in it as surrogates."""
    size: int
    """In bytes, as declared."""
    read: Callable[[], bytes | Skipped]
    """Gives the stored bytes, or Skipped when they cannot be had."""
    part: ReadPart | None = None
    """Gives a part of them without reading all; None where the source cannot."""
    parts: ReadParts | None = None
    """Gives several parts at once; None where that is no faster than one after the other."""

    def read_part(self, offset: int, count: int) -> bytes | Skipped:
        """Up to ``count`` of the stored bytes from ``offset`` on: fewer where the file ends, or breaks off, before.

        Of weights it reads the header alone. Where the source has no such way, a small file is read whole.
        """
        if self.part is not None:
            return self.part(offset, count)
        if self.size > _MOST_READ_WHOLE:
            return Skipped(self.path, f"{self.size / 1024**2:,.0f} MB cannot be read in parts from this kind of source")
        stored = self.read()
        return stored if isinstance(stored, Skipped) else stored[offset : offset + count]

    def read_parts(self, wanted: Sequence[tuple[int, int]]) -> list[bytes | Skipped]:
        """As ``read_part`` for each of several places and counts, in their order."""
        return self.parts(wanted) if self.parts is not None else [self.read_part(*each) for each in wanted]


def sort_key(path: str) -> list[str]:
    """Order paths as a depth-first walk over sorted names does, so a folder and its archive list alike."""
    return path.split("/")


def os_reason(error: OSError) -> str:
    """One clause for ``error``, without the path it names."""
    return f"cannot be read: {error.strerror or type(error).__name__}"


class Tally:
    """Counts what one walk leaves out. Each walk takes a new one, so that a folder walked twice counts once."""

    def __init__(self) -> None:
        self._left_out: Counter[tuple[str, str]] = Counter()
        self._disregarded: Counter[tuple[str, str]] = Counter()

    def leave_out(self, what: str, by: str) -> None:
        self._left_out[what, by] += 1

    def disregard(self, what: str, by: str) -> None:
        self._disregarded[what, by] += 1

    def disregard_as(self, other: Tally) -> None:
        self._disregarded += other._disregarded

    def left_out(self) -> tuple[LeftOut, ...]:
        return _listed(self._left_out)

    def disregarded(self) -> tuple[LeftOut, ...]:
        return _listed(self._disregarded)


def _listed(counts: Counter[tuple[str, str]]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(what, by, count) for (what, by), count in sorted(counts.items()))
