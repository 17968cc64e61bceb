"""Building a corpus, file by file. Equal statements, definitions and files are stored once.

Edit this when something else of what `file_reader` reads should be kept; `absorbing` puts corpora together.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from ..fingerprints.normalize import END_DIGEST, NormalisedFile
from ..fingerprints.winnowing import Fingerprints
from ..support.arrays import Array
from .appearances import Listing, identity, oldest
from .file_reader import FileReader
from .model import Project, Release
from .plain_tables import PlainStatement
from .schema import KINDS
from .tables import Tables, VersionRow

# What the corpus has room for; a longer statement is data, and its exact length tells nothing.
MOST_STATEMENT_TOKENS = 65_535


class CorpusBuilder(Tables):
    """Collects files release by release. The same files in the same order, the same corpus.

    With ``plain``, their definitions are kept in the plain form as well; a ``reader`` of several builders knows that.
    """

    def __init__(self, plain: bool = True, reader: FileReader | None = None) -> None:
        self._reader = reader or FileReader(plain)
        super().__init__(self._reader.cache)
        self._seen: dict[bytes, tuple[int, int]] = {}
        self._numbers: dict[tuple[int, str, str], int] = {}

    def add_release(self, project: Project, release: Release) -> int:
        """A number for a release, to add files to; a version of a project is one release, however often it is added.

        Whatever number ``release`` has for its project is replaced by the builder's.
        """
        release = replace(release, project=self.projects[project])
        number = self._numbers.setdefault(identity(release), len(self.releases))
        if number == len(self.releases):
            self.releases.append(release)
        return number

    def add_file(self, release: int, path: str, text: bytes, sha256: str, timeout: float | None = None) -> None:
        """Index one file of a release, under its path in the release. Raises OverBudgetError: then it is not in it."""
        key = sha256.encode()
        self.knows_plain.add(self._reader.is_plain)
        if key not in self._seen:
            read = self._reader.read(text, sha256, timeout)
            self._seen[key] = self._index(read.code, read.prints, read.plain), self.notices[read.notice]
        file, notice_number = self._seen[key]
        number = self.cache.names[path.encode("utf-8", "replace")]
        self.rows.append(VersionRow(file, release, number, notice_number))

    def add_native(self, release: int, path: bytes, found: int) -> None:
        """Add a native file of a release, under its path in UTF-8, by its `native_hash`."""
        self.natives.add(release, self.cache.names[path], found)

    def add_listing(self, project: int, path: bytes, listing: Listing) -> None:
        """Say which releases of a project, whose files need not be added, have a path, and which lack it."""
        key = project, self.cache.names[path]
        self.listings[key] = self.listings.get(key, Listing()) | listing

    def add_holder(self, project: int, path: bytes, file: int, release: Release) -> None:
        """Say that a release, whose files need not be added, has a file under a path."""
        key = project, self.cache.names[path], file
        self.holders[key] = oldest((self.holders.get(key, release), release))

    def _index(self, code: NormalisedFile, prints: Fingerprints, plain: NormalisedFile | None) -> int:
        statements = self._statement_numbers(code)
        rows: list[int] = []
        for place, definition in enumerate(code.definitions):
            number = self._definition(code, prints, place, statements)
            if plain is not None and _differs(code, plain, place):
                self.plain.add(number, _held(plain, place))
            leaf = definition.qualname.rpartition(".")[2].encode()
            parent = max(definition.parent, 0)
            rows += (number, self.cache.names[leaf], parent, definition.first_line, definition.last_line)
        return self.files[np.array(rows, np.int64).tobytes()]

    def _statement_numbers(self, code: NormalisedFile) -> list[int]:
        """The number of each statement of a file; -1 for the ends of blocks, which no alignment needs."""
        bounds, digests = code.order_starts.tolist(), code.digests.tolist()
        tokens = np.diff(code.statement_token_starts).tolist()
        numbers = []
        for place, digest in enumerate(digests):
            if digest == END_DIGEST:
                numbers.append(-1)
                continue
            names = code.order[bounds[place] : bounds[place + 1]]
            numbers.append(self.add_statement(digest, names.tobytes(), tokens[place]))
        return numbers

    def add_statement(self, digest: int, names: bytes, tokens: int) -> int:
        """The number of a statement: its digest, and its names as bytes of uint32, in order of first occurrence."""
        number = self.statements[digest, names]
        if number == len(self.statement_tokens):
            self.statement_tokens.append(min(tokens, MOST_STATEMENT_TOKENS))
        return number

    def _definition(self, code: NormalisedFile, prints: Fingerprints, place: int, statements: list[int]) -> int:
        first, last = code.statement_starts[place : place + 2].tolist()
        return self.add_definition(
            int(code.hashes[place]),
            code.definitions[place].kind,
            int(code.spellings[place]),
            [number for number in statements[first:last] if number >= 0],
            prints.hashes[prints.starts[place] : prints.starts[place + 1]],
        )

    def add_definition(self, digest: int, kind: str, spelling: int, statements: list[int], prints: Array) -> int:
        """The number of a definition: the hash of its tokens, its kind, and its statements."""
        number = self.definitions[digest, KINDS.index(kind), np.array(statements, np.uint32).tobytes()]
        if number == len(self.fingerprints):
            self.fingerprints.append(prints)
            self.spellings.append(spelling)
            self.definition_tokens.append(sum(self.statement_tokens[statement] for statement in statements))
        return number


def _differs(code: NormalisedFile, plain: NormalisedFile, place: int) -> bool:
    """Whether a definition has another plain form."""
    first, second = (slice(*each.statement_starts[place : place + 2].tolist()) for each in (code, plain))
    if not np.array_equal(code.digests[first], plain.digests[second]):
        return True
    names = code.order[slice(*code.order_starts[[first.start, first.stop]].tolist())]
    others = plain.order[slice(*plain.order_starts[[second.start, second.stop]].tolist())]
    return not np.array_equal(names, others)


def _held(code: NormalisedFile, place: int) -> list[PlainStatement]:
    """The statements of one definition, without the ends of blocks."""
    rows = range(*code.statement_starts[place : place + 2].tolist())
    names, tokens = code.order_starts, code.statement_token_starts
    return [
        (
            int(code.digests[row]),
            code.order[names[row] : names[row + 1]].tobytes(),
            min(int(tokens[row + 1] - tokens[row]), MOST_STATEMENT_TOKENS),
        )
        for row in rows
        if code.digests[row] != END_DIGEST
    ]
