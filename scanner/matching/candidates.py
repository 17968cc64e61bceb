"""Candidates: the upstream files that may be the original, looked up by equal definitions and shared fingerprints.

All corpora in use are looked up together: what is common, what is best and what is left out is decided over all. Edit
this when an original is not found, or when a look-up takes too long. What is found here is aligned afterwards.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..corpus.histories import PathHistories
from ..corpus.intervals import NEVER
from ..corpus.model import Corpus
from ..corpus.union import CorpusUnion
from ..support.arrays import Array, among, counted, first_of_each, run_bounds, runs
from .definition_hits import DefinitionHits, HistoryHits, single_hits
from .equal_definitions import EqualRuns, equal_runs, equal_tokens
from .query import Query

# So many path histories are aligned with, and so many contents of each.
MOST_HISTORIES = 12
MOST_PER_HISTORY = 2

HistoryKey = int
"""Tells the path histories of all corpora in use apart."""


class Candidate(NamedTuple):
    """An upstream file that may be the original."""

    histories: PathHistories
    """Those of all corpora in use."""
    file: int
    """The number of its content, over all corpora."""
    history: HistoryKey
    """The number of the path history that it was found under."""
    share: float
    """About what share (0 to 1) of the query stands in it."""

    @property
    def key(self) -> HistoryKey:
        """The path history that it was found under, over all corpora."""
        return self.history

    @property
    def corpus(self) -> Corpus:
        """The corpus that holds the content."""
        return self.histories.corpus_of(self.file)

    @property
    def local_file(self) -> int:
        """The number of the content in its corpus."""
        return self.histories.union.local_file(self.file)

    @property
    def day(self) -> int:
        """The day (20240131) on which this content stood there at the latest; 0 where that is not known."""
        return self.histories.day_of(self.file, self.history)

    @property
    def age(self) -> tuple[int, int, str, bytes, int]:
        """Sorts candidates by age."""
        return self.histories.age(self.file, self.history)


class Hits(NamedTuple):
    """What of all corpora is like each definition of a file: the same in the first form and in the plain one, which
    differ in what else stands in a definition."""

    asked: Array
    """bool[D]: the definitions that were looked up."""
    equal: EqualRuns
    single: DefinitionHits
    held: HistoryHits


def find_hits(query: Query, union: CorpusUnion) -> Hits:
    """Look up the definitions of a file."""
    equal = equal_runs(query, union)
    return Hits(query.folded_tokens > 0, equal, *single_hits(query, union, equal))


def find_candidates(
    query: Query, histories: PathHistories, least: float = 0.0, hits: Hits | None = None
) -> list[Candidate]:
    """The upstream files that share most with a file, best first; none below a share of ``least``.

    ``hits`` are those of the file, in whatever form, where it was looked up before.
    """
    if hits is None or not np.array_equal(hits.asked, query.folded_tokens > 0):
        hits = find_hits(query, histories.union)
    _, equal, single, held = hits
    if not len(equal.first) and not len(single.definition):
        return []
    chosen = _best_histories(query, histories, equal, held, least)
    return _best_files(query, histories, equal, single, chosen) if len(chosen) else []


def _best_histories(query: Query, histories: PathHistories, equal: EqualRuns, held: HistoryHits, least: float) -> Array:
    """The path histories whose definitions, taken together over all releases, explain most of the file."""
    of_equal, equal_values = equal_tokens(query, histories.union, equal)
    # Of definitions that are equal, a hit says what equal names add.
    beyond = np.where(held.strength > 1, held.strength - 1, held.strength)
    values = np.concatenate([equal_values, query.folded_tokens[held.definition] * beyond])
    found, tokens = _sums(np.concatenate([of_equal, held.history]), values, histories.union.known.bounds[-1])
    shares = np.round(tokens / max(query.total, 1), 6)
    enough = np.flatnonzero((tokens > 0) & (shares > least))
    enough = enough[histories.answer(found[enough])]
    if len(enough) > MOST_HISTORIES:
        enough = enough[shares[enough] >= np.partition(shares[enough], -MOST_HISTORIES)[-MOST_HISTORIES]]
    return _oldest_first(histories, found[enough], shares[enough])


def _sums(keys: Array, values: Array, size: int) -> tuple[Array, Array]:
    """The distinct keys, sorted, and the sum of the values of each; keys are below ``size``."""
    if len(keys) * 8 > size:
        sums = np.bincount(keys, values, minlength=size)
        held = np.flatnonzero(np.bincount(keys, minlength=size))
        return held, sums[held]
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.flatnonzero(first_of_each(ordered))
    # In the order of the values, as above: sums of fractions differ by it.
    sums = np.bincount(np.cumsum(first_of_each(ordered)) - 1, values[order], minlength=len(first))
    return ordered[first], sums


def _oldest_first(histories: PathHistories, found: Array, shares: Array) -> Array:
    """The path histories with the largest shares, of equal ones the oldest, of those of one day by name."""
    ages = histories.union.known.first[found]
    order = np.lexsort((ages, -shares))
    last = order[min(len(order), MOST_HISTORIES) - 1] if len(order) else 0
    kept = [each for each in order.tolist() if (-shares[each], ages[each]) <= (-shares[last], ages[last])]
    kept.sort(key=lambda each: (-shares[each], histories.order(int(found[each]))))
    chosen: Array = found[kept[:MOST_HISTORIES]]
    return chosen


class _Contents(NamedTuple):
    """The contents [F] of the chosen path histories that may answer."""

    of_history: Array
    """Which of the chosen path histories each is of."""
    files: Array
    days: Array
    """The day (20240131) on which each stood there at the latest."""


def _best_files(
    query: Query, histories: PathHistories, equal: EqualRuns, single: DefinitionHits, chosen: Array
) -> list[Candidate]:
    """The best few contents of each of the chosen path histories."""
    contents = _old_enough(histories, _Contents(*histories.union.distinct_contents(chosen)), chosen)
    of_file, references, tokens = _definitions(histories.union, contents.files)
    best = np.zeros((len(contents.files), len(query.definition_tokens)), np.float32)
    _mark_equal(best, of_file, references, equal)
    _mark_single(best, of_file, references, single)
    shares = np.einsum("fd,d->f", best, query.folded_tokens.astype(np.float32)) / max(query.total, 1)
    # Among contents that explain as much, the one with least besides, then the oldest.
    sizes = np.bincount(of_file, tokens, minlength=len(contents.files))
    order = np.lexsort((contents.files, contents.days, sizes, -np.round(shares, 6), contents.of_history))
    ordered = contents.of_history[order]
    kept = order[np.arange(len(order)) - np.searchsorted(ordered, ordered) < MOST_PER_HISTORY]
    kept = kept[np.argsort(-np.round(shares[kept], 6), kind="stable")]
    found = zip(
        contents.files[kept].tolist(), chosen[contents.of_history[kept]].tolist(), shares[kept].tolist(), strict=True
    )
    return [Candidate(histories, *each) for each in found]


def _old_enough(histories: PathHistories, contents: _Contents, chosen: Array) -> _Contents:
    """The contents of the chosen path histories that answer: none younger than the copy.

    Of a path that may be older than each of its known contents, the oldest of these.
    """
    if not histories.until:
        return contents
    of_history, _, days = contents
    old: Array = (days <= histories.until) | histories.are_own(chosen)[of_history]
    known = np.bincount(of_history[old], minlength=len(chosen)) > 0
    oldest = np.full(len(chosen), NEVER)
    np.minimum.at(oldest, of_history, days)
    old |= ~known[of_history] & (days == oldest[of_history])
    return _Contents(*(column[old] for column in contents))


def _definitions(union: CorpusUnion, files: Array) -> tuple[Array, Array, Array]:
    """The definitions of files: which of ``files`` each stands in, its number over all corpora, and its tokens."""
    found = []
    for number, corpus, rows, places in union.files(files):
        members, of_file = runs(corpus.file_starts, places)
        definitions = corpus.member_definitions[members]
        numbers = definitions.astype(np.int64) + union.definition_bounds[number]
        found.append((rows[of_file], numbers, corpus.definition_tokens[definitions]))
    if len(found) == 1:
        return found[0]
    none = np.zeros(0, np.int64)
    of_file, numbers, tokens = (np.concatenate(each) for each in zip((none, none, none), *found, strict=True))
    return of_file, numbers, tokens


def _mark_equal(best: Array, of_file: Array, references: Array, equal: EqualRuns) -> None:
    """Set [F, D] to 1 where a file has a definition that is equal."""
    if not len(equal.first):
        return
    places = np.searchsorted(equal.first, references, "right") - 1
    within = (places >= 0) & (references < equal.last[places])
    held = np.zeros((len(best), equal.sequences), np.float32)
    held[of_file[within], equal.sequence[places[within]]] = 1
    best[:, equal.definitions] = held[:, equal.of_definition]


def _mark_single(best: Array, of_file: Array, references: Array, single: DefinitionHits) -> None:
    """Set [F, D] to the strength where a file has one of the definitions that were hit; the strongest holds."""
    ordered = single.reference.argsort(kind="stable")
    table, counts = counted(single.reference)
    at, held = among(table, references)
    held = held.nonzero()[0]
    places, source = runs(run_bounds(counts), at[held])
    hits, source = ordered[places], held[source]
    by_strength = np.argsort(single.strength[hits], kind="stable")
    hits, source = hits[by_strength], source[by_strength]
    best[of_file[source], single.definition[hits]] = single.strength[hits]
