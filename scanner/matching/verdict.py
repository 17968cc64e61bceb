"""The verdict on a file: its clone type, the closest upstream, others that explain more of it, the oldest known origin.

Edit this when a bound should change, or when another upstream should be called the origin; which one is the closest is
decided in `ranking`, which of two was first in `direction`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from ..results import COPIES, MODULE, Direction, FileVerdict, Ground, UpstreamMatch, Verdict
from ..sources.files import SourceFile
from ..support.arrays import Array, among
from .candidates import Candidate, HistoryKey
from .comparison import MODIFIED_SHARE, PART_EVIDENCE, Comparison, describe
from .direction import Placed
from .named_first import first_version
from .ranking import (
    ADDED_SHARE,
    ALIKE_PART,
    FRAGMENT_EVIDENCE,
    ORIGIN_PART,
    VerdictOptions,
    verdict_on,
)
from .upstream_match import upstream_match

# So many upstreams are named.
MOST_UPSTREAMS = 5
# An origin is no younger than the closest upstream, and explains at least this share of the file; with less, none is
# named.
ORIGIN_SHARE = 0.1
# An older upstream is the origin when it explains at least ORIGIN_PART of what the closest does; at least this part
# where the closest itself descends from another file, which it may be a port of.
SAME_PART = 0.8
# What stands for the same code as the closest aligns at least this part of what the closest does.
COMMON_PART = 0.5


def judge(file: SourceFile, licence: str, seen: Placed, options: VerdictOptions) -> FileVerdict:
    """The verdict on ``file``, whose header states ``licence``, from what it is related to and was there before it."""
    kept = seen.kept
    if kept and kept[0].similarity >= options.min_similarity:
        return _copied(file, licence, seen, options)
    below = kept[0].similarity if kept else 0.0
    later = _matches(_explaining(seen.later, 1), seen, options) if seen.later and not kept else ()
    first = seen.standing(seen.later[0]) if later else None
    return FileVerdict(
        file.path,
        file.sha256,
        Verdict.INDEPENDENT,
        0.0,
        licence,
        (),
        None,
        (),
        (),
        notes=seen.notes,
        below_least=below,
        cells=file.cells,
        dated=seen.dated,
        direction=first.direction if first else Direction.UNKNOWN,
        direction_by=first.by if first else Ground.NONE,
        claim=first is not None and first.claim,
        later=later,
    )


def _copied(file: SourceFile, licence: str, seen: Placed, options: VerdictOptions) -> FileVerdict:
    kept = _copies_first(seen.kept, options)
    seen = replace(seen, kept=kept)
    closest, standing = kept[0], seen.standing(kept[0])
    own = _own_release(file.path, closest)
    others = [each for each in kept if each.candidate.key != closest.candidate.key]
    chosen = _explaining([closest, *others], 2 if own else 1)
    shown = chosen[1] if own and len(chosen) > 1 else closest
    parts = _parts(chosen, options)
    upstreams = [upstream_match(each, seen, options, *part) for each, part in zip(chosen, parts, strict=True)]
    path = upstreams[chosen.index(shown)].path
    alike = [each for each in others if each not in chosen and _is_alike(each, closest)]
    return FileVerdict(
        path=file.path,
        sha256=file.sha256,
        verdict=verdict_on(closest, options),
        similarity=closest.similarity,
        licence=licence,
        upstreams=tuple(upstreams),
        origin=_origin(seen, options),
        renames=shown.rename_map.renames,
        definitions=describe(shown, path),
        own_release=own,
        notes=seen.notes,
        cells=file.cells,
        dated=seen.dated,
        direction=standing.direction,
        direction_by=standing.by,
        claim=standing.claim,
        later=_matches(_explaining(seen.later, 1), seen, options) if seen.later else (),
        alike=_matches(alike, seen, options),
        contained=closest.contained,
    )


def _copies_first(kept: list[Comparison], options: VerdictOptions) -> list[Comparison]:
    """The same; where the file has a part of the closest and the whole of another one, that comes first."""
    whole = next((each for each in kept if verdict_on(each, options) in COPIES), kept[0])
    return kept if whole is kept[0] else [whole, *(each for each in kept if each is not whole)]


def _is_alike(comparison: Comparison, closest: Comparison) -> bool:
    return comparison.similarity >= ALIKE_PART * closest.similarity and _has_common(comparison, closest)


def _has_common(comparison: Comparison, closest: Comparison) -> bool:
    """Whether an upstream has the same code of the file as the closest one: a file may be put together from several."""
    tokens, aligned = closest.query.statement_tokens, closest.alignment.statements
    common = among(comparison.alignment.statements, aligned)[1]
    return float(tokens[aligned[common]].sum()) >= COMMON_PART * float(tokens[aligned].sum())


def _matches(comparisons: Sequence[Comparison], seen: Placed, options: VerdictOptions) -> tuple[UpstreamMatch, ...]:
    return tuple(upstream_match(each, seen, options) for each in comparisons)


def _explaining(ranked: list[Comparison], least: int) -> list[Comparison]:
    """The ``least`` closest, then each further upstream that explains something the ones before it do not."""
    chosen: list[Comparison] = []
    explained = np.zeros(len(ranked[0].query.statement_tokens), bool)
    taken = np.zeros(len(ranked[0].query.definition_tokens), bool)
    histories: set[HistoryKey] = set()
    tokens = ranked[0].query.statement_tokens
    for comparison in ranked:
        history = comparison.candidate.key
        aligned = comparison.alignment.statements
        added = float(tokens[aligned[~explained[aligned]]].sum()) / max(comparison.query.total, 1)
        adds = added >= ADDED_SHARE or comparison.has_parts(~taken)
        if history in histories or (len(chosen) >= least and not adds):
            continue
        chosen.append(comparison)
        taken |= comparison.mostly
        histories.add(history)
        explained[aligned] = True
    return chosen[:MOST_UPSTREAMS]


def _parts(chosen: Sequence[Comparison], options: VerdictOptions) -> Iterator[tuple[tuple[str, ...], float]]:
    """For each upstream, closest first, the definitions that are mostly its own and no closer one's; their evidence.

    None of the closest where the file as a whole is a copy of it.
    """
    taken = np.zeros(len(chosen[0].query.definition_tokens), bool)
    for place, comparison in enumerate(chosen):
        held = comparison.same | (comparison.mostly & _consistent(comparison))
        holds_parts = place > 0 or verdict_on(comparison, options) is Verdict.FRAGMENTS
        yield _distinctive_definitions(comparison, held & ~taken) if holds_parts else ((), 0.0)
        taken |= held


def _consistent(comparison: Comparison) -> Array:
    """bool[D]: most of the definition stands in the upstream under a consistent renaming; never the module's code."""
    consistent: Array = comparison.matched_tokens >= MODIFIED_SHARE * comparison.query.definition_tokens
    consistent[0] = False
    return consistent


