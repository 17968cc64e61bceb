"""A file and an upstream file in, their aligned statements out: definitions paired, statements matched in each pair.

Definitions with equal canonical streams are paired first; the others by the statements they share, aligned as a
longest common subsequence. What is left on both sides may have moved: an inlined or extracted helper.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from .arrays import Array
from .canonical import END_DIGEST
from .corpus.pack import Corpus
from .corpus.ragged import among
from .pairing import Members, UnitPair, pair_definitions
from .query import Query

# Two lists of statements with more pairs than this are not aligned but matched: a definition of 5,000 statements.
LONGEST_TABLE = 25_000_000
# A statement that moved between definitions counts only when it is rare enough (of 255) and long enough to be told
# apart.
RARE = 60
LONG = 6


class Alignment(NamedTuple):
    """``statements`` int64[M] of the copy, their definitions ``owners``, and the corpus ``contents`` they match.

    ``rarity`` uint8[S] of the copy's statements: 255 in no or one upstream file, 0 in all.
    """

    pairs: tuple[UnitPair, ...]
    statements: Array
    contents: Array
    owners: Array
    rarity: Array


def align(asked: Query, corpus: Corpus, file: int, rarity: Array) -> Alignment:
    """Align a file with file content ``file`` of a corpus; ``rarity`` is that of its statements."""
    upstream = Members.of(corpus, file)
    places, known = among(corpus.digests, asked.code.digests)
    digests = np.where(known & (asked.code.digests != END_DIGEST), places, -1)
    pairs = pair_definitions(asked, digests, upstream, rarity)
    return _matched(asked, digests, upstream, pairs, rarity)


def statement_rarity(asked: Query, corpora: list[Corpus]) -> Array:
    """How rare each statement of a file is among all upstream files: its least weight in any corpus."""
    rarity = np.full(len(asked.code.digests), 255, np.uint8)
    for corpus in corpora:
        places, known = among(corpus.digests, asked.code.digests)
        np.minimum(
            rarity, np.where(known, corpus.digest_weights[places] if len(corpus.digests) else 255, 255), out=rarity
        )
    return rarity


def _matched(asked: Query, digests: Array, upstream: Members, pairs: list[UnitPair], weights: Array) -> Alignment:
    """The statements that match inside pairs, then those that moved."""
    starts = asked.code.statement_starts
    real = np.flatnonzero(asked.code.digests != END_DIGEST)
    all_rows, row_bounds = real.tolist(), np.searchsorted(real, starts).tolist()
    bounds = np.searchsorted(upstream.owners, np.arange(len(upstream.hashes) + 1)).tolist()
    ours: list[int] = []
    theirs: list[int] = []
    for pair in pairs:
        rows = all_rows[row_bounds[pair.unit] : row_bounds[pair.unit + 1]]
        held = range(bounds[pair.member], bounds[pair.member + 1])
        if pair.equal and len(rows) == len(held):
            ours += rows
            theirs += held
            continue
        for row, other in _common(digests[rows].tolist(), upstream.digests[held.start : held.stop].tolist()):
            ours.append(rows[row])
            theirs.append(held[other])
    _add_moved(asked, digests, upstream, weights, ours, theirs)
    order = np.argsort(np.array(ours, np.int64), kind="stable")
    statements = np.array(ours, np.int64)[order]
    contents = upstream.contents[np.array(theirs, np.int64)[order]] if ours else np.zeros(0, np.int64)
    owners = np.searchsorted(starts, statements, side="right") - 1
    ordered = tuple(sorted(pairs, key=lambda pair: pair.unit))
    return Alignment(ordered, statements, contents, owners, weights)


def _common(left: list[int], right: list[int]) -> list[tuple[int, int]]:
    """Places of a longest common subsequence; of two very long lists, of equal items in order of their appearance."""
    if len(left) * len(right) <= LONGEST_TABLE:
        blocks = LCSseq.editops(left, right).as_matching_blocks()
        return [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]
    waiting: dict[int, list[int]] = {}
    for place in range(len(right) - 1, -1, -1):
        waiting.setdefault(right[place], []).append(place)
    return [(place, waiting[item].pop()) for place, item in enumerate(left) if waiting.get(item)]


def _add_moved(
    asked: Query, digests: Array, upstream: Members, weights: Array, ours: list[int], theirs: list[int]
) -> None:
    """Match, in order, the rare statements that no pair accounts for, wherever they stand."""
    open_ = np.ones(len(digests), bool)
    open_[ours] = False
    open_ &= (digests >= 0) & (weights >= RARE) & (asked.statement_tokens >= LONG)
    rows = np.flatnonzero(open_)
    if not len(rows):
        return
    free = np.ones(len(upstream.digests), bool)
    free[theirs] = False
    waiting: dict[int, list[int]] = {}
    for place in np.flatnonzero(free)[::-1].tolist():
        waiting.setdefault(int(upstream.digests[place]), []).append(place)
    for row in rows.tolist():
        if places := waiting.get(int(digests[row])):
            ours.append(row)
            theirs.append(places.pop())
