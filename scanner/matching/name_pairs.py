"""The names of two files side by side: which stands beside which, how often, and in statements that belong together.

An alignment knows statements by their shape, and pairs a run of ``self.x = x`` by position. For the rename map what has
no like in its definition comes first; the names in it say which of the others belong together, and so on for a few
rounds. Edit this when names are paired of statements that do not belong together; which of the pairs are a renaming is
decided in `renames`.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from ..corpus.model import Corpus
from ..corpus.spellings import spellings, spellings_in
from ..support.arrays import Array, among, group, pack_pairs, run_bounds, run_places
from ..syntax.token_format import Namespace, pack_spaces
from .alignment import Alignment
from .query import Query

_GLOBAL = 0  # the file's own variables: scope 0, namespace 0
_ROUNDS = 3
_FILE = 0  # the space of names of the whole file; that of a definition is its number and one more
_PRIME = np.uint64(0x9E3779B97F4A7C15)


class NamePairs(Struct, frozen=True):
    """Each name of the aligned statements beside the one in its place upstream, a row per name and statement."""

    copies: Array
    """The name of the copy, by its number in the name table of the query."""
    originals: Array
    """The name of the original, by its number in the corpus."""
    rows: Array
    """Which of the alignment's statements they stand in."""
    slots: Array
    """Where in ``order`` of the query the name of the copy stands."""
    equal: Array
    """Whether the two names are spelled alike."""


def pair_names(query: Query, corpus: Corpus, statements: Array, contents: Array) -> NamePairs:
    """Zip the names of statements that match ``contents`` of a corpus, in order of first occurrence."""
    code = query.code
    slots, rows = run_places(code.order_starts[statements], code.order_starts[statements + 1])
    bounds = corpus.statement_name_starts
    places, _ = run_places(bounds[contents], bounds[contents + 1])
    if len(places) != len(slots):  # equal digests of different statements: a collision, or a forged corpus
        empty = np.zeros(0, np.int64)
        return NamePairs(empty, empty, empty, empty, empty.astype(bool))
    copies, originals = code.order[slots].astype(np.int64), corpus.statement_names[places].astype(np.int64)
    equal = query.name_hashes[copies] == corpus.name_hashes[originals]
    return NamePairs(copies, originals, rows, slots, equal)


class Tally(Struct, frozen=True):
    """The pairs of names of an alignment, G of them, sorted by original; a name is told apart by its scope."""

    distinct: Array
    """[G, 3]: the space, the original and the copy."""
    first: Array
    """[G]: where each stands first among the pairs."""
    inverse: Array
    """Which of them each of the pairs is."""
    counts: Array
    """[G]: how often each stands there."""
    original: Array
    """[G]: a number for the original."""

    @classmethod
    def of(cls, query: Query, pairs: NamePairs) -> Tally:
        spaces = pack_spaces(query.code.scopes[pairs.slots], query.code.namespaces[pairs.slots])
        distinct, first, inverse, counts = group(np.stack([spaces, pairs.originals, pairs.copies]).T)
        return cls(distinct, first, inverse, counts, _originals(distinct))

    @property
    def occurrences(self) -> Array:
        """[G]: how often the original stands in aligned statements."""
        occurrences: Array = np.bincount(self.original, self.counts).astype(np.int64)[self.original]
        return occurrences

    def swapped(self) -> Array:
        """bool[G]: where one name stands for another."""
        return _swapped(self.distinct, _majority(self.original, self.counts, self.first), self.counts)


def _originals(distinct: Array) -> Array:
    """A number for the original name in its scope of each row; they are sorted by it."""
    leads = np.zeros(len(distinct), np.int64)
    leads[1:] = (distinct[1:, 0] != distinct[:-1, 0]) | (distinct[1:, 1] != distinct[:-1, 1])
    return np.cumsum(leads)


def _majority(original: Array, counts: Array, first: Array) -> Array:
    """For each row whether its pair is the most frequent of that name, the earliest among equals."""
    order = np.lexsort((first, -counts, original))
    majority = np.zeros(len(order), bool)
    majority[order[np.searchsorted(original, np.arange(original.max(initial=-1) + 1))]] = True
    return majority


def _swapped(distinct: Array, majority: Array, counts: Array) -> Array:
    """Rows where one name of the copy stands for another: not the usual name here, but that of something else.

    A name of the whole file stands for one name and no other: where it is the usual one of two, for the one that it
    stands for most often. An attribute may be renamed differently in different classes.
    """
    space, original, copy = distinct.T
    keys = space * (copy.max(initial=0) + 1) + copy
    usual = np.flatnonzero(majority)
    usual = usual[np.lexsort((-counts[usual], keys[usual]))]
    places, known = among(keys[usual], keys)
    taken = known & (original[usual][places] != original) if len(usual) else known
    strict = (space == _GLOBAL) | ~majority
    swapped: Array = strict & taken | (space == _GLOBAL) & ~majority
    return swapped


