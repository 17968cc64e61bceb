"""A file and an upstream file in, their aligned statements out: definitions paired, statements matched in each pair.

Definitions with equal canonical streams are paired first; the others by the statements they share, aligned as a
longest common subsequence. What is left on both sides may have moved: an inlined or extracted helper.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import LCSseq

from .arrays import Array, distinct
from .canonical import END_DIGEST
from .corpus.pack import KINDS, Corpus
from .corpus.ragged import among, runs
from .matching import Query

# Below this share of shared statements two definitions are not compared further.
LEAST_OVERLAP = 0.15
# A statement that moved between definitions counts only when it is rare enough (of 255) and long enough to be told
# apart.
RARE = 60
LONG = 6


@dataclass(frozen=True, slots=True)
class UnitPair:
    """Definition number ``unit`` of the copy stands in member number ``member`` of the upstream file."""

    unit: int
    member: int
    equal: bool


@dataclass(frozen=True, slots=True)
class Alignment:
    """``statements`` int64[M] of the copy, their definitions ``owners``, and the corpus ``contents`` they match.

    ``rarity`` uint8[S] of the copy's statements: 255 in no or one upstream file, 0 in all.
    """

    pairs: tuple[UnitPair, ...]
    statements: Array
    contents: Array
    owners: Array
    rarity: Array
    members: int


def align(asked: Query, corpus: Corpus, file: int, rarity: Array | None = None) -> Alignment:
    """Align a file with file content ``file`` of a corpus."""
    upstream = _Members.of(corpus, file)
    places, known = among(corpus.digests, asked.code.digests)
    digests = np.where(known & (asked.code.digests != END_DIGEST), places, -1)
    weights = rarity if rarity is not None else statement_rarity(asked, [corpus])
    pairs = _pair(asked, upstream, _overlap(asked, digests, upstream, weights))
    return _matched(asked, digests, upstream, pairs, weights)


def statement_rarity(asked: Query, corpora: list[Corpus]) -> Array:
    """How rare each statement of a file is among all upstream files: its least weight in any corpus."""
    rarity = np.full(len(asked.code.digests), 255, np.uint8)
    for corpus in corpora:
        places, known = among(corpus.digests, asked.code.digests)
        np.minimum(
            rarity, np.where(known, corpus.digest_weights[places] if len(corpus.digests) else 255, 255), out=rarity
        )
    return rarity


@dataclass(frozen=True, slots=True)
class _Members:
    """The definitions of an upstream file and, one after the other, their statements."""

    hashes: Array
    spellings: Array
    kinds: Array
    names: Array
    parents: Array
    contents: Array
    owners: Array
    digests: Array

    @classmethod
    def of(cls, corpus: Corpus, file: int) -> _Members:
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


def _overlap(asked: Query, digests: Array, upstream: _Members, weights: Array) -> Array:
    """[D, M]: about what share of each definition's tokens stand in each member, rare statements weighing more."""
    units = np.repeat(np.arange(len(asked.tokens)), np.diff(asked.code.statement_starts))
    value = asked.statement_tokens * (weights.astype(np.float64) + 16)
    order = np.argsort(upstream.digests, kind="stable")
    table = upstream.digests[order]
    rows = np.flatnonzero(digests >= 0)
    first = np.searchsorted(table, digests[rows], side="left")
    last = np.searchsorted(table, digests[rows], side="right")
    lengths = last - first
    source = np.repeat(rows, lengths)
    places = np.arange(len(source)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(first, lengths)
    members = len(upstream.hashes)
    # A statement counts once for each member, however often it stands there.
    keys = distinct(source * members + upstream.owners[order[places]])
    source, member = np.divmod(keys, max(members, 1))
    sums = np.bincount(units[source] * members + member, value[source], minlength=len(asked.tokens) * members)
    totals = np.bincount(units, value, minlength=len(asked.tokens))
    return np.minimum(sums.reshape(len(asked.tokens), members) / np.maximum(totals, 1)[:, None], 0.99)


def _pair(asked: Query, upstream: _Members, overlap: Array) -> list[UnitPair]:
    """Pair definitions one to one: classes by what their methods share, then what is in them, best first."""
    code = asked.code
    kinds = np.array([KINDS.index(definition.kind) for definition in code.definitions])
    parents = np.array([max(definition.parent, 0) for definition in code.definitions])
    alike = kinds[:, None] == upstream.kinds[None, :]
    equal = (code.hashes[:, None] == upstream.hashes[None, :]) & alike
    spelled = equal & (code.spellings[:, None] == upstream.spellings[None, :])
    named = _leaf_hashes(asked)[:, None] == upstream.names[None, :]
    score = np.where(equal, 1.0, overlap) * alike
    score[(asked.tokens == 0)] *= named[(asked.tokens == 0)]
    score += (score > 0) * (0.2 * spelled + 0.2 * named)
    score -= 1e-4 * np.abs(np.arange(len(code.hashes))[:, None] - np.arange(len(upstream.hashes))[None, :])
    classes = _pair_classes(asked, upstream, score, kinds, parents)
    together = classes[parents][:, None] == upstream.parents[None, :]
    score += (score > LEAST_OVERLAP) * 0.5 * together
    score[kinds < 2] = -1
    chosen = [UnitPair(0, 0, bool(equal[0, 0]))]
    chosen += [
        UnitPair(int(unit), int(member), bool(equal[unit, member]))
        for unit, member in enumerate(classes)
        if unit and member >= 0
    ]
    chosen += [UnitPair(unit, member, bool(equal[unit, member])) for unit, member in _greedy(score, LEAST_OVERLAP)]
    return chosen


def _pair_classes(asked: Query, upstream: _Members, score: Array, kinds: Array, parents: Array) -> Array:
    """For each definition the member paired with it if it is a class, -1 otherwise; the modules are a pair."""
    votes = np.zeros(score.shape)
    strong = np.where(score > LEAST_OVERLAP, score, 0) * asked.tokens[:, None]
    units, members = np.nonzero(strong)
    inside = (kinds[units] == 2) & (kinds[parents[units]] == 1) & (upstream.kinds[upstream.parents[members]] == 1)
    np.add.at(
        votes, (parents[units[inside]], upstream.parents[members[inside]]), strong[units[inside], members[inside]]
    )
    itself = kinds[units] == 1
    np.add.at(votes, (units[itself], members[itself]), strong[units[itself], members[itself]])
    paired = np.full(len(kinds), -1)
    paired[0] = 0
    for unit, member in _greedy(votes, 0.0):
        paired[unit] = member
    return paired


def _greedy(score: Array, least: float) -> list[tuple[int, int]]:
    """One-to-one pairs with a score above ``least``, best first."""
    units, members = np.nonzero(score > least)
    order = np.argsort(-score[units, members], kind="stable")
    left, right = set(), set()
    chosen = []
    for unit, member in zip(units[order].tolist(), members[order].tolist(), strict=True):
        if unit not in left and member not in right:
            left.add(unit)
            right.add(member)
            chosen.append((unit, member))
    return chosen


def _leaf_hashes(asked: Query) -> Array:
    leaves = [definition.qualname.rpartition(".")[2].encode() for definition in asked.code.definitions]
    return np.frombuffer(b"".join(hashlib.blake2b(leaf, digest_size=8).digest() for leaf in leaves), np.uint64)


def _matched(asked: Query, digests: Array, upstream: _Members, pairs: list[UnitPair], weights: Array) -> Alignment:
    """The statements that match inside pairs, then those that moved."""
    starts = asked.code.statement_starts
    bounds = np.searchsorted(upstream.owners, np.arange(len(upstream.hashes) + 1))
    ours: list[int] = []
    theirs: list[int] = []
    real = asked.code.digests != END_DIGEST
    for pair in pairs:
        rows = (starts[pair.unit] + np.flatnonzero(real[starts[pair.unit] : starts[pair.unit + 1]])).tolist()
        held = list(range(bounds[pair.member], bounds[pair.member + 1]))
        if pair.equal:
            ours += rows
            theirs += held
            continue
        left, right = digests[rows].tolist(), upstream.digests[held].tolist()
        for block in LCSseq.editops(left, right).as_matching_blocks():
            ours += rows[block.a : block.a + block.size]
            theirs += held[block.b : block.b + block.size]
    _add_moved(asked, digests, upstream, weights, ours, theirs)
    order = np.argsort(np.array(ours, np.int64), kind="stable")
    statements = np.array(ours, np.int64)[order]
    contents = upstream.contents[np.array(theirs, np.int64)[order]] if ours else np.zeros(0, np.int64)
    owners = np.searchsorted(starts, statements, side="right") - 1
    return Alignment(
        tuple(sorted(pairs, key=lambda pair: pair.unit)), statements, contents, owners, weights, len(upstream.hashes)
    )


def _add_moved(
    asked: Query, digests: Array, upstream: _Members, weights: Array, ours: list[int], theirs: list[int]
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
