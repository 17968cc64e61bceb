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
    RENAMED = "renamed"
    MODIFIED = "modified"
    FRAGMENTS = "fragments"
    INDEPENDENT = "independent"


COPIES = (Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED)
"""Of a file a good part of which is another's, so that it owes what its upstream's terms ask for and shows descent.

Fragments are a hint at where code is from; whole definitions among them are to be named.
"""


class Rename(Struct, frozen=True):
    """``original`` is called ``copy`` in the copy.

    ``scope`` is the qualified name, in the copy, of the function whose local it is; empty for names of the whole file.
    ``consistency`` (0 to 1) is the share of the original name's occurrences that became ``copy``.
    """

    original: str
    copy: str
    kind: Kind
    count: int
    consistency: float
    scope: str = ""


def undoable(renames: Iterable[Rename]) -> list[Rename]:
    """The renames that are undone, the most frequent first: of those that exclude each other the first counts."""
    firm = (each for each in renames if each.consistency >= _MAJORITY and each.original.isidentifier())
    return sorted(firm, key=lambda each: (-each.count, -each.consistency, each.original, each.copy))


def plain_qualname(qualname: str) -> str:
    """A qualified name without what Python puts into it for functions in functions, and reports do not."""
    return qualname.replace("<locals>.", "")


class DefinitionMatch(Struct, frozen=True):
    """One definition of the copy, and the upstream definition it stands in, if any.

    ``statements`` and ``matched_statements`` are counts; ``tokens`` is the weight of the definition in its file.
    """

    qualname: str
    first_line: int
    last_line: int
    verdict: Verdict
    similarity: float
    tokens: int
    statements: int
    matched_statements: int
    upstream_qualname: str = ""
    upstream: Region | None = None
