"""The tensors of two checkpoints in pairs, with the same values read of both: what all that follows looks at.

Names are aligned elsewhere and come in as pairs. Where the two tensors of a pair have nothing in common, or names tell
nothing, tensors of one shape are paired by their values, since the same places were read of all of them. Edit this when
other tensors are to be read, or paired in another way.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ..models.layout_facts import Shape
from ..support.budget import check
from .checkpoint import Checkpoint, Tensor, readable
from .positions import Block, spread, width_of
from .reading_plan import LEAST_VALUES, plan
from .value_types import COMPARED, Values

# Tensors of one shape that are held each against each other.
_MOST_OF_SHAPE = 512
# Independent tensors reach .13 at 2,048 values; those of one descent are above, unless training was long.
_SURE = 0.3
_MOST_NAMED = 8


class Pair(NamedTuple):
    """Two tensors of the same sizes, and the values at the same places of both."""

    copy: Tensor
    original: Tensor
    ours: Values
    theirs: Values
    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        """The original's."""
        return self.original.name

    @property
    def is_matrix(self) -> bool:
        """Whether it decides: vectors resemble each other by convention."""
        return self.original.is_matrix

    @property
    def width(self) -> int:
        """Values in a row."""
        return width_of(self.original.sizes)

    @property
    def varies(self) -> bool:
        """Whether neither side is one value throughout."""
        return bool(np.ptp(self.ours) > 0 and np.ptp(self.theirs) > 0)

    @property
    def equal(self) -> float:
        """The share of values that are equal."""
        return float(np.mean(self.ours == self.theirs))

    @property
    def correlation(self) -> float:
        """Pearson's, of the values at the same places; 0 where one side is one value throughout."""
        return correlation(self.ours, self.theirs)


class PairsRead(NamedTuple):
    """What was read of two checkpoints."""

    pairs: tuple[Pair, ...]
    """By the original's names, sorted."""
    by_values: int
    """How many of them values paired, as names did not."""
    alone: tuple[int, int]
    """How many tensors of the copy, and of the original, have no partner."""
    covered: tuple[float, float]
    """The share (0 to 1) of all values of the copy, and of the original, that stands in tensors with a partner."""
    not_compared: tuple[str, ...]
    """Tensors that could not be compared, a line each with the reason; the last says how many more there are."""

    @property
    def values(self) -> int:
        """How many values were read of each side."""
        return sum(len(each.ours) for each in self.pairs)

    @property
    def is_whole(self) -> bool:
        """Whether all values of all tensors were read."""
        all_read = all(len(each.ours) == each.original.size for each in self.pairs)
        return all_read and not any(self.alone) and not self.not_compared

    @property
    def matrices(self) -> list[Pair]:
        """The pairs that decide."""
        return [each for each in self.pairs if each.is_matrix and each.varies]


def correlation(one: Values, other: Values) -> float:
    """Pearson's; 0 where one of them does not vary."""
    left, right = one - one.mean(), other - other.mean()
    size = math.sqrt(float(left @ left) * float(right @ right))
    return float(left @ right) / size if size > 0 else 0.0


def read_pairs(copy: Checkpoint, original: Checkpoint, names: Sequence[tuple[str, str]], most_bytes: int) -> PairsRead:
    """The pairs of tensors of both, of each side up to ``most_bytes``; ``names`` stand for each other."""
    return _Reading(copy, original, most_bytes).run(names)


