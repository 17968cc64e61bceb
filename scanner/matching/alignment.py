"""Alignment: which definition of a file stands beside which of an upstream file, and which statement beside which.

Edit this when definitions are paired wrongly, or when a statement should be found that is not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from msgspec import Struct

from ..corpus.model import Corpus
from ..corpus.spellings import spellings_in
from ..support.arrays import Array, Mask, among, distinct, pack_pairs, run_places, runs, unpack_pairs
from .common_order import common, common_around
from .query import Query

# Below this share of shared statements two definitions are not compared further.
LEAST_OVERLAP = 0.15
# Files with more pairs of definitions than this, about 2,000 on each side, are paired by equal tokens alone.
MOST_PAIRS = 4_000_000
# A statement that moved between definitions counts only when its IDF weight (of 255) and its length tell it apart.
LEAST_MOVED_WEIGHT = 60
LEAST_MOVED_TOKENS = 6
# A way to match that leaves one statement more without a partner needs so many more whose names are equal, too.
_NAMED_FOR_ONE = 4
_ODD = np.uint64(0x9E3779B97F4A7C15)  # spreads the numbers of statements over 64 bits
_CLASS, _FUNCTION = 1, 2  # the numbers of KINDS


class DefinitionPairs(NamedTuple):
    """Query definitions, each once and in order, and the reference definition beside each, by their numbers."""

    definitions: Array
    references: Array
    equal: Array
    """bool: whether their tokens are equal."""

    def equal_among(self, count: int) -> Mask:
        """bool[D]: which of the ``count`` definitions of the query have equal tokens to their partner's."""
        found: Mask = np.zeros(count, bool)
        found[self.definitions[self.equal]] = True
        return found


class Alignment(Struct, frozen=True):
    """A query beside one upstream file. M counts the statements that match, S all of the query."""

    pairs: DefinitionPairs
    statements: Array
    """int64[M]: the statements of the query that match, in order."""
    contents: Array
    """int64[M]: the statement of the corpus that each matches."""
    owners: Array
    """int64[M]: the definition that each stands in."""
    references: ReferenceDefinitions
    """The definitions of the upstream file."""
    partners: Array
    """int64[M]: where among all statements of ``references`` each match stands."""


class ReferenceDefinitions(Struct, frozen=True):
    """The definitions [R] of one upstream file, and all their statements, one definition after the other."""

    hashes: Array
    spellings: Array
    kinds: Array
    names: Array
    """The hash of the last part of each definition's name."""
    parents: Array
    contents: Array
    """The number of each statement in the corpus."""
    owners: Array
    """The number of the definition that each statement stands in."""
    digests: Array
    """The number of each statement in the corpus, names aside."""

    @classmethod
    def of(cls, corpus: Corpus, file: int) -> ReferenceDefinitions:
        """Read file content ``file`` of a corpus."""
        rows = corpus.members_of(file)
        definitions = corpus.member_definitions[rows]
        held, owners = corpus.held(definitions)
        contents = held.astype(np.int64)
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


class _LikelyPairs(NamedTuple):
    """Pairs of a query definition and a reference definition of its kind, with a score above LEAST_OVERLAP."""

    definitions: Array
    references: Array
    score: Array


def align(query: Query, corpus: Corpus, upstream: ReferenceDefinitions, idf_weights: Array) -> Alignment:
    """Align a query with a file of a corpus; ``idf_weights`` uint8[S] are those of the statements of the query: 255 in
    one upstream path or none, 0 in all."""
    if _is_same(query, upstream):
        return _side_by_side(query, upstream)
    return _by_likeness(query, corpus, upstream, idf_weights)


def _is_same(query: Query, upstream: ReferenceDefinitions) -> bool:
    """Whether both have the same definitions, name by name, in the same order."""
    ours = query.code.hashes, query.code.spellings, query.kinds, query.leaf_hashes, query.parents
    theirs = upstream.hashes, upstream.spellings, upstream.kinds, upstream.names, upstream.parents
    owners = query.statement_owners[query.real]
    return all(map(np.array_equal, (*ours, owners), (*theirs, upstream.owners)))


