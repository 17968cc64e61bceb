"""What is asked of a corpus about a file in, candidate upstream files out: by lineage first, then by content."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Array
from .corpus.lineages import Lineages
from .corpus.ragged import run_places, runs
from .hits import Equals, Hits, equal_streams, single_hits
from .query import Query, query

__all__ = ["Candidate", "Query", "find_candidates", "query"]

MOST_LINEAGES = 12
# Bounds the memory of ranking lineages, whatever a file holds.
UNITS_AT_ONCE = 500
MOST_PER_LINEAGE = 2


class Candidate(NamedTuple):
    """An upstream file content, and about what share (0 to 1) of the query stands in it."""

    lineages: Lineages
    file: int
    lineage: int
    share: float


def find_candidates(asked: Query, lineages: Lineages, least: float = 0.0) -> list[Candidate]:
    """The upstream files of one corpus that share most with a file, best first; none below a share of ``least``."""
    equal = equal_streams(asked, lineages.corpus)
    single = single_hits(asked, lineages.corpus, equal)
    if not len(equal.unit) and not len(single.unit):
        return []
    chosen = _best_lineages(asked, lineages, equal, single, least)
    return _best_files(asked, lineages, equal, single, chosen) if len(chosen) else []


def _best_lineages(asked: Query, lineages: Lineages, equal: Equals, single: Hits, least: float) -> Array:
    """The lineages whose definitions, taken together over all releases, explain most of the file."""
    shares: Array = np.zeros(len(lineages.first), np.float32)
    for first in range(0, len(asked.tokens), UNITS_AT_ONCE):
        weights = asked.folded[first : first + UNITS_AT_ONCE].astype(np.float32)
        best = np.zeros((len(weights), len(shares)), np.float32)
        _mark_lineages(best, first, lineages, equal, single)
        # Not `@`: its threads cost a small product more than they save.
        shares += np.einsum("u,ul->l", weights, best)
    shares = np.round(shares / max(asked.total, 1), 6) * lineages.allowed
    enough = np.flatnonzero(shares > least)
    if len(enough) > MOST_LINEAGES:
        enough = enough[shares[enough] >= np.partition(shares[enough], -MOST_LINEAGES)[-MOST_LINEAGES]]
    return enough[np.lexsort((enough, lineages.first[enough], -shares[enough]))[:MOST_LINEAGES]]


def _mark_lineages(best: Array, offset: int, lineages: Lineages, equal: Equals, single: Hits) -> None:
    """Set [U, L]: how much of each definition from ``offset`` on is in each lineage. The last and strongest holds."""
    bounds, owners = lineages.corpus.definition_lineage_starts, lineages.corpus.definition_lineages
    inside = (equal.unit >= offset) & (equal.unit < offset + len(best))
    unit, first, last = (column[inside] for column in equal)
    # Definitions with one stream stand together, and so do their lineages: an empty class is in most.
    for row, begin, end in zip((unit - offset).tolist(), bounds[first].tolist(), bounds[last].tolist(), strict=True):
        best[row, owners[begin:end]] = 1
    inside = (single.unit >= offset) & (single.unit < offset + len(best))
    unit, definition, strength = (column[inside] for column in single)
    places, source = runs(bounds, definition)
    best[unit[source] - offset, owners[places]] = strength[source]


def _best_files(asked: Query, lineages: Lineages, equal: Equals, single: Hits, chosen: Array) -> list[Candidate]:
    """The best few contents of each of the chosen lineages."""
    corpus = lineages.corpus
    places, of_lineage = runs(corpus.lineage_file_starts, chosen)
    files = corpus.lineage_files[places].astype(np.int64)
    rows, of_file = runs(corpus.file_starts, files)
    definitions = corpus.member_definitions[rows]
    best = np.zeros((len(files), len(asked.tokens)), np.float32)
    _mark_equal(best, of_file, definitions, equal, len(corpus.definition_hashes))
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


def _mark_equal(best: Array, of_file: Array, definitions: Array, equal: Equals, count: int) -> None:
    """Set [F, U] to 1 where a file has a definition with the stream of one asked for, of ``count`` there are."""
    group_of = np.zeros(count, np.int32)
    groups: dict[int, list[int]] = {}
    for unit, first, last in zip(*map(np.ndarray.tolist, equal), strict=True):
        if first not in groups:
            groups[first] = []
            group_of[first:last] = len(groups)
        groups[first].append(unit)
    found = group_of[definitions]
    held = np.flatnonzero(found)
    bounds = np.cumsum([0, 0, *map(len, groups.values())])
    units = np.array([unit for group in groups.values() for unit in group], np.int64)
    places, source = runs(bounds, found[held])
    best[of_file[held[source]], units[places]] = 1


def _mark_single(best: Array, of_file: Array, definitions: Array, single: Hits, count: int) -> None:
    """Set [F, U] where a file has one of the definitions that were hit; the strongest holds."""
    hit = np.zeros(count, bool)
    hit[single.definition] = True
    held = np.flatnonzero(hit[definitions])
    ordered = np.argsort(single.definition, kind="stable")
    table = single.definition[ordered]
    wanted = definitions[held]
    places, source = run_places(np.searchsorted(table, wanted, "left"), np.searchsorted(table, wanted, "right"))
    hits = ordered[places]
    by_strength = np.argsort(single.strength[hits], kind="stable")
    hits, source = hits[by_strength], source[by_strength]
    best[of_file[held[source]], single.unit[hits]] = single.strength[hits]
