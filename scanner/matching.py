"""What is asked of a corpus about a file in, candidate upstream files out: by lineage first, then by content."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Array, distinct, group, pack_pairs, unpack_pairs
from .corpus.lineages import Lineages
from .corpus.ragged import run_places, runs
from .hits import Equals, Hits, equal_streams, single_hits
from .query import Query, query

__all__ = ["Candidate", "Query", "find_candidates", "query"]

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
