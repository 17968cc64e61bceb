"""A file and an upstream file in, their definitions paired out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from ..corpus.model import Corpus
from ..support.arrays import Array, among, distinct, pack_pairs, run_places, runs, unpack_pairs
from .candidates import Query

# Below this share of shared statements two definitions are not compared further.
LEAST_OVERLAP = 0.15
# Files with more pairs of definitions than this, about 2,000 on each side, are paired by equal streams alone.
MOST_PAIRS = 4_000_000
_CLASS, _FUNCTION = 1, 2  # places in KINDS


class UnitPair(NamedTuple):
    """Definition number ``unit`` of the copy stands in member number ``member`` of the upstream file."""

    unit: int
    member: int
    equal: bool


class Members(NamedTuple):
    """The definitions of an upstream file and, one after the other, their statements, each with its owner."""

    hashes: Array
    spellings: Array
    kinds: Array
    names: Array
    parents: Array
    contents: Array
    owners: Array
    digests: Array

    @classmethod
    def of(cls, corpus: Corpus, file: int) -> Members:
        """Read file content ``file`` of a corpus."""
        rows = slice(*corpus.file_starts[file : file + 2].tolist())
        definitions = corpus.member_definitions[rows]
        places, owners = runs(corpus.definition_statement_starts, definitions)
        contents = corpus.definition_statements[places].astype(np.int64)
        return cls(
            hashes=corpus.definition_hashes[definitions],
            spellings=corpus.definition_spellings[definitions],
            kinds=corpus.definition_kinds[definitions],
            names=corpus.name_hashes[corpus.member_names[rows]],
            parents=corpus.member_parents[rows].astype(np.int64),
            contents=contents,
            owners=owners,
            digests=corpus.statement_digests[contents].astype(np.int64),
        )


class _Likely(NamedTuple):
    """Pairs of a definition and a member of its kind, by unit and member, whose ``score`` is above LEAST_OVERLAP."""

    units: Array
    members: Array
    score: Array


def pair_definitions(asked: Query, digests: Array, upstream: Members, weights: Array) -> list[UnitPair]:
    """Pair definitions one to one: equal streams first, then by shared statements; classes by their methods.

    ``digests`` int64[S] are the file's statements in the numbering of the corpus, -1 for those it does not have;
    ``weights`` uint8[S] how rare they are.
    """
    if len(asked.tokens) * len(upstream.hashes) > MOST_PAIRS:
        return _pair_equal(asked, upstream)
    equal = asked.code.hashes[:, None] == upstream.hashes
    equal &= asked.kinds[:, None] == upstream.kinds
    unequal = bool((asked.tokens[~equal.any(axis=1)] > 0).any())
    overlap = _overlap(asked, digests, upstream, weights) if unequal else np.zeros(equal.shape)
    likely = _likely(asked, upstream, equal, overlap)
    classes = _pair_classes(asked, upstream, likely)
    functions = _pair_functions(asked, upstream, likely, classes)
    partners = np.where(functions >= 0, functions, classes)
    units = np.flatnonzero(partners >= 0)
    members = partners[units]
    return list(map(UnitPair, units.tolist(), members.tolist(), equal[units, members].tolist()))


def _overlap(asked: Query, digests: Array, upstream: Members, weights: Array) -> Array:
    """[D, M]: about what share of each definition's tokens stand in each member, rare statements weighing more."""
    units = asked.units
    value = asked.statement_tokens * (weights.astype(np.float64) + 16)
    members = len(upstream.hashes)
    # A statement counts once for each member, however often it stands there.
    table, holders = unpack_pairs(distinct(pack_pairs(upstream.digests, upstream.owners)))
    rows = np.flatnonzero(digests >= 0)
    places, source = run_places(
        np.searchsorted(table, digests[rows], "left"), np.searchsorted(table, digests[rows], "right")
    )
    source, member = rows[source], holders[places]
    sums = np.bincount(units[source] * members + member, value[source], minlength=len(asked.tokens) * members)
    totals = np.bincount(units, value, minlength=len(asked.tokens))
    return np.minimum(sums.reshape(len(asked.tokens), members) / np.maximum(totals, 1)[:, None], 0.99)


