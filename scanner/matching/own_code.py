"""What of a file is in no known upstream and would tell it apart: small enough to be kept of a million files.

Two files of an audit that have enough of it in common are copies of one another, or of a third that nobody knows.
Edit this when files that copy one another are not told of, or when too much is kept of each.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from ..corpus.union import CorpusUnion
from ..results import MODULE, FileVerdict
from ..support.arrays import Array, Mask, first_of_each
from .comparison import LEAST_SOLID, MODIFIED_SHARE, PART_EVIDENCE
from .own_sample import VALUE_PARTS, OwnCode, OwnDefinition
from .query import Query
from .ranking import COPY_EVIDENCE

# So many definitions and statements are kept of a file, those of a longer one in part.
MOST_DEFINITIONS = 48
MOST_STATEMENTS = 96
# A statement of fewer distinctive tokens is alike with others by chance.
LEAST_STATEMENT = 3.0
_LONGEST_NAME = 120


def own_code(query: Query, union: CorpusUnion, verdict: FileVerdict) -> OwnCode | None:
    """What ``verdict`` leaves of a file, in its first form; None where that is too little to tell a copy by."""
    if verdict.own_release:
        return None
    values = _values(query, union)
    free = _unexplained(query, verdict)
    kept = np.where(free[query.statement_owners], values.alone, 0.0)
    if float(kept.sum()) < COPY_EVIDENCE:
        return None
    evidence = np.where(free & (query.definition_tokens >= LEAST_SOLID), values.of_definitions, 0.0)
    digests, counts, halvings = _sample(query.code.digests, kept)
    return OwnCode(
        _definitions(query, evidence),
        round(float(evidence.sum())),
        digests.astype("<u8").tobytes(),
        np.minimum(counts * VALUE_PARTS, 255).astype(np.uint8).tobytes(),
        round(float(kept[kept >= LEAST_STATEMENT].sum())),
        halvings,
    )


class _Values(Struct, frozen=True):
    alone: Array
    """float64[S]: the distinctive tokens of each statement, its names aside; of equal ones at the first alone."""
    of_definitions: Array
    """float64[D]: those of each definition where all of it is the same: what is plain is backed by what is not."""


def _values(query: Query, union: CorpusUnion) -> _Values:
    telling, weights = query.telling, query.idf_weights(union) / 255.0
    alone = telling.bare * weights * query.first_of_digest
    owners, count = query.statement_owners, len(query.definition_tokens)
    backed = np.where(telling.plain, np.maximum(telling.backed * weights - alone, 0.0), 0.0)
    backing = np.bincount(owners, np.where(telling.plain, 0.0, alone), minlength=count)
    more = np.minimum(np.bincount(owners, backed, minlength=count), backing)
    return _Values(alone, np.bincount(owners, alone, minlength=count) + more)


def _unexplained(query: Query, verdict: FileVerdict) -> Mask:
    """bool[D]: the definitions of which most stands in no known upstream, older or younger."""
    known = {(each.qualname, each.first_line) for each in verdict.definitions if each.similarity >= MODIFIED_SHARE}
    parts = {part for upstream in (*verdict.upstreams, *verdict.later) for part in upstream.parts}
    definitions = [(each.qualname or MODULE, each.first_line) for each in query.code.definitions]
    return np.array([each not in known and each[0] not in parts for each in definitions], bool)


def _definitions(query: Query, evidence: Array) -> tuple[OwnDefinition, ...]:
    """Those that tell most; of equal ones the first."""
    first = first_of_each(query.code.hashes)
    telling = np.flatnonzero(first & (evidence >= PART_EVIDENCE))
    most = telling[np.argsort(-evidence[telling], kind="stable")[:MOST_DEFINITIONS]]
    hashes, told = query.code.hashes, query.code.definitions
    return tuple(
        OwnDefinition(
            int(hashes[number]),
            round(float(evidence[number])),
            (told[number].qualname or MODULE)[:_LONGEST_NAME],
            told[number].first_line,
        )
        for number in np.sort(most).tolist()
    )


def _sample(digests: Array, values: Array) -> tuple[Array, Array, int]:
    """The least digests of statements that tell something, what each counts, and how often their range was halved.

    Samples of two files with the same halvings hold what both have in common in that range.
    """
    telling = np.flatnonzero(values >= LEAST_STATEMENT)
    order = telling[np.argsort(digests[telling])]
    found, halvings = digests[order], 0
    while len(found) > MOST_STATEMENTS:
        halvings += 1
        found = found[: np.searchsorted(found, np.uint64(1 << (64 - halvings)))]
    return found, values[order[: len(found)]], halvings
