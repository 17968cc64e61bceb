"""A file's canonical streams and fingerprints in, what is asked of a corpus about it out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import U64, Array, group
from .canonical import END_DIGEST, CanonicalFile
from .fingerprints import Fingerprints


class Query(NamedTuple):
    """A file to be placed: its streams, fingerprints, and the hash of each name in the numbering of its streams.

    ``tokens`` int64[D] and ``statement_tokens`` int64[S] count tokens without the ends of blocks; ``telling``
    int64[S] without strings either, since any string equals any other.
    """

    code: CanonicalFile
    prints: Fingerprints
    name_hashes: U64
    tokens: Array
    statement_tokens: Array
    telling: Array
    folded: Array

    @property
    def total(self) -> int:
        """All tokens of the file."""
        return int(self.tokens.sum())


def query(code: CanonicalFile, prints: Fingerprints, name_hashes: U64) -> Query:
    """Bring a file's streams and fingerprints together for look-up."""
    widths = np.where(code.digests == END_DIGEST, 0, np.diff(code.statement_tokens))
    sums = np.concatenate([[0], np.cumsum(widths)])
    tokens = sums[code.statement_starts[1:]] - sums[code.statement_starts[:-1]]
    equal = group(np.stack([code.hashes, code.spellings], axis=1))
    folded = np.zeros(len(tokens), np.int64)
    folded[equal.first] = np.bincount(equal.inverse, tokens, minlength=len(equal.first)).astype(np.int64)
    return Query(code, prints, name_hashes, tokens, widths, widths - code.strings, folded)
