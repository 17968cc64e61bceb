"""A file and its candidates in, what the file is out: its clone type, closest upstream, oldest known origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct

from ..results import FileVerdict, UpstreamMatch, Verdict
from ..sources.files import SourceFile
from ..support.arrays import Array
from .alignment import statement_rarity
from .candidates import Candidate, Query
from .comparison import MODULE, Placement, describe, place

# Rare tokens (each counted by how rare its statement is) that a verdict of copying needs, and that mere fragments need.
COPY_EVIDENCE = 60.0
FRAGMENT_EVIDENCE = 30.0
MODIFIED_SHARE = 0.5
# A definition is a part of an upstream when it says this much alone; parts are named when together they say twice what
# a verdict of copying needs, since of single functions that everybody has the closest is seldom the source.
PART_EVIDENCE = FRAGMENT_EVIDENCE
PARTS_EVIDENCE = 2 * COPY_EVIDENCE
FRAGMENT_SHARE = 0.1
# Files of which look-up finds less than this share in any one upstream path are not aligned with it.
LEAST_SHARE = 0.05
# The closest is looked for among this many candidates.
MOST_RIVALS = 3
RIVAL_PART = 0.8
NEARLY_ALL = 0.97
MOST_PLACEMENTS = 6
MOST_UPSTREAMS = 5
# A further upstream is named when it explains at least this share of the file beyond what closer ones do.
ADDED_SHARE = 0.05
# An older upstream is the origin when it explains at least this part of what the closest does; at least the second part
# where the closest itself descends from something, which it may be a port of.
ORIGIN_PART = 0.5
SAME_PART = 0.8


class Judgement(Struct, frozen=True):
    """How strict to be. ``named``: the user named the original, so no evidence against chance is asked for."""

    named: bool = False
    min_similarity: float = 0.0


def judge(
    file: SourceFile, licence: str, asked: Query, names: list[bytes], candidates: Sequence[Candidate], how: Judgement
) -> FileVerdict:
    """The verdict on ``file``, from the candidates of all corpora."""
    corpora = {id(each.lineages): each.lineages.corpus for each in candidates}
    # Against an original that the user named, nothing is discounted for being common.
    rarity = statement_rarity(asked, [] if how.named else list(corpora.values()))
    placements = _placed(candidates, lambda candidate: place(asked, names, candidate, rarity), how)
    kept = sorted([each for each in placements if _related(each, how)], key=_closeness)
    if not kept or kept[0].similarity < how.min_similarity:
        below = kept[0].similarity if kept else 0.0
        told = Verdict.INDEPENDENT
        return FileVerdict(
            file.path, file.sha256, told, 0.0, licence, (), None, (), (), below_least=below, cells=file.cells
        )
    return _copied(file, licence, kept, how)


def _placed(
    candidates: Sequence[Candidate], place_in: Callable[[Candidate], Placement], how: Judgement
) -> list[Placement]:
    """Align with the most promising candidates, and with others only as far as they could change the answer."""
    ranked = sorted(candidates, key=lambda each: -each.share)
    rivals = [each for each in ranked[:MOST_RIVALS] if each.share >= _rival_part(ranked[0]) * ranked[0].share]
    placements: list[Placement] = []
    for rival in rivals:
        if not any(_settles(each, rival) for each in placements):
            placements.append(place_in(rival))
    closest = max(placements, key=lambda each: each.evidence, default=None)
    if closest is None or not _related(closest, how):
        return placements
    seen = {_lineage(each) for each in rivals}
    further = {_lineage(each): each for each in reversed(ranked) if _lineage(each) not in seen}
    others = sorted(further.values(), key=lambda each: -each.share)
    if closest.aligned_share > 1 - ADDED_SHARE:
        # Nothing is left to explain; only an older upstream could still matter.
        old = [each for each in others if each.share >= ORIGIN_PART * ranked[0].share]
        others = sorted(old, key=lambda each: each.lineages.born(each.lineage))[:1]
    return placements + [place_in(candidate) for candidate in others[: MOST_PLACEMENTS - len(rivals)]]


def _settles(placement: Placement, rival: Candidate) -> bool:
    """Whether ``rival`` can change nothing: the file is, name by name, another content of the same upstream path.

    Were it the rival as well, look-up, which is exact about what is equal and spelled alike, would say no less of it.
    """
    candidate = placement.candidate
    if _lineage(candidate) != _lineage(rival) or candidate.share <= rival.share:
        return False
    return placement.agreement == 1.0 and placement.aligned_share == 1.0 and placement.whole()


def _rival_part(best: Candidate) -> float:
    """How near to the best a candidate must come to be aligned as well; look-up is exact about what is equal."""
    return RIVAL_PART if best.share < NEARLY_ALL else NEARLY_ALL


def _lineage(candidate: Candidate) -> tuple[int, int]:
    return id(candidate.lineages), candidate.lineage


def _copied(file: SourceFile, licence: str, kept: list[Placement], how: Judgement) -> FileVerdict:
    closest = kept[0]
    own = _own_release(file.path, closest)
    others = [each for each in kept if _lineage(each.candidate) != _lineage(closest.candidate)]
    chosen = _explaining([closest, *others], 2 if own else 1)
    shown = chosen[1] if own and len(chosen) > 1 else closest
    upstreams = [_upstream(each, how, parts) for each, parts in zip(chosen, _parts(chosen, how), strict=True)]
    path = upstreams[chosen.index(shown)].path
    return FileVerdict(
        path=file.path,
        sha256=file.sha256,
        verdict=_verdict(closest, how),
        similarity=closest.similarity,
        licence=licence,
        upstreams=tuple(upstreams),
        origin=_origin(kept, how),
        renames=shown.rename_map.renames,
        definitions=describe(shown, path),
        own_release=own,
        cells=file.cells,
    )


def _closeness(placement: Placement) -> tuple[float, float, float, float, int, int]:
    """Closest first: what holds all of the file; then by evidence; by what has least besides; by names; by age."""
    lineages, candidate = placement.candidate.lineages, placement.candidate
    whole = placement.equal and placement.whole()
    return (
        -1.0 - placement.agreement if whole else 0.0,
        -round(placement.evidence, 1),
        -round(placement.coverage, 3),
        -round(placement.agreement, 3),
        int(lineages.first[candidate.lineage]),
        candidate.file,
    )


def _related(placement: Placement, how: Judgement) -> bool:
    """Whether the file shares anything worth naming with the candidate."""
    return placement.aligned_share >= FRAGMENT_SHARE and (how.named or placement.evidence >= FRAGMENT_EVIDENCE)


def _verdict(placement: Placement, how: Judgement) -> Verdict:
    if not _related(placement, how):
        return Verdict.INDEPENDENT
    if not how.named and (placement.evidence < COPY_EVIDENCE or placement.distinctive_share < MODIFIED_SHARE):
        return Verdict.FRAGMENTS
    if placement.whole():
        return Verdict.RENAMED if placement.respelled.any() else Verdict.IDENTICAL
    return Verdict.MODIFIED if placement.similarity >= MODIFIED_SHARE else Verdict.FRAGMENTS


def _explaining(ranked: list[Placement], least: int) -> list[Placement]:
    """The ``least`` closest, then each further upstream that explains something the ones before it do not."""
    chosen: list[Placement] = []
    explained = np.zeros(len(ranked[0].asked.statement_tokens), bool)
    lineages: set[tuple[int, int]] = set()
    tokens = ranked[0].asked.statement_tokens
    for placement in ranked:
        lineage = _lineage(placement.candidate)
        aligned = placement.alignment.statements
        added = float(tokens[aligned[~explained[aligned]]].sum()) / max(placement.asked.total, 1)
        if lineage in lineages or (len(chosen) >= least and added < ADDED_SHARE):
            continue
        chosen.append(placement)
        lineages.add(lineage)
        explained[aligned] = True
    return chosen[:MOST_UPSTREAMS]


def _parts(chosen: Sequence[Placement], how: Judgement) -> Iterator[tuple[str, ...]]:
    """For each upstream, closest first, the definitions that stand whole in it and in no closer one.

    None of one that the file as a whole is a copy of.
    """
    taken = np.zeros(len(chosen[0].asked.tokens), bool)
    for placement in chosen:
        holds_parts = _verdict(placement, how) is Verdict.FRAGMENTS
        yield _telling_definitions(placement, placement.same & ~taken) if holds_parts else ()
        taken |= placement.same


def _telling_definitions(placement: Placement, among: Array) -> tuple[str, ...]:
    """Those ``among`` all [D] that say enough each, if together they say enough."""
    evidence = placement.definition_evidence
    units = np.flatnonzero(among & (evidence >= PART_EVIDENCE))
    if evidence[units].sum() < PARTS_EVIDENCE:
        return ()
    return tuple(placement.asked.code.definitions[unit].qualname or MODULE for unit in units.tolist())


def stands_under(path: str, upstream_path: str) -> bool:
    """Whether a file may be the upstream's own release of the file at ``upstream_path``, by its path."""
    return bool(upstream_path) and f"/{path}".endswith(f"/{upstream_path}")