def _side_by_side(query: Query, upstream: ReferenceDefinitions) -> Alignment:
    """Each statement beside the one in its place."""
    definitions, places = np.arange(len(upstream.hashes)), np.arange(len(upstream.contents))
    pairs = DefinitionPairs(definitions, definitions, np.ones(len(definitions), bool))
    return Alignment(pairs, query.real, upstream.contents, upstream.owners, upstream, places)


def _by_likeness(query: Query, corpus: Corpus, upstream: ReferenceDefinitions, idf_weights: Array) -> Alignment:
    """The statements of definitions that are paired, and those that moved."""
    digests = query.known_in(corpus)
    pairs = pair_definitions(query, digests, upstream, idf_weights)
    ours, theirs = _matched(query, digests[query.real], upstream, pairs, corpus)
    moved, taken = _moved(query, digests, upstream, idf_weights, (ours, theirs))
    ours, theirs = np.concatenate([ours, moved]), np.concatenate([theirs, taken])
    order = np.argsort(ours, kind="stable")
    statements = ours[order]
    return Alignment(
        pairs,
        statements,
        upstream.contents[theirs[order]],
        query.statement_owners[statements],
        upstream,
        theirs[order],
    )


def pair_definitions(
    query: Query, digests: Array, upstream: ReferenceDefinitions, idf_weights: Array
) -> DefinitionPairs:
    """Pair definitions one to one: those with equal tokens first, then by shared statements; classes by their methods.

    ``digests`` int64[S] are the file's statements in the numbering of the corpus, -1 for those it does not have.
    """
    if len(query.definition_tokens) * len(upstream.hashes) > MOST_PAIRS:
        return _pair_equal(query, upstream)
    equal = query.code.hashes[:, None] == upstream.hashes
    equal &= query.kinds[:, None] == upstream.kinds
    unequal = bool((query.definition_tokens[~equal.any(axis=1)] > 0).any())
    overlap = _overlap(query, digests, upstream, idf_weights) if unequal else np.zeros(equal.shape)
    likely = _likely(query, upstream, equal, overlap)
    classes = _pair_classes(query, upstream, likely)
    functions = _pair_functions(query, upstream, likely, classes)
    partners = np.where(functions >= 0, functions, classes)
    definitions = (partners >= 0).nonzero()[0]
    references = partners[definitions]
    return DefinitionPairs(definitions, references, equal[definitions, references])


def _overlap(query: Query, digests: Array, upstream: ReferenceDefinitions, idf_weights: Array) -> Array:
    """[D, R]: about what share of each query definition stands in each reference definition, weighed by IDF."""
    owners, definitions, references = query.statement_owners, len(query.definition_tokens), len(upstream.hashes)
    value = query.statement_tokens * (idf_weights.astype(np.float64) + 16)
    # A statement counts once for each reference definition, however often it stands there.
    table, holders = unpack_pairs(distinct(pack_pairs(upstream.digests, upstream.owners)))
    rows = np.flatnonzero(digests >= 0)
    places, source = run_places(
        np.searchsorted(table, digests[rows], "left"), np.searchsorted(table, digests[rows], "right")
    )
    source, reference = rows[source], holders[places]
    cells = owners[source] * references + reference
    sums = np.bincount(cells, value[source], minlength=definitions * references).reshape(definitions, references)
    totals = np.bincount(owners, value, minlength=definitions)
    return np.minimum(sums / np.maximum(totals, 1)[:, None], 0.99)


def _likely(query: Query, upstream: ReferenceDefinitions, equal: Array, overlap: Array) -> _LikelyPairs:
    """Equal tokens score above all else; then shared statements, equal names, and nearly the same place."""
    code = query.code
    definitions, references = np.nonzero(equal | (overlap > 0))
    same = equal[definitions, references]
    named = query.leaf_hashes[definitions] == upstream.names[references]
    spelled = same & (code.spellings[definitions] == upstream.spellings[references])
    score = np.where(same, 2.0, overlap[definitions, references])
    score += 0.2 * spelled + 0.2 * named
    score -= 1e-4 * np.minimum(np.abs(definitions - references), 1000)
    # What is empty is told by its name alone.
    kept = (query.definition_tokens[definitions] > 0) | named
    kept &= (query.kinds[definitions] == upstream.kinds[references]) & (score > LEAST_OVERLAP)
    return _LikelyPairs(definitions[kept], references[kept], score[kept])


