"""A file and an upstream file in, their aligned statements out: definitions paired, statements matched in each pair.

Definitions with equal canonical streams are paired first; the others by the statements they share, aligned as a
longest common subsequence. What is left on both sides may have moved: an inlined or extracted helper.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from .arrays import Array
from .corpus.pack import Corpus
from .corpus.ragged import among, runs
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
    ours, theirs = _matched(asked, digests[asked.real], upstream, pairs)
    moved, taken = _moved(asked, digests, upstream, rarity, (ours, theirs))
    ours, theirs = np.concatenate([ours, moved]), np.concatenate([theirs, taken])
    order = np.argsort(ours, kind="stable")
    statements = ours[order]
    return Alignment(
        tuple(pairs),
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


def _matched(asked: Query, digests: Array, upstream: Members, pairs: list[UnitPair]) -> tuple[Array, Array]:
    """The statements that match inside pairs, and their partners; ``digests`` are without the ends of blocks."""
    ours, theirs = asked.real_bounds, np.searchsorted(upstream.owners, np.arange(len(upstream.hashes) + 1))
    units, members, equal = np.array(pairs, np.int64).T
    whole = (equal == 1) & (np.diff(ours)[units] == np.diff(theirs)[members])
    common: list[tuple[int, int]] = []
    for unit, member in zip(units[~whole].tolist(), members[~whole].tolist(), strict=True):
        row, other = int(ours[unit]), int(theirs[member])
        left, right = digests[row : ours[unit + 1]].tolist(), upstream.digests[other : theirs[member + 1]].tolist()
        common += [(row + place, other + partner) for place, partner in _common(left, right)]
    rows, others = np.array(common, np.int64).reshape(-1, 2).T
    rows = np.concatenate([runs(ours, units[whole])[0], rows])
    return asked.real[rows], np.concatenate([runs(theirs, members[whole])[0], others])


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
    if not len(rows):
        return np.zeros((2, 0), np.int64)
    free = np.ones(len(upstream.digests), bool)
    free[paired[1]] = False
    free &= among(np.sort(digests[rows]), upstream.digests)[1]
    waiting: dict[int, list[int]] = {}
    left = np.flatnonzero(free)[::-1]
    for place, digest in zip(left.tolist(), upstream.digests[left].tolist(), strict=True):
        waiting.setdefault(digest, []).append(place)
    wanted = zip(rows.tolist(), digests[rows].tolist(), strict=True)
    found = [(row, places.pop()) for row, digest in wanted if (places := waiting.get(digest))]
    both: Array = np.array(found, np.int64).reshape(-1, 2).T
    return both
