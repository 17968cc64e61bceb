"""One ``.gitignore`` file -> a verdict on a path, as git gives it."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

# The group by which pathspec says that a pattern matched a folder above the path rather than the path itself.
_ABOVE = "ps_d"


class _Pattern(Struct, frozen=True):
    regex: re.Pattern[str]
    ignores: bool
    folders_only: bool


class Unusable(Struct, frozen=True):
    """An ignore file past a bound, or that cannot be read: what it would keep is not known, so nothing is left out."""


class IgnoreFile(Struct, frozen=True):
    """The patterns of one file, last first, which goes by ``name``.

    ``base`` is its folder, empty or ending in a slash; ``any_match`` matches whatever one of the patterns does.
    """

    base: str
    patterns: tuple[_Pattern, ...]
    any_match: re.Pattern[str]
    name: str

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True to ignore ``path``, False to keep it, None when no pattern says.

        A pattern is held against the path itself only: a walk from the top has already judged the folders above, and
        that is how git reads ``folder/**`` with ``!folder/kept.py`` (pathspec alone would ignore the folder).
        """
        relative = _as_git_reads(path[len(self.base) :])
        if not self.any_match.match(relative):
            return None
        for pattern in self.patterns:
            found = pattern.regex.match(relative) if is_folder or not pattern.folders_only else None
            if found and found.groupdict().get(_ABOVE) is None:
                return pattern.ignores
        return None


def _as_git_reads(name: str) -> str:
    """One character per byte: in git ``?`` is one byte of a name, whatever its encoding."""
    return name if name.isascii() else os.fsencode(name).decode("latin-1")


def read_ignore_file(path: Path, base: str, name: str) -> IgnoreFile | Unusable | None:
    """Read an ignore file; None when there is none, it cannot be read or holds no pattern."""
    try:
        stored = path.read_bytes() if path.is_file() else b""  # reading a pipe would never end
    except OSError:
        return None
    lines = stored.removeprefix(codecs.BOM_UTF8).decode("latin-1").split("\n")
    patterns = tuple(_parse(lines))[::-1]
    if not patterns:
        return None
    sources = (pattern.regex.pattern.replace(f"?P<{_ABOVE}>", "?:") for pattern in patterns)
    return IgnoreFile(base, patterns, re.compile("|".join(f"(?:{source})" for source in sources)), name)


def _parse(lines: list[str]) -> Iterator[_Pattern]:
    from pathspec import GitIgnoreSpec  # most sources hold no ignore file

    for line in lines:
        text = line.removesuffix("\r")
        text = text if text.endswith("\\ ") else text.rstrip(" ")
        folders_only = text.endswith("/")
        try:
            found = list(GitIgnoreSpec.from_lines([text[:-1] if folders_only else text]).patterns)
        except (ValueError, re.error):  # git passes over a pattern it cannot read
            continue
        for pattern in found:
            if pattern.include is not None and pattern.regex is not None:
                yield _Pattern(pattern.regex, pattern.include, folders_only)
