"""The most of a file that may stand in an upstream file, by the statements that both have: nothing is aligned for it.

Most candidates of code of one's own have no more in common with it than all code has, which is told sooner than it is
aligned. Edit this together with `comparison`: nothing here may be less than what an alignment gives.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from ..corpus.model import Corpus
from ..corpus.spellings import spellings_in, statement_keys
from ..support.arrays import Array, Mask, among
from .alignment import ReferenceDefinitions
from .comparison import LEAST_SOLID, MODIFIED_SHARE, PART_EVIDENCE
from .query import Query

# Sums taken in another order are so much less at most.
ROUNDED = 1e-6


class AtMost(Struct, frozen=True):
    """What an alignment can give at most, each as `Comparison` has it."""

    aligned_share: float
    evidence: float
    distinctive_share: float
    parts: Array
    """float64[D]: the evidence in each function and class that may be a part of the upstream file; 0 in others."""

    def part_evidence(self, of: Array | bool = True) -> float:
        """The evidence in parts, of those ``of`` bool[D]."""
        return float((self.parts * of).sum())


def share_at_most(query: Query, corpus: Corpus, file: int) -> float:
    """The share of the file's tokens in statements that file content ``file`` of a corpus has anywhere, names aside."""
    statements = corpus.statements_in(corpus.member_definitions[corpus.members_of(file)])
    held = _held(query, corpus, corpus.statement_digests[statements])
    return float(query.statement_tokens[held].sum()) / max(query.total, 1)


def at_most(
    query: Query, corpus: Corpus, upstream: ReferenceDefinitions, idf_weights: Array, spelled_weights: Array
) -> AtMost:
    """What of a file may stand in an ``upstream`` file of a corpus.

    ``idf_weights`` uint8[S] are those of the statements of the file, ``spelled_weights`` uint8 those of the upstream's
    with their names.
    """
    held = _held(query, corpus, upstream.digests)
    rows, telling = held.nonzero()[0], query.telling
    weights = idf_weights[rows] / 255.0
    spelled = _spelled(query, corpus, upstream, rows, spelled_weights)
    is_spelled, most = spelled >= 0, np.maximum(weights, spelled)
    bare, named = telling.bare[rows] * weights, np.where(is_spelled, telling.named[rows] * most, 0.0)
    plain = np.where(telling.plain[rows], telling.backed[rows] * most, 0.0)
    # A statement tells something once without its names, and once with them; a plain one as much as what backs it.
    alone = float(bare[query.first_of_digest[rows]].sum() + named[query.first_of_spelling[rows]].sum())
    evidence = alone + min(alone, float(plain.sum())) + ROUNDED
    unmatched = float(query.possible_values(idf_weights)[~held].sum())
    tokens = query.statement_tokens[rows]
    return AtMost(
        float(tokens.sum()) / max(query.total, 1),
        evidence,
        evidence / max(evidence + unmatched, 1.0),
        _parts(query, query.statement_owners[rows], tokens, bare + named, plain),
    )


def _held(query: Query, corpus: Corpus, digests: Array) -> Mask:
    """bool[S]: the statements of the file that have one of the ``digests``, in the numbering of the corpus."""
    return among(np.sort(digests), query.known_in(corpus))[1]


def _spelled(query: Query, corpus: Corpus, upstream: ReferenceDefinitions, rows: Array, weights: Array) -> Array:
    """float64: the weight of each of the statements ``rows`` with its names, -1 where the upstream file lacks these."""
    mine = query.known_in(corpus)[rows]
    # Of a long upstream file little is shared, and only that is looked at name by name.
    shared = among(np.sort(mine), upstream.digests)[1].nonzero()[0]
    keys = statement_keys(mine.astype(np.uint64), query.spellings[rows])
    digests, contents = upstream.digests[shared], upstream.contents[shared]
    others = statement_keys(digests.astype(np.uint64), spellings_in(corpus, contents))
    order = others.argsort()
    places, held = among(others[order], keys)
    spelled = np.full(len(rows), -1.0)
    spelled[held] = weights[shared[order[places[held]]]] / 255.0
    return spelled


def _parts(query: Query, owners: Array, tokens: Array, alone: Array, plain: Array) -> Array:
    """float64[D]: `AtMost.parts`, of what statements tell ``alone``, and at most if they are ``plain`` and backed."""
    count = len(query.definition_tokens)
    aligned, values, more = (np.bincount(owners, each, minlength=count) for each in (tokens, alone, plain))
    most: Array = values + np.minimum(values, more) + ROUNDED
    solid = (query.definition_tokens >= LEAST_SOLID) & (aligned >= MODIFIED_SHARE * query.definition_tokens)
    solid[0] = False  # the module's own code is no part
    parts: Array = np.where(solid & (most >= PART_EVIDENCE), most, 0.0)
    return parts