def _distinctive_definitions(comparison: Comparison, among: Array) -> tuple[tuple[str, ...], float]:
    """Of the definitions ``among`` bool[D], those that are distinctive enough; none, if all together are not."""
    evidence = comparison.definition_evidence
    definitions = np.flatnonzero(among & (evidence >= PART_EVIDENCE))
    total = float(evidence[definitions].sum())
    if total < FRAGMENT_EVIDENCE and not comparison.worded[definitions].any():
        return (), 0.0
    all_of_file = comparison.query.code.definitions
    return tuple(all_of_file[definition].qualname or MODULE for definition in definitions.tolist()), total


def stands_under(path: str, upstream_path: str) -> bool:
    """Whether a file may be the upstream's own release of the file at ``upstream_path``, by its path."""
    return bool(upstream_path) and f"/{path}".endswith(f"/{upstream_path}")


def _own_release(path: str, comparison: Comparison) -> str:
    if not comparison.whole() or comparison.respelled.any():
        return ""
    for version in comparison.candidate.histories.versions(comparison.candidate.file, comparison.candidate.history):
        if stands_under(path, version.path):
            return f"{version.project.name} {version.release.version}"
    return ""


def _origin(seen: Placed, options: VerdictOptions) -> UpstreamMatch | None:
    """The oldest of what the closest descends from by its names, and what explains nearly as much as it does.

    Where the closest descends from nothing, what explains much of the file will do. None where the oldest explains
    little of the file itself.
    """
    kept, closest = seen.kept, seen.kept[0].candidate
    root = _root(closest, seen)
    part = ORIGIN_PART if root is closest else SAME_PART
    rivals = (each for each in kept if each.aligned_share >= part * kept[0].aligned_share)
    alike = [each for each in rivals if each is kept[0] or _has_common(each, kept[0])]
    roots = [root, _root(min(alike, key=_age).candidate, seen)]
    compared = {(each.candidate.key, each.candidate.file): each for each in reversed(kept)}
    for oldest in sorted(roots, key=lambda each: each.histories.born(each.history)):
        known = compared.get((oldest.key, oldest.file))
        comparison = known.of(oldest) if known else kept[0].with_candidate(oldest)
        if oldest is not closest and not _may_be_older(comparison, kept[0], seen):
            continue
        if comparison.similarity >= ORIGIN_SHARE:
            return upstream_match(comparison, seen, options)
    return None


def _may_be_older(comparison: Comparison, closest: Comparison, seen: Placed) -> bool:
    """Whether an upstream is no younger than the closest one in its content, and as certainly there before the file."""
    direction = seen.standing(comparison).direction
    as_certain = direction in (Direction.IN_ORDER, seen.standing(closest).direction)
    return as_certain and comparison.candidate.day <= closest.candidate.day


def _root(candidate: Candidate, seen: Placed) -> Candidate:
    """The oldest ancestor of an upstream file; where it has none that is older by its path, the file itself.

    It is the closest where that may be as old, and the header of the scanned file names it more closely.
    """
    histories, root = candidate.histories, candidate
    ancestor = histories.oldest_ancestor(candidate.file)
    if ancestor is not None:
        found = Candidate(histories, *ancestor, 0.0)
        root = found if histories.born(found.history) <= histories.born(candidate.history) else candidate
    closest = seen.kept[0].candidate
    return closest if _is_told_before(closest, root, seen) else root


def _is_told_before(closest: Candidate, root: Candidate, seen: Placed) -> bool:
    """Whether nothing tells that ``root`` is older than the closest, and the file's own header names it less closely.

    The path of a project that was public long before its first known release may be older than that of a port, of
    which more releases are known.
    """
    if root.key == closest.key or root.histories.by(root.history) <= closest.histories.after(closest.history):
        return False
    return seen.facts.named(first_version(closest)) > seen.facts.named(first_version(root))


def _age(comparison: Comparison) -> tuple[int, float]:
    return comparison.candidate.histories.born(comparison.candidate.history), -comparison.aligned_share
