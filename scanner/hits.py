"""What is asked of a corpus in, its definitions with equal streams or shared fingerprints out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Array, group
from .corpus.pack import Corpus
from .corpus.ragged import among, run_places, runs
from .query import Query

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
