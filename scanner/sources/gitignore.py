"""One ``.gitignore`` file -> a verdict on a path, as git gives it, in time in proportion to the patterns and the path.

Most patterns have no wildcard, or one star in front: those are looked up. The others are a few regular expressions. A
file past a bound is `Unusable`. Edit this for how a line is read; what a wildcard means is in ``wildmatch``.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import count
from pathlib import Path

from msgspec import Struct

from .wildmatch import SPECIAL, NeverMatchesError, wildmatch

# Far above any written by hand (the longest of GitHub's templates has 8 kB, 400 lines and 60 with wildcards).
MAX_BYTES = 256 * 1024
MAX_PATTERNS = 10_000
MAX_WILD_BYTES = 16 * 1024
# Of all the files that hold in one folder.
MAX_FILES = 64
MAX_ALL_WILD_BYTES = 32 * 1024
_PATTERNS_A_REGEX = 50


class Unusable(Struct, frozen=True):
    """An ignore file past a bound, or that cannot be read: what it would keep is not known, so nothing is left out."""


class _Pattern(Struct, frozen=True):
    """One line: ``text`` without ``!`` and slashes around it, of which the first ``literal`` bytes are no wildcards."""

    text: str
    ignores: bool
    folders_only: bool
    of_name: bool
    literal: int

    @property
    def is_plain(self) -> bool:
        return self.literal == len(self.text)

    @property
    def is_suffix(self) -> bool:
        """A star and then no wildcard: ``*.log``."""
        return self.of_name and self.text[:1] == "*" and _literal_length(self.text[1:]) == len(self.text) - 1

    @property
    def is_wild(self) -> bool:
        return not self.is_plain and not self.is_suffix


class _Table:
    """Patterns, the first of which that matches decides, sorted by how they are looked up."""

    def __init__(self, patterns: Sequence[_Pattern]) -> None:
        self.patterns = patterns
        self._names: dict[str, int] = {}
        self._paths: dict[str, int] = {}
        self._suffixes: dict[str, int] = {}
        wild_names: list[int] = []
        wild_paths: list[int] = []
        for place, pattern in enumerate(patterns):
            if pattern.is_plain:
                (self._names if pattern.of_name else self._paths).setdefault(pattern.text, place)
            elif pattern.is_suffix:
                self._suffixes.setdefault(pattern.text[1:], place)
            else:
                (wild_names if pattern.of_name else wild_paths).append(place)
        self._lengths = sorted({len(suffix) for suffix in self._suffixes})
        self._wild_names, self._wild_paths = self._compiled(wild_names), self._compiled(wild_paths)

    def first(self, path: str) -> _Pattern | None:
        name = path.rpartition("/")[2]
        places = [self._names.get(name), self._paths.get(path)]
        places += [self._suffixes.get(name[len(name) - length :]) for length in self._lengths if length <= len(name)]
        places += [_first_of(self._wild_names, name), _first_of(self._wild_paths, path)]
        found = [place for place in places if place is not None]
        return self.patterns[min(found)] if found else None

    def _compiled(self, places: list[int]) -> list[tuple[re.Pattern[str], dict[int, int]]]:
        parts = [places[at : at + _PATTERNS_A_REGEX] for at in range(0, len(places), _PATTERNS_A_REGEX)]
        return [compiled for part in parts if (compiled := self._regex(part))]

    def _regex(self, places: list[int]) -> tuple[re.Pattern[str], dict[int, int]] | None:
        """Patterns side by side, the first first; an empty group at the end of each tells which one has matched."""
        groups, sources, marks = count(), [], {}
        for place in places:
            pattern = self.patterns[place]
            try:
                rest = wildmatch(pattern.text[pattern.literal :], groups)
            except NeverMatchesError:
                continue
            marks[f"m{place}"] = place
            sources.append(f"(?:{re.escape(pattern.text[: pattern.literal])}{rest}(?P<m{place}>))")
        if not sources:
            return None
        regex = re.compile("|".join(sources))
        return regex, {regex.groupindex[name]: place for name, place in marks.items()}


def _first_of(compiled: list[tuple[re.Pattern[str], dict[int, int]]], text: str) -> int | None:
    for regex, places in compiled:
        found = regex.match(text)
        if found and found.lastindex:
            return places[found.lastindex]
    return None


class IgnoreFile:
    """The patterns of one file, last first. ``base`` is its folder, empty or ending in a slash; ``name`` its name."""

    def __init__(self, base: str, patterns: Sequence[_Pattern], name: str) -> None:
        self.base = base
        self.name = name
        self.wild_bytes = sum(len(pattern.text) for pattern in patterns if pattern.is_wild)
        self.patterns = patterns

    @cached_property
    def _of_folders(self) -> _Table:
        return _Table(self.patterns)

    @cached_property
    def _of_files(self) -> _Table:
        if not any(pattern.folders_only for pattern in self.patterns):
            return self._of_folders
        return _Table([pattern for pattern in self.patterns if not pattern.folders_only])

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True to ignore ``path``, False to keep it, None when no pattern says.

        A pattern is held against the path itself only: a walk from the top has already judged the folders above, and
        that is how git reads ``folder/**`` with ``!folder/kept.py``.
        """
        found = (self._of_folders if is_folder else self._of_files).first(_as_git_reads(path[len(self.base) :]))
        return found.ignores if found else None


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
    found = IgnoreFile(base, tuple(_parse(lines))[::-1], name)
    if found.wild_bytes > MAX_WILD_BYTES:
        return Unusable()
    return found if found.patterns else None


def _parse(lines: Iterable[str]) -> Iterator[_Pattern]:
    for line in lines:
        text = _without_trailing_spaces(line.removesuffix("\r").partition("\0")[0])
        if text.startswith("#"):
            continue
        negated = text.startswith("!")
        text = text[negated:]
        folders_only = text.endswith("/")
        text = text[: len(text) - folders_only]
        of_name = "/" not in text
        text = text.removeprefix("/")
        if text:
            yield _Pattern(text, not negated, folders_only, of_name, _literal_length(text))


def _literal_length(text: str) -> int:
    return next((place for place, char in enumerate(text) if char in SPECIAL), len(text))


def _without_trailing_spaces(line: str) -> str:
    """A space after a backslash stays, and so does whatever is before it."""
    end = len(line.rstrip(" "))
    backslashes = end - len(line[:end].rstrip("\\"))
    return line[: end + 1] if backslashes % 2 and end < len(line) else line[:end]
