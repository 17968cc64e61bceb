"""Candidates: the upstream files that may be the original, looked up by equal definitions and shared fingerprints.

Edit this when an original is not found, or when a look-up takes too long. What is found here is aligned afterwards.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..corpus.histories import PathHistories
from ..corpus.intervals import NEVER
from ..corpus.model import Corpus
from ..support.arrays import Array, among, distinct, group, pack_pairs, run_places, runs, unpack_pairs
from .query import Query

# A definition is looked up by its rarest fingerprints; the others are shared with most of what holds these.
MOST_FINGERPRINTS = 24
# Fingerprints in more definitions than this say nothing about where code is from.
MOST_POSTINGS = 2_000
# Reference definitions that share less than this are no hits; so many are kept for each query definition.
LEAST_SHARED = 0.2
MOST_PER_DEFINITION = 40
# Equal names tell a verbatim copy from a renamed one where all tokens are equal.
SPELLED_ALIKE = 0.05
# Runs of definitions with equal tokens up to this long are gone through together; the empty class has thousands.
SHORT_RUN = 64
# So many path histories are aligned with, and so many contents of each.
MOST_HISTORIES = 12
MOST_PER_HISTORY = 2


HistoryKey = tuple[int, int]
"""Tells the path histories of all corpora in use apart."""


class Candidate(NamedTuple):
    """An upstream file that may be the original."""

    histories: PathHistories
    """Those of its corpus."""
    file: int
    """The number of its content in the corpus."""
    history: int
    """The number of the path history that it was found under."""
    share: float
    """About what share (0 to 1) of the query stands in it."""

    @property
    def key(self) -> HistoryKey:
        """The path history that it was found under, over all corpora."""
        return id(self.histories.corpus), self.history

    @property
    def day(self) -> int:
        """The day (20240131) on which this content stood there at the latest; 0 where that is not known."""
        return self.histories.day_of(self.file, self.history)


class EqualDefinitions(NamedTuple):
    """Query definitions that the corpus has with equal tokens, a row each."""

    definition: Array
    """The number of the query definition."""
    first: Array
    """The first of the reference definitions that equal it, which stand together in the corpus."""
    last: Array
    """The one after the last of them."""


class DefinitionHits(NamedTuple):
    """Pairs of a query definition and a reference definition, a row each; of one query definition, weakest first."""

    definition: Array
    reference: Array
    strength: Array
    """About how much (0 to 1) of the one stands in the other, and a little more where the names are equal, too."""


class _Sequences(NamedTuple):
    """The token sequences that query and corpus share, each once, with their reference definitions as above."""

    first: Array
    last: Array
    definitions: Array
    """The query definitions that have one of them."""
    of_definition: Array
    """The number of the sequence that each of these has."""


def find_candidates(query: Query, histories: PathHistories, least: float = 0.0) -> list[Candidate]:
    """The upstream files of one corpus that share most with a file, best first; none below a share of ``least``."""
    equal = equal_definitions(query, histories.corpus)
    single = single_hits(query, histories.corpus, equal)
    if not len(equal.definition) and not len(single.definition):
        return []
    sequences = _sequences(equal)
    chosen = _best_histories(query, histories, sequences, single, least)
    return _best_files(query, histories, sequences, single, chosen) if len(chosen) else []


def equal_definitions(query: Query, corpus: Corpus) -> EqualDefinitions:
    """The reference definitions, which are sorted by their hash, with the same token sequence as a query definition."""
    table = corpus.definition_hashes
    definitions = np.flatnonzero(query.folded_tokens > 0)
    first = np.searchsorted(table, query.code.hashes[definitions], side="left")
    last = np.searchsorted(table, query.code.hashes[definitions], side="right")
    known = last > first
    return EqualDefinitions(definitions[known], first[known], last[known])


def single_hits(query: Query, corpus: Corpus, equal: EqualDefinitions) -> DefinitionHits:
    """Of the equal ones those with the same names; for definitions without an equal, what shares most with them."""
    pair = (_shared_fingerprints(query, corpus, equal.definition), _spelled_alike(query, corpus, equal))
    return DefinitionHits(*map(np.concatenate, zip(*pair, strict=True)))


def _spelled_alike(query: Query, corpus: Corpus, equal: EqualDefinitions) -> DefinitionHits:
    """Of the equal ones those with the same names."""
    spellings, wanted = corpus.definition_spellings, query.code.spellings
    few = equal.last - equal.first <= SHORT_RUN
    short, long = (EqualDefinitions(*(column[chosen] for column in equal)) for chosen in (few, ~few))
    places, source = run_places(short.first, short.last)
    same = spellings[places] == wanted[short.definition][source]
    alike = [
        first + (spellings[first:last] == wanted[definition]).nonzero()[0]
        for definition, first, last in zip(*map(np.ndarray.tolist, long), strict=True)
    ]
    of_long = np.repeat(long.definition, [len(found) for found in alike])
    definition = np.concatenate([short.definition[source[same]], of_long])
    strength = np.full(len(definition), 1 + SPELLED_ALIKE)
    return DefinitionHits(definition, np.concatenate([places[same], *alike]), strength)


def _shared_fingerprints(query: Query, corpus: Corpus, matched: Array) -> DefinitionHits:
    """For query definitions without an equal, the reference definitions that share fingerprints, and what share."""
    prints = query.prints
    open_ = query.folded_tokens > 0
    open_[matched] = False
    owner = np.repeat(np.arange(len(query.definition_tokens)), np.diff(prints.starts))
    rows = np.flatnonzero(open_[owner])
    if not len(rows):
        return DefinitionHits(rows, rows, np.zeros(0))
    places, known = among(corpus.fingerprints, prints.hashes[rows])
    owner, places = owner[rows][known], places[known]
    spread = corpus.posting_starts[places + 1].astype(np.int64) - corpus.posting_starts[places]
    keep = _rarest(owner, spread)
    owner, places = owner[keep], places[keep]
    postings, source = runs(corpus.posting_starts, places)
    wanted = np.bincount(owner, minlength=len(query.definition_tokens))
    known_share = wanted / np.maximum(np.minimum(np.diff(prints.starts), MOST_FINGERPRINTS), 1)
    keys = owner[source] * len(corpus.definition_hashes) + corpus.postings[postings].astype(np.int64)
    pairs, _, _, shared = group(keys[:, None])
    pairs = pairs[:, 0]
    definition, reference = np.divmod(pairs, max(len(corpus.definition_hashes), 1))
    share = shared / np.maximum(wanted[definition], 1) * np.minimum(known_share[definition], 1)
    return _strongest(definition, reference, share)


def _rarest(owner: Array, spread: Array) -> Array:
    """Which fingerprints to look up: for each definition the rarest few."""
    order = np.lexsort((spread, owner))
    sorted_owner = owner[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_owner, sorted_owner)
    return np.sort(order[(place < MOST_FINGERPRINTS) & (spread[order] <= MOST_POSTINGS)])


def _strongest(definition: Array, reference: Array, share: Array) -> DefinitionHits:
    """The strongest few hits of each definition, weakest first."""
    enough = share >= LEAST_SHARED
    definition, reference, share = definition[enough], reference[enough], share[enough]
    order = np.lexsort((-share, definition))
    definition, reference, share = definition[order], reference[order], share[order]
    place = np.arange(len(definition)) - np.searchsorted(definition, definition)
    few = np.flatnonzero(place < MOST_PER_DEFINITION)[::-1]
    return DefinitionHits(definition[few], reference[few], share[few])


def _sequences(equal: EqualDefinitions) -> _Sequences:
    ends = dict(zip(equal.first.tolist(), equal.last.tolist(), strict=True))
    numbers = {first: number for number, first in enumerate(ends)}
    of_definition = [numbers[first] for first in equal.first.tolist()]
    first, last = np.array(list(ends), np.int64), np.array(list(ends.values()), np.int64)
    return _Sequences(first, last, equal.definition, np.array(of_definition, np.int64))


def _best_histories(
    query: Query, histories: PathHistories, sequences: _Sequences, single: DefinitionHits, least: float
) -> Array:
    """The path histories whose definitions, taken together over all releases, explain most of the file."""
    tokens = _equal_tokens(query, histories, sequences) + _single_tokens(query, histories, single)
    held = np.flatnonzero((tokens > 0) & histories.allowed)
    shares = np.round(tokens[held] / max(query.total, 1), 6)
    enough = np.flatnonzero(shares > least)
    if len(enough) > MOST_HISTORIES:
        enough = enough[shares[enough] >= np.partition(shares[enough], -MOST_HISTORIES)[-MOST_HISTORIES]]
    return held[enough][np.lexsort((held[enough], histories.first[held[enough]], -shares[enough]))[:MOST_HISTORIES]]


def _equal_tokens(query: Query, histories: PathHistories, sequences: _Sequences) -> Array:
    """[H]: how many tokens of the file are in definitions that a path history has with equal tokens."""
    bounds, owners = histories.corpus.definition_lineage_starts, histories.corpus.definition_lineages
    tokens = np.bincount(
        sequences.of_definition, query.folded_tokens[sequences.definitions], minlength=len(sequences.first)
    )
    places, sequence = run_places(bounds[sequences.first], bounds[sequences.last])
    # One history may have definitions of one sequence many times; most have those of an empty class.
    sequence, history = unpack_pairs(distinct(pack_pairs(sequence, owners[places])))
    return np.bincount(history, tokens[sequence], minlength=len(histories.first))


def _single_tokens(query: Query, histories: PathHistories, single: DefinitionHits) -> Array:
    """[H]: the same by the strongest hit of each definition; of those that are equal, only what equal names add."""
    strongest_first = single.reference[::-1]
    places, source = runs(histories.corpus.definition_lineage_starts, strongest_first)
    definition, strength = single.definition[::-1][source], single.strength[::-1][source]
    history = histories.corpus.definition_lineages[places]
    held = group(np.stack([definition, history], axis=1)).first
    beyond = np.where(strength > 1, strength - 1, strength)
    return np.bincount(history[held], (query.folded_tokens[definition] * beyond)[held], minlength=len(histories.first))


def _best_files(
    query: Query, histories: PathHistories, sequences: _Sequences, single: DefinitionHits, chosen: Array
) -> list[Candidate]:
    """The best few contents of each of the chosen path histories."""
    corpus = histories.corpus
    places, of_history = runs(corpus.lineage_file_starts, chosen)
    old = _old_enough(histories, places, of_history, chosen)
    places, of_history = places[old], of_history[old]
    files = corpus.lineage_files[places].astype(np.int64)
    rows, of_file = runs(corpus.file_starts, files)
    references = corpus.member_definitions[rows]
    best = np.zeros((len(files), len(query.definition_tokens)), np.float32)
    _mark_equal(best, of_file, references, sequences, len(corpus.definition_hashes))
    _mark_single(best, of_file, references, single, len(corpus.definition_hashes))
    shares = np.einsum("fd,d->f", best, query.folded_tokens.astype(np.float32)) / max(query.total, 1)
    # Among contents that explain as much, the one with least besides.
    sizes = np.bincount(of_file, corpus.definition_tokens[references], minlength=len(files))
    order = np.lexsort((files, sizes, -np.round(shares, 6), of_history))
    rank = np.arange(len(order)) - np.searchsorted(of_history[order], of_history[order])
    kept = order[rank < MOST_PER_HISTORY]
    kept = kept[np.argsort(-np.round(shares[kept], 6), kind="stable")]
    found = zip(files[kept].tolist(), chosen[of_history[kept]].tolist(), shares[kept].tolist(), strict=True)
    return [Candidate(histories, file, history, share) for file, history, share in found]


def _old_enough(histories: PathHistories, places: Array, of_history: Array, chosen: Array) -> Array:
    """Which contents of the chosen path histories answer: none younger than the copy.

    Of a path that may be older than each of its known contents, the oldest of these.
    """
    if not histories.until:
        return np.ones(len(places), bool)
    days = histories.intervals.contents[places]
    old: Array = days <= histories.until
    if histories.own is not None:
        old |= histories.own[chosen][of_history]
    known = np.bincount(of_history[old], minlength=len(chosen)) > 0
    oldest = np.full(len(chosen), NEVER)
    np.minimum.at(oldest, of_history, days)
    old |= ~known[of_history] & (days == oldest[of_history])
    return old


def _mark_equal(best: Array, of_file: Array, references: Array, sequences: _Sequences, count: int) -> None:
    """Set [F, D] to 1 where a file has one of the sequences; the corpus has ``count`` definitions."""
    sequence_of = np.zeros(count, np.int32)
    for sequence, (first, last) in enumerate(zip(sequences.first.tolist(), sequences.last.tolist(), strict=True), 1):
        sequence_of[first:last] = sequence
    held = np.zeros((len(best), len(sequences.first) + 1), np.float32)
    held[of_file, sequence_of[references]] = 1
    best[:, sequences.definitions] = held[:, sequences.of_definition + 1]


def _mark_single(best: Array, of_file: Array, references: Array, single: DefinitionHits, count: int) -> None:
    """Set [F, D] to the strength where a file has one of the definitions that were hit; the strongest holds."""
    hit = np.zeros(count, bool)
    hit[single.reference] = True
    held = np.flatnonzero(hit[references])
    ordered = np.argsort(single.reference, kind="stable")
    table = single.reference[ordered]
    wanted = references[held]
    first = np.searchsorted(table, wanted)
    places, source = run_places(first, np.searchsorted(table, table, "right")[first])
    hits = ordered[places]
    by_strength = np.argsort(single.strength[hits], kind="stable")
    hits, source = hits[by_strength], source[by_strength]
    best[of_file[held[source]], single.definition[hits]] = single.strength[hits]
