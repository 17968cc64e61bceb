"""Globs choose paths as the lines of a .gitignore do: in options, settings, waivers, manifests and ignore files.

Edit this for slashes, ``!`` and the order of globs; what a wildcard means is in `wildcards`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import accumulate, count

from msgspec import Struct

from ..errors import ConfigurationError
from .wildcards import SPECIAL, BrokenGlobError, wildmatch

# No system has longer paths.
MAX_GLOB = 4096
MAX_ALL_GLOBS = 64 * 1024
_GLOBS_A_REGEX = 50
_MOST_SHOWN_CHARACTERS = 40


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """A test whether ``globs`` choose a path (forward slashes, relative), as the lines of a .gitignore would ignore it.

    What is in a folder that they choose is chosen, too. ``./`` in front stands for the root, as a slash does. Raises
    ConfigurationError for a glob that can match nothing, and for globs past the bounds.
    """
    listed = [checked_glob(glob) for glob in globs]
    if sum(len(glob.text) for glob in listed) > MAX_ALL_GLOBS:
        raise ConfigurationError(f"{len(listed):,} globs have over {MAX_ALL_GLOBS:,} characters: use fewer, with stars")
    found = GlobList(listed[::-1])
    folders = {"": False}

    def chooses(path: str) -> bool:
        folder = path.rpartition("/")[0]
        if folder not in folders:
            above = accumulate(folder.split("/"), "{}/{}".format)
            folders[folder] = any(found.verdict(each, is_folder=True) for each in above)
        return folders[folder] or bool(found.verdict(path, is_folder=False))

    return chooses


def checked_glob(glob: str, where: str = "") -> Glob:
    """A glob that somebody wrote, at ``where``. Raises ConfigurationError when it can match nothing or is too long."""
    shown = repr(glob if len(glob) <= _MOST_SHOWN_CHARACTERS else f"{glob[:_MOST_SHOWN_CHARACTERS]}…")
    if len(glob) > MAX_GLOB:
        raise ConfigurationError(f"{where}the glob {shown} has {len(glob):,} characters: {MAX_GLOB:,} is the most")
    found = read_glob(f"/{glob[2:]}" if glob.startswith("./") else glob)
    try:
        if found is None:
            raise BrokenGlobError("it names no file")
        wildmatch(found.text, count())
    except BrokenGlobError as error:
        raise ConfigurationError(f"{where}the glob {shown} matches nothing: {error}") from None
    return found


class Glob(Struct, frozen=True):
    """One line of an ignore file."""

    text: str
    """The line without ``!`` and without slashes around it."""
    chooses: bool
    """Whether it chooses what matches; with ``!`` it keeps it."""
    folders_only: bool
    """Whether only folders match."""
    of_name: bool
    """Whether it is about the last part of a path, in any folder."""
    literal: int
    """How many of its first characters stand for themselves."""

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


def read_glob(line: str) -> Glob | None:
    """The glob that a line of an ignore file is; None when it says nothing. A comment is not told from a glob."""
    negated = line.startswith("!")
    text = line[negated:]
    folders_only = text.endswith("/")
    text = text[: len(text) - folders_only]
    of_name = "/" not in text
    text = text.removeprefix("/")
    return Glob(text, not negated, folders_only, of_name, _literal_length(text)) if text else None


def _literal_length(text: str) -> int:
    return next((place for place, char in enumerate(text) if char in SPECIAL), len(text))


class GlobList:
    """Globs, the first of which that matches decides; the last line of an ignore file comes first.

    Most have no wildcard, or one star in front: those are looked up. The others are a few regular expressions.
    """

    def __init__(self, globs: Sequence[Glob]) -> None:
        self._globs = globs

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True where ``path`` is chosen, False where a ``!`` keeps it, None when no glob says.

        A glob is held against the path itself only: a walk from the top has already judged the folders above, and
        that is how git reads ``folder/**`` with ``!folder/kept.py``.
        """
        found = (self._of_folders if is_folder else self._of_files).first(path)
        return found.chooses if found else None

    @cached_property
    def _of_folders(self) -> _Lookup:
        return _Lookup(self._globs)

    @cached_property
    def _of_files(self) -> _Lookup:
        if not any(glob.folders_only for glob in self._globs):
            return self._of_folders
        return _Lookup([glob for glob in self._globs if not glob.folders_only])


class _Lookup:
    """Globs, sorted by how they are looked up."""

    def __init__(self, globs: Sequence[Glob]) -> None:
        self._globs = globs
        self._names: dict[str, int] = {}
        self._paths: dict[str, int] = {}
        self._suffixes: dict[str, int] = {}
        wild_names: list[int] = []
        wild_paths: list[int] = []
        for place, glob in enumerate(globs):
            if glob.is_plain:
                (self._names if glob.of_name else self._paths).setdefault(glob.text, place)
            elif glob.is_suffix:
                self._suffixes.setdefault(glob.text[1:], place)
            else:
                (wild_names if glob.of_name else wild_paths).append(place)
        self._lengths = sorted({len(suffix) for suffix in self._suffixes})
        self._wild_names, self._wild_paths = self._compiled(wild_names), self._compiled(wild_paths)

    def first(self, path: str) -> Glob | None:
        name = path.rpartition("/")[2]
        places = [self._names.get(name), self._paths.get(path)]
        places += [self._suffixes.get(name[len(name) - length :]) for length in self._lengths if length <= len(name)]
        places += [_first_of(self._wild_names, name), _first_of(self._wild_paths, path)]
        found = [place for place in places if place is not None]
        return self._globs[min(found)] if found else None

    def _compiled(self, places: list[int]) -> list[tuple[re.Pattern[str], dict[int, int]]]:
        parts = [places[at : at + _GLOBS_A_REGEX] for at in range(0, len(places), _GLOBS_A_REGEX)]
        return [compiled for part in parts if (compiled := self._regex(part))]

    def _regex(self, places: list[int]) -> tuple[re.Pattern[str], dict[int, int]] | None:
        """Globs side by side, the first first; an empty group at the end of each tells which one has matched."""
        groups, sources, marks = count(), [], {}
        for place in places:
            glob = self._globs[place]
            try:
                rest = wildmatch(glob.text[glob.literal :], groups)
            except BrokenGlobError:
                continue
            marks[f"m{place}"] = place
            sources.append(f"(?:{re.escape(glob.text[: glob.literal])}{rest}(?P<m{place}>))")
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
