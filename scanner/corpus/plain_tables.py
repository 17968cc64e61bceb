"""The plain forms of definitions in a corpus that is being built: only of those that differ from the form they have.

Edit this when more, or less, of the plain form should be kept. Its statements are numbered behind all others, so that
what a corpus says without it stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..support.arrays import Array, run_bounds
from .schema import Column, Columns

if TYPE_CHECKING:
    from .model import Corpus

# A statement by its digest, the numbers of its names as bytes of uint32, and how many tokens it has.
PlainStatement = tuple[int, bytes, int]


class PlainTables:
    """Statements of plain definitions, each once."""

    def __init__(self) -> None:
        self._statements: dict[tuple[int, bytes], int] = {}
        self._tokens: list[int] = []
        self._held: dict[int, bytes] = {}

    def add(self, definition: int, statements: Sequence[PlainStatement]) -> None:
        """Say what the plain form of a definition is; what was said first holds."""
        if definition not in self._held:
            numbers = np.array([self._number(*each) for each in statements], np.uint32)
            self._held[definition] = numbers.tobytes()

    def _number(self, digest: int, names: bytes, tokens: int) -> int:
        number = self._statements.setdefault((digest, names), len(self._tokens))
        if number == len(self._tokens):
            self._tokens.append(tokens)
        return number

    def numbered(self, statements: dict[tuple[int, bytes], int], tokens: list[int]) -> dict[int, Array]:
        """The numbers of the statements of each plain definition among all ``statements``, which those that are in no
        other form are added to, as their sizes are to ``tokens``."""
        numbers = []
        for key, count in zip(self._statements, self._tokens, strict=True):
            number = statements.setdefault(key, len(statements))
            if number == len(tokens):
                tokens.append(count)
            numbers.append(number)
        table = np.array(numbers, np.int64)
        return {
            definition: table[np.frombuffer(held, np.uint32)] if held else np.zeros(0, np.int64)
            for definition, held in self._held.items()
        }


def plain_columns(held: dict[int, Array], renumbered: Array, tokens: Iterable[int]) -> dict[Column[Any], Array]:
    """The columns of plain definitions; ``renumbered`` gives the number that each definition has in the corpus."""
    known = sorted(((int(renumbered[number]), held[number]) for number in held), key=itemgetter(0))
    sizes = np.array(list(tokens), np.int64)
    return {
        Columns.plain_definitions: np.array([number for number, _ in known], np.int64),
        Columns.plain_tokens: np.array([sizes[statements].sum() for _, statements in known], np.int64),
        Columns.plain_statement_starts: run_bounds([len(statements) for _, statements in known]),
        Columns.plain_statements: np.concatenate([statements for _, statements in known] or [np.zeros(0, np.int64)]),
    }


def without_plain(corpus: Corpus) -> dict[str, Array]:
    """The columns that say nothing of plain forms, of a corpus that has all others."""
    counts = {
        Columns.digest_plain_lineages.name: corpus.arrays.get(Columns.digest_lineages.name),
        Columns.statement_plain_lineages.name: corpus.arrays.get(Columns.statement_lineages.name),
    }
    return {
        **{name: array for name, array in counts.items() if array is not None},
        Columns.plain_definitions.name: np.zeros(0, np.uint32),
        Columns.plain_tokens.name: np.zeros(0, np.uint32),
        Columns.plain_statement_starts.name: np.zeros(1, np.uint32),
        Columns.plain_statements.name: np.zeros(0, np.uint32),
        Columns.plain_digest_weights.name: corpus.digest_weights,
        Columns.plain_statement_weights.name: corpus.statement_weights,
    }
