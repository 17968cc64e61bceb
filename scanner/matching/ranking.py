"""Which candidates are compared with, which of them a file is related to, and which is the closest.

Edit this when another upstream should be called the closest, or when a bound of evidence should change.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from ..corpus.model import Corpus
from ..corpus.union import CorpusUnion
from ..results import Verdict
from ..support.arrays import Array
from .alignment import ReferenceDefinitions
from .at_most import at_most, share_at_most
from .candidates import Candidate, HistoryKey
from .comparison import MODIFIED_SHARE, Comparison, compare_candidate
from .query import Query

# How many distinctive tokens (each counts by the IDF weight of its statement) a verdict of copying needs, and how many
# mere fragments need.
COPY_EVIDENCE = 45.0
FRAGMENT_EVIDENCE = 30.0
# Beside much else, half of an upstream needs more than nearly all of it: half of a norm is in many projects.
WORK_EVIDENCE = 120.0
WHOLE_PART = 0.8
# So much of that stands together: single statements here and there are alike by chance.
JOINED_EVIDENCE = 20.0
# Below this share of aligned tokens a candidate is not worth naming.
FRAGMENT_SHARE = 0.1
# So is one that holds less than this share of what is distinctive in the file: short methods are alike by chance.
DISTINCTIVE_FRAGMENT = 0.1
# Files of which look-up finds less than this share in any one upstream path, and fewer tokens, are not aligned with it.
LEAST_SHARE = 0.05
LEAST_TOKENS = 60
# The closest is looked for among so many candidates, whose share is at least this part of the best one's; where the
# best one's is nearly all of the file, the part is as large.
MOST_RIVALS = 3
RIVAL_PART = 0.8
NEARLY_ALL = 0.97
# So many candidates are compared with in all.
MOST_COMPARED = 6
# Candidates of which look-up finds so much are seldom unrelated: they are aligned with at once.
DOUBTED_SHARE = 0.3
# What has this part of the evidence of the closest is as close.
TIE_PART = 0.99
# An upstream that holds this part of what the closest does may as well be the source.
ALIKE_PART = 0.8
# A further upstream is named when it explains at least this share of the file beyond what closer ones do.
ADDED_SHARE = 0.05
# A file of which the first form finds less in its closest upstream than this is looked at in its plain form as well,
# unless look-up finds less than LEAST_SHARE of it anywhere.
ENOUGH = MODIFIED_SHARE + 0.15
# The plain form has to show so much more of the file: the shares of two forms of one file differ by chance as well.
LEAST_GAIN = 0.05
PLAIN_NOTE = "compared in a plain form: tuples split, asserts dropped, conditions turned, single-use locals inlined"
# An older upstream may be the origin when it explains this part of what the closest does.
ORIGIN_PART = 0.5


class VerdictOptions(Struct, frozen=True):
    """How strict a verdict is."""

    named: bool = False
    """The user named the original: no evidence against chance is asked for, and nothing is discounted."""
    min_similarity: float = 0.0
    """A file of which less than this share (0 to 1) stands in an upstream is independent."""


def related(
    query: Query,
    names: list[bytes],
    candidates: Sequence[Candidate],
    options: VerdictOptions,
    compared: Sequence[Comparison] = (),
    open_: Array | None = None,
) -> list[Comparison]:
    """What of the candidates of all corpora the file is related to, closest first; ``names`` is its name table.

    Those that were ``compared`` before are not aligned again. Where definitions ``open_`` bool[D] are
    asked for, candidates that have no parts among them may be left out.
    """
    if not candidates:
        return []
    comparing = _Comparing.of_query(query, names, candidates[0].histories.union, options, compared, open_)
    comparisons = _compared(candidates, comparing, options)
    return ranked_by_closeness([each for each in comparisons if _is_worth_naming(each, options)])


class _Comparing(Struct, frozen=True):
    """Compares a file with candidates, or tells before that it is related to one in no way."""

    query: Query
    names: list[bytes]
    union: CorpusUnion
    options: VerdictOptions
    idf_weights: Array
    before: dict[tuple[HistoryKey, int], Comparison]
    """What was compared before."""
    open_: Array | None
    """bool[D]: the definitions that must be parts of a candidate; None where any relation will do."""
    upstreams: dict[int, ReferenceDefinitions]
    """The files of candidates that were looked at."""

    @classmethod
    def of_query(
        cls,
        query: Query,
        names: list[bytes],
        union: CorpusUnion,
        options: VerdictOptions,
        compared: Sequence[Comparison],
        open_: Array | None,
    ) -> _Comparing:
        weights = np.full(len(query.code.digests), 255, np.uint8) if options.named else query.idf_weights(union)
        before = {(each.candidate.key, each.candidate.file): each for each in compared}
        return cls(query, names, union, options, weights, before, open_, {})

    def compare(self, candidate: Candidate) -> Comparison:
        known = self.before.get((candidate.key, candidate.file))
        if known:
            return known.of(candidate)
        upstream = self.upstreams.get(candidate.file)
        return compare_candidate(self.query, self.names, candidate, self.idf_weights, upstream)

    def unrelated(self, candidate: Candidate) -> float | None:
        """The evidence at most of a candidate that the file is certainly not related to; None where it may be."""
        is_known = (candidate.key, candidate.file) in self.before
        if self.options.named or is_known or candidate.share >= DOUBTED_SHARE:
            return None
        corpus = candidate.corpus
        upstream = self.upstreams[candidate.file] = ReferenceDefinitions.of(corpus, candidate.local_file)
        most = at_most(self.query, corpus, upstream, self.idf_weights, _spelled_weights(self.union, corpus, upstream))
        if self.open_ is not None:
            may_be = most.part_evidence(self.open_) > 0
        else:
            may_be = most.part_evidence() > 0 or (
                most.aligned_share >= FRAGMENT_SHARE
                and most.evidence >= FRAGMENT_EVIDENCE
                and most.distinctive_share >= DISTINCTIVE_FRAGMENT
            )
        return None if may_be else most.evidence


def ranked_by_closeness(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Closest first; where evidence is nearly the same, what stands there by chance does not decide.

    Then it is what stands in definitions of which most is there, then what has least besides, names and age; of what
    is mostly names, as in configurations, age comes first.
    """
    ranked = _closest_first(comparisons)
    if len(ranked) < 2 or closeness(ranked[0])[0]:
        return ranked
    rivals = [each for each in ranked[1:] if each.candidate.key != ranked[0].candidate.key]
    near = [ranked[0], *(each for each in rivals if each.evidence >= TIE_PART * ranked[0].evidence)]
    solid = max(each.solid_evidence for each in near)
    # Configurations go from file to file, and the same names stand in each: the oldest is the source.
    fit = _fit_by_age if ranked[0].is_plain else _fit
    closest = min((each for each in near if each.solid_evidence >= TIE_PART * solid), key=fit)
    return [closest, *(each for each in ranked if each is not closest)]


