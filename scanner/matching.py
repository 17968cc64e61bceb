"""A file's canonical streams and fingerprints in, candidate upstream files out: exact look-ups first, then postings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .canonical import END_DIGEST, U64, CanonicalFile
from .corpus.lineages import Lineages
from .corpus.ragged import among, run_places, runs
from .fingerprints import Fingerprints

Array = npt.NDArray[Any]

# A definition's look-up uses its rarest fingerprints; the others are shared with most of what holds these.
MOST_FINGERPRINTS = 24
# Fingerprints in more definitions than this say nothing about where code is from.
MOST_POSTINGS = 2_000
LEAST_SHARED = 0.2
MOST_PER_DEFINITION = 40
MOST_LINEAGES = 12
MOST_PER_LINEAGE = 2
# Equal names tell a verbatim copy from a renamed one among equal streams.
SPELLED_ALIKE = 0.05


@dataclass(frozen=True, slots=True)
class Query:
    """A file to be placed: its streams, fingerprints, and the hash of each name in the numbering of its streams.

    ``tokens`` int64[D] and ``statement_tokens`` int64[S] count tokens without the ends of blocks; ``telling`` int64[S] without
    strings either, since any string equals any other.
    """

    code: CanonicalFile
    prints: Fingerprints
    name_hashes: U64
    tokens: Array
    statement_tokens: Array
    telling: Array

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
    return Query(code, prints, name_hashes, tokens, widths, widths - code.strings)


def find_candidates(asked: Query, lineages: Lineages) -> list[Candidate]:
    """The upstream files of one corpus that share most with a file, best first."""
    exact = _equal_streams(asked, lineages)
    near = _shared_fingerprints(asked, lineages, np.unique(exact[0]))
    unit, definition, strength = (np.concatenate(pair) for pair in zip(exact, near, strict=True))
    if not len(unit):
        return []
    files, scores = _by_file(asked, lineages, unit, definition, strength)
    return _best(lineages, files, scores / max(asked.total, 1))


def _equal_streams(asked: Query, lineages: Lineages) -> tuple[Array, Array, Array]:
    """Pairs of a definition and a corpus definition with the same canonical stream."""
    corpus, code = lineages.corpus, asked.code
    units = np.flatnonzero(asked.tokens > 0)
    table = corpus.definition_hashes
    first = np.searchsorted(table, code.hashes[units], side="left")
    last = np.searchsorted(table, code.hashes[units], side="right")
    definitions, owners = run_places(first, last)
    unit = units[owners]
    alike = corpus.definition_spellings[definitions] == code.spellings[unit]
    return unit, definitions, np.where(alike, 1 + SPELLED_ALIKE, 1.0)


def _shared_fingerprints(asked: Query, lineages: Lineages, matched: Array) -> tuple[Array, Array, Array]:
    """Pairs of a definition without an equal and corpus definitions that share fingerprints with it, with the share."""
    corpus, prints = lineages.corpus, asked.prints
    open_ = np.ones(len(asked.tokens), bool)
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
    pairs, shared = np.unique(keys, return_counts=True)
    unit, definition = np.divmod(pairs, max(len(corpus.definition_hashes), 1))
    share = shared / np.maximum(asked_for[unit], 1) * np.minimum(known_share[unit], 1)
    return _strongest(unit, definition, share)


def _rarest(owner: Array, spread: Array) -> Array:
    """Which fingerprints to look up: for each definition the rarest few."""
    order = np.lexsort((spread, owner))
    sorted_owner = owner[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_owner, sorted_owner)
    return np.sort(order[(place < MOST_FINGERPRINTS) & (spread[order] <= MOST_POSTINGS)])


def _strongest(unit: Array, definition: Array, share: Array) -> tuple[Array, Array, Array]:
    enough = share >= LEAST_SHARED
    unit, definition, share = unit[enough], definition[enough], share[enough]
    order = np.lexsort((-share, unit))
    unit, definition, share = unit[order], definition[order], share[order]
    place = np.arange(len(unit)) - np.searchsorted(unit, unit)
    few = place < MOST_PER_DEFINITION
    return unit[few], definition[few], share[few]


def _by_file(
    asked: Query, lineages: Lineages, unit: Array, definition: Array, strength: Array
) -> tuple[Array, Array]:
    """Files that hold those definitions, and the tokens each one explains; a definition counts once, at its best."""
    corpus = lineages.corpus
    places, source = runs(corpus.definition_file_starts, definition)
    file = corpus.definition_files[places].astype(np.int64)
    may = lineages.of_file[file] >= 0
    file, source = file[may], source[may]
    keys = unit[source] * corpus.file_count + file
    order = np.lexsort((strength[source], keys))
    keys, source, file = keys[order], source[order], file[order]
    last = np.ones(len(keys), bool)
    last[:-1] = keys[1:] != keys[:-1]
    weights = (strength[source] * asked.tokens[unit[source]])[last]
    files, inverse = np.unique(file[last], return_inverse=True)
    return files, np.bincount(inverse, weights, minlength=len(files))


def _best(lineages: Lineages, files: Array, shares: Array) -> list[Candidate]:
    """The best few contents of each of the best few lineages."""
    chosen: list[Candidate] = []
    taken: dict[int, int] = {}
    first = lineages.first[lineages.of_file[files]]
    # Among equals the older lineage, then the older content, so that the order never depends on the corpus's numbering.
    for place in np.lexsort((files, first, -np.round(shares, 6))):
        lineage = int(lineages.of_file[files[place]])
        if lineage not in taken and len(taken) == MOST_LINEAGES:
            continue
        taken[lineage] = taken.get(lineage, 0) + 1
        if taken[lineage] <= MOST_PER_LINEAGE:
            chosen.append(Candidate(lineages, int(files[place]), lineage, float(shares[place])))
    return chosen
