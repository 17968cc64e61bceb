"""The field's words for how a copy relates to an original, and what a match of two definitions says."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

from .regions import Region

# A copy's name that fewer than half of the original's occurrences became is an edit, which has to be seen.
_MAJORITY = 0.5


class Kind(str, Enum):
    """What a renamed identifier names."""

    CLASS = "class"
    FUNCTION = "function"
    ATTRIBUTE = "attribute"
    VARIABLE = "variable"
    KEYWORD = "keyword"


class Verdict(str, Enum):
    """How a copy relates to an original, closest first (Type-1, Type-2, Type-3 clones, and less)."""

    IDENTICAL = "identical"
    """Equal but for layout, comments, docstrings, annotations and imports."""
    RENAMED = "renamed"
    """Equal once its renames are undone."""
    MODIFIED = "modified"
    """At least half of it stands in the original."""
    FRAGMENTS = "fragments"
    """Some of it does: a hint at where code is from, and no ground for duties."""
    INDEPENDENT = "independent"
    """Nothing worth naming is shared."""


COPIES = (Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED)
"""Of a file a good part of which is another's, so that it owes what its upstream's terms ask for and shows descent.

Fragments are a hint at where code is from; whole definitions among them are to be named.
"""


class Rename(Struct, frozen=True):
    """A name of the original that is another in the copy."""

    original: str
    """The name in the original."""
    copy: str
    """What it is called in the copy."""
    kind: Kind
    """What it names."""
    count: int
    """How many aligned occurrences of ``original`` became ``copy``."""
    consistency: float
    """The share (0 to 1) of the original name's occurrences that did."""
    scope: str = ""
    """The qualified name, in the copy, of the function whose local it is; empty for names of the whole file."""


def undoable(renames: Iterable[Rename]) -> list[Rename]:
    """The renames that are undone, the most frequent first: of those that exclude each other the first counts."""
    firm = (each for each in renames if each.consistency >= _MAJORITY and each.original.isidentifier())
    return sorted(firm, key=lambda each: (-each.count, -each.consistency, each.original, each.copy))


def plain_qualname(qualname: str) -> str:
    """A qualified name without what Python puts into it for functions in functions, and reports do not."""
    return qualname.replace("<locals>.", "")


class DefinitionMatch(Struct, frozen=True):
    """One definition of the copy, and the upstream definition it stands in, if any."""

    qualname: str
    """Its name in the copy, with the names of what it stands in: ``Attention.forward``."""
    first_line: int
    """Where it begins in the copy, counted from 1."""
    last_line: int
    """Where it ends, included."""
    verdict: Verdict
    """How it relates to the upstream's."""
    similarity: float
    """The share (0 to 1) of its tokens that stand in the upstream's."""
    tokens: int
    """How many it has: its weight in its file."""
    statements: int
    """How many it has."""
    matched_statements: int
    """How many of them stand in the upstream's."""
    upstream_qualname: str = ""
    """The upstream definition's name; empty when there is none."""
    upstream: Region | None = None
    """Where that is."""
