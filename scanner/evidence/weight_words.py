"""How one checkpoint came from another, in words: a sentence for each relation, and what else could explain it.

Edit this when a relation comes in, or is to be said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ..results import Relation
from ..support.escaping import escape
from ..weights.descent import Descent
from ..weights.tensor_pairs import PairsRead

_MOST_NAMED = 3
_ALL = 0.999999

_ORDER = "which of the two was first, weights do not tell"
_EXPLAINED: Mapping[Relation, tuple[str, ...]] = {
    Relation.IDENTICAL: (_ORDER,),
    Relation.CONTAINED: ("both may have taken the part from a third model", _ORDER),
    Relation.NOISE: ("training with noise added on purpose (differential privacy) leaves noise of one scale", _ORDER),
    Relation.MERGED: ("further training of a merge would not show below what the sum leaves over",),
    Relation.TRAINED: (_ORDER, "a merge with a model that was not named looks the same"),
    Relation.SHARED_START: (
        "two models trained from the same random start are as alike, and neither is made from the other",
        "long training of the one away from the other, too",
    ),
    Relation.ALIKE: ("both may have taken the equal part from a third model",),
    Relation.UNALIKE: ("the same units in another order, or a space that was turned, look like this",),
}
_COMPUTED = (
    "values that both sides compute by the same rule are equal in models that have nothing to do with each other"
)
_NOT_DEEP = "--deep looks for units that were moved"
_ADAPTERS = "--deep tells whether an adapter was merged, and of which rank"


class Told(NamedTuple):
    """What is put into words."""

    decided: Descent
    read: PairsRead
    name: str
    """What reports call the original, escaped."""


def says(told: Told) -> str:
    """It in a sentence, with its figures; what is scanned is escaped."""
    read, name = told.read, told.name
    said = _SAYS[told.decided.relation](told)
    said += f"; {_counted(read.by_values, 'tensor')} paired by values, as names did not" if read.by_values else ""
    if any(read.alone):
        said += f"; without a partner: {read.alone[0]:,} of the copy's tensors, {read.alone[1]:,} of {name}'s"
    return said + (f"; not compared: {escape('; '.join(read.not_compared))}" if read.not_compared else "")


def _identical(told: Told) -> str:
    part = "all values" if told.read.is_whole else f"all {told.read.values:,} values that were read"
    return f"{part} of {_counted(len(told.read.pairs), 'tensor')} equal those of {told.name}"


def _cast(told: Told) -> str:
    way = f"values of {told.name} are the copy's" if told.decided.is_finer else f"values are those of {told.name}"
    return f"{way}, rounded to {told.decided.dtype} ({_counted(len(told.read.matrices), 'matrix')})"


def _noise(told: Told) -> str:
    found = told.decided.residuals
    assert found is not None
    low, high = found.interval
    return (
        f"values are those of {told.name} and normal noise of one scale in all {found.tensors:,} matrices that "
        f"changed: sigma {found.scale:.4g}, which is 1/{1 / found.scale:.4g} ({low:.4g} to {high:.4g})"
    )


def _quantised(told: Told) -> str:
    grid = told.decided.quantised
    assert grid is not None
    group = f"groups of {grid.group}" if grid.group else "whole rows, or groups as large"
    steps = "" if grid.has_even_steps else ", by a code book of uneven steps"
    return f"values are those of {told.name}, quantised to {_counted(grid.bits, 'bit')} in {group}{steps}"


def _pruned(told: Told) -> str:
    return f"values are those of {told.name}, {told.decided.zeros:.1%} of them made 0"


def _adapted(told: Told) -> str:
    rank = told.decided.rank
    return f"matrices are those of {told.name} and a change of rank {rank}, as an adapter leaves that was merged"


def _merged(told: Told) -> str:
    assert told.decided.merge is not None
    weights = told.decided.merge.weights
    parts = [f"{weight:.2f} of {escape(parent)}" for parent, weight in weights.items()]
    rest = 1 - sum(weights.values())
    parts += [f"{rest:.2f} of {told.name}"] if abs(rest) > 0.01 else []
    return f"values are a weighted sum: {', '.join(parts)}"


def _trained(told: Told) -> str:
    same = f"; {_counted(len(told.decided.equal_pairs), 'tensor')} equal throughout" if told.decided.equal_pairs else ""
    return (
        f"values are those of {told.name}, each tensor changed in its own way, as further training does: moved by "
        f"{told.decided.changed:.2g} of their size, {_likeness(told)}{same}"
    )


def _shared_start(told: Told) -> str:
    return f"values are alike those of {told.name}, {_likeness(told)}, as after a shared start, or long training"


def _moved(told: Told) -> str:
    found = told.decided.moved
    assert found is not None
    if told.decided.relation is Relation.PERMUTED:
        both = f"of {found.units:,} that find each other {found.found:,} do so in both halves of the rows"
        rows = f"{found.same_rows:.0%} of rows hold the same values"
        return f"units are those of {told.name} in another order: {both}, {rows}"
    return (
        f"values are those of {told.name} in a space that was turned: angles between rows agree to {found.angles:.3f}"
    )


def _unalike(told: Told) -> str:
    said = f"values have nothing in common with those of {told.name}, place by place: {_likeness(told)}"
    return said + _equal_parts(told.decided)


def _contained(told: Told) -> str:
    inner, whole = ("the copy", told.name) if told.read.covered[0] > told.read.covered[1] else (told.name, "the copy")
    return f"all {told.read.values:,} values that were read of {inner} stand in {whole}, which has more"


def _alike(told: Told) -> str:
    rest = "has no partner" if told.decided.alike > _ALL else "has nothing in common with it"
    said = f"a part of the values is that of {told.name}, and the rest {rest}"
    return said + _equal_parts(told.decided)


def _likeness(told: Told) -> str:
    return f"correlation {told.decided.alike:.3f} in {_counted(len(told.read.matrices), 'matrix')}"


def _equal_parts(decided: Descent) -> str:
    if not decided.equal_pairs:
        return ""
    named = ", ".join(map(escape, decided.equal_pairs[:_MOST_NAMED]))
    more = len(decided.equal_pairs) - _MOST_NAMED
    return (
        f"; {decided.equal:.1%} of values are equal, all of {named}{f' and {more:,} more tensors' if more > 0 else ''}"
    )


_SAYS: Mapping[Relation, Callable[[Told], str]] = {
    Relation.IDENTICAL: _identical,
    Relation.CONTAINED: _contained,
    Relation.CAST: _cast,
    Relation.NOISE: _noise,
    Relation.QUANTISED: _quantised,
    Relation.PRUNED: _pruned,
    Relation.ADAPTED: _adapted,
    Relation.MERGED: _merged,
    Relation.TRAINED: _trained,
    Relation.SHARED_START: _shared_start,
    Relation.PERMUTED: _moved,
    Relation.ROTATED: _moved,
    Relation.ALIKE: _alike,
    Relation.UNALIKE: _unalike,
}


def _counted(count: int, noun: str) -> str:
    plural = "matrices" if noun == "matrix" else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def explained_by(told: Told, deep: bool) -> Iterator[str]:
    """What else could explain it, a sentence each; ``deep``: whether more was read of some matrices."""
    decided, read = told.decided, told.read
    yield from _EXPLAINED.get(decided.relation, ())
    if decided.relation in (Relation.UNALIKE, Relation.ALIKE) and decided.equal_pairs:
        yield _COMPUTED
    if not deep and decided.relation is Relation.UNALIKE:
        yield _NOT_DEEP
    if not deep and decided.relation is Relation.TRAINED:
        yield _ADAPTERS
    if decided.relation is Relation.IDENTICAL and not read.is_whole:
        yield "values that were not read may differ"