class _Reading:
    """Two checkpoints while they are read: each tensor once."""

    def __init__(self, copy: Checkpoint, original: Checkpoint, most_bytes: int) -> None:
        self.checkpoints = (copy, original)
        sizes = {each.sizes for each in copy.tensors.values()} & {each.sizes for each in original.tensors.values()}
        self.sides = tuple(
            {each.name: each for each in readable(side.tensors.values(), 2) if each.sizes in sizes}
            for side in self.checkpoints
        )
        self.problems = dict(_unreadable(copy, original))
        self.plan = plan(self.sides, most_bytes)
        self.read: tuple[dict[str, Values | None], dict[str, Values | None]] = ({}, {})

    def run(self, names: Sequence[tuple[str, str]]) -> PairsRead:
        ours, theirs = self.sides
        named = [
            (one, other)
            for one, other in names
            if one in ours and other in theirs and ours[one].sizes == theirs[other].sizes
        ]
        chosen = spread(named, self.plan.most_tensors)
        self._read_ahead([one for one, _ in chosen], [other for _, other in chosen], self.plan.spare)
        pairs = [pair for one, other in chosen if (pair := self._pair(one, other))]
        if len(chosen) == len(named):
            pairs = self._paired_by_values(pairs)
        alike = {(each.copy.name, each.original.name) for each in pairs if _have_much_in_common(each)}
        by_values = len(alike - set(named))
        matched = max(len(pairs), len(named))
        alone = [len(side.tensors) - matched for side in self.checkpoints]
        held = [sum(each.size for each in side.tensors.values()) for side in self.checkpoints]
        size = sum(self.sides[1][other].size for _, other in named) if matched > len(pairs) else _size(pairs)
        covered = [size / max(each, 1) for each in held]
        ordered = tuple(sorted(pairs, key=lambda each: each.name))
        return PairsRead(ordered, by_values, (alone[0], alone[1]), (covered[0], covered[1]), tuple(self._told()))

    def _read_ahead(self, ours: Iterable[str], theirs: Iterable[str], spare: int = 0) -> None:
        """Read all that will be asked for of these tensors, as far as there is room for them."""
        for side, names in enumerate((ours, theirs)):
            new = [self.sides[side][each] for each in names if each not in self.read[side]]
            new = new[: self.plan.most_tensors - len(self.read[side])]
            self.checkpoints[side].read_ahead([(each, self._blocks(each.sizes)) for each in new], spare)

    def _values(self, side: int, name: str) -> Values | None:
        """The values of a tensor, read once; None where they cannot be had, are no numbers, or too many were read."""
        kept = self.read[side]
        if name not in kept and len(kept) >= self.plan.most_tensors:
            return None
        if name not in kept:
            tensor = self.sides[side][name]
            checkpoint = self.checkpoints[side]
            kept[name] = checkpoint.finite_values(tensor, self._blocks(tensor.sizes))
            if name in checkpoint.not_finite:
                self.problems[name] = "it holds NaN or infinite values"
        return kept[name]

    def _blocks(self, sizes: Shape) -> tuple[Block, ...]:
        return self.plan.blocks(sizes)

    def _pair(self, one: str, other: str) -> Pair | None:
        check()
        ours, theirs = self._values(0, one), self._values(1, other)
        if ours is None or theirs is None:
            return None
        tensor = self.sides[1][other]
        return Pair(self.sides[0][one], tensor, ours, theirs, self._blocks(tensor.sizes))

    def _paired_by_values(self, pairs: list[Pair]) -> list[Pair]:
        """The pairs that have something in common, and of all other tensors those of the same sizes that have; tensors
        that are like none are paired as names say, else in order: any pair of them has nothing in common.
        """
        kept = [each for each in pairs if _have_much_in_common(each)]
        few = [each for each in self._free(kept) if max(map(len, each)) <= _MOST_OF_SHAPE]
        self._read_ahead(
            [each.name for ours, _ in few for each in ours], [each.name for _, theirs in few for each in theirs]
        )
        for ours, theirs in few:
            kept += self._of_sizes(ours, theirs)
        taken = _names(kept)
        kept += [each for each in pairs if each.copy.name not in taken[0] and each.original.name not in taken[1]]
        for ours, theirs in self._free(kept):
            left = [self._pair(one.name, other.name) for one, other in zip(ours, theirs, strict=False) if one.is_matrix]
            kept += [each for each in left if each]
        return kept

    def _free(self, pairs: Sequence[Pair]) -> Iterable[tuple[list[Tensor], list[Tensor]]]:
        """The tensors of both sides that are in none of ``pairs``, by their sizes."""
        ours, theirs = (_by_sizes(side.values(), names) for side, names in zip(self.sides, _names(pairs), strict=True))
        return [(ours[sizes], theirs[sizes]) for sizes in ours if sizes in theirs]

    def _of_sizes(self, ours: list[Tensor], theirs: list[Tensor]) -> list[Pair]:
        """Each of the one side with the one of the other that has most in common with it, where that is mutual."""
        read = [
            [(each, values) for each in side if (values := self._values(place, each.name)) is not None]
            for place, side in enumerate((ours, theirs))
        ]
        if not all(read):
            return []
        left, right = (np.stack([values for _, values in side]) for side in read)
        likeness = _likeness(left, right, read[0][0][0].is_matrix)
        best, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
        return [
            Pair(read[0][row][0], read[1][column][0], left[row], right[column], self._blocks(read[0][row][0].sizes))
            for row, column in enumerate(best.tolist())
            if back[column] == row and likeness[row, column] > _SURE
        ]

    def _told(self) -> Iterable[str]:
        yield from (f"{name}: {reason}" for name, reason in list(self.problems.items())[:_MOST_NAMED])
        if len(self.problems) > _MOST_NAMED:
            yield f"{len(self.problems) - _MOST_NAMED:,} more tensors"


def _unreadable(copy: Checkpoint, original: Checkpoint) -> Iterable[tuple[str, str]]:
    """Tensors of a type that is not read, or without values, and which it is."""
    for side in (copy, original):
        for each in side.tensors.values():
            if each.dtype not in COMPARED:
                yield each.name, f"values of type {each.dtype} are not read"
            elif not each.size:
                yield each.name, "it has no values"


def _size(pairs: Sequence[Pair]) -> int:
    return sum(each.original.size for each in pairs)


def _names(pairs: Sequence[Pair]) -> tuple[set[str], set[str]]:
    """The names of the copies, and of the originals."""
    return {each.copy.name for each in pairs}, {each.original.name for each in pairs}


def _have_much_in_common(pair: Pair) -> bool:
    return pair.equal > 1 - _SURE or (pair.is_matrix and pair.correlation > _SURE)


def _likeness(left: Values, right: Values, is_matrix: bool) -> Values:
    """Of each row of the one with each of the other: correlation, or of vectors the share of equal values."""
    if is_matrix and left.shape[1] >= LEAST_VALUES:
        return np.asarray(_normed(left) @ _normed(right).T)
    return np.stack([np.mean(row == right, axis=1) for row in left])


def _normed(rows: Values) -> Values:
    centred = rows - rows.mean(axis=1, keepdims=True)
    size = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.where(size > 0, size, 1.0))


def _by_sizes(tensors: Iterable[Tensor], taken: set[str]) -> dict[Shape, list[Tensor]]:
    found: defaultdict[Shape, list[Tensor]] = defaultdict(list)
    for each in tensors:
        if each.name not in taken:
            found[each.sizes].append(each)
    return dict(found)
