"""A query: a file to find the origin of, as all stages of matching see it.

Edit this when a stage needs to know something else about the file that is examined.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec import Struct, field

from ..corpus.model import Corpus
from ..corpus.schema import KINDS
from ..corpus.spellings import spellings
from ..corpus.union import CorpusUnion
from ..fingerprints.normalize import END_DIGEST, NormalisedFile
from ..fingerprints.statement_cache import name_digest
from ..fingerprints.winnowing import Fingerprints
from ..support.arrays import I64, U64, Array, among, distinct, group, run_bounds, run_places, run_sums
from .distinctive import Telling, telling


class Query(Struct, frozen=True, eq=False, dict=True):
    """A file to find the origin of: its normalised tokens and fingerprints, and a hash of each name of its name table.

    D counts its definitions, S its statements. Ends of blocks do not count as tokens. What only alignment needs is
    worked out when it is asked for.
    """

    code: NormalisedFile
    prints: Fingerprints
    name_hashes: U64
    definition_tokens: Array
    """int64[D]: how many tokens each definition has."""
    statement_tokens: Array
    """int64[S]: how many tokens each statement has."""
    folded_tokens: Array
    """int64[D]: the tokens of all definitions that are equal to one, counted at the first of them."""
    _known: dict[int, Array] = field(default_factory=dict)
    _weights: dict[int, Array] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """All tokens of the file."""
        return int(self.definition_tokens.sum())

    @cached_property
    def telling(self) -> Telling:
        """What tells each statement apart."""
        return telling(self.code, self.name_hashes)

    @cached_property
    def real(self) -> I64:
        """Which statements are code, not the end of a block."""
        return np.flatnonzero(self.code.digests != END_DIGEST)

    @cached_property
    def real_bounds(self) -> I64:
        """Where in ``real`` the statements of each definition begin and the last end [D+1]."""
        return np.searchsorted(self.real, self.code.statement_starts)

    @cached_property
    def parameters(self) -> I64:
        """The statement of each definition that its parameters stand in, or bases: the second, after its name."""
        places = np.minimum(self.real_bounds[:-1] + 1, len(self.real))
        return np.append(self.real, -1)[places]

    @cached_property
    def statement_owners(self) -> I64:
        """The definition that each statement stands in."""
        return np.repeat(np.arange(len(self.definition_tokens)), np.diff(self.code.statement_starts))

    @cached_property
    def kinds(self) -> I64:
        """What each definition is, in the numbering of a corpus."""
        return np.array([KINDS.index(definition.kind) for definition in self.code.definitions], np.int64)

    @cached_property
    def parents(self) -> I64:
        """The definition around each definition; the module is its own."""
        return np.array([max(definition.parent, 0) for definition in self.code.definitions], np.int64)

    @cached_property
    def leaf_hashes(self) -> U64:
        """The hash of the last part of each definition's name."""
        leaves = [definition.qualname.rpartition(".")[2].encode() for definition in self.code.definitions]
        return np.frombuffer(b"".join(list(map(name_digest, leaves))), np.uint64)

    def spellings(self, statements: Array) -> U64:
        """A hash of the names of each of these statements, in order of first occurrence."""
        starts, ends = self.code.order_starts[statements], self.code.order_starts[statements + 1]
        return spellings(self.name_hashes[self.code.order[run_places(starts, ends)[0]]], run_bounds(ends - starts))

    def known_in(self, corpus: Corpus) -> I64:
        """The statements of the file in the numbering of a corpus [S], -1 for those it does not have."""
        found = self._known.get(id(corpus))
        if found is None:
            digests = self.code.digests
            # Each once and in order: the table is large, and neighbours are near each other in it.
            wanted = distinct(digests)
            places, known = among(corpus.digests, wanted)
            numbers = np.where(known & (wanted != END_DIGEST), places, -1)
            found = self._known[id(corpus)] = numbers[np.searchsorted(wanted, digests)]
        return found

    def idf_weights(self, union: CorpusUnion) -> Array:
        """The IDF weight uint8[S] of each statement of the file without its names, among all corpora of ``union``."""
        key = id(union)
        if key not in self._weights:
            self._weights[key] = self._weights_in(union)
        return self._weights[key]

    def _weights_in(self, union: CorpusUnion) -> Array:
        weights = np.full(len(self.code.digests), 255, np.uint8)
        if len(union.corpora) == 1:
            known = self.known_in(union.corpora[0])
            held = np.flatnonzero(known >= 0)
            weights[held] = union.corpora[0].digest_weights[known[held]]
            return weights
        real = self.code.digests[self.real]
        wanted = distinct(real)
        weights[self.real] = union.rarity.digest_weights(wanted)[np.searchsorted(wanted, real)]
        return weights

    def is_known(self, union: CorpusUnion) -> Array:
        """bool[S]: whether any corpus of ``union`` has each statement, names aside."""
        known: Array = np.any([self.known_in(corpus) >= 0 for corpus in union.corpora], axis=0)
        return known

    def has_equal(self, union: CorpusUnion) -> Array:
        """bool[D]: whether any corpus of ``union`` has a definition with the tokens of each in its first form."""
        equal: Array = np.any([among(each.definition_hashes, self.code.hashes)[1] for each in union.corpora], axis=0)
        return equal


def make_query(code: NormalisedFile, prints: Fingerprints, name_hashes: U64) -> Query:
    """Bring a file's tokens and fingerprints together, and count."""
    statements = np.where(code.digests == END_DIGEST, 0, np.diff(code.statement_token_starts))
    definitions = run_sums(statements, code.statement_starts)
    equal = group(np.stack([code.hashes, code.spellings], axis=1))
    folded = np.zeros(len(definitions), np.int64)
    folded[equal.first] = np.bincount(equal.inverse, definitions, minlength=len(equal.first)).astype(np.int64)
    return Query(code, prints, name_hashes, definitions, statements, folded)
