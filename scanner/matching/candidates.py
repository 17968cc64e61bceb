"""A file's canonical streams and fingerprints in, what is asked of a corpus about it out."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct, field

from ..corpus.histories import Lineages
from ..corpus.model import Corpus
from ..corpus.schema import KINDS
from ..fingerprints.normalize import END_DIGEST, CanonicalFile
from ..fingerprints.winnowing import Fingerprints
from ..support.arrays import (
    I64,
    U64,
    Array,
    among,
    distinct,
    group,
    pack_pairs,
    run_places,
    run_sums,
    runs,
    unpack_pairs,
)


class Query(Struct, frozen=True, eq=False, dict=True):
    """A file to be placed: its streams, fingerprints, and the hash of each name in the numbering of its streams.

    ``tokens`` int64[D] and ``statement_tokens`` int64[S] count tokens without the ends of blocks; ``telling``
    int64[S] without strings either, since any string equals any other; ``folded`` int64[D] those of definitions that
    are equal, counted at the first of them. What only alignment needs is worked out when it is asked for.
    """

    code: CanonicalFile
    prints: Fingerprints
    name_hashes: U64
    tokens: Array
    statement_tokens: Array
    telling: Array
    folded: Array
    _known: dict[int, Array] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """All tokens of the file."""
        return int(self.tokens.sum())

    @cached_property
    def real(self) -> I64:
        """Which statements are none of the ends of blocks."""
        return np.flatnonzero(self.code.digests != END_DIGEST)

    @cached_property
    def real_bounds(self) -> I64:
        """Where in ``real`` the statements of each definition begin and the last end [D+1]."""
        return np.searchsorted(self.real, self.code.statement_starts)

    @cached_property
    def units(self) -> I64:
        """The definition that each statement stands in."""
        return np.repeat(np.arange(len(self.tokens)), np.diff(self.code.statement_starts))

    @cached_property
    def kinds(self) -> I64:
        """What each definition is, in the numbering of a corpus."""
        return np.array([KINDS.index(definition.kind) for definition in self.code.definitions], np.int64)

    @cached_property
    def parents(self) -> I64:
        """The definition around each definition; the module is its own."""
        return np.array([max(definition.parent, 0) for definition in self.code.definitions], np.int64)

    @cached_property
    def leaf_hashes(self) -> U64:
        """The hash of the last part of each definition's name."""
        leaves = [definition.qualname.rpartition(".")[2].encode() for definition in self.code.definitions]
        return np.frombuffer(b"".join([hashlib.blake2b(leaf, digest_size=8).digest() for leaf in leaves]), np.uint64)

    def known_in(self, corpus: Corpus) -> I64:
        """The statements of the file in the numbering of a corpus [S], -1 for those it does not have."""
        found = self._known.get(id(corpus))
        if found is None:
            digests = self.code.digests
            # Each once and in order: the table is large, and neighbours are near each other in it.
            asked_for = distinct(digests)
            places, known = among(corpus.digests, asked_for)
            numbers = np.where(known & (asked_for != END_DIGEST), places, -1)
            found = self._known[id(corpus)] = numbers[np.searchsorted(asked_for, digests)]
        return found


def query(code: CanonicalFile, prints: Fingerprints, name_hashes: U64) -> Query:
    """Bring a file's streams and fingerprints together for look-up."""
    widths = np.where(code.digests == END_DIGEST, 0, np.diff(code.statement_tokens))
    tokens = run_sums(widths, code.statement_starts)
    equal = group(np.stack([code.hashes, code.spellings], axis=1))
    folded = np.zeros(len(tokens), np.int64)
    folded[equal.first] = np.bincount(equal.inverse, tokens, minlength=len(equal.first)).astype(np.int64)
    return Query(code, prints, name_hashes, tokens, widths, widths - code.strings, folded)


