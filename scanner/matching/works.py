"""Files put together from several upstreams: what the closest ones leave unexplained, and whole upstreams among it.

The look-up of a file gives what shares most of it, and that may be one upstream and its kin: what is left is looked up
by itself. A copy owes the same whatever else stands in its file: each whole upstream in a longer one is judged as a
file of its own. Edit this when one of several is not found, or not told apart from what it stands beside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

import numpy as np
from msgspec.structs import replace

from ..results import COPIES, MODULE, FileVerdict, Region, Verdict
from ..support.arrays import Array
from ..syntax.parser import Definition
from .candidates import HistoryKey
from .comparison import LEAST_SOLID, MODIFIED_SHARE, PARTS_EVIDENCE, Comparison
from .query import Query
from .ranking import COPY_EVIDENCE, VerdictOptions, holds_upstream, ranked_by_closeness, verdict_on

# What is left is looked up so many times, each time without what was found.
MOST_ROUNDS = 3
# A further work has at least this part of its evidence in definitions that no closer one has.
OWN_PART = 0.5

Relate = Callable[[Query, Array, Collection[HistoryKey]], Sequence[Comparison]]
"""Looks the open definitions bool[D] of a query up, and compares the file with what may have parts among them, but for
what is of these path histories."""


def with_further(query: Query, kept: Sequence[Comparison], relate: Relate) -> list[Comparison]:
    """The upstreams ``kept`` and those of the definitions that none of them has, closest first."""
    found = list(kept)
    for _ in range(MOST_ROUNDS if kept else 0):
        open_ = ~np.any([each.mostly for each in found], axis=0)
        # What is the module's own code, or short, is no part of any.
        has_solid = bool((query.definition_tokens[1:][open_[1:]] >= LEAST_SOLID).any())
        if not has_solid or _known_evidence(query, found, open_) < PARTS_EVIDENCE:
            break
        compared = relate(query.rest(open_), open_, {each.candidate.key for each in found})
        new = [each for each in compared if each.has_parts(open_)]
        if not new:
            break
        found += new
    return ranked_by_closeness(found) if len(found) > len(kept) else found


def _known_evidence(query: Query, found: Sequence[Comparison], open_: Array) -> float:
    """The distinctive tokens in open definitions of all statements that any known upstream has."""
    known = query.is_known(found[0].candidate.histories.union) & open_[query.statement_owners]
    return float(query.possible_values(found[0].idf_weights)[known].sum())


def works_among(kept: Sequence[Comparison], options: VerdictOptions) -> list[Comparison]:
    """The upstreams that stand in the file as works of their own, closest first; none where one explains the file."""
    works: list[Comparison] = []
    for each in kept:
        is_whole = holds_upstream(each) if works else verdict_on(each, options) in COPIES
        if not is_whole:
            continue
        taken = np.any([np.zeros(len(each.mostly), bool), *(work.mostly for work in works)], axis=0)
        own = float(each.definition_evidence[each.mostly & ~taken].sum())
        if own >= max(COPY_EVIDENCE, OWN_PART * each.solid_evidence):
            works.append(each)
    return [] if len(works) == 1 and works[0].similarity >= MODIFIED_SHARE else works


def text_of_work(work: Comparison, text: bytes, pieces: Sequence[int]) -> bytes:
    """``text`` with all lines left empty that are not of the work, so that lines keep their numbers.

    ``pieces`` says for each statement of the module's own code as how many it counts: a tuple assignment is several.
    """
    lines = text.split(b"\n")
    kept = np.zeros(len(lines) + 1, bool)
    _mark_definitions(kept, work)
    _mark_module(kept, work, text, pieces)
    return b"\n".join(line if keep else b"" for line, keep in zip(lines, kept[1:].tolist(), strict=True))


def text_above(text: bytes, work: bytes, definitions: Sequence[Definition]) -> bytes:
    """``text`` from the end of the last definition before those of the ``work`` on: the header that came with it."""
    first = next((number for number, line in enumerate(work.split(b"\n"), 1) if line), 1)
    before = max((each.last_line for each in definitions[1:] if each.last_line < first), default=0)
    return b"\n".join(text.split(b"\n")[before:])


def as_work(verdict: FileVerdict) -> FileVerdict:
    """The verdict on a work as if it stood alone, and on what it is: no file as it was released."""
    is_whole = verdict.verdict in (Verdict.IDENTICAL, Verdict.RENAMED)
    return replace(verdict, verdict=Verdict.MODIFIED if is_whole else verdict.verdict, own_release="")


def naming_works(verdict: FileVerdict, works: Sequence[FileVerdict]) -> FileVerdict:
    """The verdict on a file with the closest upstream of each of its works among those that it names."""
    named = {(each.project, each.path) for each in verdict.upstreams}
    whole = max(sum(each.tokens for each in verdict.definitions), 1)
    added = []
    for work in works:
        closest = work.upstreams[0]
        if (closest.project, closest.path) not in named:
            part = sum(each.tokens for each in work.definitions) / whole
            added.append(replace(closest, share=closest.share * min(part, 1.0)))
    return replace(verdict, upstreams=(*verdict.upstreams, *added))


def place_of_work(verdict: FileVerdict) -> Region:
    """The lines of the definitions of a work."""
    held = [each for each in verdict.definitions if each.qualname != MODULE] or verdict.definitions
    return Region(verdict.path, min(each.first_line for each in held), max(each.last_line for each in held))


def _mark_definitions(kept: Array, work: Comparison) -> None:
    """Mark the lines, counted from 1, of the definitions of the work."""
    query, held = work.query, _aligned_tokens(work)
    within: defaultdict[int, list[int]] = defaultdict(list)
    for number, parent in enumerate(query.parents.tolist()):
        within[parent].append(number)
    for number in within[0][1:]:  # the module is its own parent
        definition, inside = query.code.definitions[number], within.get(number, [])
        group = [number, *inside]
        if held[group].sum() >= MODIFIED_SHARE * max(int(query.definition_tokens[group].sum()), 1):
            kept[definition.first_line : definition.last_line + 1] = True
            continue
        taken = [query.code.definitions[other] for other in inside if work.mostly[other]]
        if taken:
            first = min(query.code.definitions[other].first_line for other in inside)
            kept[definition.first_line : first] = True
        for method in taken:
            kept[method.first_line : method.last_line + 1] = True


def _aligned_tokens(work: Comparison) -> Array:
    aligned = work.query.statement_tokens[work.alignment.statements]
    return np.bincount(work.alignment.owners, aligned, minlength=len(work.query.definition_tokens))


def _mark_module(kept: Array, work: Comparison, text: bytes, pieces: Sequence[int]) -> None:
    """Mark the lines of the module's own statements that the upstream has."""
    code = work.query.code
    first, last = code.statement_starts[:2].tolist()
    aligned = set(work.alignment.statements[work.alignment.owners == 0].tolist())
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    for statement, count in zip(code.definitions[0].statements, pieces, strict=True):
        if first >= last:
            break
        if not aligned.isdisjoint(range(first, first + count)):
            line = int(np.searchsorted(ends, statement.start)) + 1
            kept[line : line + statement.text.count(b"\n") + 1] = True
        first += count
