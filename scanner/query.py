"""A file's canonical streams and fingerprints in, what is asked of a corpus about it out."""

from __future__ import annotations

import hashlib
from functools import cached_property

import numpy as np
from msgspec import Struct, field

from .arrays import I64, U64, Array, distinct, group, run_sums
from .canonical import END_DIGEST, CanonicalFile
from .corpus.pack import Corpus
from .corpus.ragged import among
from .corpus.schema import KINDS
from .fingerprints import Fingerprints


class Query(Struct, frozen=True, eq=False, dict=True):
    """A file to be placed: its streams, fingerprints, and the hash of each name in the numbering of its streams.

    ``tokens`` int64[D] and ``statement_tokens`` int64[S] count tokens without the ends of blocks; ``telling``
    int64[S] without strings either, since any string equals any other; ``folded`` int64[D] those of definitions that
    are equal, counted at the first of them. What only alignment needs is worked out when it is asked for.
    """

    code: CanonicalFile
    prints: Fingerprints
    name_hashes: U64
    tokens: Array
    statement_tokens: Array
    telling: Array
    folded: Array
    _known: dict[int, Array] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """All tokens of the file."""
        return int(self.tokens.sum())

    @cached_property
    def real(self) -> I64:
        """Which statements are none of the ends of blocks."""
        return np.flatnonzero(self.code.digests != END_DIGEST)

    @cached_property
    def real_bounds(self) -> I64:
        """Where in ``real`` the statements of each definition begin and the last end [D+1]."""
        return np.searchsorted(self.real, self.code.statement_starts)

    @cached_property
    def units(self) -> I64:
        """The definition that each statement stands in."""
        return np.repeat(np.arange(len(self.tokens)), np.diff(self.code.statement_starts))

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
        return np.frombuffer(b"".join([hashlib.blake2b(leaf, digest_size=8).digest() for leaf in leaves]), np.uint64)

    def known_in(self, corpus: Corpus) -> I64:
        """The statements of the file in the numbering of a corpus [S], -1 for those it does not have."""
        found = self._known.get(id(corpus))
        if found is None:
            digests = self.code.digests
            # Each once and in order: the table is large, and neighbours are near each other in it.
            asked_for = distinct(digests)
            places, known = among(corpus.digests, asked_for)
            numbers = np.where(known & (asked_for != END_DIGEST), places, -1)
            found = self._known[id(corpus)] = numbers[np.searchsorted(asked_for, digests)]
        return found


def query(code: CanonicalFile, prints: Fingerprints, name_hashes: U64) -> Query:
    """Bring a file's streams and fingerprints together for look-up."""
    widths = np.where(code.digests == END_DIGEST, 0, np.diff(code.statement_tokens))
    tokens = run_sums(widths, code.statement_starts)
    equal = group(np.stack([code.hashes, code.spellings], axis=1))
    folded = np.zeros(len(tokens), np.int64)
    folded[equal.first] = np.bincount(equal.inverse, tokens, minlength=len(equal.first)).astype(np.int64)
    return Query(code, prints, name_hashes, tokens, widths, widths - code.strings, folded)
