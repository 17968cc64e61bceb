"""Reads the Python files and notebooks of a checkout as text. Edit this when one more kind of file is code.

What cannot be read is a value, `Skipped`, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from itertools import chain

from msgspec import Struct

from ..results import Cells, Skipped
from ..support.budget import OverBudgetError, budget
from ..support.decoding import to_utf8
from ..support.globs import matcher
from ..support.lazy import sha256_hex
from .checkout import Checkout, Entry
from .specs import CODE_SUFFIXES
from .unscanned_code import UnreadCode

# Real modules have 6.2 MB, and so may what hides a copy; above this it is data. ``budget`` bounds what it takes.
MAX_BYTES = 16 * 1024**2
NOTEBOOK_SUFFIX = ".ipynb"
# What Git LFS, under its names so far, and git-annex leave in place of a file.
_POINTERS = (
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
    b"version http://git-media.io/v/",
    b"/annex/objects/",
)
_LARGEST_POINTER = 1024


class SourceFile(Struct, frozen=True):
    """One Python file or notebook of a checkout."""

    path: str
    """Relative to the checkout's root, with forward slashes."""
    text: bytes
    """In UTF-8 without a byte order mark, each line ended by LF or CR LF; of a notebook the code cells joined."""
    sha256: str
    """The digest of the bytes as stored, as hexadecimal digits."""
    cells: Cells = ()
    """Where the lines of a notebook's ``text`` stand in it; else empty."""


class Selection(Struct, frozen=True):
    """Which files to read. Globs are those of `globs.matcher`."""

    include: tuple[str, ...] = ()
    """Only paths that match one of these globs; all, when empty."""
    exclude: tuple[str, ...] = ()
    """No path that matches one of these globs."""
    max_bytes: int = MAX_BYTES
    """A file that is larger, as stored, is skipped."""
    timeout: float | None = None
    """A file that takes more seconds of processor time is skipped; None means the bound of `budget`."""


def read_files(
    checkout: Checkout,
    selection: Selection = Selection(),
    left_out: MutableMapping[str, int] | None = None,
    unread: UnreadCode | None = None,
) -> Iterator[SourceFile | Skipped]:
    """The Python files and notebooks of ``checkout`` that are selected, in its order, and what could not be read.

    ``left_out`` counts, under ``include`` and ``exclude``, the files that were not selected, readable or not. The
    selected files of other kinds are shown to ``unread``.
    """
    for entry in _selected(checkout, selection, {} if left_out is None else left_out, unread):
        yield entry if isinstance(entry, Skipped) else read_file(entry, selection.max_bytes, selection.timeout)


def _selected(
    checkout: Checkout, selection: Selection, counts: MutableMapping[str, int], unread: UnreadCode | None = None
) -> Iterator[Entry | Skipped]:
    included, excluded = matcher(selection.include or ("*",)), matcher(selection.exclude)
    for entry in chain(checkout.unfetched, checkout.entries()):
        is_code = entry.path.lower().endswith(CODE_SUFFIXES)
        if excluded(entry.path):
            counts["exclude"] = counts.get("exclude", 0) + (is_code or isinstance(entry, Skipped))
        elif isinstance(entry, Skipped) or (is_code and included(entry.path)):
            yield entry
        elif is_code:
            counts["include"] = counts.get("include", 0) + 1
        elif unread and included(entry.path):
            unread.see(entry)


def count_files(checkout: Checkout, selection: Selection) -> int:
    """How many items `read_files` will give, by a list of the files; 0 where listing them may take as long as reading
    does, as in archives."""
    return sum(1 for _ in _selected(checkout, selection, {})) if checkout.folder is not None else 0


def read_file(entry: Entry, max_bytes: int = MAX_BYTES, timeout: float | None = None) -> SourceFile | Skipped:
    """Read and decode one entry, by its suffix a notebook or Python, within ``timeout`` seconds."""
    if entry.size > max_bytes:
        return Skipped(entry.path, f"{_megabytes(entry.size)} is over the limit of {_megabytes(max_bytes)}")
    stored = entry.read()
    if isinstance(stored, Skipped):
        return Skipped(entry.path, stored.reason)
    try:
        with budget(len(stored), timeout):
            return _decoded(entry.path, stored)
    except OverBudgetError as over:
        return Skipped(entry.path, str(over))


def _decoded(path: str, stored: bytes) -> SourceFile | Skipped:
    if stored.startswith(_POINTERS) and len(stored) <= _LARGEST_POINTER:
        return Skipped(path, "a pointer of Git LFS or git-annex: fetch the file that it stands for, then scan again")
    text = to_utf8(path, stored)
    if isinstance(text, Skipped):
        return text
    sha256 = sha256_hex(stored)
    if not path.lower().endswith(NOTEBOOK_SUFFIX):
        return SourceFile(path, text, sha256)
    from .notebooks import BrokenNotebookError, join_cells  # their patterns take 2 ms, and most scans meet no notebook

    try:
        joined = join_cells(text)
    except BrokenNotebookError as error:
        return Skipped(path, f"broken notebook: {error}")
    return SourceFile(path, joined.text, sha256, joined.cells)


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"
