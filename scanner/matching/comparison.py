"""A file and one candidate upstream in, how the file stands in it out: what matches, what it says, what was renamed."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec import Struct

from ..corpus.model import Corpus
from ..results import DefinitionMatch, Region, Verdict
from ..support.arrays import Array, run_sums
from .alignment import Alignment, align
from .candidates import Candidate, Query
from .renames import NamePairs, RenameMap, map_renames, pair_names


class Placement(Struct, frozen=True, dict=True):
    """How a file stands in a candidate. What costs more than the alignment is worked out when it is asked for."""

    asked: Query
    names: list[bytes]
    candidate: Candidate
    alignment: Alignment
    pairs: NamePairs

    @cached_property
    def rename_map(self) -> RenameMap:
        """Which names became which, and where one stands for another."""
        return map_renames(self.asked, self.names, self.corpus, self.pairs, len(self.alignment.statements))

    @cached_property
    def matched(self) -> Array:
        """bool[S]: the statements of the file that stand in the candidate under a consistent renaming."""
        matched = np.zeros(len(self.asked.statement_tokens), bool)
        matched[self.alignment.statements[~self.rename_map.edited]] = True
        return matched

    @cached_property
    def equal(self) -> bool:
        """Whether every definition's stream equals its partner's."""
        return bool((self._equal | (self.asked.tokens == 0)).all())

    @cached_property
    def _equal(self) -> Array:
        """bool[D]: the definition's stream equals its partner's."""
        equal = np.zeros(len(self.asked.tokens), bool)
        equal[[pair.unit for pair in self.alignment.pairs if pair.equal]] = True
        return equal

    @property
    def corpus(self) -> Corpus:
        """The corpus that the candidate is from."""
        return self.candidate.lineages.corpus

    @cached_property
    def matched_tokens(self) -> Array:
        """Tokens int64[D] of each definition that stand in the candidate; never all of them in one that differs."""
        tokens = run_sums(self.asked.statement_tokens * self.matched, self.asked.code.statement_starts)
        capped: Array = np.where(self.same, tokens, np.minimum(tokens, np.maximum(self.asked.tokens - 1, 0)))
        return capped

    @cached_property
    def same(self) -> Array:
        """bool[D]: the definition's stream equals its partner's, and no name stands for another."""
        same: Array = self._equal | (self.asked.tokens == 0)
        same[self.alignment.owners[self.rename_map.edited]] = False
        return same

    @cached_property
    def respelled(self) -> Array:
        """bool[D]: some name in the definition changed."""
        respelled = np.zeros(len(self.asked.tokens), bool)
        respelled[self.alignment.owners[self.pairs.rows[~self.pairs.equal]]] = True
        return respelled

    @cached_property
    def similarity(self) -> float:
        """Share of the file's tokens that stand in the candidate."""
        return float(self.matched_tokens.sum()) / max(self.asked.total, 1)

    @cached_property
    def aligned_share(self) -> float:
        """Share of the file's tokens in aligned statements: similarity before names are looked at."""
        return float(self.asked.statement_tokens[self.alignment.statements].sum()) / max(self.asked.total, 1)

    @cached_property
    def coverage(self) -> float:
        """Share of the candidate's tokens that stand in the file."""
        held = self.corpus.definition_tokens[self.corpus.member_definitions[self.members]]
        return float(self.asked.statement_tokens[self.alignment.statements].sum()) / max(int(held.sum()), 1)

    @cached_property
    def agreement(self) -> float:
        """Share of the aligned names that are spelled alike."""
        return float(self.pairs.equal.mean()) if len(self.pairs.equal) else 0.0

    @cached_property
    def weights(self) -> Array:
        """How much each aligned statement says (0 to 1): rare ones more, and more again when the names are equal."""
        alike = np.ones(len(self.alignment.statements), bool)
        alike[self.pairs.rows[~self.pairs.equal]] = False
        rarity = self.alignment.rarity[self.alignment.statements]
        spelled = self.corpus.statement_weights[self.alignment.contents]
        return np.where(alike, np.maximum(rarity, spelled), rarity) / 255.0

    @cached_property
    def evidence(self) -> float:
        """Tokens of aligned statements, each counted by how rare its statement is."""
        return float((self.asked.telling[self.alignment.statements] * self.weights).sum())

    @cached_property
    def definition_evidence(self) -> Array:
        """Evidence float64[D], by the definition of the file that its statements stand in."""
        told = self.asked.telling[self.alignment.statements] * self.weights
        return np.bincount(self.alignment.owners, told, minlength=len(self.asked.tokens))

    @cached_property
    def distinctive_share(self) -> float:
        """As similarity, with what is common to many upstreams discounted on both sides."""
        rest = np.ones(len(self.asked.statement_tokens), bool)
        rest[self.alignment.statements] = False
        unmatched = float((self.asked.telling * self.alignment.rarity / 255.0)[rest].sum())
        return self.evidence / max(self.evidence + unmatched, 1.0)

    def standing_in(self, candidate: Candidate) -> Placement:
        """The same file placed in another candidate."""
        return place(self.asked, self.names, candidate, self.alignment.rarity)

    def whole(self) -> bool:
        """Whether all of the file stands in the candidate, definition by definition, and no class lost a method."""
        return bool(self.same.all()) and not self.shrunk_classes

    @cached_property
    def shrunk_classes(self) -> frozenset[int]:
        """Classes of the file whose partner has methods that they have not."""
        taken = {pair.member for pair in self.alignment.pairs}
        parents = self.corpus.member_parents[self.members].tolist()
        tokens = self.corpus.definition_tokens[self.corpus.member_definitions[self.members]].tolist()
        left = [member for member in range(1, len(parents)) if member not in taken and tokens[member]]
        short = {parents[member] for member in left}
        return frozenset(pair.unit for pair in self.alignment.pairs if pair.unit and pair.member in short)

    @property
    def members(self) -> slice:
        """The rows of the candidate's definitions in the corpus."""
        return slice(*self.corpus.file_starts[self.candidate.file : self.candidate.file + 2].tolist())


