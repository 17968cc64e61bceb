"""Where known licence texts may stand in a query text: runs of shingles (hashes of four words) that both have.

Edit this when a text that stands in a file is not found at all, or its span is wrong; which of overlapping matches
counts is `identify.py`. A known text is a reference; its containment is the share of it that stands in the query.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
from msgspec import Struct

from ..support.arrays import I64, U32, Mask, distinct
from .table import LicenceTable

# The least containment that is a match. A word lost costs four shingles: with one word in twenty lost and an end of
# 15 % cut off, two thirds are left. It is higher for what is very short: a few phrases that every licence has would do.
_LEAST_CONTAINMENT = 0.6
_LEAST_CONTAINMENT_OF_SHORT = 0.8
_SHORT = 40
# How much of a run is the reference's, at least. A licence that took up phrases of another leaves gaps between them; of
# a long one, a version with clauses added is still a version.
_LEAST_DENSITY = 0.65
_LEAST_DENSITY_OF_LONG = 0.5
_LONG = 600
# A stretch without a shingle of the reference this long (and a tenth of the reference) ends it.
_LONGEST_GAP = 40
# How many copies of one text that follow each other are told apart, and in how many times its size each is looked for.
_MOST_COPIES = 200
_WINDOW = 3
# What a shingle of something else costs a run that it stands in.
_GAP_COST = 0.25
# Titles stand again in an appendix: it takes this much more gain to begin after one.
_CLEARLY_MORE = 1.03


class Match(Struct, frozen=True):
    """A reference that stands in the query."""

    reference: int
    "Its number in the table."
    first: int
    "Its span: the first shingle of the query that is in it,"
    last: int
    "and the last."
    containment: float
    "The share (0 to 1) of the reference that stands there."
    own_containment: float
    "The same of what no other reference has; 1 where there is none such."
    score: float
    "How much it explains: of what overlaps the highest counts."
    hits: I64
    "[h] Where in the query shingles of the reference stand."


class _ReferenceHits(Struct, frozen=True):
    """Each time a shingle of one reference stands in the query, in order: the ``places`` [n] and table ``entries`` [n].

    ``before`` and ``after`` [n] are the places where the same shingle stands the time before and the next time.
    """

    places: I64
    entries: I64
    before: I64
    after: I64

    def between(self, first: int, last: int) -> _ReferenceHits:
        """Those from ``first`` on, before ``last``."""
        part = slice(first, last)
        return _ReferenceHits(self.places[part], self.entries[part], self.before[part], self.after[part])

    def are_first(self) -> Mask:
        """Whether each stands among these for the first time."""
        first: Mask = self.before < self.places[0]
        return first

    def are_last(self) -> Mask:
        """Whether each stands among these for the last time."""
        last: Mask = self.after > self.places[-1]
        return last


def find_matches(query: U32, table: LicenceTable) -> list[Match]:
    """The matches of a query, given as its shingles, best first: overlapping ones are still to choose from."""
    rows = _look_up(query, table)
    found: list[Match] = []
    for reference, hits in _by_reference(_hits(rows, _candidates(rows, table), table), table):
        found.extend(_matches_of(reference, hits, table))
    return sorted(found, key=lambda each: (-each.score, each.reference))


def least_containment(kept: int) -> float:
    """The least containment of a reference of that many kept shingles that is a match."""
    return _LEAST_CONTAINMENT if kept > _SHORT else _LEAST_CONTAINMENT_OF_SHORT


def _look_up(query: U32, table: LicenceTable) -> I64:
    """The row of each shingle in the table, -1 where it is not in it."""
    rows = np.full(len(query), -1, np.int64)
    if len(table.shingles):
        # In order, since looking up what is near to the one before is several times as fast.
        order = np.argsort(query)
        found = np.searchsorted(table.shingles, query[order])
        found[found == len(table.shingles)] = 0
        rows[order] = np.where(table.shingles[found] == query[order], found, -1)
    return rows


def _candidates(rows: I64, table: LicenceTable) -> Mask:
    """The references of which the query as a whole, in whatever order, has enough."""
    there = distinct(rows[rows >= 0])
    hits = np.bincount(table.postings[_expanded(there, table)[1]], minlength=len(table.references))
    least = np.where(table.kept > _SHORT, _LEAST_CONTAINMENT, _LEAST_CONTAINMENT_OF_SHORT)
    enough: Mask = (hits >= least * table.kept) & (table.kept > 0)
    return enough


def _expanded(rows: I64, table: LicenceTable) -> tuple[I64, I64]:
    """For each posting of each row: which of ``rows`` it is of, and its entry in the table."""
    counts = table.counts[rows].astype(np.int64)
    ends = np.cumsum(counts)
    within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)
    return np.repeat(np.arange(len(rows)), counts), np.repeat(table.starts[rows], counts) + within


def _hits(rows: I64, candidates: Mask, table: LicenceTable) -> _ReferenceHits:
    """Where shingles of candidates stand, in the order of the query: one reference after the other at each place."""
    before, after = _neighbours(rows)
    places = np.flatnonzero(rows >= 0) if candidates.any() else np.empty(0, np.int64)
    numbers, entries = _expanded(rows[places], table)
    chosen = candidates[table.postings[entries]]
    places = places[numbers[chosen]]
    return _ReferenceHits(places, entries[chosen], before[places], after[places])


def _neighbours(rows: I64) -> tuple[I64, I64]:
    """For each place, where the same row stands the time before, else -1, and the next time, else beyond the end."""
    order = np.argsort(rows, kind="stable")
    same = rows[order[1:]] == rows[order[:-1]]
    before, after = np.full(len(rows), -1, np.int64), np.full(len(rows), len(rows), np.int64)
    before[order[1:][same]] = order[:-1][same]
    after[order[:-1][same]] = order[1:][same]
    return before, after


def _by_reference(hits: _ReferenceHits, table: LicenceTable) -> Iterator[tuple[int, _ReferenceHits]]:
    """The hits of each reference, in the order of the query."""
    references = table.postings[hits.entries]
    order = np.argsort(references, kind="stable")
    bounds = np.flatnonzero(np.diff(references[order].astype(np.int64), prepend=-1, append=-1)).tolist()
    for first, last in pairwise(bounds):
        part = order[first:last]
        own = _ReferenceHits(hits.places[part], hits.entries[part], hits.before[part], hits.after[part])
        yield int(references[part[0]]), own


def _matches_of(reference: int, hits: _ReferenceHits, table: LicenceTable) -> Iterator[Match]:
    """The stretches of the query in which most of the reference stands."""
    known = table.references[reference]
    longest_gap = _LONGEST_GAP * known.rate + known.size // 10
    breaks = np.flatnonzero(hits.places[1:] - hits.places[:-1] > longest_gap) + 1
    bounds = [0, *breaks.tolist(), len(hits.places)]
    for first, last in pairwise(bounds):
        yield from islice(_copies_in(reference, hits.between(first, last), table), _MOST_COPIES)


def _copies_in(reference: int, run: _ReferenceHits, table: LicenceTable) -> Iterator[Match]:
    """One copy of the reference after the other, where several follow each other without a gap.

    Each is looked for in a window of a few times its size, so that the time is linear in the run.
    """
    known, kept = table.references[reference], int(table.kept[reference])
    least = least_containment(kept)
    waiting = [run] if len(run.places) >= least * kept else []
    while waiting:
        run = waiting.pop()
        window = run.between(0, int(np.searchsorted(run.places, run.places[0] + _WINDOW * known.size)))
        first, last = _best_span(window, _GAP_COST / known.rate)
        goes_on = first > 0 and last == len(window.places) < len(run.places)
        if not goes_on:
            match = _match(reference, window.between(first, last), table)
            if match.containment >= least and _is_dense(match, known.size):
                yield match
        rest = (first if goes_on else last, len(run.places)), (0, first)
        waiting += [run.between(begin, end) for begin, end in rest if end - begin >= least * kept]


def _best_span(run: _ReferenceHits, cost: float) -> tuple[int, int]:
    """The span in a run where gain (shingles of the reference, each once) over cost (all others) is largest.

    What stands twice counts where it stands first, or where it stands last: a phrase before the text is no part of it.
    """
    forwards = _gain(run, run.are_first(), cost)
    backwards = _gain(run, run.are_last(), cost)
    _, first, last = backwards if backwards[0] > _CLEARLY_MORE * forwards[0] else forwards
    return first, last


def _gain(run: _ReferenceHits, counted: Mask, cost: float) -> tuple[float, int, int]:
    """The largest gain, and from which hit on and before which it is had (Bentley 1984, maximum subarray)."""
    gains = np.zeros(len(counted) + 1)
    gains[1:] = (counted * (1.0 + cost)).cumsum() - cost * (run.places - run.places[0] + 1)
    lowest = np.minimum.accumulate(gains[:-1])
    over = gains[1:] - lowest
    last = int(over.argmax())
    return float(over[last]), int(gains[: last + 1].argmin()), last + 1


def _match(reference: int, run: _ReferenceHits, table: LicenceTable) -> Match:
    first_time = run.are_first()
    size, containment = table.references[reference].size, int(first_time.sum()) / int(table.kept[reference])
    alone = int(table.alone[reference])
    own_containment = int(table.is_alone[run.entries[first_time]].sum()) / alone if alone else 1.0
    first, last = int(run.places[0]), int(run.places[-1])
    return Match(reference, first, last, containment, own_containment, size * (2 * containment - 1), run.places)


def _is_dense(match: Match, size: int) -> bool:
    least = _LEAST_DENSITY if size < _LONG else _LEAST_DENSITY_OF_LONG
    return match.containment * size >= least * (match.last - match.first + 1)
