"""The comparison of a file with one candidate: what of each definition stands there, how distinctive that is.

Edit this when a share, a count or the weight of evidence should be taken in another way; what follows from them is
decided in `verdict`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..corpus.model import Corpus
from ..results import MODULE, DefinitionMatch, Region, Verdict
from ..support.arrays import Array, among, distinct, first_of_each, first_of_numbers, run_sums
from .alignment import Alignment, ReferenceDefinitions, align
from .candidates import Candidate
from .name_pairs import NamePairs, pair_names
from .query import Query
from .renames import RenameMap, map_renames

# From this share on a file or a definition is a modified copy.
MODIFIED_SHARE = 0.5
# Below this share a definition has no counterpart.
_COUNTERPART_SHARE = 0.2
# A definition of fewer tokens, such as a class of which only the head counts, is alike with many.
LEAST_SOLID = 10
# A definition of which this share tells something by its names backs its plain statements.
SPELLED_SHARE = 1 / 3
# From this share of its evidence on, what is alike is mostly names.
PLAIN_SHARE = 0.6
# Statements that stand together say enough alone from this evidence on.
LEAST_RUN = 15.0
# A function or class of which most is an upstream's is a part of it when it has this much evidence alone, and together
# they have that much: of 3,200 comparisons of code of other fields none comes to half of either.
PART_EVIDENCE = 12.0
PARTS_EVIDENCE = 35.0
# A name that so few upstream paths define, and so few statements have, is one project's own word.
FEW_DEFINE, FEW_USE = 5, 50


class Comparison(Struct, frozen=True, dict=True):
    """What of a file stands in a candidate: aligned, and whatever follows from that, when it is asked for.

    D counts definitions of the file, S its statements, M those that are aligned.
    """

    query: Query
    names: list[bytes]
    """The name table of the query."""
    candidate: Candidate
    references: ReferenceDefinitions
    """The definitions of the candidate."""
    idf_weights: Array
    """uint8[S]: those of the statements of the file."""

    @cached_property
    def alignment(self) -> Alignment:
        """The file beside the candidate."""
        return align(self.query, self.corpus, self.references, self.idf_weights)

    @cached_property
    def pairs(self) -> NamePairs:
        """The names of the statements that are aligned."""
        return pair_names(self.query, self.corpus, self.alignment.statements, self.alignment.contents)

    @cached_property
    def rename_map(self) -> RenameMap:
        """Which names became which, and where one stands for another."""
        return map_renames(self.query, self.names, self.corpus, self.pairs, self.alignment)

    @cached_property
    def matched(self) -> Array:
        """bool[S]: the statements of the file that stand in the candidate under a consistent renaming."""
        matched = np.zeros(len(self.query.statement_tokens), bool)
        matched[self.alignment.statements[~self.rename_map.edited]] = True
        return matched

    @cached_property
    def equal(self) -> bool:
        """Whether the tokens of every definition equal its partner's."""
        return bool((self._equal | (self.query.definition_tokens == 0)).all())

    @cached_property
    def _equal(self) -> Array:
        """bool[D]: the definition's tokens equal its partner's."""
        return self.alignment.pairs.equal_among(len(self.query.definition_tokens))

    @property
    def corpus(self) -> Corpus:
        """The corpus that the candidate is from."""
        return self.candidate.corpus

    @cached_property
    def matched_tokens(self) -> Array:
        """Tokens int64[D] of each definition that stand in the candidate; never all of them in one that differs."""
        tokens = run_sums(self.query.statement_tokens * self.matched, self.query.code.statement_starts)
        capped: Array = np.where(self.same, tokens, np.minimum(tokens, np.maximum(self.query.definition_tokens - 1, 0)))
        return capped

    @cached_property
    def same(self) -> Array:
        """bool[D]: the definition's tokens equal its partner's, and no name stands for another."""
        same: Array = self._equal | (self.query.definition_tokens == 0)
        same[self.alignment.owners[self.rename_map.edited]] = False
        return same

    @cached_property
    def respelled(self) -> Array:
        """bool[D]: some name in the definition changed."""
        respelled = np.zeros(len(self.query.definition_tokens), bool)
        respelled[self.alignment.owners[self.pairs.rows[~self.pairs.equal]]] = True
        return respelled

    @cached_property
    def similarity(self) -> float:
        """Share of the file's tokens that stand in the candidate."""
        return float(self.matched_tokens.sum()) / max(self.query.total, 1)

    @cached_property
    def aligned_share(self) -> float:
        """Share of the file's tokens in aligned statements: similarity before names are looked at."""
        return float(self.query.statement_tokens[self.alignment.statements].sum()) / max(self.query.total, 1)

    @cached_property
    def coverage(self) -> float:
        """Share of the candidate's tokens that stand in the file."""
        return float(self.query.statement_tokens[self.alignment.statements].sum()) / self._reference_total

    @cached_property
    def contained(self) -> float:
        """Share (0 to 1) of the candidate's tokens that stand in the file under a consistent renaming."""
        return min(float(self.matched_tokens.sum()) / self._reference_total, 1.0)

    @cached_property
    def _reference_total(self) -> int:
        """All tokens of the candidate, at least 1."""
        held = self.corpus.definition_tokens[self.corpus.member_definitions[self.reference_rows]]
        return max(int(held.sum()), 1)

    @cached_property
    def agreement(self) -> float:
        """Share of the aligned names that are spelled alike."""
        return float(self.pairs.equal.mean()) if len(self.pairs.equal) else 0.0

    @cached_property
    def values(self) -> Array:
        """float64[M]: how much each aligned statement tells, in distinctive tokens: tokens times its IDF weight.

        What stands there twice tells nothing more the second time. Plain statements may tell as much again as those
        around them that have a structure, or that stand there name by name.
        """
        telling, statements, contents = self.query.telling, self.alignment.statements, self.alignment.contents
        alike = np.ones(len(statements), bool)
        alike[self.pairs.rows[~self.pairs.equal]] = False
        new = first_of_each(self.corpus.statement_digests[contents])
        newly_spelled = alike & first_of_each(np.where(alike, contents, -1))
        of_form = np.where(
            first_of_numbers(self.query.forms[statements]), telling.bare[statements], telling.figures[statements]
        )
        bare = self.idf_weights[statements] / 255.0 * new
        spelled = np.maximum(bare, self._spelled_weights / 255.0) * newly_spelled
        alone = np.maximum(of_form * bare, telling.named[statements] * spelled)
        plain, backed = telling.plain[statements], telling.backed[statements] * np.maximum(bare, spelled)
        more = np.where(plain, np.maximum(backed - alone, 0.0), 0.0)
        backing = np.where(plain & ~self._spelled_alike(alike), 0.0, alone)
        values: Array = alone + more * self._part_of(more, backing)
        return values

    @cached_property
    def _spelled_weights(self) -> Array:
        """uint8[M]: the IDF weight of each aligned statement with its names, where these are spelled alike."""
        union = self.candidate.histories.union
        if len(union.corpora) == 1:
            return self.corpus.statement_weights[self.alignment.contents]
        return union.rarity.statement_weights(union.number_of(self.candidate.file), self.alignment.contents)

    def _spelled_alike(self, alike: Array) -> Array:
        """bool[M]: the aligned statements of definitions of which much stands there name by name."""
        telling, owners, count = self.query.telling, self.alignment.owners, len(self.query.definition_tokens)
        spelled = np.bincount(owners, telling.named[self.alignment.statements] * alike, minlength=count)
        all_of_it = np.bincount(self.query.statement_owners, telling.backed, minlength=count)
        much: Array = (spelled >= SPELLED_SHARE * all_of_it)[owners]
        return much

    def _part_of(self, more: Array, backing: Array) -> Array:
        """float64[M]: what part of ``more`` counts, which in no definition is more than its ``backing``."""
        owners, count = self.alignment.owners, len(self.query.definition_tokens)
        most, wanted = (np.bincount(owners, each, minlength=count) for each in (backing, more))
        part: Array = np.minimum(most / np.maximum(wanted, 1e-9), 1.0)[owners]
        return part

    @cached_property
    def evidence(self) -> float:
        """The distinctive tokens of all aligned statements."""
        return float(self.values.sum())

    @cached_property
    def is_plain(self) -> bool:
        """Whether most of the evidence is in statements without a structure of their own."""
        plain = self.query.telling.plain[self.alignment.statements]
        return bool(self.values[plain].sum() > PLAIN_SHARE * self.evidence)

    @cached_property
    def mostly(self) -> Array:
        """bool[D]: most of the definition is aligned."""
        aligned = self.query.statement_tokens[self.alignment.statements]
        held = np.bincount(self.alignment.owners, aligned, minlength=len(self.query.definition_tokens))
        tokens = self.query.definition_tokens
        solid: Array = (tokens >= LEAST_SOLID) & (held >= MODIFIED_SHARE * tokens)
        return solid

    @cached_property
    def solid_evidence(self) -> float:
        """The evidence in definitions of which most is aligned: single statements of others may be there by chance."""
        return float(self.definition_evidence[self.mostly].sum())

    @cached_property
    def joined_evidence(self) -> float:
        """What stands together: the evidence in these, or in those of them and runs of neighbours that say enough."""
        owners, solid = self.alignment.owners, self.mostly[self.alignment.owners]
        rows = np.searchsorted(self.query.real, self.alignment.statements)
        breaks = ((np.diff(rows, prepend=-2) != 1) & ~solid) | (np.diff(owners, prepend=-1) != 0)
        values = np.bincount(np.cumsum(breaks) - 1, self.values) if len(rows) else np.zeros(0)
        return max(self.solid_evidence, float(values[values >= LEAST_RUN].sum()))

    def part_evidence(self, of: Array | bool = True) -> float:
        """The evidence in functions and classes, of those ``of`` bool[D], that may be parts of the candidate."""
        telling = self.mostly & of & (self.definition_evidence >= PART_EVIDENCE)
        telling[0] = False  # a module's own code spans the file: it holds what others have as well
        return float(self.definition_evidence[telling].sum())

    def has_parts(self, of: Array | bool = True) -> bool:
        """Whether definitions, ``of`` those bool[D], are parts of the candidate: by what they tell together, or
        one by a word of the upstream's as well."""
        evidence = self.part_evidence(of)
        if not PART_EVIDENCE <= evidence < PARTS_EVIDENCE:
            return evidence >= PARTS_EVIDENCE
        return self.part_evidence(of & self.worded) > 0.0

    @cached_property
    def worded(self) -> Array:
        """bool[D]: the definition names, where the candidate does, what is defined elsewhere, by few upstreams alone.

        A copy under other names still calls by its name what did not come along.
        """
        worded = np.zeros(len(self.query.definition_tokens), bool)
        slots = self.pairs.slots[self._foreign]
        union = self.candidate.histories.union
        names = distinct(self.query.name_hashes[self.query.code.order[slots]])
        frequencies = union.rarity.name_frequencies(names)
        names = names[(frequencies > 0) & (frequencies <= FEW_DEFINE)]
        rare = names[union.rarity.are_seldom_used(names, FEW_USE)]
        found = among(rare, self.query.name_hashes[self.query.code.order[slots]])[1]
        worded[self.alignment.owners[self.pairs.rows[self._foreign][found]]] = True
        return worded

    @property
    def _foreign(self) -> Array:
        """Of the pairs of names those that are alike, and that the file gives to nothing of its own."""
        code, slots = self.query.code, self.pairs.slots
        own = among(np.sort(self.query.leaf_hashes), self.query.name_hashes[self.pairs.copies])[1]
        foreign: Array = np.flatnonzero(self.pairs.equal & ~own & ~code.stored[slots] & (code.scopes[slots] == 0))
        return foreign

    @cached_property
    def definition_evidence(self) -> Array:
        """float64[D]: the evidence in each definition."""
        return np.bincount(self.alignment.owners, self.values, minlength=len(self.query.definition_tokens))

    @cached_property
    def distinctive_share(self) -> float:
        """As similarity, with what is common to many upstreams discounted on both sides."""
        rest = np.ones(len(self.query.statement_tokens), bool)
        rest[self.alignment.statements] = False
        unmatched = float(self.query.possible_values(self.idf_weights)[rest].sum())
        return self.evidence / max(self.evidence + unmatched, 1.0)

    def with_candidate(self, candidate: Candidate) -> Comparison:
        """The same file compared with another candidate."""
        return compare_candidate(self.query, self.names, candidate, self.idf_weights)

    def of(self, candidate: Candidate) -> Comparison:
        """The same, with the same content and path history of another selection; what was worked out is kept."""
        same = replace(self, candidate=candidate)
        same.__dict__.update(self.__dict__)
        return same

    def whole(self) -> bool:
        """Whether all of the file stands in the candidate, definition by definition, and no class lost a method."""
        return bool(self.same.all()) and not self.shrunk_classes

    @cached_property
    def shrunk_classes(self) -> frozenset[int]:
        """Classes of the file whose partner has methods that they have not."""
        pairs = self.alignment.pairs
        taken = set(pairs.references.tolist())
        parents = self.corpus.member_parents[self.reference_rows].tolist()
        tokens = self.corpus.definition_tokens[self.corpus.member_definitions[self.reference_rows]].tolist()
        left = [reference for reference in range(1, len(parents)) if reference not in taken and tokens[reference]]
        short = {parents[reference] for reference in left}
        both = zip(pairs.definitions.tolist(), pairs.references.tolist(), strict=True)
        return frozenset(definition for definition, reference in both if definition and reference in short)

    @property
    def reference_rows(self) -> slice:
        """The rows of the reference definitions in the corpus."""
        return self.corpus.members_of(self.candidate.local_file)