def place(asked: Query, names: list[bytes], candidate: Candidate, rarity: Array) -> Placement:
    """Align a file with a candidate and see which of its statements stand there."""
    corpus = candidate.lineages.corpus
    alignment = align(asked, corpus, candidate.file, rarity)
    return Placement(asked, names, candidate, alignment, pair_names(asked, corpus, alignment))


# From this share on a definition is a modified copy; below the second it has no counterpart.
MODIFIED = 0.5
FRAGMENT = 0.2
MODULE = "(module)"


def describe(placement: Placement, path: str) -> tuple[DefinitionMatch, ...]:
    """Each definition with code of its own, and where it stands in the candidate, whose path is ``path``."""
    asked, upstream = placement.asked, _Upstream(placement, path)
    partners = {pair.unit: pair.member for pair in placement.alignment.pairs}
    real = asked.statement_tokens > 0
    counts = zip(
        asked.code.definitions,
        asked.tokens.tolist(),
        placement.matched_tokens.tolist(),
        run_sums(real, asked.code.statement_starts).tolist(),
        run_sums(placement.matched & real, asked.code.statement_starts).tolist(),
        strict=True,
    )
    described = []
    for unit, (definition, tokens, matched_tokens, statements, matched) in enumerate(counts):
        if not tokens:
            continue
        similarity = matched_tokens / tokens
        qualname, region = upstream.place(partners.get(unit) if similarity >= FRAGMENT else None)
        described.append(
            DefinitionMatch(
                definition.qualname or MODULE,
                definition.first_line,
                definition.last_line,
                _verdict(placement, unit, similarity),
                similarity,
                tokens,
                statements,
                matched,
                qualname,
                region,
            )
        )
    return tuple(described)


def _verdict(placement: Placement, unit: int, similarity: float) -> Verdict:
    if placement.same[unit] and unit not in placement.shrunk_classes:
        return Verdict.RENAMED if placement.respelled[unit] else Verdict.IDENTICAL
    if similarity >= MODIFIED:
        return Verdict.MODIFIED
    return Verdict.FRAGMENTS if similarity >= FRAGMENT else Verdict.INDEPENDENT


class _Upstream:
    """The definitions of a candidate: their names and where they stand."""

    def __init__(self, placement: Placement, path: str) -> None:
        corpus, rows = placement.corpus, placement.members
        self._path, self._text = path, corpus.text
        self._names: list[int] = corpus.member_names[rows].tolist()
        self._parents: list[int] = corpus.member_parents[rows].tolist()
        self._first_lines: list[int] = corpus.member_first_lines[rows].tolist()
        self._last_lines: list[int] = corpus.member_last_lines[rows].tolist()

    def place(self, member: int | None) -> tuple[str, Region | None]:
        """The qualified name and the region of a member; neither without one."""
        if member is None:
            return "", None
        region = Region(self._path, self._first_lines[member], self._last_lines[member])
        leaves = []
        while member:
            leaves.append(self._text(self._names[member]))
            member = self._parents[member]
        return ".".join(reversed(leaves)) or MODULE, region
