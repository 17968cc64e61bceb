"""How rare statements and names are among all corpora in use: in how many path histories each stands, and IDF weights.

A path history that is divided over corpora counts once. Edit this when the weight of what is rare should be taken in
another way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from ..support.arrays import I64, U64, Array, Mask, among, distinct, runs
from .history_table import HistoryTable
from .kept.sorted_rows import SortedRows
from .model import Corpus
from .schema import Columns
from .spellings import keys_in, spellings_in, statement_keys

# What both of two upstreams hold is not common for that: IDF weights are as if there were at least so many of them.
FEW_HISTORIES = 10
# So many names in statements are counted at a time.
AT_A_TIME = 1 << 18


def idf_weights(frequencies: Array, total: int) -> Array:
    """The IDF weight uint8 of what is in so many of ``total`` path histories: 255 in one only, 0 in all."""
    scale = max(total, FEW_HISTORIES)
    rare: Array = np.round(255 * np.log(scale / np.maximum(frequencies, 1)) / np.log(scale))
    return np.maximum(rare, 0).astype(np.uint8)


def frequencies_of(weights: Array, total: int) -> I64:
    """In how many of ``total`` path histories things are that have these IDF weights, about."""
    scale = max(total, FEW_HISTORIES)
    table = np.minimum(np.round(scale ** (1 - np.arange(256) / 255)), max(total, 1)).astype(np.int64)
    counts: I64 = table[weights]
    return counts


class Rarity(Struct, frozen=True, eq=False, dict=True):
    """How rare things are in all of some corpora. Everything is asked by hashes, the same in any corpus."""

    corpora: tuple[Corpus, ...]
    known: HistoryTable
    rows: tuple[SortedRows, ...]

    def digest_weights(self, digests: U64) -> Array:
        """The IDF weight uint8 of each of these normalised statements; 255 of what is not known."""
        wanted = distinct(digests)  # in order: neighbours are near each other in a table
        counts = np.zeros(len(wanted), np.int64)
        for corpus in self.corpora:
            places, known = among(corpus.digests, wanted)
            counts[known] += _counts(corpus, Columns.digest_lineages.name, "digest_weights", places[known])
        weights = idf_weights(counts - self._of_digests.more(wanted), self.known.count)
        return weights[np.searchsorted(wanted, digests)]

    def statement_weights(self, number: int, statements: Array) -> Array:
        """The IDF weight uint8 of statements of corpus ``number``, with their names."""
        corpus = self.corpora[number]
        counts = _counts(corpus, Columns.statement_lineages.name, "statement_weights", statements)
        if len(self.corpora) == 1:
            return idf_weights(counts, self.known.count)
        digests = corpus.digests[corpus.statement_digests[statements]]
        keys = statement_keys(digests, spellings_in(corpus, statements))
        order = np.argsort(keys)
        keys, digests, counts = keys[order], digests[order], counts[order]
        for other, rows in enumerate(self.rows):
            if other != number:
                like, held = rows.statements(keys, digests)
                counted = Columns.statement_lineages.name, "statement_weights", like[held]
                counts[held] += _counts(self.corpora[other], *counted)
        weights = np.empty(len(keys), np.uint8)
        weights[order] = idf_weights(counts - self._of_statements.more(keys), self.known.count)
        return weights

    def name_frequencies(self, names: U64) -> I64:
        """In how many path histories each name is that of a definition, by the hashes of the names."""
        counts = np.zeros(len(names), np.int64)
        for corpus in self.corpora:
            places, known = among(corpus.name_hashes, names)
            counts[known] += corpus.name_lineages[places[known]]
        frequencies: I64 = counts - self._of_names.more(names)
        return frequencies

    def are_seldom_used(self, names: U64, most: int) -> Mask:
        """Whether each name, by its hash, stands in no more than ``most`` statements, each counted once, and no more
        often than that in those of any one corpus."""
        uses = np.zeros((len(self.corpora), len(names)), np.int64)
        for each, corpus, occurrences in zip(uses, self.corpora, self._occurrences, strict=True):
            places, known = among(corpus.name_hashes, names)
            each[known] = occurrences[places[known]]
        seldom: Mask = uses.sum(axis=0) <= most
        # A statement that several corpora have counts once: that is gone through only where it decides.
        open_ = (~seldom & (uses.max(axis=0, initial=0) <= most)).nonzero()[0]
        seldom[open_] = self._statements_with(names[open_]) <= most
        return seldom

    @cached_property
    def _occurrences(self) -> list[I64]:
        """How often each name stands in the statements of each corpus; twice in one is two times."""
        return [_counts_of(each.statement_names, len(each.name_hashes)) for each in self.corpora]

    def _statements_with(self, names: U64) -> I64:
        """In how many statements, each once, each name stands, none of which stands in many."""
        new = np.array([name for name in names.tolist() if name not in self._uses], np.uint64)
        self._uses.update(zip(new.tolist(), self._counted_uses(new).tolist(), strict=True))
        return np.array([self._uses[name] for name in names.tolist()], np.int64)

    def _counted_uses(self, names: U64) -> I64:
        keys, owners = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
        for corpus in self.corpora if len(names) else ():
            places, known = among(corpus.name_hashes, names)
            number = np.full(len(corpus.name_hashes), -1)
            number[places[known]] = np.flatnonzero(known)
            at = np.flatnonzero((number >= 0)[corpus.statement_names])
            keys.append(keys_in(corpus, np.searchsorted(corpus.statement_name_starts, at, "right") - 1))
            owners.append(number[corpus.statement_names[at]])
        _, held = _distinct_pairs(np.concatenate(keys), np.concatenate(owners))
        return np.bincount(held, minlength=len(names))

    @cached_property
    def _uses(self) -> dict[int, int]:
        return {}

    def members_named(self, number: int, names: Array) -> Array:
        """The rows of definitions in files of corpus ``number`` that have one of these of its names."""
        return self.rows[number].members(names)

    @cached_property
    def _of_digests(self) -> _Overlap:
        return self._overlap(_digests_of)

    @cached_property
    def _of_statements(self) -> _Overlap:
        return self._overlap(_keys_of)

    @cached_property
    def _of_names(self) -> _Overlap:
        return self._overlap(_names_of)

    def _overlap(self, told: Callable[[Corpus, Array], tuple[U64, I64]]) -> _Overlap:
        """What divided path histories hold in several of their parts."""
        keys, owners = [], []
        for number, (local, whole) in enumerate(self.known.divided_parts):
            if len(local):
                found, part = told(self.corpora[number], local)
                pairs = _distinct_pairs(found, whole[part])
                keys.append(pairs[0])
                owners.append(pairs[1])
        if not keys:
            return _Overlap(np.zeros(0, np.uint64), np.zeros(0, np.int64))
        return _Overlap.of(np.concatenate(keys), np.concatenate(owners))


class _Overlap(NamedTuple):
    """By how many each thing is counted too often, where parts of a path history are counted each for itself."""

    keys: U64
    """Sorted."""
    counts: I64

    @classmethod
    def of(cls, keys: U64, owners: I64) -> _Overlap:
        """Of pairs of a thing and a path history, one for each part that holds it."""
        order = np.lexsort((owners, keys))
        keys, owners = keys[order], owners[order]
        again = np.flatnonzero((keys[1:] == keys[:-1]) & (owners[1:] == owners[:-1])) + 1
        held = distinct(keys[again])
        return cls(held, np.bincount(np.searchsorted(held, keys[again]), minlength=len(held)))

    def more(self, keys: U64) -> I64:
        """By how many each of ``keys`` is counted too often."""
        places, known = among(self.keys, keys)
        more: I64 = np.where(known, self.counts[places] if len(self.counts) else 0, 0)
        return more


def _counts(corpus: Corpus, column: str, weights: str, rows: Array) -> I64:
    """From the column that counts, which a file may be without: then from what its weights tell, which is exact of what
    is in some twenty path histories, and a few hundredths off beyond."""
    if column in corpus.arrays:
        return corpus.arrays[column][rows].astype(np.int64)
    return frequencies_of(corpus.arrays[weights][rows], len(corpus.lineage_projects))


def _counts_of(numbers: Array, size: int) -> I64:
    """How often each number below ``size`` stands there; a part at a time, as counting takes a copy."""
    counts, most = np.zeros(size, np.int64), max(AT_A_TIME, size)
    for part in np.split(numbers, range(most, len(numbers), most)):
        counts += np.bincount(part, minlength=size)
    return counts


def _distinct_pairs(keys: U64, owners: I64) -> tuple[U64, I64]:
    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    leads = np.ones(len(keys), bool)
    leads[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    return keys[leads], owners[leads]


def _held_by(corpus: Corpus, histories: Array) -> tuple[Array, I64]:
    """The statements that ever stood in these path histories, and the place in ``histories`` of each."""
    place = np.full(len(corpus.lineage_projects), -1)
    place[histories] = np.arange(len(histories))
    owners = place[corpus.definition_lineages]
    rows = np.flatnonzero(owners >= 0)
    definitions = np.searchsorted(corpus.definition_lineage_starts, rows, "right") - 1
    statements, source = corpus.held(definitions)
    return statements, owners[rows][source]


def _digests_of(corpus: Corpus, histories: Array) -> tuple[U64, I64]:
    statements, owners = _held_by(corpus, histories)
    return corpus.digests[corpus.statement_digests[statements]], owners


def _keys_of(corpus: Corpus, histories: Array) -> tuple[U64, I64]:
    statements, owners = _held_by(corpus, histories)
    held = distinct(statements)
    return keys_in(corpus, held)[np.searchsorted(held, statements)], owners


def _names_of(corpus: Corpus, histories: Array) -> tuple[U64, I64]:
    places, of_history = runs(corpus.lineage_file_starts, histories)
    rows, of_file = runs(corpus.file_starts, corpus.lineage_files[places].astype(np.int64))
    return corpus.name_hashes[corpus.member_names[rows]], of_history[of_file]