# A definition's look-up uses its rarest fingerprints; the others are shared with most of what holds these.
MOST_FINGERPRINTS = 24
# Fingerprints in more definitions than this say nothing about where code is from.
MOST_POSTINGS = 2_000
LEAST_SHARED = 0.2
MOST_PER_DEFINITION = 40
# Equal names tell a verbatim copy from a renamed one among equal streams.
SPELLED_ALIKE = 0.05
# Runs of definitions with one stream up to this long are gone through together; the empty class has thousands.
SHORT_RUN = 64


class Equals(NamedTuple):
    """Definitions ``unit`` of the file, and the run ``first`` to ``last`` of corpus definitions with its stream."""

    unit: Array
    first: Array
    last: Array


class Hits(NamedTuple):
    """Definitions ``unit`` of the file, ``definition`` of the corpus, and how much (0 to 1) of one is in the other.

    Those of one ``unit`` are in order of strength.
    """

    unit: Array
    definition: Array
    strength: Array


def equal_streams(asked: Query, corpus: Corpus) -> Equals:
    """The corpus definitions, which are sorted by their hash, that have the same canonical stream as a definition."""
    table = corpus.definition_hashes
    units = np.flatnonzero(asked.folded > 0)
    first = np.searchsorted(table, asked.code.hashes[units], side="left")
    last = np.searchsorted(table, asked.code.hashes[units], side="right")
    known = last > first
    return Equals(units[known], first[known], last[known])


def single_hits(asked: Query, corpus: Corpus, equal: Equals) -> Hits:
    """Of the equal ones those with the same names; for definitions without an equal, what shares most with them."""
    pair = (_shared_fingerprints(asked, corpus, equal.unit), _spelled_alike(asked, corpus, equal))
    return Hits(*map(np.concatenate, zip(*pair, strict=True)))


def _spelled_alike(asked: Query, corpus: Corpus, equal: Equals) -> Hits:
    """Of the equal ones those with the same names."""
    spellings, asked_for = corpus.definition_spellings, asked.code.spellings
    few = equal.last - equal.first <= SHORT_RUN
    short, long = (Equals(*(column[chosen] for column in equal)) for chosen in (few, ~few))
    places, source = run_places(short.first, short.last)
    same = spellings[places] == asked_for[short.unit][source]
    alike = [
        first + (spellings[first:last] == asked_for[unit]).nonzero()[0]
        for unit, first, last in zip(*map(np.ndarray.tolist, long), strict=True)
    ]
    unit = np.concatenate([short.unit[source[same]], np.repeat(long.unit, [len(found) for found in alike])])
    return Hits(unit, np.concatenate([places[same], *alike]), np.full(len(unit), 1 + SPELLED_ALIKE))


def _shared_fingerprints(asked: Query, corpus: Corpus, matched: Array) -> Hits:
    """Pairs of a definition without an equal and corpus definitions that share fingerprints with it, with the share."""
    prints = asked.prints
    open_ = asked.folded > 0
    open_[matched] = False
    owner = np.repeat(np.arange(len(asked.tokens)), np.diff(prints.starts))
    rows = np.flatnonzero(open_[owner])
    if not len(rows):
        return Hits(rows, rows, np.zeros(0))
    places, known = among(corpus.fingerprints, prints.hashes[rows])
    owner, places = owner[rows][known], places[known]
    spread = corpus.posting_starts[places + 1].astype(np.int64) - corpus.posting_starts[places]
    keep = _rarest(owner, spread)
    owner, places = owner[keep], places[keep]
    postings, source = runs(corpus.posting_starts, places)
    asked_for = np.bincount(owner, minlength=len(asked.tokens))
    known_share = asked_for / np.maximum(np.minimum(np.diff(prints.starts), MOST_FINGERPRINTS), 1)
    keys = owner[source] * len(corpus.definition_hashes) + corpus.postings[postings].astype(np.int64)
    pairs, _, _, shared = group(keys[:, None])
    pairs = pairs[:, 0]
    unit, definition = np.divmod(pairs, max(len(corpus.definition_hashes), 1))
    share = shared / np.maximum(asked_for[unit], 1) * np.minimum(known_share[unit], 1)
    return _strongest(unit, definition, share)


