"""Upstream files in, the tables of a corpus out. Equal statements, definitions and files are stored once."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from ..arrays import Array
from ..budget import budget
from ..canonical import END_DIGEST, CanonicalFile, canonicalise
from ..fingerprints import Fingerprints, winnow
from ..notices import read_notice
from ..parsing import parse
from .pack import Project, Release
from .schema import KINDS
from .tables import Row, Tables

# What the corpus has room for; a longer statement is data, and its exact length tells nothing.
MOST_STATEMENT_TOKENS = 65_535


class CorpusBuilder(Tables):
    """Collects files release by release. The same files in the same order, the same corpus."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[bytes, int] = {}

    def add_release(self, project: Project, release: Release) -> int:
        """A number for a release, to add files to; a version of a project is one release, however often it is added.

        Whatever number ``release`` has for its project is replaced by the builder's.
        """
        owner = self.projects[project]
        for number, known in enumerate(self.releases):
            if (known.project, known.version) == (owner, release.version):
                return number
        self.releases.append(replace(release, project=owner))
        return len(self.releases) - 1

    def add_file(self, release: int, path: str, text: bytes, sha256: str, timeout: float | None = None) -> None:
        """Index one file of a release, under its path in the release. Raises OverBudgetError: then it is not in it."""
        key = sha256.encode()
        file = self._seen.get(key)
        # Not abrupt, and nothing is added in it: the tables of all files are never left half changed.
        with budget(len(text), timeout, abrupt=False):
            notice = read_notice(text)
            code = canonicalise(parse(text), text, self.lines) if file is None else None
            prints = winnow(code) if code else None
        if code and prints:
            file = self._seen[key] = self._index(code, prints)
        assert file is not None
        number = self.lines.names[path.encode("utf-8", "replace")]
        self.rows.append(Row(file, release, number, self.notices[notice]))

    def _index(self, code: CanonicalFile, prints: Fingerprints) -> int:
        statements = self._statement_numbers(code)
        members = []
        for place, definition in enumerate(code.definitions):
            number = self._definition(code, prints, place, statements)
            leaf = definition.qualname.rpartition(".")[2].encode()
            parent = max(definition.parent, 0)
            members.append((number, self.lines.names[leaf], parent, definition.first_line, definition.last_line))
        return self.files[tuple(members)]

    def _statement_numbers(self, code: CanonicalFile) -> list[int]:
        """The number of each statement of a file; -1 for the ends of blocks, which no alignment needs."""
        bounds, digests = code.order_starts.tolist(), code.digests.tolist()
        tokens = np.diff(code.statement_tokens).tolist()
        numbers = []
        for place, digest in enumerate(digests):
            if digest == END_DIGEST:
                numbers.append(-1)
                continue
            names = code.order[bounds[place] : bounds[place + 1]]
            numbers.append(self.add_statement(digest, names, tokens[place]))
        return numbers

    def add_statement(self, digest: int, names: Array, tokens: int) -> int:
        """The number of a statement: its canonical digest, and its names uint32[n] in order of first occurrence."""
        number = self.statements[digest, names.tobytes()]
        if number == len(self.statement_tokens):
            self.statement_tokens.append(min(tokens, MOST_STATEMENT_TOKENS))
        return number

    def _definition(self, code: CanonicalFile, prints: Fingerprints, place: int, statements: list[int]) -> int:
        first, last = code.statement_starts[place : place + 2].tolist()
        return self.add_definition(
            int(code.hashes[place]),
            code.definitions[place].kind,
            int(code.spellings[place]),
            [number for number in statements[first:last] if number >= 0],
            prints.hashes[prints.starts[place] : prints.starts[place + 1]],
        )

    def add_definition(self, digest: int, kind: str, spelling: int, statements: list[int], prints: Array) -> int:
        """The number of a definition: its canonical hash, its kind, and its statements."""
        number = self.definitions[digest, KINDS.index(kind), np.array(statements, np.uint32).tobytes()]
        if number == len(self.fingerprints):
            self.fingerprints.append(prints)
            self.spellings.append(spelling)
            self.definition_tokens.append(sum(self.statement_tokens[statement] for statement in statements))
        return number
