"""A file and an upstream file in, their aligned statements out: definitions paired, statements matched in each pair.

Definitions with equal canonical streams are paired first; the others by the statements they share, aligned as a
longest common subsequence. What is left on both sides may have moved: an inlined or extracted helper.
"""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from .arrays import Array
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
    upstream, digests = Members.of(corpus, file), asked.known_in(corpus)
    pairs = pair_definitions(asked, digests, upstream, rarity)
    ours, theirs = _matched(asked, digests[asked.real].tolist(), upstream, pairs)
    moved, taken = _moved(asked, digests, upstream, rarity, (ours, theirs))
    ours, theirs = np.concatenate([ours, moved]), np.concatenate([theirs, taken])
    order = np.argsort(ours, kind="stable")
    statements = ours[order]
    return Alignment(
        tuple(sorted(pairs, key=itemgetter(0))),
        statements,
        upstream.contents[theirs[order]],
        asked.units[statements],
        rarity,
    )


def statement_rarity(asked: Query, corpora: list[Corpus]) -> Array:
    """How rare each statement of a file is among all upstream files: its least weight in any corpus."""
    rarity = np.full(len(asked.code.digests), 255, np.uint8)
    for corpus in corpora:
        known = asked.known_in(corpus)
        held = np.flatnonzero(known >= 0)
        rarity[held] = np.minimum(rarity[held], corpus.digest_weights[known[held]])
    return rarity


def _matched(asked: Query, digests: list[int], upstream: Members, pairs: list[UnitPair]) -> tuple[Array, Array]:
    """The statements that match inside pairs, and their partners; ``digests`` are without the ends of blocks."""
    bounds = np.searchsorted(upstream.owners, np.arange(len(upstream.hashes) + 1)).tolist()
    others = upstream.digests.tolist()
    ours: list[int] = []
    theirs: list[int] = []
    for unit, member, equal in pairs:
        rows = range(*asked.real_bounds[unit : unit + 2])
        held = range(*bounds[member : member + 2])
        if equal and len(rows) == len(held):
            ours += rows
            theirs += held
            continue
        for row, other in _common(digests[rows.start : rows.stop], others[held.start : held.stop]):
            ours.append(rows[row])
            theirs.append(held[other])
    return asked.real[np.array(ours, np.int64)], np.array(theirs, np.int64)


def _common(left: list[int], right: list[int]) -> list[tuple[int, int]]:
    """Places of a longest common subsequence; of two very long lists, of equal items in order of their appearance."""
    if len(left) * len(right) <= LONGEST_TABLE:
        blocks = LCSseq.editops(left, right).as_matching_blocks()
        return [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]
    waiting: dict[int, list[int]] = {}
    for place in range(len(right) - 1, -1, -1):
        waiting.setdefault(right[place], []).append(place)
    return [(place, waiting[item].pop()) for place, item in enumerate(left) if waiting.get(item)]


def _moved(asked: Query, digests: Array, upstream: Members, rarity: Array, paired: tuple[Array, Array]) -> Array:
    """In order, the rare statements that no pair accounts for, wherever they stand, and their partners."""
    open_ = (digests >= 0) & (rarity >= RARE) & (asked.statement_tokens >= LONG)
    open_[paired[0]] = False
    rows = np.flatnonzero(open_)
    free = np.ones(len(upstream.digests), bool)
    free[paired[1]] = False
    free &= among(np.sort(digests[rows]), upstream.digests)[1]
    waiting: dict[int, list[int]] = {}
    for place in np.flatnonzero(free)[::-1].tolist():
        waiting.setdefault(int(upstream.digests[place]), []).append(place)
    found = [(row, places.pop()) for row in rows.tolist() if (places := waiting.get(int(digests[row])))]
    both: Array = np.array(found, np.int64).reshape(-1, 2).T
    return both
