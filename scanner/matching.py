"""A file's canonical streams and fingerprints in, candidate upstream files out: exact look-ups first, then postings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .arrays import U64, Array, group
from .canonical import END_DIGEST, CanonicalFile
from .corpus.lineages import Lineages
from .corpus.ragged import among, run_places, runs
from .fingerprints import Fingerprints

# A definition's look-up uses its rarest fingerprints; the others are shared with most of what holds these.
MOST_FINGERPRINTS = 24
# Fingerprints in more definitions than this say nothing about where code is from.
MOST_POSTINGS = 2_000
LEAST_SHARED = 0.2
MOST_PER_DEFINITION = 40
MOST_LINEAGES = 12
# Bounds the memory of ranking lineages, whatever a file holds.
UNITS_AT_ONCE = 500
MOST_PER_LINEAGE = 2
# Equal names tell a verbatim copy from a renamed one among equal streams.
SPELLED_ALIKE = 0.05


@dataclass(frozen=True, slots=True)
class Query:
    """A file to be placed: its streams, fingerprints, and the hash of each name in the numbering of its streams.

    ``tokens`` int64[D] and ``statement_tokens`` int64[S] count tokens without the ends of blocks; ``telling``
    int64[S] without strings either, since any string equals any other.
    """

    code: CanonicalFile
    prints: Fingerprints
    name_hashes: U64
    tokens: Array
    statement_tokens: Array
    telling: Array
    folded: Array

    @property
    def total(self) -> int:
        """All tokens of the file."""
        return int(self.tokens.sum())


@dataclass(frozen=True, slots=True)
class Candidate:
    """An upstream file content, and about what share (0 to 1) of the query stands in it."""

    lineages: Lineages
    file: int
    lineage: int
    share: float


def query(code: CanonicalFile, prints: Fingerprints, name_hashes: U64) -> Query:
    """Bring a file's streams and fingerprints together for look-up."""
    widths = np.where(code.digests == END_DIGEST, 0, np.diff(code.statement_tokens))
    sums = np.concatenate([[0], np.cumsum(widths)])
    tokens = sums[code.statement_starts[1:]] - sums[code.statement_starts[:-1]]
    equal = group(np.stack([code.hashes, code.spellings], axis=1))
    folded = np.zeros(len(tokens), np.int64)
    folded[equal.first] = np.bincount(equal.inverse, tokens, minlength=len(equal.first)).astype(np.int64)
    return Query(code, prints, name_hashes, tokens, widths, widths - code.strings, folded)


def find_candidates(asked: Query, lineages: Lineages, least: float = 0.0) -> list[Candidate]:
    """The upstream files of one corpus that share most with a file, best first; none below a share of ``least``."""
    exact = _equal_streams(asked, lineages)
    near = _shared_fingerprints(asked, lineages, exact.unit)
    found = _Hits(*(np.concatenate(pair) for pair in zip(exact, near, strict=True)))
    if not len(found.unit):
        return []
    chosen = _best_lineages(asked, lineages, found, least)
    return _best_files(asked, lineages, found, chosen) if len(chosen) else []


class _Hits(NamedTuple):
    """Definitions ``unit`` of the file, ``definition`` of the corpus, and how much (0 to 1) of one is in the other."""

    unit: Array
    definition: Array
    strength: Array


def _equal_streams(asked: Query, lineages: Lineages) -> _Hits:
    """Pairs of a definition and a corpus definition with the same canonical stream."""
    corpus, code = lineages.corpus, asked.code
    units = np.flatnonzero(asked.folded > 0)
    table = corpus.definition_hashes
    first = np.searchsorted(table, code.hashes[units], side="left")
    last = np.searchsorted(table, code.hashes[units], side="right")
    definitions, owners = run_places(first, last)
    unit = units[owners]
    alike = corpus.definition_spellings[definitions] == code.spellings[unit]
    return _Hits(unit, definitions, np.where(alike, 1 + SPELLED_ALIKE, 1.0))


