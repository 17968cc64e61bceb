"""Some values of a model's weights, as facts that a corpus may keep, and weights held against such facts.

Names may be anything: a tensor is looked for among all of its shape, and what the best of many reaches by chance is
taken off. Edit this when a corpus is to keep more of weights; samples of other places need a new `positions.VERSION`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ..models.layout_facts import Shape
from ..models.model import WeightSamples
from ..support.budget import check
from .checkpoint import Checkpoint, Tensor, readable
from .positions import VERSION, Block, blocks, spread
from .tensor_pairs import correlation
from .value_types import Values, decoded, rounded

SAMPLED = 48
_TENSORS = 20
_STORED = "BF16"
_BYTES = 2 * SAMPLED
# Tensors of one shape that are looked at, and in all for one source.
_MOST_OF_SHAPE = 256
_MOST_READ = 4_000
# Once in so many models, one sample of one is found by chance.
_CHANCE = 1e-4
_LEAST_FOUND = 3


class Known(NamedTuple):
    """How far the weights of a source are those of a known model."""

    compared: int
    """How many samples had a tensor of their shape."""
    found: int
    """How many of them are alike one, beyond chance."""
    equal: int
    """How many equal one in all values, as rounded."""
    alike: float
    """The median correlation of all that were compared with what is most alike."""
    deviations: float
    """How far that is beyond chance, over all samples, in standard deviations."""

    @property
    def is_known(self) -> bool:
        """Whether the weights are the model's, or made of them, or share its start."""
        return self.found >= max(_LEAST_FOUND, self.compared / 2)


def samples_of(checkpoint: Checkpoint) -> WeightSamples | None:
    """The samples of up to 20 matrices, from first to last by name; None where fewer than three can be read."""
    matrices = [each for each in readable(checkpoint.tensors.values(), SAMPLED) if _can_be_sampled(each)]
    kept: list[tuple[Tensor, Values]] = []
    for tensor in spread(matrices, _TENSORS):
        check()
        values = checkpoint.finite_values(tensor, _place(tensor.sizes))
        if values is not None and np.ptp(values) > 0:
            kept.append((tensor, values))
    if len(kept) < _LEAST_FOUND:
        return None
    stored = b"".join(_stored(values) for _, values in kept)
    return WeightSamples(tuple(t.name for t, _ in kept), tuple(t.sizes for t, _ in kept), stored, VERSION)


class SampleReader:
    """A source's values at the places of samples, each tensor read once, whatever is held against it."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._left = _MOST_READ
        self._tensors: dict[Shape, list[Tensor]] = {}
        self._read: dict[Shape, list[Values]] = {}
        for each in readable(checkpoint.tensors.values(), SAMPLED):
            if _can_be_sampled(each):
                self._tensors.setdefault(each.sizes, []).append(each)

    def held_against(self, known: WeightSamples) -> Known | None:
        """How far the source's weights are those that ``known`` was sampled of; None where shapes are others."""
        if known.places != VERSION or len(known.values) != _BYTES * len(known.shapes):
            return None
        found = []
        for shape, place in zip(known.shapes, range(0, len(known.values), _BYTES), strict=True):
            ours = self._of_shape(shape)
            if ours:
                found.append(_most_alike(ours, decoded(_STORED, known.values[place : place + _BYTES])))
        return _judged(found) if found else None

    def _of_shape(self, shape: Shape) -> list[Values]:
        if shape not in self._read:
            self._read[shape] = []
            for tensor in self._tensors.get(shape, ())[:_MOST_OF_SHAPE]:
                check()
                self._left -= 1
                values = self._checkpoint.finite_values(tensor, _place(shape)) if self._left >= 0 else None
                if values is not None:
                    self._read[shape].append(values)
        return self._read[shape]


class _Best(NamedTuple):
    alike: float
    candidates: int
    is_equal: bool


def _can_be_sampled(tensor: Tensor) -> bool:
    return tensor.is_matrix and tensor.size >= SAMPLED


def _place(shape: Shape) -> tuple[Block, ...]:
    """48 values in a row, from a place at which blocks begin."""
    last = max(math.prod(shape) - SAMPLED, 0)
    return (Block(min(blocks(shape, SAMPLED, 1)[0].first, last - last % 32), SAMPLED),)


def _stored(values: Values) -> bytes:
    bits = rounded(values, _STORED).astype(np.float32).view(np.uint32)
    return bytes((bits >> np.uint32(16)).astype("<u2").tobytes())


def _most_alike(ours: Sequence[Values], theirs: Values) -> _Best:
    alike = [correlation(each, theirs) for each in ours]
    best = int(np.argmax(alike))
    return _Best(alike[best], len(ours), bool(np.array_equal(rounded(ours[best], _STORED), theirs)))


def _judged(found: Iterable[_Best]) -> Known:
    judged = list(found)
    # Fisher's transformation is normal, of unit variance; of several candidates the best counts for all of them.
    z = [math.atanh(min(each.alike, 0.999999)) * math.sqrt(SAMPLED - 3) for each in judged]
    chance = [each.candidates * 0.5 * math.erfc(value / math.sqrt(2)) for each, value in zip(judged, z, strict=True)]
    expected = [math.sqrt(2 * math.log(max(each.candidates, 1))) for each in judged]
    return Known(
        len(judged),
        sum(each < _CHANCE for each in chance),
        sum(each.is_equal for each in judged),
        float(np.median([each.alike for each in judged])),
        sum(one - other for one, other in zip(z, expected, strict=True)) / math.sqrt(len(judged)),
    )
