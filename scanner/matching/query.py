"""A query: a file to find the origin of, as all stages of matching see it.

Edit this when a stage needs to know something else about the file that is examined.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from ..corpus.model import Corpus
from ..corpus.schema import KINDS
from ..corpus.spellings import spellings, statement_keys
from ..corpus.union import CorpusUnion
from ..fingerprints.normalize import END_DIGEST, NormalisedFile
from ..fingerprints.statement_cache import name_digest
from ..fingerprints.winnowing import Fingerprints
from ..support.arrays import I64, U64, Array, Mask, among, distinct, first_of_each, first_of_numbers, run_sums
from .distinctive import Telling, possible_values, telling


class Query(Struct, frozen=True, eq=False, dict=True):
    """A file to find the origin of: its normalised tokens and fingerprints, and a hash of each name of its name table.

    D counts its definitions, S its statements. Ends of blocks do not count as tokens. What only alignment needs is
    worked out when it is asked for.
    """

    code: NormalisedFile
    prints: Fingerprints
    name_hashes: U64
    definition_tokens: Array
    """int64[D]: how many tokens each definition has."""
    statement_tokens: Array
    """int64[S]: how many tokens each statement has."""
    folded_tokens: Array
    """int64[D]: the tokens of all definitions that are equal to one, counted at the first of them."""
    _known: dict[int, Array] = field(default_factory=dict)
    _weights: dict[int, Array] = field(default_factory=dict)
    _possible: dict[int, tuple[Array, Array]] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        """All tokens of the file."""
        return int(self.definition_tokens.sum())

    @cached_property
    def telling(self) -> Telling:
        """What tells each statement apart."""
        return telling(self.code, self.name_hashes)

    @cached_property
    def real(self) -> I64:
        """Which statements are code, not the end of a block."""
        real: I64 = (self.code.digests != END_DIGEST).nonzero()[0]
        return real

    @cached_property
    def real_bounds(self) -> I64:
        """Where in ``real`` the statements of each definition begin and the last end [D+1]."""
        return self.real.searchsorted(self.code.statement_starts)

    @cached_property
    def parameters(self) -> I64:
        """The statement of each definition that its parameters stand in, or bases: the second, after its name."""
        places = np.minimum(self.real_bounds[:-1] + 1, len(self.real))
        return np.append(self.real, -1)[places]

    @cached_property
    def statement_owners(self) -> I64:
        """The definition that each statement stands in."""
        starts = self.code.statement_starts
        return np.arange(len(self.definition_tokens)).repeat(starts[1:] - starts[:-1])

    @cached_property
    def kinds(self) -> I64:
        """What each definition is, in the numbering of a corpus."""
        return np.array([KINDS.index(definition.kind) for definition in self.code.definitions], np.int64)

    @cached_property
    def parents(self) -> I64:
        """The definition around each definition; the module is its own."""
        return np.array([max(definition.parent, 0) for definition in self.code.definitions], np.int64)

    @cached_property
    def leaf_hashes(self) -> U64:
        """The hash of the last part of each definition's name."""
        leaves = [definition.qualname.rpartition(".")[2].encode() for definition in self.code.definitions]
        return np.frombuffer(b"".join(list(map(name_digest, leaves))), np.uint64)

    @cached_property
    def spellings(self) -> U64:
        """uint64[S]: a hash of the names of each statement, in order of first occurrence."""
        return spellings(self.name_hashes[self.code.order], self.code.order_starts)

    @cached_property
    def _distinct_digests(self) -> tuple[U64, I64]:
        """The digests of the statements, each once and in order, and which of them each statement has."""
        wanted = distinct(self.code.digests)
        return wanted, wanted.searchsorted(self.code.digests)

    @cached_property
    def first_of_digest(self) -> Mask:
        """bool[S]: which statements are the first of their kind, names aside."""
        return first_of_numbers(self._distinct_digests[1])

    @cached_property
    def first_of_spelling(self) -> Mask:
        """bool[S]: which statements are the first of their kind, names and all."""
        return first_of_each(statement_keys(self.code.digests, self.spellings))

    @cached_property
    def forms(self) -> I64:
        """int64[S]: a number for each statement's form, its names and numbers aside."""
        forms = self.telling.forms
        return distinct(forms).searchsorted(forms)

    def possible_values(self, idf_weights: Array) -> Array:
        """float64[S]: how many distinctive tokens each statement would give, were it known, of these IDF weights."""
        found = self._possible.get(id(idf_weights))
        if found is None or found[0] is not idf_weights:
            values = possible_values(self.telling, idf_weights, first_of_numbers(self.forms))
            found = self._possible[id(idf_weights)] = idf_weights, values
        return found[1]

    def rest(self, open_: Array) -> Query:
        """The same file, looked up by its ``open_`` definitions bool[D] alone; what was worked out is kept."""
        rest = replace(self, folded_tokens=np.where(open_, self.folded_tokens, 0))
        rest.__dict__.update(self.__dict__)
        return rest

    def known_in(self, corpus: Corpus) -> I64:
        """The statements of the file in the numbering of a corpus [S], -1 for those it does not have."""
        found = self._known.get(id(corpus))
        if found is None:
            # Each once and in order: the table is large, and neighbours are near each other in it.
            wanted, number = self._distinct_digests
            places, known = among(corpus.digests, wanted)
            found = self._known[id(corpus)] = np.where(known & (wanted != END_DIGEST), places, -1)[number]
        return found

    def idf_weights(self, union: CorpusUnion) -> Array:
        """The IDF weight uint8[S] of each statement of the file without its names, among all corpora of ``union``."""
        key = id(union)
        if key not in self._weights:
            self._weights[key] = self._weights_in(union)
        return self._weights[key]

    def _weights_in(self, union: CorpusUnion) -> Array:
        weights = np.full(len(self.code.digests), 255, np.uint8)
        if len(union.corpora) == 1:
            known = self.known_in(union.corpora[0])
            held = np.flatnonzero(known >= 0)
            weights[held] = union.corpora[0].digest_weights[known[held]]
            return weights
        wanted, number = self._distinct_digests
        weights[self.real] = union.rarity.digest_weights(wanted)[number[self.real]]
        return weights

    def is_known(self, union: CorpusUnion) -> Array:
        """bool[S]: whether any corpus of ``union`` has each statement, names aside."""
        known: Array = np.any([self.known_in(corpus) >= 0 for corpus in union.corpora], axis=0)
        return known

    def has_equal(self, union: CorpusUnion) -> Array:
        """bool[D]: whether any corpus of ``union`` has a definition with the tokens of each in its first form."""
        equal: Array = np.any([among(each.definition_hashes, self.code.hashes)[1] for each in union.corpora], axis=0)
        return equal


def make_query(code: NormalisedFile, prints: Fingerprints, name_hashes: U64) -> Query:
    """Bring a file's tokens and fingerprints together, and count."""
    bounds = code.statement_token_starts
    statements = np.where(code.digests == END_DIGEST, 0, bounds[1:] - bounds[:-1])
    definitions = run_sums(statements, code.statement_starts)
    return Query(code, prints, name_hashes, definitions, statements, _folded(code, definitions))


def _folded(code: NormalisedFile, tokens: I64) -> I64:
    """int64[D]: the tokens of all definitions with the code of one, names and all, at the first of them."""
    keys = statement_keys(code.hashes, code.spellings)  # definitions are told apart as statements are
    order = keys.argsort(kind="stable")
    ordered = keys[order]
    leads = np.ones(len(order), bool)
    leads[1:] = ordered[1:] != ordered[:-1]
    first = leads.nonzero()[0]
    folded = np.zeros(len(tokens), np.int64)
    folded[order[first]] = np.add.reduceat(tokens[order], first)
    return folded
