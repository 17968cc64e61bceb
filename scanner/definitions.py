"""A placed file in, what became of each of its definitions out."""

from __future__ import annotations

from .arrays import run_sums
from .clones import DefinitionMatch, Verdict
from .placement import Placement
from .regions import Region

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