def compare_candidate(
    query: Query,
    names: list[bytes],
    candidate: Candidate,
    idf_weights: Array,
    upstream: ReferenceDefinitions | None = None,
) -> Comparison:
    """Compare a file with a candidate; ``names`` is the name table of the query, ``upstream`` the candidate's file."""
    upstream = upstream or ReferenceDefinitions.of(candidate.corpus, candidate.local_file)
    return Comparison(query, names, candidate, upstream, idf_weights)


def describe(comparison: Comparison, path: str) -> tuple[DefinitionMatch, ...]:
    """Each definition with code of its own, and where it stands in the candidate, whose path is ``path``."""
    query, references = comparison.query, _References(comparison, path)
    pairs = comparison.alignment.pairs
    partners = dict(zip(pairs.definitions.tolist(), pairs.references.tolist(), strict=True))
    real = query.statement_tokens > 0
    counts = zip(
        query.code.definitions,
        query.definition_tokens.tolist(),
        comparison.matched_tokens.tolist(),
        run_sums(real, query.code.statement_starts).tolist(),
        run_sums(comparison.matched & real, query.code.statement_starts).tolist(),
        strict=True,
    )
    described = []
    for number, (definition, tokens, matched_tokens, statements, matched) in enumerate(counts):
        if not tokens:
            continue
        similarity = matched_tokens / tokens
        qualname, region = references.described(partners.get(number) if similarity >= _COUNTERPART_SHARE else None)
        described.append(
            DefinitionMatch(
                definition.qualname or MODULE,
                definition.first_line,
                definition.last_line,
                _definition_verdict(comparison, number, similarity),
                similarity,
                tokens,
                statements,
                matched,
                qualname,
                region,
            )
        )
    return tuple(described)