def _closest_first(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """By closeness; what is as close, by age."""
    told = [closeness(each) for each in comparisons]
    ranked = sorted(range(len(told)), key=told.__getitem__)
    if len(set(told)) < len(told):
        ranked.sort(key=lambda place: (told[place], comparisons[place].candidate.age))
    return [comparisons[place] for place in ranked]


def _fit(comparison: Comparison) -> tuple[float, float, int]:
    born = comparison.candidate.histories.born(comparison.candidate.history)
    return -round(comparison.coverage, 2), -round(comparison.agreement, 2), born


def _fit_by_age(comparison: Comparison) -> tuple[int, float, float, tuple[int, int, str, bytes, int]]:
    coverage, agreement, born = _fit(comparison)
    return born, coverage, agreement, comparison.candidate.age


def _compared(candidates: Sequence[Candidate], comparing: _Comparing, options: VerdictOptions) -> list[Comparison]:
    """Compare with the most promising candidates, and with others only as far as they could change the answer."""
    rivals, others = _promising(candidates)
    comparisons = _rivals_compared(rivals, comparing)
    closest = max(comparisons, key=lambda each: each.evidence, default=None)
    if closest is None or not is_related(closest, options):
        return comparisons
    chosen = others[: MOST_COMPARED - len(rivals)]
    if closest.aligned_share > 1 - ADDED_SHARE:
        # Nothing is left to explain; only an older upstream could still matter.
        old = [each for each in others if each.share >= ORIGIN_PART * rivals[0].share]
        chosen = sorted(old, key=lambda each: each.histories.born(each.history))[:1]
    return comparisons + [comparing.compare(each) for each in chosen if comparing.unrelated(each) is None]


def _promising(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """The candidates that the closest is looked for among, and the best ones of all other path histories."""
    ranked = sorted(candidates, key=lambda each: -each.share)
    rivals = most_alike(ranked)
    seen = {each.key for each in rivals}
    further = {each.key: each for each in reversed(ranked) if each.key not in seen}
    return rivals, sorted(further.values(), key=lambda each: -each.share)


def _rivals_compared(rivals: Sequence[Candidate], comparing: _Comparing) -> list[Comparison]:
    """Compare with the ``rivals``, but for those that are not related and have less evidence than one that is."""
    compared: dict[int, Comparison] = {}
    unrelated: dict[int, float] = {}
    for place, rival in enumerate(rivals):
        if any(_settles(each, rival) for each in compared.values()):
            continue
        most = comparing.unrelated(rival)
        if most is None:
            compared[place] = comparing.compare(rival)
        else:
            unrelated[place] = most
    if compared and unrelated:
        # What has more evidence, and is not related for all that, ends the search.
        evidence = max(each.evidence for each in compared.values())
        compared |= {place: comparing.compare(rivals[place]) for place, most in unrelated.items() if most >= evidence}
    return [compared[place] for place in sorted(compared)]


def _spelled_weights(union: CorpusUnion, corpus: Corpus, upstream: ReferenceDefinitions) -> Array:
    """uint8: the IDF weights at most of the statements of an upstream file with their names."""
    if len(union.corpora) == 1:
        return corpus.statement_weights[upstream.contents]
    return np.full(len(upstream.contents), 255, np.uint8)


def _settles(comparison: Comparison, rival: Candidate) -> bool:
    """Whether ``rival`` can change nothing: the file is, name by name, another content of the same upstream path.

    Look-up is exact about what is equal and spelled alike: were the file the rival as well, its share would be no less.
    """
    candidate = comparison.candidate
    if candidate.key != rival.key or candidate.share <= rival.share:
        return False
    return comparison.agreement == 1.0 and comparison.aligned_share == 1.0 and comparison.whole()


def _rival_part(best: Candidate) -> float:
    """How near to the best a candidate must come to be aligned as well; look-up is exact about what is equal."""
    return RIVAL_PART if best.share < NEARLY_ALL else NEARLY_ALL


def closeness(comparison: Comparison) -> tuple[float, float, float, float]:
    """Closest first: what holds all of the file; then by evidence; by what has least besides; by names."""
    whole = comparison.equal and comparison.whole()
    return (
        -1.0 - comparison.agreement if whole else 0.0,
        -round(comparison.evidence, 1),
        -round(comparison.coverage, 3),
        -round(comparison.agreement, 3),
    )


def _is_worth_naming(comparison: Comparison, options: VerdictOptions) -> bool:
    """Whether the file is related to the candidate; where look-up found little of the file, by whole definitions."""
    is_found = options.named or comparison.candidate.share >= LEAST_SHARE or comparison.aligned_share >= MODIFIED_SHARE
    return is_related(comparison, options) and (is_found or comparison.has_parts())


def is_related(comparison: Comparison, options: VerdictOptions) -> bool:
    """Whether the file shares anything worth naming with the candidate: a part of itself, or whole definitions."""
    is_by_parts = comparison.has_parts()
    if comparison.aligned_share < FRAGMENT_SHARE or is_by_parts or options.named:
        return is_by_parts or comparison.aligned_share >= FRAGMENT_SHARE
    is_told = comparison.evidence >= FRAGMENT_EVIDENCE and comparison.joined_evidence >= JOINED_EVIDENCE
    return is_told and comparison.distinctive_share >= DISTINCTIVE_FRAGMENT


def most_alike(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The few that the closest is looked for among."""
    ranked = sorted(candidates, key=lambda each: -each.share)[:MOST_RIVALS]
    return [each for each in ranked if each.share >= _rival_part(ranked[0]) * ranked[0].share]


def least_share(query: Query) -> float:
    """The share of a file that look-up must find in an upstream path."""
    return min(LEAST_SHARE, LEAST_TOKENS / max(query.total, 1))


def holds_upstream(comparison: Comparison) -> bool:
    """Whether most of the upstream file stands in the file, whatever else does; a few lines of it are no evidence."""
    least = COPY_EVIDENCE if comparison.contained >= WHOLE_PART else WORK_EVIDENCE
    return comparison.contained >= MODIFIED_SHARE and comparison.solid_evidence >= least


def verdict_on(comparison: Comparison, options: VerdictOptions) -> Verdict:
    if not is_related(comparison, options):
        return Verdict.INDEPENDENT
    whole = comparison.whole()
    if whole and not comparison.respelled.any():
        return Verdict.IDENTICAL
    is_copy = options.named or (comparison.evidence >= COPY_EVIDENCE and comparison.distinctive_share >= MODIFIED_SHARE)
    if is_copy and whole:
        return Verdict.RENAMED
    is_most = is_copy and comparison.similarity >= MODIFIED_SHARE
    return Verdict.MODIFIED if is_most or holds_upstream(comparison) else Verdict.FRAGMENTS


def wants_plain_form(kept: Sequence[Comparison], candidates: Sequence[Candidate], options: VerdictOptions) -> bool:
    """Whether the first form tells so little that the plain one may tell more: of a file that shares something with an
    upstream whose plain form is known, and of which too little stands in the closest of those ``kept``."""
    least = 0.0 if options.named else LEAST_SHARE
    if not any(each.share >= least and each.corpus.knows_plain for each in candidates):
        return False
    return not kept or kept[0].similarity < ENOUGH


def may_hold(plain: Query, candidates: Sequence[Candidate], first: Sequence[Comparison]) -> bool:
    """Whether as much of the plain form of a file may stand in any candidate as makes it the better one."""
    least = _least_of_plain(first)
    rivals, others = _promising(candidates)
    compared = (*rivals, *others[: MOST_COMPARED - len(rivals)])
    return any(share_at_most(plain, each.corpus, each.local_file) >= least for each in compared)


def may_be_better(plain: Query, union: CorpusUnion, first: Sequence[Comparison]) -> bool:
    """Whether the plain form of a file can be better, by what is known of it in all upstreams of ``union`` together."""
    known = plain.is_known(union) | plain.has_equal(union)[plain.statement_owners]
    share = float(plain.statement_tokens[known].sum()) / max(plain.total, 1)
    return share >= _least_of_plain(first)


def is_better(second: Sequence[Comparison], first: Sequence[Comparison]) -> bool:
    """Whether the plain form finds so much more of a file that its answer is taken: at least a copy."""
    return bool(second) and second[0].similarity >= _least_of_plain(first)


def _least_of_plain(first: Sequence[Comparison]) -> float:
    return max(MODIFIED_SHARE, max((each.similarity for each in first), default=0.0) + LEAST_GAIN)
