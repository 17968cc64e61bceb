"""Shingles of a text and the table in, where known texts may stand in it out, best first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ..arrays import I64, U32, Mask, distinct
from .runs import LEAST_SHARE, LEAST_SHARE_OF_SHORT, SHORT, Hits, Occurrence, runs
from .table import LicenceTable


def occurrences(shingles: U32, table: LicenceTable) -> list[Occurrence]:
    """What stands in the text by its shingles, best first: overlapping ones are still to choose from."""
    rows = _look_up(shingles, table)
    found: list[Occurrence] = []
    for reference, hits in _by_reference(_hits(rows, _candidates(rows, table), table), table):
        found.extend(runs(reference, hits, table))
    return sorted(found, key=lambda each: (-each.score, each.reference))


def _look_up(shingles: U32, table: LicenceTable) -> I64:
    """The row of each shingle in the table, -1 where it is not in it."""
    rows = np.full(len(shingles), -1, np.int64)
    if len(table.shingles):
        # In order, since looking up what is near to the one before is several times as fast.
        order = np.argsort(shingles)
        found = np.searchsorted(table.shingles, shingles[order])
        found[found == len(table.shingles)] = 0
        rows[order] = np.where(table.shingles[found] == shingles[order], found, -1)
    return rows


def _expanded(rows: I64, table: LicenceTable) -> tuple[I64, I64]:
    """For each posting of each row: which of ``rows`` it is of, and its entry in the table."""
    counts = table.counts[rows].astype(np.int64)
    ends = np.cumsum(counts)
    within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)
    return np.repeat(np.arange(len(rows)), counts), np.repeat(table.starts[rows], counts) + within


def _candidates(rows: I64, table: LicenceTable) -> Mask:
    """The references of which the text as a whole, in whatever order, has enough."""
    there = distinct(rows[rows >= 0])
    hits = np.bincount(table.postings[_expanded(there, table)[1]], minlength=len(table.references))
    least = np.where(table.kept > SHORT, LEAST_SHARE, LEAST_SHARE_OF_SHORT)
    enough: Mask = (hits >= least * table.kept) & (table.kept > 0)
    return enough


def _hits(rows: I64, candidates: Mask, table: LicenceTable) -> Hits:
    """Where shingles of candidates stand, in the order of the text: one reference after the other at each place."""
    before, after = _neighbours(rows)
    places = np.flatnonzero(rows >= 0) if candidates.any() else np.empty(0, np.int64)
    numbers, entries = _expanded(rows[places], table)
    chosen = candidates[table.postings[entries]]
    places = places[numbers[chosen]]
    return Hits(places, entries[chosen], before[places], after[places])


def _neighbours(rows: I64) -> tuple[I64, I64]:
    """For each place, where the same row stands the time before, else -1, and the next time, else beyond the end."""
    order = np.argsort(rows, kind="stable")
    same = rows[order[1:]] == rows[order[:-1]]
    before, after = np.full(len(rows), -1, np.int64), np.full(len(rows), len(rows), np.int64)
    before[order[1:][same]] = order[:-1][same]
    after[order[:-1][same]] = order[1:][same]
    return before, after


def _by_reference(hits: Hits, table: LicenceTable) -> Iterator[tuple[int, Hits]]:
    """The hits of each reference, in the order of the text."""
    references = table.postings[hits.entries]
    order = np.argsort(references, kind="stable")
    bounds = np.flatnonzero(np.diff(references[order].astype(np.int64), prepend=-1, append=-1)).tolist()
    for first, last in pairwise(bounds):
        part = order[first:last]
        own = Hits(hits.places[part], hits.entries[part], hits.before[part], hits.after[part])
        yield int(references[part[0]]), own
