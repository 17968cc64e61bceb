"""The verdict on a file: its clone type, the closest upstream, others that explain more of it, the oldest known origin.

Edit this when a bound should change, or when another upstream should be called the closest or the origin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct

from ..results import FileVerdict, UpstreamMatch, Verdict
from ..sources.files import SourceFile
from ..support.arrays import Array
from .alignment import statement_weights
from .candidates import Candidate
from .comparison import MODIFIED_SHARE, MODULE, Comparison, compare_candidate, describe
from .query import Query

# How many distinctive tokens (each counts by the IDF weight of its statement) a verdict of copying needs, and how many
# mere fragments need.
COPY_EVIDENCE = 60.0
FRAGMENT_EVIDENCE = 30.0
# A definition is a part of an upstream when it has this much evidence alone. Parts are named when together they have
# twice what a verdict of copying needs: a single function may be in many projects, and then the closest is seldom its
# source.
PART_EVIDENCE = FRAGMENT_EVIDENCE
PARTS_EVIDENCE = 2 * COPY_EVIDENCE
# Below this share of aligned tokens a candidate is not worth naming.
FRAGMENT_SHARE = 0.1
# Files of which look-up finds less than this share in any one upstream path are not aligned with it.
LEAST_SHARE = 0.05
# The closest is looked for among so many candidates, whose share is at least this part of the best one's; where the
# best one's is nearly all of the file, the part is as large.
MOST_RIVALS = 3
RIVAL_PART = 0.8
NEARLY_ALL = 0.97
# So many candidates are compared with in all, and so many upstreams named.
MOST_COMPARED = 6
MOST_UPSTREAMS = 5
# A further upstream is named when it explains at least this share of the file beyond what closer ones do.
ADDED_SHARE = 0.05
# An older upstream is the origin when it explains at least the first part of what the closest does; at least the second
# where the closest itself descends from another file, which it may be a port of.
ORIGIN_PART = 0.5
SAME_PART = 0.8


class VerdictOptions(Struct, frozen=True):
    """How strict a verdict is."""

    named: bool = False
    """The user named the original: no evidence against chance is asked for, and nothing is discounted."""
    min_similarity: float = 0.0
    """A file of which less than this share (0 to 1) stands in an upstream is independent."""


def judge(
    file: SourceFile,
    licence: str,
    query: Query,
    names: list[bytes],
    candidates: Sequence[Candidate],
    options: VerdictOptions,
) -> FileVerdict:
    """The verdict on ``file``, from the candidates of all corpora."""
    corpora = {id(each.histories): each.histories.corpus for each in candidates}
    idf_weights = statement_weights(query, [] if options.named else list(corpora.values()))
    comparisons = _compared(candidates, lambda each: compare_candidate(query, names, each, idf_weights), options)
    kept = sorted([each for each in comparisons if _related(each, options)], key=_closeness)
    if not kept or kept[0].similarity < options.min_similarity:
        below = kept[0].similarity if kept else 0.0
        told = Verdict.INDEPENDENT
        return FileVerdict(
            file.path, file.sha256, told, 0.0, licence, (), None, (), (), below_least=below, cells=file.cells
        )
    return _copied(file, licence, kept, options)


def _compared(
    candidates: Sequence[Candidate], compare: Callable[[Candidate], Comparison], options: VerdictOptions
) -> list[Comparison]:
    """Compare with the most promising candidates, and with others only as far as they could change the answer."""
    ranked = sorted(candidates, key=lambda each: -each.share)
    rivals = [each for each in ranked[:MOST_RIVALS] if each.share >= _rival_part(ranked[0]) * ranked[0].share]
    comparisons: list[Comparison] = []
    for rival in rivals:
        if not any(_settles(each, rival) for each in comparisons):
            comparisons.append(compare(rival))
    closest = max(comparisons, key=lambda each: each.evidence, default=None)
    if closest is None or not _related(closest, options):
        return comparisons
    seen = {_history(each) for each in rivals}
    further = {_history(each): each for each in reversed(ranked) if _history(each) not in seen}
    others = sorted(further.values(), key=lambda each: -each.share)
    if closest.aligned_share > 1 - ADDED_SHARE:
        # Nothing is left to explain; only an older upstream could still matter.
        old = [each for each in others if each.share >= ORIGIN_PART * ranked[0].share]
        others = sorted(old, key=lambda each: each.histories.born(each.history))[:1]
    return comparisons + [compare(candidate) for candidate in others[: MOST_COMPARED - len(rivals)]]


def _settles(comparison: Comparison, rival: Candidate) -> bool:
    """Whether ``rival`` can change nothing: the file is, name by name, another content of the same upstream path.

    Look-up is exact about what is equal and spelled alike: were the file the rival as well, its share would be no less.
    """
    candidate = comparison.candidate
    if _history(candidate) != _history(rival) or candidate.share <= rival.share:
        return False
    return comparison.agreement == 1.0 and comparison.aligned_share == 1.0 and comparison.whole()


def _rival_part(best: Candidate) -> float:
    """How near to the best a candidate must come to be aligned as well; look-up is exact about what is equal."""
    return RIVAL_PART if best.share < NEARLY_ALL else NEARLY_ALL


def _history(candidate: Candidate) -> tuple[int, int]:
    return id(candidate.histories), candidate.history


def _copied(file: SourceFile, licence: str, kept: list[Comparison], options: VerdictOptions) -> FileVerdict:
    closest = kept[0]
    own = _own_release(file.path, closest)
    others = [each for each in kept if _history(each.candidate) != _history(closest.candidate)]
    chosen = _explaining([closest, *others], 2 if own else 1)
    shown = chosen[1] if own and len(chosen) > 1 else closest
    upstreams = [_upstream(each, options, parts) for each, parts in zip(chosen, _parts(chosen, options), strict=True)]
    path = upstreams[chosen.index(shown)].path
    return FileVerdict(
        path=file.path,
        sha256=file.sha256,
        verdict=_verdict(closest, options),
        similarity=closest.similarity,
        licence=licence,
        upstreams=tuple(upstreams),
        origin=_origin(kept, options),
        renames=shown.rename_map.renames,
        definitions=describe(shown, path),
        own_release=own,
        cells=file.cells,
    )


def _closeness(comparison: Comparison) -> tuple[float, float, float, float, int, int]:
    """Closest first: what holds all of the file; then by evidence; by what has least besides; by names; by age."""
    histories, candidate = comparison.candidate.histories, comparison.candidate
    whole = comparison.equal and comparison.whole()
    return (
        -1.0 - comparison.agreement if whole else 0.0,
        -round(comparison.evidence, 1),
        -round(comparison.coverage, 3),
        -round(comparison.agreement, 3),
        int(histories.first[candidate.history]),
        candidate.file,
    )


def _related(comparison: Comparison, options: VerdictOptions) -> bool:
    """Whether the file shares anything worth naming with the candidate."""
    return comparison.aligned_share >= FRAGMENT_SHARE and (options.named or comparison.evidence >= FRAGMENT_EVIDENCE)


def _verdict(comparison: Comparison, options: VerdictOptions) -> Verdict:
    if not _related(comparison, options):
        return Verdict.INDEPENDENT
    if not options.named and (comparison.evidence < COPY_EVIDENCE or comparison.distinctive_share < MODIFIED_SHARE):
        return Verdict.FRAGMENTS
    if comparison.whole():
        return Verdict.RENAMED if comparison.respelled.any() else Verdict.IDENTICAL
    return Verdict.MODIFIED if comparison.similarity >= MODIFIED_SHARE else Verdict.FRAGMENTS


def _explaining(ranked: list[Comparison], least: int) -> list[Comparison]:
    """The ``least`` closest, then each further upstream that explains something the ones before it do not."""
    chosen: list[Comparison] = []
    explained = np.zeros(len(ranked[0].query.statement_tokens), bool)
    histories: set[tuple[int, int]] = set()
    tokens = ranked[0].query.statement_tokens
    for comparison in ranked:
        history = _history(comparison.candidate)
        aligned = comparison.alignment.statements
        added = float(tokens[aligned[~explained[aligned]]].sum()) / max(comparison.query.total, 1)
        if history in histories or (len(chosen) >= least and added < ADDED_SHARE):
            continue
        chosen.append(comparison)
        histories.add(history)
        explained[aligned] = True
    return chosen[:MOST_UPSTREAMS]


def _parts(chosen: Sequence[Comparison], options: VerdictOptions) -> Iterator[tuple[str, ...]]:
    """For each upstream, closest first, the definitions that stand whole in it and in no closer one.

    None of one that the file as a whole is a copy of.
    """
    taken = np.zeros(len(chosen[0].query.definition_tokens), bool)
    for comparison in chosen:
        holds_parts = _verdict(comparison, options) is Verdict.FRAGMENTS
        yield _distinctive_definitions(comparison, comparison.same & ~taken) if holds_parts else ()
        taken |= comparison.same


def _distinctive_definitions(comparison: Comparison, among: Array) -> tuple[str, ...]:
    """Of the definitions ``among`` bool[D], those that are distinctive enough; none, if all together are not."""
    evidence = comparison.definition_evidence
    definitions = np.flatnonzero(among & (evidence >= PART_EVIDENCE))
    if evidence[definitions].sum() < PARTS_EVIDENCE:
        return ()
    all_of_file = comparison.query.code.definitions
    return tuple(all_of_file[definition].qualname or MODULE for definition in definitions.tolist())


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


def _origin(kept: list[Comparison], options: VerdictOptions) -> UpstreamMatch:
    """The oldest of what the closest descends from by its names, and what explains nearly as much as it does.

    Where the closest descends from nothing, what explains much of the file will do.
    """
    closest = kept[0].candidate
    root = _root(closest)
    part = ORIGIN_PART if root is closest else SAME_PART
    alike = [each for each in kept if each.aligned_share >= part * kept[0].aligned_share]
    roots = [root, _root(min(alike, key=_age).candidate)]
    oldest = min(roots, key=lambda each: each.histories.born(each.history))
    compared = {id(each.candidate): each for each in kept}
    return _upstream(compared.get(id(oldest)) or kept[0].with_candidate(oldest), options)


def _root(candidate: Candidate) -> Candidate:
    """The oldest ancestor of an upstream file; where it has none, the file itself."""
    histories = candidate.histories
    ancestor = histories.oldest_ancestor(candidate.file)
    if ancestor is None:
        return candidate
    return Candidate(histories, ancestor, int(histories.corpus.file_lineages[ancestor]), 0.0)


def _age(comparison: Comparison) -> tuple[str, float]:
    return comparison.candidate.histories.born(comparison.candidate.history), -comparison.aligned_share


def _upstream(comparison: Comparison, options: VerdictOptions, parts: tuple[str, ...] = ()) -> UpstreamMatch:
    versions = comparison.candidate.histories.versions(comparison.candidate.file, comparison.candidate.history)
    first, last = versions[0], versions[-1]
    url = first.project.source.replace("{release}", first.release.version).replace("{path}", first.path)
    return UpstreamMatch(
        project=first.project.name,
        path=first.path,
        first_release=first.release.version,
        last_release=last.release.version,
        released=first.release.released,
        share=comparison.similarity,
        licence=first.licence,
        copyrights=first.notice.copyrights,
        url=url,
        verdict=_verdict(comparison, options),
        package=first.project.package,
        licence_form=first.notice.form,
        header_last_line=first.notice.last_line,
        licence_copyrights=first.release.copyrights,
        has_notice_file=first.release.has_notice_file,
        parts=parts,
    )