def _likely(asked: Query, upstream: Members, equal: Array, overlap: Array) -> _Likely:
    """Equal streams score above all others; then shared statements, equal names, and nearly the same place."""
    code = asked.code
    units, members = np.nonzero(equal | (overlap > 0))
    same = equal[units, members]
    named = asked.leaf_hashes[units] == upstream.names[members]
    spelled = same & (code.spellings[units] == upstream.spellings[members])
    score = np.where(same, 2.0, overlap[units, members])
    score += 0.2 * spelled + 0.2 * named
    score -= 1e-4 * np.minimum(np.abs(units - members), 1000)
    # What is empty is told by its name alone.
    told = (asked.kinds[units] == upstream.kinds[members]) & ((asked.tokens[units] > 0) | named)
    kept = told & (score > LEAST_OVERLAP)
    return _Likely(units[kept], members[kept], score[kept])


def _pair_classes(asked: Query, upstream: Members, likely: _Likely) -> Array:
    """For each definition the member paired with it if it is a class, -1 otherwise; the modules are a pair."""
    units, members, score = likely
    kinds, parents, width = asked.kinds, asked.parents, len(upstream.hashes)
    strong = score * asked.tokens[units]
    inside = (kinds[units] == _FUNCTION) & (kinds[parents[units]] == _CLASS)
    inside &= upstream.kinds[upstream.parents[members]] == _CLASS
    itself = kinds[units] == _CLASS
    cells = np.concatenate([parents[units] * width + upstream.parents[members], units * width + members])
    voting = np.concatenate([inside, itself])
    votes = np.bincount(cells[voting], np.concatenate([strong, strong])[voting], minlength=len(kinds) * width)
    voted = np.flatnonzero(votes > 0.0)
    paired = _greedy(_Likely(voted // width, voted % width, votes[voted]), len(kinds), width)
    paired[0] = 0
    return paired


def _pair_functions(asked: Query, upstream: Members, likely: _Likely, classes: Array) -> Array:
    """As `_pair_classes`, of functions and methods; a method is first looked for in the class paired with its own."""
    functions = asked.kinds[likely.units] == _FUNCTION
    units, members, score = (column[functions] for column in likely)
    at_home = classes[asked.parents[units]] == upstream.parents[members]
    return _greedy(_Likely(units, members, score + 0.5 * at_home), len(asked.tokens), len(upstream.hashes))


def _greedy(likely: _Likely, units: int, members: int) -> Array:
    """For each of so many ``units`` its one of ``members``, -1 for none: the best pair first, then of what is left."""
    order = np.argsort(-likely.score, kind="stable")
    left, right = likely.units[order], likely.members[order]
    partner = np.full(units, -1)
    # Where each is the other's best, nothing comes before the pair; that is most of them.
    places = np.arange(len(order))
    best_left, best_right = np.empty(units, np.int64), np.empty(members, np.int64)
    best_left[left[::-1]], best_right[right[::-1]] = places[::-1], places[::-1]
    mutual = (best_left[left] == places) & (best_right[right] == places)
    partner[left[mutual]] = right[mutual]
    taken = np.zeros(members, bool)
    taken[right[mutual]] = True
    open_ = (partner[left] < 0) & ~taken[right]
    chosen: set[int] = set()
    found: dict[int, int] = {}
    for unit, member in zip(left[open_].tolist(), right[open_].tolist(), strict=True):
        if unit not in found and member not in chosen:
            chosen.add(member)
            found[unit] = member
    partner[list(found.keys())] = list(found.values())
    return partner


def _pair_equal(asked: Query, upstream: Members) -> list[UnitPair]:
    """Pair equal streams in order, and nothing else: for files of thousands of definitions."""
    waiting: dict[int, list[int]] = {}
    for member in range(len(upstream.hashes) - 1, 0, -1):
        waiting.setdefault(int(upstream.hashes[member]), []).append(member)
    pairs = [UnitPair(0, 0, bool(asked.code.hashes[0] == upstream.hashes[0]))]
    for unit, digest in enumerate(asked.code.hashes.tolist()):
        if unit and waiting.get(digest):
            pairs.append(UnitPair(unit, waiting[digest].pop(), True))
    return pairs


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