def _pair_classes(query: Query, upstream: ReferenceDefinitions, likely: _LikelyPairs) -> Array:
    """For each query definition that is a class its partner, -1 for others and for none; the modules are a pair."""
    definitions, references, score = likely
    kinds, parents, width = query.kinds, query.parents, len(upstream.hashes)
    paired = np.full(len(kinds), -1)
    paired[0] = 0
    if _CLASS not in kinds:
        return paired
    strong = score * query.definition_tokens[definitions]
    inside = (kinds[definitions] == _FUNCTION) & (kinds[parents[definitions]] == _CLASS)
    inside &= upstream.kinds[upstream.parents[references]] == _CLASS
    itself = kinds[definitions] == _CLASS
    around = parents[definitions] * width + upstream.parents[references]
    cells = np.concatenate([around, definitions * width + references])
    voting = np.concatenate([inside, itself])
    votes = np.bincount(cells[voting], np.concatenate([strong, strong])[voting], minlength=len(kinds) * width)
    voted = np.flatnonzero(votes > 0.0)
    paired = _greedy(_LikelyPairs(voted // width, voted % width, votes[voted]), len(kinds), width)
    paired[0] = 0
    return paired


def _pair_functions(query: Query, upstream: ReferenceDefinitions, likely: _LikelyPairs, classes: Array) -> Array:
    """As `_pair_classes`, of functions and methods; a method is first looked for in the class paired with its own."""
    functions = query.kinds[likely.definitions] == _FUNCTION
    definitions, references, score = (column[functions] for column in likely)
    at_home = classes[query.parents[definitions]] == upstream.parents[references]
    preferred = _LikelyPairs(definitions, references, score + 0.5 * at_home)
    return _greedy(preferred, len(query.definition_tokens), len(upstream.hashes))


def _greedy(likely: _LikelyPairs, definitions: int, references: int) -> Array:
    """For each of so many ``definitions`` its partner, -1 for none: the best pair, then the best of what is left."""
    partner = np.full(definitions, -1)
    if not len(likely.score):
        return partner
    order = (-likely.score).argsort(kind="stable")
    left, right = likely.definitions[order], likely.references[order]
    # Where each is the other's best, nothing comes before the pair; that is most of them.
    places = np.arange(len(order))
    best_left, best_right = np.empty(definitions, np.int64), np.empty(references, np.int64)
    best_left[left[::-1]], best_right[right[::-1]] = places[::-1], places[::-1]
    mutual = (best_left[left] == places) & (best_right[right] == places)
    partner[left[mutual]] = right[mutual]
    taken = np.zeros(references, bool)
    taken[right[mutual]] = True
    open_ = (partner[left] < 0) & ~taken[right]
    chosen: set[int] = set()
    found: dict[int, int] = {}
    for definition, reference in zip(left[open_].tolist(), right[open_].tolist(), strict=True):
        if definition not in found and reference not in chosen:
            chosen.add(reference)
            found[definition] = reference
    if found:
        partner[list(found.keys())] = list(found.values())
    return partner


def _pair_equal(query: Query, upstream: ReferenceDefinitions) -> DefinitionPairs:
    """Pair definitions with equal tokens in order, and nothing else: for files of thousands of definitions."""
    waiting: dict[int, list[int]] = {}
    for reference in range(len(upstream.hashes) - 1, 0, -1):
        waiting.setdefault(int(upstream.hashes[reference]), []).append(reference)
    pairs = [(0, 0)]
    for definition, digest in enumerate(query.code.hashes.tolist()):
        if definition and waiting.get(digest):
            pairs.append((definition, waiting[digest].pop()))
    definitions, references = np.array(pairs, np.int64).T
    return DefinitionPairs(definitions, references, query.code.hashes[definitions] == upstream.hashes[references])


def _matched(
    query: Query, digests: Array, upstream: ReferenceDefinitions, pairs: DefinitionPairs, corpus: Corpus
) -> tuple[Array, Array]:
    """The statements that match inside pairs, and their partners; ``digests`` are without the ends of blocks."""
    ours, theirs = query.real_bounds, upstream.owners.searchsorted(np.arange(len(upstream.hashes) + 1))
    definitions, references, equal = pairs
    whole = equal & (ours[definitions + 1] - ours[definitions] == theirs[references + 1] - theirs[references])
    rows, partners = runs(ours, definitions[whole])[0], runs(theirs, references[whole])[0]
    if whole.all():
        return query.real[rows], partners
    (left, owners), (right, others) = runs(ours, definitions[~whole]), runs(theirs, references[~whole])
    # A number for each shape in its pair; what the corpus lacks has 0, which no statement of the corpus has.
    mine, other = pack_pairs(owners, digests[left] + 1), pack_pairs(others, upstream.digests[right] + 1)
    shared = np.bincount(owners[among(np.sort(other), mine)[1]], minlength=int((~whole).sum()))
    if shared.any():
        copy = _Side(mine, query.spellings[query.real[left]], owners)
        original = _Side(other, spellings_in(corpus, upstream.contents[right]), others)
        matched = _matched_unequal(copy, original, shared)
        rows, partners = np.concatenate([rows, left[matched[0]]]), np.concatenate([partners, right[matched[1]]])
    return query.real[rows], partners


class _Side(Struct, frozen=True):
    """The statements of one side of all pairs that are not equal, one pair after the other."""

    shapes: Array
    """A number for the digest of each in its pair."""
    names: Array
    """A hash of the names of each."""
    pairs: Array
    """The pair that each is of."""

    def spelled(self) -> Array:
        """A number for shape and names of each."""
        spelled: Array = self.shapes.astype(np.uint64) * _ODD + self.names
        return spelled


def _matched_unequal(copy: _Side, original: _Side, shared: Array) -> Array:
    """The places that match in pairs, of two ways to match each pair in the one that explains more.

    One way knows no names, so that a renamed copy matches as its original does. In the other, statements with equal
    names stand beside each other first, and then what lies between: a run of ``self.x = x`` is no longer paired by
    position where one was dropped. ``shared`` says how many statements of each pair the other side has anywhere.
    """
    count = len(shared)
    bounds, others = (side.pairs.searchsorted(np.arange(count + 1)).tolist() for side in (copy, original))
    spans = list(zip(bounds[:-1], bounds[1:], others[:-1], others[1:], strict=True))
    left, right = copy.shapes.tolist(), original.shapes.tolist()
    found = [common(left, right, *span) if any_ else [] for span, any_ in zip(spans, shared.tolist(), strict=True)]
    matched, partners = _flat(found)
    spelled, other_spelled = copy.spelled(), original.spelled()
    alike = np.bincount(copy.pairs[matched[spelled[matched] == other_spelled[partners]]], minlength=count)
    held = among(np.sort(other_spelled), spelled)[1]
    open_ = np.flatnonzero(np.bincount(copy.pairs[held], minlength=count) > alike).tolist()
    if not open_:
        return _flat(found)
    mine, theirs = spelled.tolist(), other_spelled.tolist()
    for pair in open_:
        anchors = common(mine, theirs, *spans[pair])
        seeing = common_around(left, right, anchors, *spans[pair])
        if len(anchors) - alike[pair] > _NAMED_FOR_ONE * (len(found[pair]) - len(seeing)):
            found[pair] = seeing
    return _flat(found)


def _flat(found: list[list[tuple[int, int]]]) -> Array:
    flat: Array = np.array([both for pair in found for both in pair], np.int64).reshape(-1, 2).T
    return flat


def _moved(
    query: Query, digests: Array, upstream: ReferenceDefinitions, idf_weights: Array, paired: tuple[Array, Array]
) -> Array:
    """In order, the statements that moved: distinctive, in no pair, wherever they stand; and their partners."""
    open_ = (digests >= 0) & (idf_weights >= LEAST_MOVED_WEIGHT) & (query.statement_tokens >= LEAST_MOVED_TOKENS)
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
