"""The columns of a corpus, one row each: type, what there is one entry for, and what an entry holds.

Files are written, opened and checked by this table, and docs/corpus.md shows it. To add a column, add its row, fill it
in `tables.py`, and raise FORMAT. The order of rows is the order in which the digest of a corpus reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np
from msgspec import Struct
from msgspec.structs import force_setattr

from ..support.arrays import Array

if TYPE_CHECKING:
    import numpy.typing as npt


# What a definition may be.
KINDS = ("module", "class", "function")

_Scalar = TypeVar("_Scalar", bound=np.unsignedinteger[Any])


class Table(Enum):
    """What there is one entry for: a thing of which a corpus holds many, each once. The last four are in the header.

    A lineage is one path of one project through its releases; a member is a definition as it stands in a file.
    """

    NAMES = "name"
    NAME_BYTES = "byte of a name"
    DIGESTS = "canonical statement"
    STATEMENTS = "statement"
    STATEMENT_NAMES = "name in a statement"
    DEFINITIONS = "definition"
    HELD_STATEMENTS = "statement in a definition"
    HOLDING_LINEAGES = "lineage that holds a definition"
    FINGERPRINTS = "fingerprint"
    POSTINGS = "definition with a fingerprint"
    FILES = "file content"
    MEMBERS = "member of a file content"
    LINEAGES = "lineage"
    LINEAGE_FILES = "file content of a lineage"
    VERSIONS = "file content in a release"
    PROJECTS = "project"
    RELEASES = "release"
    NOTICES = "notice"
    KINDS = "kind of definition"


class Column(Struct, Generic[_Scalar], frozen=True, eq=False):
    """An array [n]: an entry for each of the n rows of ``table``, and in words what an entry ``holds``.

    With ``numbers``, entries are numbers of rows of that table, from 0. With ``runs``, they are bounds, [n + 1]: the
    rows of that table from entry i to before entry i + 1 are those of row i. What ``is_sorted`` is ascending.
    """

    dtype: type[_Scalar]
    table: Table
    holds: str
    numbers: Table | None = None
    runs: Table | None = None
    is_sorted: bool = False
    name: str = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        force_setattr(self, "name", name)

    @overload
    def __get__(self, columns: None, owner: type) -> Column[_Scalar]: ...
    @overload
    def __get__(self, columns: Columns, owner: type) -> npt.NDArray[_Scalar]: ...
    def __get__(self, columns: Columns | None, owner: type) -> Column[_Scalar] | npt.NDArray[_Scalar]:
        if columns is None:
            return self
        array: npt.NDArray[_Scalar] = columns.arrays[self.name]
        columns.__dict__[self.name] = array  # found there from now on, without asking here
        return array


_8, _16, _32, _64 = np.uint8, np.uint16, np.uint32, np.uint64


class Columns(Struct, frozen=True, dict=True):
    """The columns, read-only; ``arrays`` has them by name, usually mapped from a file."""

    arrays: Mapping[str, Array]

    name_hashes = Column(_64, Table.NAMES, "64 bits of BLAKE2b of its spelling", is_sorted=True)
    name_bytes = Column(_8, Table.NAME_BYTES, "a byte of the spelling, UTF-8")
    name_starts = Column(_32, Table.NAMES, "bounds of its bytes", runs=Table.NAME_BYTES)
    digests = Column(_64, Table.DIGESTS, "hash of its tokens, names by first occurrence", is_sorted=True)
    digest_weights = Column(_8, Table.DIGESTS, "IDF weight: 255 in one lineage only, 0 in all")
    statement_digests = Column(_32, Table.STATEMENTS, "what it is without names", numbers=Table.DIGESTS)
    statement_tokens = Column(_16, Table.STATEMENTS, "tokens, at most 65,535")
    statement_weights = Column(_8, Table.STATEMENTS, "IDF weight, as that of canonical statements")
    statement_name_starts = Column(_32, Table.STATEMENTS, "bounds of its names", runs=Table.STATEMENT_NAMES)
    statement_names = Column(_32, Table.STATEMENT_NAMES, "the name; in order of first occurrence", numbers=Table.NAMES)
    definition_hashes = Column(_64, Table.DEFINITIONS, "hash of its tokens", is_sorted=True)
    definition_spellings = Column(_64, Table.DEFINITIONS, "hash of its names: with equal tokens, equal code")
    definition_kinds = Column(_8, Table.DEFINITIONS, "module, class or function", numbers=Table.KINDS)
    definition_tokens = Column(_32, Table.DEFINITIONS, "tokens, without the ends of blocks")
    definition_statement_starts = Column(_32, Table.DEFINITIONS, "bounds of its statements", runs=Table.HELD_STATEMENTS)
    definition_statements = Column(_32, Table.HELD_STATEMENTS, "the statement; in order", numbers=Table.STATEMENTS)
    definition_lineage_starts = Column(_32, Table.DEFINITIONS, "bounds of its lineages", runs=Table.HOLDING_LINEAGES)
    definition_lineages = Column(_16, Table.HOLDING_LINEAGES, "the lineage; ascending", numbers=Table.LINEAGES)
    fingerprints = Column(_64, Table.FINGERPRINTS, "hash of a k-gram that winnowing kept", is_sorted=True)
    posting_starts = Column(_32, Table.FINGERPRINTS, "bounds of its definitions", runs=Table.POSTINGS)
    postings = Column(_32, Table.POSTINGS, "the definition; ascending", numbers=Table.DEFINITIONS)
    file_starts = Column(_32, Table.FILES, "bounds of its members; the first is the module", runs=Table.MEMBERS)
    member_definitions = Column(_32, Table.MEMBERS, "the definition it is", numbers=Table.DEFINITIONS)
    member_names = Column(_32, Table.MEMBERS, "the last part of its name", numbers=Table.NAMES)
    member_parents = Column(_16, Table.MEMBERS, "place in the file of the member around it; 0, the module, is its own")
    member_first_lines = Column(_32, Table.MEMBERS, "its first line, from 1")
    member_last_lines = Column(_32, Table.MEMBERS, "its last line, from 1")
    file_lineages = Column(_16, Table.FILES, "the first it was seen in", numbers=Table.LINEAGES)
    file_ancestors = Column(_32, Table.FILES, "what it descends from by its names, or itself", numbers=Table.FILES)
    lineage_paths = Column(_32, Table.LINEAGES, "the path in the release", numbers=Table.NAMES)
    lineage_projects = Column(_16, Table.LINEAGES, "whose it is", numbers=Table.PROJECTS)
    lineage_first_releases = Column(_16, Table.LINEAGES, "the oldest that holds it", numbers=Table.RELEASES)
    lineage_file_starts = Column(_32, Table.LINEAGES, "bounds of all it ever was", runs=Table.LINEAGE_FILES)
    lineage_files = Column(_32, Table.LINEAGE_FILES, "the file content; ascending", numbers=Table.FILES)
    name_lineages = Column(_16, Table.NAMES, "how many lineages define it")
    file_version_starts = Column(_32, Table.FILES, "bounds of the places where it stands", runs=Table.VERSIONS)
    version_releases = Column(_16, Table.VERSIONS, "the release", numbers=Table.RELEASES)
    version_paths = Column(_32, Table.VERSIONS, "the path in the release", numbers=Table.NAMES)
    version_notices = Column(_16, Table.VERSIONS, "what its header says there", numbers=Table.NOTICES)

    def count(self, table: Table) -> int:
        """How many rows a table has that is not in the header: as many entries as its first column has."""
        return len(self.arrays[FIRST_COLUMNS[table].name])


COLUMNS: dict[str, Column[Any]] = {name: value for name, value in vars(Columns).items() if isinstance(value, Column)}
# The column of each table that counts its rows.
FIRST_COLUMNS: dict[Table, Column[Any]] = {
    column.table: column for column in reversed(COLUMNS.values()) if column.runs is None
}
