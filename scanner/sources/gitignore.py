"""A git ignore file, read within bounds: what it says of a path.

Edit this for how a file is cut into lines; what a line means is in ``globs``.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from ..globs import Glob, GlobList, read_glob

# Far above any written by hand (the longest of GitHub's templates has 8 kB, 400 lines and 60 with wildcards).
MAX_BYTES = 256 * 1024
MAX_PATTERNS = 10_000
MAX_WILD_BYTES = 16 * 1024
# Of all the files that hold in one folder.
MAX_FILES = 64
MAX_ALL_WILD_BYTES = 32 * 1024


class Unusable(Struct, frozen=True):
    """An ignore file past a bound, or that cannot be read: what it would keep is not known, so nothing is left out."""


class IgnoreFile:
    """The patterns of one file, last first. ``base`` is its folder, empty or ending in a slash; ``name`` its name."""

    def __init__(self, base: str, patterns: Sequence[Glob], name: str) -> None:
        self.base = base
        self.name = name
        self.wild_bytes = sum(len(pattern.text) for pattern in patterns if pattern.is_wild)
        self._patterns = GlobList(patterns)

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True to ignore ``path``, False to keep it, None when no pattern says; not asked below an ignored folder."""
        return self._patterns.verdict(_as_git_reads(path[len(self.base) :]), is_folder)


def _as_git_reads(name: str) -> str:
    """One character per byte: in git ``?`` is one byte of a name, whatever its encoding."""
    return name if name.isascii() else os.fsencode(name).decode("latin-1")


def too_many(files: Sequence[IgnoreFile]) -> bool:
    """Whether the files that hold in one folder are past the bounds for all of them."""
    return len(files) > MAX_FILES or sum(file.wild_bytes for file in files) > MAX_ALL_WILD_BYTES


def read_ignore_file(path: Path, base: str, name: str) -> IgnoreFile | Unusable | None:
    """Read an ignore file; None when there is none or it holds no pattern. Like git, no link is followed."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would never end
            return None
        with path.open("rb") as file:
            stored = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError:
        return Unusable()
    lines = stored.removeprefix(codecs.BOM_UTF8).decode("latin-1").split("\n")
    if len(stored) > MAX_BYTES or len(lines) > MAX_PATTERNS:
        return Unusable()
    patterns = tuple(filter(None, map(_pattern, lines)))
    found = IgnoreFile(base, patterns[::-1], name)
    if found.wild_bytes > MAX_WILD_BYTES:
        return Unusable()
    return found if patterns else None


def _pattern(line: str) -> Glob | None:
    text = _without_trailing_spaces(line.removesuffix("\r").partition("\0")[0])
    return None if text.startswith("#") else read_glob(text)


def _without_trailing_spaces(line: str) -> str:
    """A space after a backslash stays, and so does whatever is before it."""
    end = len(line.rstrip(" "))
    backslashes = end - len(line[:end].rstrip("\\"))
    return line[: end + 1] if backslashes % 2 and end < len(line) else line[:end]
