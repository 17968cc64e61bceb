"""The words of a line of code, and those of a copy with its renames undone, as they are shown beside the original.

Edit this when a name is shown as renamed that is not, or the other way about. Which renames are undone clones.py says,
for restore.py as well, which puts names back in files: that takes the syntax of a whole file that parses, and time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ..clones import Kind, Rename, plain_qualname, undoable

# Every character belongs to exactly one word, so that the words of a line put together are the line.
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_EITHER = frozenset({Kind.CLASS, Kind.FUNCTION})
# What is longer is data; its names are left as they are.
_LONGEST = 5_000


def words(line: str) -> list[str]:
    """The line taken apart: names and numbers, blanks, and each other character by itself."""
    return _WORD.findall(line)


class Originals(NamedTuple):
    """The original's names by the copy's: those of the whole file, those after a dot, and those of each function."""

    names: dict[str, str]
    attributes: dict[str, str]
    locals: dict[str, dict[str, str]]

    def undone(self, line: str, function: str) -> str:
        """A line of ``function`` with each name put back, as far as what stands before it tells its kind."""
        local = self.locals.get(function, {})
        parts = words(line[:_LONGEST])
        if all(known.keys().isdisjoint(parts) for known in (self.names, self.attributes, local)):
            return line
        return "".join(self.put_back(parts, function)) + line[_LONGEST:]

    def put_back(self, parts: Sequence[str], function: str) -> list[str]:
        """As ``undone``, word for word."""
        local = self.locals.get(function, {})
        original = []
        before = ""
        for word in parts:
            known = self.attributes.get(word) if before == "." else local.get(word) or self.names.get(word)
            original.append(known or word)
            before = before if word.isspace() else word
        return original


def originals(renames: Sequence[Rename]) -> Originals:
    """By name, the most frequent rename first; a class or function may be named with a dot before it or without."""
    found = Originals({}, {}, defaultdict(dict))
    for rename in undoable(renames):
        if rename.scope:
            found.locals[plain_qualname(rename.scope)].setdefault(rename.copy, rename.original)
            continue
        if rename.kind is Kind.ATTRIBUTE or rename.kind in _EITHER:
            found.attributes.setdefault(rename.copy, rename.original)
        if rename.kind is not Kind.ATTRIBUTE:
            found.names.setdefault(rename.copy, rename.original)
    return found