def _definition_verdict(comparison: Comparison, number: int, similarity: float) -> Verdict:
    if comparison.same[number] and number not in comparison.shrunk_classes:
        return Verdict.RENAMED if comparison.respelled[number] else Verdict.IDENTICAL
    if similarity >= MODIFIED_SHARE:
        return Verdict.MODIFIED
    return Verdict.FRAGMENTS if similarity >= _COUNTERPART_SHARE else Verdict.INDEPENDENT


class _References:
    """The reference definitions of a candidate: their names and where they stand."""

    def __init__(self, comparison: Comparison, path: str) -> None:
        corpus, rows = comparison.corpus, comparison.reference_rows
        self._path, self._text = path, corpus.text
        self._names: list[int] = corpus.member_names[rows].tolist()
        self._parents: list[int] = corpus.member_parents[rows].tolist()
        self._first_lines: list[int] = corpus.member_first_lines[rows].tolist()
        self._last_lines: list[int] = corpus.member_last_lines[rows].tolist()

    def described(self, reference: int | None) -> tuple[str, Region | None]:
        """The qualified name and the region of a reference definition; neither without one."""
        if reference is None:
            return "", None
        region = Region(self._path, self._first_lines[reference], self._last_lines[reference])
        leaves = []
        while reference:
            leaves.append(self._text(self._names[reference]))
            reference = self._parents[reference]
        return ".".join(reversed(leaves)) or MODULE, region
