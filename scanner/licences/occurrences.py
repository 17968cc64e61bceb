"""Shingles of a text and the table in, where known texts may stand in it out: a run of shingles for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..arrays import I64, U32, Mask, distinct
from .table import LicenceTable

# The least share of a reference's shingles that is a text. A word lost costs four shingles: with one word in twenty
# lost and an end cut off by 15 %, two thirds are left. For what is very short, where a few phrases every licence has
# would do, it is higher.
LEAST_SHARE = 0.6
LEAST_SHARE_OF_SHORT = 0.8
SHORT = 40
# How much of a run is the reference's, at least. A licence that took up phrases of another leaves gaps between them; of
# a long one, a version with clauses added is still a version.
LEAST_DENSITY = 0.65
LEAST_DENSITY_OF_LONG = 0.5
LONG = 600
# A stretch without a shingle of the reference this long (and a tenth of the reference) ends it.
LONGEST_GAP = 40
# How many copies of one text that follow each other are told apart.
MOST_COPIES = 50
# What a shingle of something else costs a run that it stands in.
GAP_COST = 0.25
# Titles stand again in an appendix: it takes this much more gain to begin after one.
CLEARLY_MORE = 1.03


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Reference number ``reference`` in a run of shingles, ``first`` to ``last``: its ``share`` that stands there.

    ``own`` is the same share of what no other reference has, 1 where there is none such. ``hits`` [h] are the places of
    its shingles in the text.
    """

    reference: int
    first: int
    last: int
    share: float
    own: float
    score: float
    hits: I64


@dataclass(frozen=True, slots=True)
class _Postings:
    """Each time a shingle of a reference stands in the text: the ``places`` [n] and the table's ``entries`` [n]."""

    places: I64
    entries: I64

    def between(self, first: int, last: int) -> _Postings:
        """Those from ``first`` on, before ``last``."""
        return _Postings(self.places[first:last], self.entries[first:last])


def occurrences(shingles: U32, table: LicenceTable) -> list[Occurrence]:
    """What stands in the text by its shingles, best first: overlapping ones are still to choose from."""
    postings = _look_up(shingles, table)
    candidates = _candidates(postings, table)
    found: list[Occurrence] = []
    for reference, own in _by_reference(postings, candidates, table):
        found.extend(_runs(reference, own, table))
    return sorted(found, key=lambda each: (-each.score, each.reference))


def least_share(kept: int) -> float:
    """The least share of a reference of that many kept shingles that is taken for it."""
    return LEAST_SHARE if kept > SHORT else LEAST_SHARE_OF_SHORT


def _look_up(shingles: U32, table: LicenceTable) -> _Postings:
    rows = np.searchsorted(table.shingles, shingles)
    rows[rows == len(table.shingles)] = 0
    places = np.flatnonzero(table.shingles[rows] == shingles) if len(table.shingles) else np.empty(0, np.int64)
    rows = rows[places]
    counts = table.counts[rows].astype(np.int64)
    total = int(counts.sum())
    within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return _Postings(np.repeat(places, counts), np.repeat(table.starts[rows], counts) + within)


def _candidates(postings: _Postings, table: LicenceTable) -> Mask:
    """The references of which the text as a whole, in whatever order, has enough."""
    seen = np.zeros(len(table.postings), bool)
    seen[postings.entries] = True
    hits = np.bincount(table.postings[seen], minlength=len(table.references))
    least = np.where(table.kept > SHORT, LEAST_SHARE, LEAST_SHARE_OF_SHORT)
    enough: Mask = (hits >= least * table.kept) & (table.kept > 0)
    return enough


def _by_reference(postings: _Postings, chosen: Mask, table: LicenceTable) -> Iterator[tuple[int, _Postings]]:
    """The postings of each chosen reference, in the order of the text."""
    references = table.postings[postings.entries]
    kept = np.flatnonzero(chosen[references])
    order = kept[np.argsort(references[kept], kind="stable")]
    bounds = np.flatnonzero(np.diff(references[order].astype(np.int64), prepend=-1, append=-1))
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        part = order[first:last]
        yield int(references[part[0]]), _Postings(postings.places[part], postings.entries[part])


def _runs(reference: int, own: _Postings, table: LicenceTable) -> Iterator[Occurrence]:
    """The stretches of the text in which most of the reference stands."""
    known = table.references[reference]
    longest_gap = LONGEST_GAP * known.rate + known.size // 10
    breaks = np.flatnonzero(np.diff(own.places) > longest_gap) + 1
    for places, entries in zip(np.split(own.places, breaks), np.split(own.entries, breaks), strict=True):
        yield from islice(_copies(reference, _Postings(places, entries), table), MOST_COPIES)


def _copies(reference: int, run: _Postings, table: LicenceTable) -> Iterator[Occurrence]:
    """One copy of the reference after the other, where several follow each other without a gap."""
    known, kept = table.references[reference], int(table.kept[reference])
    waiting = [run]
    while waiting:
        run = waiting.pop()
        if len(run.places) < least_share(kept) * kept:
            continue
        first, last = _core(run, GAP_COST / known.rate)
        occurrence = _occurrence(reference, run.between(first, last), table)
        if occurrence.share >= least_share(kept) and _is_dense(occurrence, known.size):
            yield occurrence
        if first or last < len(run.places):
            waiting += [run.between(last, len(run.places)), run.between(0, first)]


def _is_dense(occurrence: Occurrence, size: int) -> bool:
    least = LEAST_DENSITY if size < LONG else LEAST_DENSITY_OF_LONG
    return occurrence.share * size >= least * (occurrence.last - occurrence.first + 1)


def _core(run: _Postings, cost: float) -> tuple[int, int]:
    """The part of a run where gain (shingles of the reference, each once) over cost (all others) is largest.

    What stands twice counts where it stands first, or where it stands last: a phrase before the text is no part of it.
    """
    forwards = _gain(run, _is_first(run.entries), cost)
    backwards = _gain(run, _is_first(run.entries[::-1])[::-1], cost)
    _, first, last = backwards if backwards[0] > CLEARLY_MORE * forwards[0] else forwards
    return first, last


def _gain(run: _Postings, counted: Mask, cost: float) -> tuple[float, int, int]:
    """The largest gain, and from which hit on and before which it is had (Bentley 1984, maximum subarray)."""
    gains = np.cumsum(counted * (1.0 + cost)) - cost * (run.places - run.places[0] + 1)
    before = np.concatenate([[0.0], gains[:-1]])
    lowest = np.minimum.accumulate(before)
    last = int(np.argmax(gains - lowest))
    return float(gains[last] - lowest[last]), int(np.argmin(before[: last + 1])), last + 1


def _is_first(entries: I64) -> Mask:
    """Whether each stands for the first time."""
    order = np.argsort(entries, kind="stable")
    first = np.empty(len(entries), bool)
    first[order] = np.diff(entries[order], prepend=-1) != 0
    return first


def _occurrence(reference: int, run: _Postings, table: LicenceTable) -> Occurrence:
    there, kept = distinct(run.entries), int(table.kept[reference])
    size, share = table.references[reference].size, len(there) / kept
    alone = table.alone[reference]
    own = int(table.is_alone[there].sum()) / alone if alone else 1.0
    first, last = int(run.places[0]), int(run.places[-1])
    return Occurrence(reference, first, last, share, own, size * (2 * share - 1), run.places)