def _rarest(owner: Array, spread: Array) -> Array:
    """Which fingerprints to look up: for each definition the rarest few."""
    order = np.lexsort((spread, owner))
    sorted_owner = owner[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_owner, sorted_owner)
    return np.sort(order[(place < MOST_FINGERPRINTS) & (spread[order] <= MOST_POSTINGS)])


def _strongest(unit: Array, definition: Array, share: Array) -> Hits:
    """The strongest few hits of each definition, weakest first."""
    enough = share >= LEAST_SHARED
    unit, definition, share = unit[enough], definition[enough], share[enough]
    order = np.lexsort((-share, unit))
    unit, definition, share = unit[order], definition[order], share[order]
    place = np.arange(len(unit)) - np.searchsorted(unit, unit)
    few = np.flatnonzero(place < MOST_PER_DEFINITION)[::-1]
    return Hits(unit[few], definition[few], share[few])


MOST_LINEAGES = 12
MOST_PER_LINEAGE = 2


class Candidate(NamedTuple):
    """An upstream file content, and about what share (0 to 1) of the query stands in it."""

    lineages: Lineages
    file: int
    lineage: int
    share: float


class _Streams(NamedTuple):
    """Each stream once that definitions ``units`` of the file have, and which of them each has.

    The corpus definitions with a stream stand together, from ``first`` to ``last``.
    """

    first: Array
    last: Array
    units: Array
    of_unit: Array


def find_candidates(asked: Query, lineages: Lineages, least: float = 0.0) -> list[Candidate]:
    """The upstream files of one corpus that share most with a file, best first; none below a share of ``least``."""
    equal = equal_streams(asked, lineages.corpus)
    single = single_hits(asked, lineages.corpus, equal)
    if not len(equal.unit) and not len(single.unit):
        return []
    streams = _streams(equal)
    chosen = _best_lineages(asked, lineages, streams, single, least)
    return _best_files(asked, lineages, streams, single, chosen) if len(chosen) else []


def _streams(equal: Equals) -> _Streams:
    ends = dict(zip(equal.first.tolist(), equal.last.tolist(), strict=True))
    numbers = {first: number for number, first in enumerate(ends)}
    of_unit = [numbers[first] for first in equal.first.tolist()]
    first, last = np.array(list(ends), np.int64), np.array(list(ends.values()), np.int64)
    return _Streams(first, last, equal.unit, np.array(of_unit, np.int64))


def _best_lineages(asked: Query, lineages: Lineages, streams: _Streams, single: Hits, least: float) -> Array:
    """The lineages whose definitions, taken together over all releases, explain most of the file."""
    tokens = _equal_tokens(asked, lineages, streams) + _single_tokens(asked, lineages, single)
    held = np.flatnonzero((tokens > 0) & lineages.allowed)
    shares = np.round(tokens[held] / max(asked.total, 1), 6)
    enough = np.flatnonzero(shares > least)
    if len(enough) > MOST_LINEAGES:
        enough = enough[shares[enough] >= np.partition(shares[enough], -MOST_LINEAGES)[-MOST_LINEAGES]]
    return held[enough][np.lexsort((held[enough], lineages.first[held[enough]], -shares[enough]))[:MOST_LINEAGES]]


def _equal_tokens(asked: Query, lineages: Lineages, streams: _Streams) -> Array:
    """[L]: the tokens of the file in definitions whose stream a lineage has."""
    bounds, owners = lineages.corpus.definition_lineage_starts, lineages.corpus.definition_lineages
    tokens = np.bincount(streams.of_unit, asked.folded[streams.units], minlength=len(streams.first))
    places, stream = run_places(bounds[streams.first], bounds[streams.last])
    # The definitions with one stream may be in one lineage many times, those of an empty class in most.
    stream, lineage = unpack_pairs(distinct(pack_pairs(stream, owners[places])))
    return np.bincount(lineage, tokens[stream], minlength=len(lineages.first))


