"""A placed file in, what became of each of its definitions out."""

from __future__ import annotations

from .clones import DefinitionMatch, Verdict
from .pairing import UnitPair
from .placement import Placement
from .regions import Region

# From this share on a definition is a modified copy; below the second it has no counterpart.
MODIFIED = 0.5
FRAGMENT = 0.2
MODULE = "(module)"


def describe(placement: Placement, path: str) -> tuple[DefinitionMatch, ...]:
    """Each definition with code of its own, and where it stands in the candidate, whose path is ``path``."""
    partners = {pair.unit: pair for pair in placement.alignment.pairs}
    units = range(len(placement.asked.tokens))
    return tuple(_describe(placement, unit, partners.get(unit), path) for unit in units if placement.asked.tokens[unit])


def _describe(placement: Placement, unit: int, partner: UnitPair | None, path: str) -> DefinitionMatch:
    asked, definition = placement.asked, placement.asked.code.definitions[unit]
    rows = slice(*asked.code.statement_starts[unit : unit + 2].tolist())
    real = asked.statement_tokens[rows] > 0
    similarity = float(placement.matched_tokens[unit]) / int(asked.tokens[unit])
    verdict = _verdict(placement, unit, similarity)
    shown = partner if similarity >= FRAGMENT else None
    qualname, region = _upstream_place(placement, shown, path)
    return DefinitionMatch(
        definition.qualname or MODULE,
        definition.first_line,
        definition.last_line,
        verdict,
        similarity,
        int(asked.tokens[unit]),
        int(real.sum()),
        int((placement.matched[rows] & real).sum()),
        qualname,
        region,
    )


def _verdict(placement: Placement, unit: int, similarity: float) -> Verdict:
    if placement.same[unit] and unit not in placement.shrunk_classes:
        return Verdict.RENAMED if placement.respelled[unit] else Verdict.IDENTICAL
    if similarity >= MODIFIED:
        return Verdict.MODIFIED
    return Verdict.FRAGMENTS if similarity >= FRAGMENT else Verdict.INDEPENDENT


def _upstream_place(placement: Placement, pair: UnitPair | None, path: str) -> tuple[str, Region | None]:
    if pair is None:
        return "", None
    corpus, first, member = placement.corpus, placement.members.start, pair.member
    leaves = []
    while member:
        leaves.append(corpus.text(int(corpus.member_names[first + member])))
        member = int(corpus.member_parents[first + member])
    row = first + pair.member
    region = Region(path, int(corpus.member_first_lines[row]), int(corpus.member_last_lines[row]))
    return ".".join(reversed(leaves)) or MODULE, region
