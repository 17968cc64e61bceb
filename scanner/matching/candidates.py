"""Candidates: the upstream files that may be the original, looked up by equal definitions and shared fingerprints.

All corpora in use are looked up together: what is common, what is best and what is left out is decided over all. Edit
this when an original is not found, or when a look-up takes too long. What is found here is aligned afterwards.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from msgspec import Struct

from ..corpus.histories import PathHistories
from ..corpus.intervals import NEVER
from ..corpus.model import Corpus
from ..corpus.union import CorpusUnion
from ..support.arrays import Array, among_few, counted, run_bounds, runs
from .definition_hits import DefinitionHits, HistoryHits, single_hits
from .equal_definitions import EqualRuns, equal_runs, equal_tokens, runs_holding
from .query import Query

# So many path histories are aligned with, and so many contents of each.
MOST_HISTORIES = 12
MOST_PER_HISTORY = 2
# Where there are more sums than this part of what they may be of, a table of all is quicker than to put them in order.
DENSE = 32

HistoryKey = int
"""Tells the path histories of all corpora in use apart."""


class Candidate(Struct, frozen=True):
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
    # Most are far below, and need not be counted to the last digit.
    likely = (tokens > (least - 1e-5) * query.total).nonzero()[0]
    shares = (tokens[likely] / max(query.total, 1)).round(6)
    enough = (shares > least).nonzero()[0]
    found, shares = found[likely[enough]], shares[enough]
    answering = histories.answer(found)
    found, shares = found[answering], shares[answering]
    if len(found) > MOST_HISTORIES:
        most = (shares >= np.partition(shares, -MOST_HISTORIES)[-MOST_HISTORIES]).nonzero()[0]
        found, shares = found[most], shares[most]
    return _oldest_first(histories, found, shares)


def _sums(keys: Array, values: Array, size: int) -> tuple[Array, Array]:
    """The distinct keys, sorted, and the sum of the values of each, none of which is 0; keys are below ``size``."""
    if len(keys) * DENSE > size:
        sums = np.bincount(keys, values, minlength=size)
        held = sums.nonzero()[0]
        return held, sums[held]
    order = keys.argsort(kind="stable")
    ordered = keys[order]
    leads = np.ones(len(order), bool)
    leads[1:] = ordered[1:] != ordered[:-1]
    # In the order of the values, as above: sums of fractions differ by it.
    sums = np.bincount(leads.cumsum() - 1, values[order])
    return ordered[leads], sums


def _oldest_first(histories: PathHistories, found: Array, shares: Array) -> Array:
    """The path histories with the largest shares, of equal ones the oldest, of those of one day by name."""
    ages = histories.union.known.first[found]
    order = np.lexsort((ages, -shares))
    if len(order) > MOST_HISTORIES:
        last = order[MOST_HISTORIES - 1]
        is_kept = (shares > shares[last]) | ((shares == shares[last]) & (ages <= ages[last]))
        order = order[is_kept[order]]
    ordered_shares, ordered_ages = shares[order], ages[order]
    again = (ordered_shares[1:] == ordered_shares[:-1]) & (ordered_ages[1:] == ordered_ages[:-1])
    chosen: Array = found[order]
    if again.any():
        rows = zip((-ordered_shares).tolist(), ordered_ages.tolist(), chosen.tolist(), strict=True)
        in_order = sorted(rows, key=lambda row: (row[0], histories.order(row[2])))
        chosen = np.array([row[2] for row in in_order], chosen.dtype)
    return chosen[:MOST_HISTORIES]


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
    rounded = shares.round(6)
    order = np.lexsort((contents.files, contents.days, sizes, -rounded, contents.of_history))
    ordered = contents.of_history[order]
    is_first = np.ones(len(order), bool)
    is_first[MOST_PER_HISTORY:] = ordered[MOST_PER_HISTORY:] != ordered[:-MOST_PER_HISTORY]
    kept = order[is_first]
    kept = kept[(-rounded[kept]).argsort(kind="stable")]
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
    places, run = runs_holding(equal, references)
    held = np.zeros((len(best), equal.sequences), np.float32)
    held[of_file[places], equal.sequence[run]] = 1
    best[:, equal.definitions] = held[:, equal.of_definition]


def _mark_single(best: Array, of_file: Array, references: Array, single: DefinitionHits) -> None:
    """Set [F, D] to the strength where a file has one of the definitions that were hit; the strongest holds."""
    order = single.reference.argsort()
    table, counts = counted(single.reference)
    at, held = among_few(table, references)
    held = held.nonzero()[0]
    places, source = runs(run_bounds(counts), at[held])
    hits = order[places]
    cells = of_file[held[source]] * best.shape[1] + single.definition[hits]
    np.maximum.at(best.reshape(-1), cells, single.strength.astype(best.dtype)[hits])