def _single_tokens(asked: Query, lineages: Lineages, single: Hits) -> Array:
    """[L]: the tokens that a lineage's definitions hold of those hit, by the strongest hit; beyond all, if all are."""
    strongest_first = single.definition[::-1]
    places, source = runs(lineages.corpus.definition_lineage_starts, strongest_first)
    unit, strength = single.unit[::-1][source], single.strength[::-1][source]
    lineage = lineages.corpus.definition_lineages[places]
    held = group(np.stack([unit, lineage], axis=1)).first
    beyond = np.where(strength > 1, strength - 1, strength)
    return np.bincount(lineage[held], (asked.folded[unit] * beyond)[held], minlength=len(lineages.first))


def _best_files(asked: Query, lineages: Lineages, streams: _Streams, single: Hits, chosen: Array) -> list[Candidate]:
    """The best few contents of each of the chosen lineages."""
    corpus = lineages.corpus
    places, of_lineage = runs(corpus.lineage_file_starts, chosen)
    files = corpus.lineage_files[places].astype(np.int64)
    rows, of_file = runs(corpus.file_starts, files)
    definitions = corpus.member_definitions[rows]
    best = np.zeros((len(files), len(asked.tokens)), np.float32)
    _mark_equal(best, of_file, definitions, streams, len(corpus.definition_hashes))
    _mark_single(best, of_file, definitions, single, len(corpus.definition_hashes))
    shares = np.einsum("fu,u->f", best, asked.folded.astype(np.float32)) / max(asked.total, 1)
    # Among contents that explain as much, the one with least besides.
    sizes = np.bincount(of_file, corpus.definition_tokens[definitions], minlength=len(files))
    order = np.lexsort((files, sizes, -np.round(shares, 6), of_lineage))
    rank = np.arange(len(order)) - np.searchsorted(of_lineage[order], of_lineage[order])
    kept = order[rank < MOST_PER_LINEAGE]
    kept = kept[np.argsort(-np.round(shares[kept], 6), kind="stable")]
    found = zip(files[kept].tolist(), chosen[of_lineage[kept]].tolist(), shares[kept].tolist(), strict=True)
    return [Candidate(lineages, file, lineage, share) for file, lineage, share in found]


def _mark_equal(best: Array, of_file: Array, definitions: Array, streams: _Streams, count: int) -> None:
    """Set [F, U] to 1 where a file has a definition with the stream of one asked for, of ``count`` there are."""
    stream_of = np.zeros(count, np.int32)
    for stream, (first, last) in enumerate(zip(streams.first.tolist(), streams.last.tolist(), strict=True), 1):
        stream_of[first:last] = stream
    held = np.zeros((len(best), len(streams.first) + 1), np.float32)
    held[of_file, stream_of[definitions]] = 1
    best[:, streams.units] = held[:, streams.of_unit + 1]


def _mark_single(best: Array, of_file: Array, definitions: Array, single: Hits, count: int) -> None:
    """Set [F, U] where a file has one of the definitions that were hit; the strongest holds."""
    hit = np.zeros(count, bool)
    hit[single.definition] = True
    held = np.flatnonzero(hit[definitions])
    ordered = np.argsort(single.definition, kind="stable")
    table = single.definition[ordered]
    wanted = definitions[held]
    first = np.searchsorted(table, wanted)
    places, source = run_places(first, np.searchsorted(table, table, "right")[first])
    hits = ordered[places]
    by_strength = np.argsort(single.strength[hits], kind="stable")
    hits, source = hits[by_strength], source[by_strength]
    best[of_file[held[source]], single.unit[hits]] = single.strength[hits]