class NameLinks(Struct, frozen=True):
    """Statements of a query and those they stand beside, P pairs: of definitions that are equal, and by names."""

    statements: Array
    """int64[P]: the statements of the query."""
    contents: Array
    """int64[P]: the statements of the corpus."""
    sure: Array
    """bool[P]: nothing else in the two definitions could stand there."""


class _Side(Struct, frozen=True):
    """The statements [N] of one side that have a like on the other, with the slots [K] that their names stand in."""

    statements: Array
    """Their number in the query, or their place among those of the reference definitions."""
    definitions: Array
    """The query definition that each stands in, or whose partner it stands in."""
    digests: Array
    names: Array
    """The number of the name in each slot."""
    bounds: Array
    """[N+1]: bounds of the slots of each."""
    namespaces: Array
    is_local: Array
    """Whether the name is local to a function; of the original that is not known, and what its copy is counts."""

    def keys(self, values: Array) -> Array:
        """What two statements share that may stand beside each other: shape, definition, and ``values`` of names."""
        spelled = spellings(spread(values), self.bounds)
        keys: Array = spread(pack_pairs(self.definitions, self.digests)) + spelled
        return keys


def spread(numbers: Array) -> Array:
    """A number of 64 bits for each, so that sums of them differ where the numbers do."""
    mixed: Array = numbers.astype(np.uint64) * _PRIME
    mixed = (mixed ^ mixed >> np.uint64(29)) * _PRIME
    spread: Array = mixed ^ mixed >> np.uint64(32)
    return spread


class _Known(Struct, frozen=True):
    """Names that are known to stand for each other: ``originals`` [E] sorted, each with its space, and ``copies``."""

    originals: Array
    copies: Array
    by_copy: Array
    """The copies [E] with their spaces, sorted."""


def link_names(query: Query, corpus: Corpus, alignment: Alignment) -> NameLinks:
    """Pair the statements of each two definitions that stand beside each other."""
    settled = alignment.pairs.equal_among(len(query.definition_tokens))[alignment.owners]
    if settled.all():
        return NameLinks(alignment.statements, alignment.contents, settled)
    copy, original = _sides(query, corpus, alignment)
    agreed = settled | _is_alike(query, corpus, alignment)
    fixed = _votes_of(query, corpus, alignment.statements[agreed], alignment.contents[agreed])
    pairs = _unique_pairs(copy.keys(np.zeros_like(copy.names)), original.keys(np.zeros_like(original.names)))
    for _ in range(_ROUNDS):
        known, before = _known(copy, original, pairs, fixed), len(pairs[0])
        pairs = _unique_pairs(copy.keys(_values(copy, known)), original.keys(_values_of_original(original, known)))
        if len(pairs[0]) == before:
            break
    statements, places = copy.statements[pairs[0]], original.statements[pairs[1]]
    taken, given = np.zeros(len(query.statement_tokens), bool), np.zeros(len(alignment.references.contents), bool)
    taken[statements], given[places] = True, True
    rest = settled | ~(taken[alignment.statements] | given[alignment.partners])
    return NameLinks(
        np.concatenate([alignment.statements[rest], statements]),
        np.concatenate([alignment.contents[rest], alignment.references.contents[places]]),
        np.concatenate([settled[rest], np.ones(len(statements), bool)]),
    )


def _sides(query: Query, corpus: Corpus, alignment: Alignment) -> tuple[_Side, _Side]:
    """Both sides of the definitions that are paired and not equal; of statements those that the other side has too."""
    references, code = alignment.references, query.code
    partner = np.full(len(references.hashes), -1)
    pairs = alignment.pairs
    partner[pairs.references[~pairs.equal]] = pairs.definitions[~pairs.equal]
    paired = np.zeros(len(query.definition_tokens), bool)
    paired[partner[partner >= 0]] = True
    digests = query.known_in(corpus)
    rows = np.flatnonzero(paired[query.statement_owners] & (digests >= 0))
    places = np.flatnonzero(partner[references.owners] >= 0)
    mine = pack_pairs(query.statement_owners[rows], digests[rows])
    theirs = pack_pairs(partner[references.owners[places]], references.digests[places])
    held = among(np.sort(mine), theirs)[1]
    rows, places = rows[among(np.sort(theirs), mine)[1]], places[held]
    mine, theirs = pack_pairs(query.statement_owners[rows], digests[rows]), theirs[held]
    slots, owners = run_places(code.order_starts[rows], code.order_starts[rows + 1])
    copy = _Side(
        rows,
        query.statement_owners[rows],
        digests[rows],
        code.order[slots].astype(np.int64),
        run_bounds(np.bincount(owners, minlength=len(rows))),
        code.namespaces[slots].astype(np.int64),
        code.scopes[slots] > 0,
    )
    contents = references.contents[places]
    starts = corpus.statement_name_starts
    name_places, owners = run_places(starts[contents], starts[contents + 1])
    bounds = run_bounds(np.bincount(owners, minlength=len(places)))
    # What a slot names follows from the shape of the statement: it is read from one of that shape in the copy.
    order = np.argsort(mine, kind="stable")
    example = order[np.searchsorted(mine[order], theirs)]
    slot = np.minimum(copy.bounds[example][owners] + np.arange(len(owners)) - bounds[owners], len(slots) - 1)
    return copy, _Side(
        places,
        partner[references.owners[places]],
        references.digests[places],
        corpus.statement_names[name_places].astype(np.int64),
        bounds,
        copy.namespaces[slot],
        copy.is_local[slot],
    )


