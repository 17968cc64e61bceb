"""The columns of a corpus: the type of each, what it has one entry for, and what an entry holds.

Files are written, opened and checked by this table, and docs/corpus.md shows it. To add a column, add its row, say that
it is optional, and fill it in `tables.py`: files without it still open, and an older modelkin passes over it. Names of
columns are part of the format: there a path history is called `lineage`, a definition as it stands in a file `member`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from msgspec import Struct
from msgspec.structs import force_setattr

from ..errors import CorpusError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..support.arrays import Array


# What a definition may be.
KINDS = ("module", "class", "function")

_Scalar = TypeVar("_Scalar", bound="np.unsignedinteger[Any]")


class Table(Enum):
    """What a column may have one entry for: a thing of which a corpus holds many, each once.

    From projects on they are in the header; the kinds of definitions are KINDS.
    """

    NAMES = "name"
    NAME_BYTES = "byte of a name"
    DIGESTS = "normalised statement"
    STATEMENTS = "statement"
    STATEMENT_NAMES = "name in a statement"
    DEFINITIONS = "definition"
    HELD_STATEMENTS = "statement in a definition"
    HOLDING_HISTORIES = "path history that holds a definition"
    FINGERPRINTS = "fingerprint"
    POSTINGS = "definition with a fingerprint"
    FILES = "file content"
    FILE_DEFINITIONS = "definition in a file content"
    HISTORIES = "path history"
    HISTORY_FILES = "file content of a path history"
    VERSIONS = "file content in a release"
    PROJECTS = "project"
    RELEASES = "release"
    KNOWN_RELEASES = "release, listed or not"
    NOTICES = "notice"
    KINDS = "kind of definition"
    PLAIN_DEFINITIONS = "definition that has another plain form"
    PLAIN_STATEMENTS = "statement in a plain definition"
    NATIVE = "native file in a release"
    MODELS = "model"
    MODEL_BYTES = "byte of a model's facts"


class Unsigned(Struct, Generic[_Scalar], frozen=True):
    """A type of numpy, told without it: a run from the scan cache opens a corpus and reads no column."""

    bits: int

    @property
    def dtype(self) -> type[_Scalar]:
        """The type itself."""
        import numpy as np

        found: type[_Scalar] = getattr(np, f"uint{self.bits}")
        return found


class Column(Struct, Generic[_Scalar], frozen=True, eq=False):
    """An array of a corpus."""

    number: Unsigned[_Scalar]
    """What an entry is."""
    table: Table
    """It has an entry for each row of this table."""
    holds: str
    """What an entry says, in words."""
    numbers: Table | None = None
    """Its entries are numbers of rows of this table, from 0."""
    runs: Table | None = None
    """Its entries are bounds, one more than rows: from entry i to before entry i + 1 go the rows of this table."""
    is_sorted: bool = False
    """It is ascending."""
    narrows: bool = False
    """A file holds it in half as many bits, where its numbers are small enough."""
    optional: bool = False
    """A file may be without it: it is then worked out when that opens, or is empty."""
    name: str = ""

    def __set_name__(self, _owner: type, name: str) -> None:
        force_setattr(self, "name", name)

    @property
    def dtype(self) -> type[_Scalar]:
        """The type of its entries in memory."""
        return self.number.dtype

    @property
    def held_in(self) -> tuple[Unsigned[Any], ...]:
        """What its entries may be in a file, the narrowest first."""
        return (Unsigned(self.number.bits // 2), self.number) if self.narrows else (self.number,)

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


_8: Unsigned[np.uint8] = Unsigned(8)
_16: Unsigned[np.uint16] = Unsigned(16)
_32: Unsigned[np.uint32] = Unsigned(32)
_64: Unsigned[np.uint64] = Unsigned(64)


class LateColumns(Mapping[str, "Array"]):
    """Columns by name, each made by ``make`` when it is first asked for; ``lengths`` tells their numbers of entries."""

    def __init__(self, lengths: Mapping[str, int], make: Callable[[str], Array]) -> None:
        self.lengths = lengths
        self._make = make
        self._made: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._made:
            if name not in self.lengths:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self.lengths

    def __iter__(self) -> Iterator[str]:
        return iter(self.lengths)

    def __len__(self) -> int:
        return len(self.lengths)


class Columns(Struct, frozen=True, dict=True):
    """The columns, read-only; ``arrays`` has them by name, usually mapped from a file."""

    arrays: Mapping[str, Array]

    name_hashes = Column(_64, Table.NAMES, "64 bits of BLAKE2b of its spelling", is_sorted=True)
    name_bytes = Column(_8, Table.NAME_BYTES, "a byte of the spelling, UTF-8")
    name_starts = Column(_32, Table.NAMES, "bounds of its bytes", runs=Table.NAME_BYTES)
    digests = Column(_64, Table.DIGESTS, "hash of its tokens, names by first occurrence", is_sorted=True)
    digest_weights = Column(_8, Table.DIGESTS, "IDF weight: 255 in one path history only, 0 in all")
    statement_digests = Column(_32, Table.STATEMENTS, "what it is without names", numbers=Table.DIGESTS)
    statement_tokens = Column(_16, Table.STATEMENTS, "tokens, at most 65,535")
    statement_weights = Column(_8, Table.STATEMENTS, "IDF weight, as that of normalised statements")
    statement_name_starts = Column(_32, Table.STATEMENTS, "bounds of its names", runs=Table.STATEMENT_NAMES)
    statement_names = Column(_32, Table.STATEMENT_NAMES, "the name; in order of first occurrence", numbers=Table.NAMES)
    definition_hashes = Column(_64, Table.DEFINITIONS, "hash of its tokens", is_sorted=True)
    definition_spellings = Column(_64, Table.DEFINITIONS, "hash of its names: with equal tokens, equal code")
    definition_kinds = Column(_8, Table.DEFINITIONS, "module, class or function", numbers=Table.KINDS)
    definition_tokens = Column(_32, Table.DEFINITIONS, "tokens, without the ends of blocks")
    definition_statement_starts = Column(_32, Table.DEFINITIONS, "bounds of its statements", runs=Table.HELD_STATEMENTS)
    definition_statements = Column(_32, Table.HELD_STATEMENTS, "the statement; in order", numbers=Table.STATEMENTS)
    definition_lineage_starts = Column(
        _32, Table.DEFINITIONS, "bounds of its path histories", runs=Table.HOLDING_HISTORIES
    )
    definition_lineages = Column(
        _32, Table.HOLDING_HISTORIES, "the path history; ascending", numbers=Table.HISTORIES, narrows=True
    )
    fingerprints = Column(_64, Table.FINGERPRINTS, "hash of a k-gram that winnowing kept", is_sorted=True)
    posting_starts = Column(_32, Table.FINGERPRINTS, "bounds of its definitions", runs=Table.POSTINGS)
    postings = Column(_32, Table.POSTINGS, "the definition; ascending", numbers=Table.DEFINITIONS)
    file_starts = Column(
        _32, Table.FILES, "bounds of its definitions; the first is the module", runs=Table.FILE_DEFINITIONS
    )
    member_definitions = Column(_32, Table.FILE_DEFINITIONS, "the definition it is", numbers=Table.DEFINITIONS)
    member_names = Column(_32, Table.FILE_DEFINITIONS, "the last part of its name", numbers=Table.NAMES)
    member_parents = Column(
        _16, Table.FILE_DEFINITIONS, "place in the file of the one around it; 0, the module, is its own"
    )
    member_first_lines = Column(_32, Table.FILE_DEFINITIONS, "its first line, from 1")
    member_last_lines = Column(_32, Table.FILE_DEFINITIONS, "its last line, from 1")
    file_lineages = Column(_32, Table.FILES, "the first it was seen in", numbers=Table.HISTORIES, narrows=True)
    file_ancestors = Column(_32, Table.FILES, "what it descends from by its names, or itself", numbers=Table.FILES)
    lineage_paths = Column(_32, Table.HISTORIES, "the path in the release", numbers=Table.NAMES)
    lineage_projects = Column(_32, Table.HISTORIES, "whose it is", numbers=Table.PROJECTS, narrows=True)
    lineage_first_releases = Column(
        _32, Table.HISTORIES, "the oldest that holds it", numbers=Table.RELEASES, narrows=True
    )
    lineage_file_starts = Column(_32, Table.HISTORIES, "bounds of all it ever was", runs=Table.HISTORY_FILES)
    lineage_appeared = Column(
        _32,
        Table.HISTORIES,
        "the first that has the path, from 1",
        numbers=Table.KNOWN_RELEASES,
        narrows=True,
        optional=True,
    )
    lineage_without = Column(
        _32,
        Table.HISTORIES,
        "the last before that which lacks the path, from 1; 0: none",
        numbers=Table.KNOWN_RELEASES,
        narrows=True,
        optional=True,
    )
    lineage_files = Column(_32, Table.HISTORY_FILES, "the file content; ascending", numbers=Table.FILES)
    lineage_file_releases = Column(
        _32,
        Table.HISTORY_FILES,
        "the first that holds it there, from 1",
        numbers=Table.KNOWN_RELEASES,
        narrows=True,
        optional=True,
    )
    name_lineages = Column(_32, Table.NAMES, "how many path histories define it", narrows=True)
    file_version_starts = Column(_32, Table.FILES, "bounds of the places where it stands", runs=Table.VERSIONS)
    version_releases = Column(_32, Table.VERSIONS, "the release", numbers=Table.RELEASES, narrows=True)
    version_paths = Column(_32, Table.VERSIONS, "the path in the release", numbers=Table.NAMES)
    version_notices = Column(_32, Table.VERSIONS, "what its header says there", numbers=Table.NOTICES, narrows=True)

    plain_definitions = Column(
        _32, Table.PLAIN_DEFINITIONS, "the definition", numbers=Table.DEFINITIONS, is_sorted=True, optional=True
    )
    plain_tokens = Column(_32, Table.PLAIN_DEFINITIONS, "tokens of its plain form", optional=True)
    plain_statement_starts = Column(
        _32, Table.PLAIN_DEFINITIONS, "bounds of its plain statements", runs=Table.PLAIN_STATEMENTS, optional=True
    )
    plain_statements = Column(
        _32, Table.PLAIN_STATEMENTS, "the statement; in order", numbers=Table.STATEMENTS, optional=True
    )
    plain_digest_weights = Column(_8, Table.DIGESTS, "IDF weight among plain forms", optional=True)
    plain_statement_weights = Column(_8, Table.STATEMENTS, "IDF weight among plain forms", optional=True)

    digest_lineages = Column(_32, Table.DIGESTS, "how many path histories hold it", narrows=True, optional=True)
    statement_lineages = Column(_32, Table.STATEMENTS, "how many path histories hold it", narrows=True, optional=True)
    digest_plain_lineages = Column(_32, Table.DIGESTS, "how many hold it in plain forms", narrows=True, optional=True)
    statement_plain_lineages = Column(
        _32, Table.STATEMENTS, "how many hold it in plain forms", narrows=True, optional=True
    )

    native_hashes = Column(
        _64,
        Table.NATIVE,
        "64 bits of BLAKE2b of it without comments and white space",
        is_sorted=True,
        optional=True,
    )
    native_releases = Column(_32, Table.NATIVE, "the release", numbers=Table.RELEASES, narrows=True, optional=True)
    native_paths = Column(_32, Table.NATIVE, "the path in the release", numbers=Table.NAMES, optional=True)

    model_hashes = Column(
        _64, Table.MODELS, "64 bits of BLAKE2b of its name and its release", is_sorted=True, optional=True
    )
    model_starts = Column(_32, Table.MODELS, "bounds of its facts", runs=Table.MODEL_BYTES, optional=True)
    model_bytes = Column(_8, Table.MODEL_BYTES, "a byte of them: MessagePack, compressed by zlib", optional=True)

    def count(self, table: Table) -> int:
        """How many rows a table has that is not in the header: as many entries as its first column has."""
        return self.length(FIRST_COLUMNS[table].name)

    def length(self, name: str) -> int:
        """How many entries a column has; 0 where it is missing."""
        if isinstance(self.arrays, LateColumns):
            return self.arrays.lengths.get(name, 0)
        return len(self.arrays[name]) if name in self.arrays else 0


COLUMNS: dict[str, Column[Any]] = {name: value for name, value in vars(Columns).items() if isinstance(value, Column)}
# The column of each table that counts its rows.
FIRST_COLUMNS: dict[Table, Column[Any]] = {
    column.table: column for column in reversed(COLUMNS.values()) if column.runs is None
}

# Columns of which a file has all or none: plain forms, native files, models, and when paths appeared.
PLAIN = frozenset(column for name, column in COLUMNS.items() if name.startswith("plain_"))
NATIVE = frozenset(column for name, column in COLUMNS.items() if name.startswith("native_"))
MODELS = frozenset(column for name, column in COLUMNS.items() if name.startswith("model_"))
APPEARANCES = frozenset({Columns.lineage_appeared, Columns.lineage_without, Columns.lineage_file_releases})
# How many path histories hold something, in plain forms: a file may be without them where it has all other PLAIN.
PLAIN_COUNTS = frozenset({Columns.digest_plain_lineages, Columns.statement_plain_lineages})


def fitted(column: Column[Any], array: Array) -> Array:
    """The array in the type of the column, or half of it where that holds all; never wrapped around."""
    import numpy as np

    dtype, narrow = column.dtype, column.held_in[0].dtype
    if column.narrows and (not len(array) or array.max() <= np.iinfo(narrow).max):
        return array.astype(narrow, copy=False)
    if array.dtype != dtype and len(array) and array.max() > np.iinfo(dtype).max:
        raise CorpusError(f"too much for one corpus ({column.name}): divide the upstreams among several")
    return array.astype(dtype, copy=False)