def _shared_fingerprints(asked: Query, lineages: Lineages, matched: Array) -> _Hits:
    """Pairs of a definition without an equal and corpus definitions that share fingerprints with it, with the share."""
    corpus, prints = lineages.corpus, asked.prints
    open_ = asked.folded > 0
    open_[matched] = False
    owner = np.repeat(np.arange(len(asked.tokens)), np.diff(prints.starts))
    rows = np.flatnonzero(open_[owner])
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


def _strongest(unit: Array, definition: Array, share: Array) -> _Hits:
    enough = share >= LEAST_SHARED
    unit, definition, share = unit[enough], definition[enough], share[enough]
    order = np.lexsort((-share, unit))
    unit, definition, share = unit[order], definition[order], share[order]
    place = np.arange(len(unit)) - np.searchsorted(unit, unit)
    few = place < MOST_PER_DEFINITION
    return _Hits(unit[few], definition[few], share[few])


def _best_lineages(asked: Query, lineages: Lineages, found: _Hits, least: float) -> Array:
    """The lineages whose definitions, taken together over all releases, explain most of the file."""
    corpus = lineages.corpus
    ordered = np.argsort(found.strength, kind="stable")
    places, source = runs(corpus.definition_lineage_starts, found.definition[ordered])
    lineage, unit = corpus.definition_lineages[places], found.unit[ordered][source]
    strength = found.strength[ordered].astype(np.float32)[source]
    shares: Array = np.zeros(len(lineages.first), np.float32)
    for first in range(0, len(asked.tokens), UNITS_AT_ONCE):
        inside = (unit >= first) & (unit < first + UNITS_AT_ONCE)
        best = np.zeros((min(UNITS_AT_ONCE, len(asked.tokens) - first), len(shares)), np.float32)
        # Of assignments to one place the last holds, and that is the strongest.
        best[unit[inside] - first, lineage[inside]] = strength[inside]
        # Not `@`: its threads cost a small product more than they save.
        shares += np.einsum("u,ul->l", asked.folded[first : first + UNITS_AT_ONCE].astype(np.float32), best)
    shares = np.round(shares / max(asked.total, 1), 6) * lineages.allowed
    enough = np.flatnonzero(shares > least)
    if len(enough) > MOST_LINEAGES:
        enough = enough[shares[enough] >= np.partition(shares[enough], -MOST_LINEAGES)[-MOST_LINEAGES]]
    return enough[np.lexsort((enough, lineages.first[enough], -shares[enough]))[:MOST_LINEAGES]]


def _best_files(asked: Query, lineages: Lineages, found: _Hits, chosen: Array) -> list[Candidate]:
    """The best few contents of each of the chosen lineages."""
    corpus = lineages.corpus
    places, of_lineage = runs(corpus.lineage_file_starts, chosen)
    files = corpus.lineage_files[places].astype(np.int64)
    rows, of_file = runs(corpus.file_starts, files)
    ordered = np.lexsort((found.strength, found.definition))
    table = found.definition[ordered]
    definitions = corpus.member_definitions[rows]
    first, last = np.searchsorted(table, definitions, "left"), np.searchsorted(table, definitions, "right")
    places, source = run_places(first, last)
    hits = ordered[places]
    by_strength = np.argsort(found.strength[hits], kind="stable")
    hits, source = hits[by_strength], source[by_strength]
    best = np.zeros((len(files), len(asked.tokens)), np.float32)
    best[of_file[source], found.unit[hits]] = found.strength[hits]
    shares = np.einsum("fu,u->f", best, asked.folded.astype(np.float32)) / max(asked.total, 1)
    # Among contents that explain as much, the one with least besides.
    sizes = np.bincount(of_file, corpus.definition_tokens[definitions], minlength=len(files))
    order = np.lexsort((files, sizes, -np.round(shares, 6), of_lineage))
    rank = np.arange(len(order)) - np.searchsorted(of_lineage[order], of_lineage[order])
    kept = order[rank < MOST_PER_LINEAGE]
    kept = kept[np.argsort(-np.round(shares[kept], 6), kind="stable")]
    return [Candidate(lineages, int(files[i]), int(chosen[of_lineage[i]]), float(shares[i])) for i in kept]
