"""Families: files of several repositories of one audit that copy one another, or a source that nobody knows.

Edit this when something new is to be said of a family.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

from ..results import FileDate


class Certainty(str, Enum):
    """How sure it is which file of a family was first."""

    CERTAIN = "certain"
    """Dates that no repository controls tell."""
    OPEN = "open"
    """What is dated has an order, which rests on claims, or not all is dated: another may be older."""
    UNKNOWN = "unknown"
    """No date tells."""


class FamilyFile(Struct, frozen=True):
    """One file of a family."""

    repository: str
    """What the audit calls it."""
    path: str
    sha256: str
    share: float
    """The part (0 to 1) of what is the file's own that the closest other file of the family has as well: an estimate
    where the file is long."""
    dated: FileDate = FileDate()


class FamilyDefinition(Struct, frozen=True):
    """A definition that several files of a family have, up to renaming."""

    name: str
    """What one of them calls it: the first, where one was."""
    evidence: int
    """How many distinctive tokens it has."""
    repositories: int
    """How many repositories of those listed have it."""


class Family(Struct, frozen=True):
    """Files that are copies of one another, in whole or in good part."""

    repositories: int
    """How many repositories hold them."""
    files: int
    """How many there are."""
    contents: int
    """How many distinct contents they have."""
    members: tuple[FamilyFile, ...]
    """The files, oldest first, then those that nothing dates; of a large family a part."""
    definitions: tuple[FamilyDefinition, ...]
    """What recurs, most telling first."""
    first: FamilyFile | None
    """The file that is likely the first; None where no date tells."""
    certainty: Certainty
    """How sure that is."""
    why: str
    """What it rests on, or why it is not known."""


class Families(Struct, frozen=True):
    """All families of an audit."""

    families: tuple[Family, ...] = ()
    """Those of most repositories first."""
    left: int = 0
    """How many more there are, which are not listed."""
    common: int = 0
    """How many definitions and files were left out because they stand in very many repositories."""
    is_recorded: bool = True
    """Whether the journal has what families are told by; older ones have not."""


def pages_of(found: Families) -> Sequence[str]:
    """What the pages on the families are called: the same for as long as the first file of a family is the same."""
    return [f"family-{hashlib.blake2b(_root(each).encode(), digest_size=6).hexdigest()}" for each in found.families]


def _root(family: Family) -> str:
    """No two families hold one content."""
    return min(each.sha256 for each in family.members)
