"""A file and an upstream file in, their definitions paired out."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from .arrays import Array, distinct
from .corpus.pack import KINDS, Corpus
from .corpus.ragged import run_places, runs
from .query import Query

# Below this share of shared statements two definitions are not compared further.
LEAST_OVERLAP = 0.15
# Files with more pairs of definitions than this, about 2,000 on each side, are paired by equal streams alone.
MOST_PAIRS = 4_000_000


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


def _overlap(asked: Query, digests: Array, upstream: Members, weights: Array) -> Array:
    """[D, M]: about what share of each definition's tokens stand in each member, rare statements weighing more."""
    units = np.repeat(np.arange(len(asked.tokens)), np.diff(asked.code.statement_starts))
    value = asked.statement_tokens * (weights.astype(np.float64) + 16)
    members = len(upstream.hashes)
    # A statement counts once for each member, however often it stands there.
    held = distinct(upstream.digests * members + upstream.owners)
    table, holders = held // members, held % members
    rows = np.flatnonzero(digests >= 0)
    places, source = run_places(
        np.searchsorted(table, digests[rows], "left"), np.searchsorted(table, digests[rows], "right")
    )
    keys = rows[source] * members + holders[places]
    source, member = np.divmod(keys, max(members, 1))
    sums = np.bincount(units[source] * members + member, value[source], minlength=len(asked.tokens) * members)
    totals = np.bincount(units, value, minlength=len(asked.tokens))
    return np.minimum(sums.reshape(len(asked.tokens), members) / np.maximum(totals, 1)[:, None], 0.99)


def pair_definitions(asked: Query, digests: Array, upstream: Members, weights: Array) -> list[UnitPair]:
    """Pair definitions one to one: equal streams first, then by shared statements; classes by their methods.

    ``digests`` int64[S] are the file's statements in the numbering of the corpus, -1 for those it does not have;
    ``weights`` uint8[S] how rare they are.
    """
    if len(asked.tokens) * len(upstream.hashes) > MOST_PAIRS:
        return _pair_equal(asked, upstream)
    code = asked.code
    kinds = np.array([KINDS.index(definition.kind) for definition in code.definitions])
    parents = np.array([max(definition.parent, 0) for definition in code.definitions])
    equal = (code.hashes[:, None] == upstream.hashes[None, :]) & (kinds[:, None] == upstream.kinds[None, :])
    unequal = bool((asked.tokens[~equal.any(axis=1)] > 0).any())
    overlap = _overlap(asked, digests, upstream, weights) if unequal else np.zeros(equal.shape)
    score = _scores(asked, upstream, equal, overlap, kinds)
    classes = _pair_classes(asked, upstream, score, kinds, parents)
    score += (score > LEAST_OVERLAP) * 0.5 * (classes[parents][:, None] == upstream.parents[None, :])
    score[kinds < 2] = -1
    paired = [(unit, int(member)) for unit, member in enumerate(classes) if member >= 0] + _greedy(score, LEAST_OVERLAP)
    return [UnitPair(unit, member, bool(equal[unit, member])) for unit, member in paired]


def _scores(asked: Query, upstream: Members, equal: Array, overlap: Array, kinds: Array) -> Array:
    """[D, M]: equal streams above all others; then shared statements, equal names, and nearly the same place."""
    code = asked.code
    spelled = equal & (code.spellings[:, None] == upstream.spellings[None, :])
    named = _leaf_hashes(asked)[:, None] == upstream.names[None, :]
    score = np.where(equal, 2.0, overlap) * (kinds[:, None] == upstream.kinds[None, :])
    empty = asked.tokens == 0
    score[empty] *= named[empty]
    score += (score > 0) * (0.2 * spelled + 0.2 * named)
    distance = np.abs(np.arange(len(code.hashes))[:, None] - np.arange(len(upstream.hashes))[None, :])
    near: Array = score - 1e-4 * np.minimum(distance, 1000)
    return near


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


def _pair_classes(asked: Query, upstream: Members, score: Array, kinds: Array, parents: Array) -> Array:
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
