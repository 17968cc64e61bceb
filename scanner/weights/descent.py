"""Decides how one checkpoint came from another: the first relation, in order, whose signs are all there.

Matrices decide. Vectors resemble each other by convention, and values that both sides compute alike (bases of a
transform, frequencies) are equal in models that have nothing to do with each other. The order goes from what leaves no
doubt to what many things leave. Edit this when a relation comes in; thresholds stand beside what they are for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..results import Relation
from .checkpoint import Checkpoint
from .merges import Merge, merged
from .moved_units import Moved, moved
from .residuals import Residuals, residuals
from .rounded_values import Quantised, cast_from, cast_to, pruned_share, quantised
from .spectra import Spectrum, low_rank, spectra
from .tensor_pairs import Pair, PairsRead
from .value_types import Values

# A correlation beyond so many of its standard errors is none of chance.
_SURE = 6.0
_MOSTLY, _LEAST_ALIKE, _CLOSE = 0.5, 0.05, 0.9
# Where nothing else is alike, equal matrices with so much of all values are a part that was taken over; with less they
# are mostly what both compute.
_LARGE_PART = 0.25
# A model of which so much has a partner is compared as a whole.
_WHOLE = 0.9


class Descent(NamedTuple):
    """How the copy's weights came from the original's, as far as what was read tells."""

    relation: Relation
    alike: float = 0.0
    """The median correlation of matrices."""
    related: float = 0.0
    """The share of matrices that are alike beyond chance."""
    equal: float = 0.0
    """The share of values that are equal, as far as was read: of all that stand in pairs."""
    equal_pairs: tuple[str, ...] = ()
    """The tensors that are equal throughout, and vary, by the original's names."""
    changed: float = 0.0
    """How far matrices were moved, of their own size: the median ratio of root mean squares."""
    dtype: str = ""
    """Of a cast: the type that values were rounded to."""
    is_finer: bool = False
    """Of a cast: whether the copy has the finer values, and the original was rounded."""
    zeros: float = 0.0
    """Of pruning: the share of values that became 0."""
    residuals: Residuals | None = None
    quantised: Quantised | None = None
    merge: Merge | None = None
    spectra: tuple[Spectrum, ...] = ()
    rank: int = 0
    moved: Moved | None = None


def descent_of(
    copy: Checkpoint,
    original: Checkpoint,
    read: PairsRead,
    parents: Mapping[str, Mapping[str, Values]] = {},
    deep: bool = False,
) -> Descent:
    """How the pairs in ``read`` came from each other.

    ``parents`` have the values of tensors of models that the copy may be merged of, by the original's names. With
    ``deep`` more is read: windows of matrices for the rank of what was added, and rows for units that were moved.
    """
    matrices = read.matrices
    if not matrices:
        return Descent(Relation.NOT_COMPARED)
    found = _in_common(read.pairs, matrices)
    changed = [each for each in matrices if each.equal < 1]
    if not changed:
        return found._replace(relation=_if_equal(read))
    for dtype, is_finer in ((cast_to(matrices), False), (cast_from(matrices), True)):
        if dtype:
            return found._replace(relation=Relation.CAST, dtype=dtype, is_finer=is_finer)
    if _are_unrelated(matrices, changed, found):
        return _unrelated(copy, original, matrices, changed, found, deep)
    return _derived(copy, original, matrices, parents, found, deep)


def _if_equal(read: PairsRead) -> Relation:
    """What it means that all matrices in pairs are equal: it depends on how much of both is in pairs."""
    if max(read.covered) < _WHOLE:
        return Relation.ALIKE
    if any(each.equal < 1 for each in read.pairs):
        return Relation.TRAINED
    return Relation.IDENTICAL if min(read.covered) >= _WHOLE else Relation.CONTAINED


def _in_common(pairs: Sequence[Pair], matrices: Sequence[Pair]) -> Descent:
    alike = [each.correlation for each in matrices]
    moves = [_rms(each.ours - each.theirs) / max(_rms(each.theirs), 1e-300) for each in matrices]
    return Descent(
        Relation.UNALIKE,
        float(np.median(alike)),
        float(np.mean([_is_alike(each) for each in matrices])),
        float(np.average([each.equal for each in pairs], weights=[each.original.size for each in pairs])),
        tuple(each.name for each in pairs if each.varies and each.equal == 1),
        float(np.median(moves)),
    )


def _rms(values: Values) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _is_alike(pair: Pair) -> bool:
    return pair.correlation > max(_SURE / math.sqrt(len(pair.ours)), _LEAST_ALIKE)


def _are_unrelated(matrices: Sequence[Pair], changed: Sequence[Pair], found: Descent) -> bool:
    """Whether matrices have nothing in common place by place, but for those that both may have computed."""
    others = float(np.mean([_is_alike(each) for each in changed]))
    return found.related < _MOSTLY or found.alike < _LEAST_ALIKE or (others == 0 and not _is_large(matrices))


def _is_large(matrices: Sequence[Pair]) -> bool:
    """Whether the equal matrices are a large part of the model."""
    equal = sum(each.original.size for each in matrices if each.equal == 1)
    return equal >= _LARGE_PART * sum(each.original.size for each in matrices)


def _unrelated(
    copy: Checkpoint,
    original: Checkpoint,
    matrices: Sequence[Pair],
    changed: Sequence[Pair],
    found: Descent,
    deep: bool,
) -> Descent:
    if _is_large(matrices):
        return found._replace(relation=Relation.ALIKE)
    how = moved(copy, original, [each for each in changed if not _is_alike(each)]) if deep else None
    if how is None:
        return found
    return found._replace(relation=Relation.PERMUTED if how.is_permuted else Relation.ROTATED, moved=how)


def _derived(
    copy: Checkpoint,
    original: Checkpoint,
    matrices: Sequence[Pair],
    parents: Mapping[str, Mapping[str, Values]],
    found: Descent,
    deep: bool,
) -> Descent:
    zeros = pruned_share(matrices)
    if zeros:
        return found._replace(relation=Relation.PRUNED, zeros=zeros)
    found = found._replace(residuals=residuals(matrices))
    if found.residuals is not None and found.residuals.is_one_scale:
        return found._replace(relation=Relation.NOISE)
    grid = quantised(matrices)
    if grid is not None:
        return found._replace(relation=Relation.QUANTISED, quantised=grid)
    merge = merged(matrices, parents)
    if merge is not None:
        return found._replace(relation=Relation.MERGED, merge=merge)
    if deep:
        found = found._replace(spectra=spectra(copy, original, [each for each in matrices if each.equal < 1]))
        rank = low_rank(found.spectra)
        if rank:
            return found._replace(relation=Relation.ADAPTED, rank=rank)
    return found._replace(relation=Relation.TRAINED if found.alike > _CLOSE else Relation.SHARED_START)