def _unique_pairs(mine: Array, theirs: Array) -> tuple[Array, Array]:
    """Where a key stands once on either side."""
    keys, places = _once(mine)
    others, other_places = _once(theirs)
    found, known = among(others, keys)
    return places[known], other_places[found[known]]


def _once(keys: Array) -> tuple[Array, Array]:
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    differs = np.ones(len(keys) + 1, bool)
    differs[1:-1] = ordered[1:] != ordered[:-1]
    alone = differs[1:] & differs[:-1]
    return ordered[alone], order[alone]


def _space(definitions: Array, namespaces: Array, is_local: Array) -> Array:
    space: Array = np.where(is_local, definitions + 1, _FILE) * len(Namespace) + namespaces
    return space


def _votes_of(query: Query, corpus: Corpus, statements: Array, contents: Array) -> Array:
    """The names of statements that stand beside each other without doubt: space, original, copy [V, 3]."""
    code, starts = query.code, corpus.statement_name_starts
    slots, owners = run_places(code.order_starts[statements], code.order_starts[statements + 1])
    places, _ = run_places(starts[contents], starts[contents + 1])
    if len(slots) != len(places):
        return np.zeros((0, 3), np.int64)
    space = _space(query.statement_owners[statements][owners], code.namespaces[slots], code.scopes[slots] > 0)
    votes: Array = np.stack([space, corpus.statement_names[places].astype(np.int64), code.order[slots]]).T
    return votes


def _is_alike(query: Query, corpus: Corpus, alignment: Alignment) -> Array:
    """Which aligned statements have the same names."""
    spelled: Array = query.spellings[alignment.statements] == spellings_in(corpus, alignment.contents)
    return spelled


def _known(copy: _Side, original: _Side, pairs: tuple[Array, Array], fixed: Array) -> _Known:
    """The names that stand for each other in most of the statements that are paired."""
    rows, others = pairs
    slots, owners = run_places(copy.bounds[rows], copy.bounds[rows + 1])
    other_slots, _ = run_places(original.bounds[others], original.bounds[others + 1])
    if len(slots) != len(other_slots):
        slots = other_slots = owners = np.zeros(0, np.int64)
    space = _space(copy.definitions[rows][owners], copy.namespaces[slots], copy.is_local[slots])
    votes = np.concatenate([np.stack([space, original.names[other_slots], copy.names[slots]]).T, fixed])
    found, _, _, counts = group(votes)
    before, after = pack_pairs(found[:, 0], found[:, 1]), pack_pairs(found[:, 0], found[:, 2])
    kept = _leads(before, counts) & _leads(after, counts)
    return _Known(before[kept], found[kept, 2], np.sort(after[kept]))


def _leads(keys: Array, counts: Array) -> Array:
    """Whether each row has more than half of what all rows with its key have."""
    _, _, inverse, _ = group(keys[:, None])
    leads: Array = 2 * counts > np.bincount(inverse, counts)[inverse]
    return leads


def _values(copy: _Side, known: _Known) -> Array:
    """For each slot of the copy its name, from 1; 0 where it is not known what it stands for."""
    owners = np.repeat(copy.definitions, np.diff(copy.bounds))
    keys = pack_pairs(_space(owners, copy.namespaces, copy.is_local), copy.names)
    values: Array = np.where(among(known.by_copy, keys)[1], copy.names + 1, 0)
    return values


def _values_of_original(original: _Side, known: _Known) -> Array:
    """For each slot of the original the copy's name for it, from 1; 0 where that is not known."""
    owners = np.repeat(original.definitions, np.diff(original.bounds))
    values: Array = np.zeros(len(owners), np.int64)
    for is_local in (np.zeros(len(owners), bool), original.namespaces == Namespace.VARIABLE):
        keys = pack_pairs(_space(owners, original.namespaces, is_local), original.names)
        places, found = among(known.originals, keys)
        if len(known.copies):
            values = np.where(found, known.copies[places] + 1, values)
    return values