def _own_release(path: str, placement: Placement) -> str:
    if not placement.whole() or placement.respelled.any():
        return ""
    for version in placement.candidate.lineages.versions(placement.candidate.file, placement.candidate.lineage):
        if stands_under(path, version.path):
            return f"{version.project.name} {version.release.version}"
    return ""


def _origin(kept: list[Placement], how: Judgement) -> UpstreamMatch:
    """The oldest of what the closest descends from by its names, and what explains nearly as much as it does.

    Where the closest descends from nothing, what explains much of the file will do.
    """
    closest = kept[0].candidate
    root = _root(closest)
    part = ORIGIN_PART if root is closest else SAME_PART
    alike = [each for each in kept if each.aligned_share >= part * kept[0].aligned_share]
    roots = [root, _root(min(alike, key=_age).candidate)]
    oldest = min(roots, key=lambda each: each.lineages.born(each.lineage))
    placed = {id(each.candidate): each for each in kept}
    return _upstream(placed.get(id(oldest)) or kept[0].standing_in(oldest), how)


def _root(candidate: Candidate) -> Candidate:
    """The oldest ancestor of an upstream file; where it has none, the file itself."""
    lineages = candidate.lineages
    ancestor = lineages.oldest_ancestor(candidate.file)
    if ancestor is None:
        return candidate
    return Candidate(lineages, ancestor, int(lineages.corpus.file_lineages[ancestor]), 0.0)


def _age(placement: Placement) -> tuple[str, float]:
    return placement.candidate.lineages.born(placement.candidate.lineage), -placement.aligned_share


def _upstream(placement: Placement, how: Judgement, parts: tuple[str, ...] = ()) -> UpstreamMatch:
    versions = placement.candidate.lineages.versions(placement.candidate.file, placement.candidate.lineage)
    first, last = versions[0], versions[-1]
    url = first.project.source.replace("{release}", first.release.version).replace("{path}", first.path)
    return UpstreamMatch(
        project=first.project.name,
        path=first.path,
        first_release=first.release.version,
        last_release=last.release.version,
        released=first.release.released,
        share=placement.similarity,
        licence=first.licence,
        copyrights=first.notice.copyrights,
        url=url,
        verdict=_verdict(placement, how),
        package=first.project.package,
        licence_form=first.notice.form,
        header_last_line=first.notice.last_line,
        licence_copyrights=first.release.copyrights,
        has_notice_file=first.release.has_notice_file,
        parts=parts,
    )
