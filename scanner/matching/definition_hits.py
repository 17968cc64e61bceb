"""Reference definitions that are like a definition of the file: equal by name, too, or sharing its fingerprints.

Fingerprints are looked up rarest first. How many is bounded by what has to be read, and never by how large the corpora
are: a definition keeps its rarest few, and of what it hits the strongest path histories, whatever number of like
definitions each has. Edit this when an original that changed is not found, or when a look-up takes too long.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..corpus.union import CorpusUnion
from ..support.arrays import Array, among, counted, distinct, pack_pairs, run_places, runs, unpack_pairs
from .equal_definitions import SHORT_RUN, EqualRuns
from .query import Query

# A definition is looked up by its rarest fingerprints; the others are shared with most of what holds these.
MOST_FINGERPRINTS = 24
# Fingerprints in more definitions than this are looked up only where a definition has fewer than FEWEST_FINGERPRINTS
# that are rarer, as long as a file reads no more of them than MOST_COMMON postings in all.
MOST_POSTINGS = 2_000
FEWEST_FINGERPRINTS = 4
MOST_COMMON = 60_000
# Of a fingerprint that stands in more definitions than this what several corpora share is counted for each.
MOST_COUNTED = 8_000
# Reference definitions that share less than this are no hits.
LEAST_SHARED = 0.2
# For each query definition so many path histories are kept, and those as strong as the last of them; what as many
# path histories share as MOST_ALIKE tells nothing of where it is from.
MOST_PER_DEFINITION = 40
MOST_ALIKE = 1_000
# Equal names tell a verbatim copy from a renamed one where all tokens are equal.
SPELLED_ALIKE = 0.05


class DefinitionHits(NamedTuple):
    """Pairs of a query definition and a reference definition, a row each."""

    definition: Array
    reference: Array
    """By its number over all corpora."""
    strength: Array
    """About how much (0 to 1) of the one stands in the other, and a little more where the names are equal, too."""


class HistoryHits(NamedTuple):
    """Pairs of a query definition and a path history, a row each, in their order."""

    definition: Array
    history: Array
    strength: Array
    """That of the strongest hit in it."""


_NO_HITS = DefinitionHits(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def single_hits(query: Query, union: CorpusUnion, equal: EqualRuns) -> tuple[DefinitionHits, HistoryHits]:
    """Of the equal ones those with the same names; for definitions without an equal, what shares most with them."""
    spelled = _spelled_alike(query, union, equal)
    near = _shared_fingerprints(query, union, equal.definitions)
    if not len(spelled.definition):
        return _strongest(near, union)
    told = spelled, _of_histories(spelled, union)
    if not len(near.definition):
        return told
    hits, held = zip(told, _strongest(near, union), strict=True)
    return (
        DefinitionHits(*map(np.concatenate, zip(*hits, strict=True))),
        HistoryHits(*map(np.concatenate, zip(*held, strict=True))),
    )


def _of_histories(hits: DefinitionHits, union: CorpusUnion) -> HistoryHits:
    histories, source = union.holders(hits.reference)
    keys = pack_pairs(hits.definition[source], histories)
    order = keys.argsort()
    ordered = keys[order]
    leads = np.ones(len(order), bool)
    leads[1:] = ordered[1:] != ordered[:-1]
    first = leads.nonzero()[0]
    definition, history = unpack_pairs(ordered[first])
    return HistoryHits(definition, history, np.maximum.reduceat(hits.strength[source[order]], first))


def _strongest(hits: DefinitionHits, union: CorpusUnion) -> tuple[DefinitionHits, HistoryHits]:
    """The hits in the strongest path histories of each definition. Which of equal ones come first decides nothing."""
    if not len(hits.definition):
        return _NO_HITS, HistoryHits(*_NO_HITS)
    held = _of_histories(hits, union)
    if int(np.bincount(held.definition).max(initial=0)) < MOST_PER_DEFINITION:
        return hits, held
    order = np.lexsort((-held.strength, held.definition))
    definition, strength = held.definition[order], held.strength[order]
    place = np.arange(len(order)) - definition.searchsorted(definition)
    least = np.zeros(int(definition.max(initial=-1)) + 1)
    last = place == MOST_PER_DEFINITION - 1
    least[definition[last]] = strength[last]
    alike = np.bincount(definition[strength >= least[definition]], minlength=len(least))
    # Where too many are as strong as the last, what is stronger is kept.
    least = np.where(alike > MOST_ALIKE, np.nextafter(least, 2.0), least)
    kept, chosen = hits.strength >= least[hits.definition], held.strength >= least[held.definition]
    return DefinitionHits(*(each[kept] for each in hits)), HistoryHits(*(each[chosen] for each in held))


def _spelled_alike(query: Query, union: CorpusUnion, equal: EqualRuns) -> DefinitionHits:
    """Of the equal ones those with the same names."""
    if not len(equal.first):
        return _NO_HITS
    definitions, references = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    # Every run beside every definition of its sequence, most of which have one.
    order = equal.of_definition.argsort(kind="stable")
    bounds = equal.of_definition[order].searchsorted(np.arange(equal.sequences + 1))
    at, run = runs(bounds, equal.sequence)
    definition = equal.definitions[order[at]]
    for number, corpus, rows, first in union.definitions(equal.first[run]):
        last, wanted = first + (equal.last - equal.first)[run[rows]], query.code.spellings[definition[rows]]
        spellings, few = corpus.definition_spellings, last - first <= SHORT_RUN
        places, source = run_places(first[few], last[few])
        same = (spellings[places] == wanted[few][source]).nonzero()[0]
        definitions.append(definition[rows[few][source[same]]])
        references.append(places[same] + union.definition_bounds[number])
        for place in (~few).nonzero()[0].tolist():
            start, end = int(first[place]), int(last[place])
            found = (spellings[start:end] == wanted[place]).nonzero()[0]
            if len(found):
                definitions.append(np.full(len(found), definition[rows[place]]))
                references.append(found + (start + union.definition_bounds[number]))
    held = np.concatenate(definitions)
    return DefinitionHits(held, np.concatenate(references), np.full(len(held), 1 + SPELLED_ALIKE))


class _Known(NamedTuple):
    """The fingerprints of a file that one corpus has."""

    number: int
    """The number of the corpus."""
    held: Array
    """Which of the fingerprints, each once, it has,"""
    places: Array
    """and where in the corpus."""


def _shared_fingerprints(query: Query, union: CorpusUnion, matched: Array) -> DefinitionHits:
    """For query definitions without an equal, the reference definitions that share fingerprints, and what share."""
    prints = query.prints
    is_open = query.folded_tokens > 0
    is_open[matched] = False
    owner = np.arange(len(is_open)).repeat(prints.starts[1:] - prints.starts[:-1])
    rows = (union.fingerprints.may_be_known(prints.hashes) & is_open[owner]).nonzero()[0]
    owner, hashes = owner[rows], prints.hashes[rows]
    table = distinct(hashes)
    known = _known(union, table)
    if not known:
        return _NO_HITS
    held = np.zeros(len(table), bool)
    for each in known:
        held[each.held] = True
    of_row = table.searchsorted(hashes)
    kept = held[of_row]
    owner, of_row = owner[kept], of_row[kept]
    keep = _rarest(owner, _spread(union, known, owner, of_row, len(table))[of_row])
    return _sharing(query, union, known, owner[keep], of_row[keep])


def _known(union: CorpusUnion, table: Array) -> list[_Known]:
    """Where each corpus that has any has the fingerprints of ``table``."""
    found = []
    for number, corpus in enumerate(union.corpora if len(table) else ()):
        places, known = among(corpus.fingerprints, table)
        held = known.nonzero()[0]
        if len(held):
            found.append(_Known(number, held, places[held]))
    return found


def _spread(union: CorpusUnion, known: list[_Known], owner: Array, of_row: Array, size: int) -> Array:
    """int64[size]: in how many definitions each fingerprint stands; one that several corpora have counts once."""
    spread, corpora = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for number, held, places in known:
        starts = union.corpora[number].posting_starts
        spread[held] += starts[places + 1].astype(np.int64) - starts[places]
        corpora[held] += 1
    if len(known) > 1:
        # Only where some of a definition's are chosen, and what is counted may be too much.
        many = np.bincount(owner)[owner] > MOST_FINGERPRINTS
        unsure = np.zeros(size, bool)
        unsure[of_row[many]] = True
        unsure |= spread > MOST_POSTINGS
        wanted = np.flatnonzero(unsure & (corpora > 1) & (spread <= MOST_COUNTED))
        spread[wanted] = _counted(union, known, wanted)
    return spread


def _counted(union: CorpusUnion, known: list[_Known], wanted: Array) -> Array:
    """In how many distinct definitions each of the fingerprints ``wanted``, which are sorted, stands."""
    found, owners = [], []
    for number, held, places in known:
        corpus = union.corpora[number]
        at, asked = among(wanted, held)
        postings, source = runs(corpus.posting_starts, places[asked])
        definitions = corpus.postings[postings]
        code = corpus.definition_hashes[definitions] + corpus.definition_kinds[definitions]
        found.append(code * np.uint64(0x9E3779B97F4A7C15) ^ corpus.definition_spellings[definitions])
        owners.append(at[asked][source])
    numbers, owner = np.concatenate(found), np.concatenate(owners)
    order = np.lexsort((numbers, owner))
    numbers, owner = numbers[order], owner[order]
    leads = np.ones(len(order), bool)
    leads[1:] = (numbers[1:] != numbers[:-1]) | (owner[1:] != owner[:-1])
    return np.bincount(owner[leads], minlength=len(wanted))


def _sharing(query: Query, union: CorpusUnion, known: list[_Known], owner: Array, of_row: Array) -> DefinitionHits:
    """The reference definitions with these fingerprints of these query definitions, and what share they have."""
    starts = query.prints.starts
    wanted = np.bincount(owner, minlength=len(query.definition_tokens))
    known_share = wanted / np.maximum(np.minimum(starts[1:] - starts[:-1], MOST_FINGERPRINTS), 1)
    keys = []
    for number, held, places in known:
        corpus = union.corpora[number]
        at, asked = among(held, of_row)
        postings, source = runs(corpus.posting_starts, places[at[asked]])
        references = corpus.postings[postings] + np.int64(union.definition_bounds[number])
        keys.append(pack_pairs(owner[asked][source], references))
    pairs, shared = counted(keys[0] if len(keys) == 1 else np.concatenate(keys))
    definition, reference = unpack_pairs(pairs)
    share = shared / np.maximum(wanted, 1)[definition] * np.minimum(known_share, 1)[definition]
    enough = (share >= LEAST_SHARED).nonzero()[0]
    return DefinitionHits(definition[enough], reference[enough], share[enough])


def _rarest(owner: Array, spread: Array) -> Array:
    """Which fingerprints to look up: for each definition the rarest few."""
    rare = spread <= MOST_POSTINGS
    if rare.all() and int(np.bincount(owner).max(initial=0)) <= MOST_FINGERPRINTS:
        return np.arange(len(owner))
    order = np.lexsort((spread, owner))
    sorted_owner, rare = owner[order], rare[order]
    place = np.arange(len(order)) - sorted_owner.searchsorted(sorted_owner)
    common = (~rare & (place < FEWEST_FINGERPRINTS)).nonzero()[0]
    common = common[spread[order[common]].argsort(kind="stable")]
    common = common[spread[order[common]].cumsum() <= MOST_COMMON]
    kept = rare & (place < MOST_FINGERPRINTS)
    kept[common] = True
    chosen: Array = np.sort(order[kept])
    return chosen
