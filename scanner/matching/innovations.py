"""What an upstream path gained over its releases, and how much of that a file holds: who derives from whom, undated.

A copy that holds what the upstream added after its first release descends from the upstream, whatever dates say; an
original lacks what its port added. Edit this when another sort of addition should count.
"""

from __future__ import annotations

import numpy as np

from ..corpus.model import Corpus
from ..results import Innovations
from ..support.arrays import Array, among, distinct
from .comparison import Comparison
from .gained import LEAST_HELD

# A statement of a lower IDF weight, or a shorter one, may have come to both by chance.
LEAST_WEIGHT = 128
LEAST_TOKENS = 6
# A content goes on from another that has this part of its distinctive statements.
BEGUN_PART = 0.1


def innovations_of(comparison: Comparison) -> Innovations | None:
    """What the path gained up to the content that the file is held against; None where that is as it began.

    A path begins with the first content that the present one goes on from: before, something else may have stood there.
    """
    histories, candidate = comparison.candidate.histories, comparison.candidate

    def is_older(file: int) -> bool:
        return file != candidate.file and histories.day_of(file, candidate.history) < candidate.day

    contents = histories.contents(candidate.history)
    if not is_older(contents[0]):
        return None
    distinctive = _distinctive(comparison, candidate.file)
    for first in contents:
        if not is_older(first):
            return None
        before = _digests(comparison, first)
        kept = among(before, distinctive)[1]
        if kept.sum() >= max(LEAST_HELD, BEGUN_PART * len(distinctive)):
            break
    added = distinctive[~kept]
    if not len(added):
        return None
    since, until = (histories.versions(file, candidate.history)[0].release for file in (first, candidate.file))
    held = _held(comparison, added)
    kept_held = _held(comparison, distinctive[kept])
    return Innovations(held, len(added), since.version, until.version, kept_held, int(kept.sum()))


def additions_held(comparison: Comparison, before: int) -> tuple[int, int]:
    """How many of the distinctive statements that the upstream has beyond its content ``before`` stand in the file,
    and how many there are."""
    distinctive = _distinctive(comparison, comparison.candidate.file)
    added = distinctive[~among(_digests(comparison, before), distinctive)[1]]
    return _held(comparison, added), len(added)


def _held(comparison: Comparison, digests: Array) -> int:
    """How many of these distinct normalised statements stand in the file."""
    return int(among(np.sort(comparison.query.code.digests), digests)[1].sum())


def _contents(comparison: Comparison, file: int) -> tuple[Corpus, Array]:
    """The statements of an upstream file, and the corpus that holds them."""
    union = comparison.candidate.histories.union
    corpus, local = union.corpus_of(file), union.local_file(file)
    return corpus, corpus.statements_in(corpus.member_definitions[corpus.members_of(local)])


def _digests(comparison: Comparison, file: int) -> Array:
    """The normalised statements of an upstream file, by their digests, as any corpus has them."""
    corpus, statements = _contents(comparison, file)
    return distinct(corpus.digests[corpus.statement_digests[statements]])


def _distinctive(comparison: Comparison, file: int) -> Array:
    """The normalised statements of an upstream file that are rare and long enough to tell."""
    corpus, statements = _contents(comparison, file)
    numbers = corpus.statement_digests[statements]
    union, digests = comparison.candidate.histories.union, corpus.digests[numbers]
    weights = corpus.digest_weights[numbers] if len(union.corpora) == 1 else union.rarity.digest_weights(digests)
    kept = (weights >= LEAST_WEIGHT) & (corpus.statement_tokens[statements] >= LEAST_TOKENS)
    return distinct(digests[kept])
