"""How much is read of each of the tensors of two checkpoints, so that neither side takes more than it may.

Few tensors are read in several parts each. Of many the first and the last values are read: these lie beside those of
the tensors before and behind, so that it takes as few requests as one part each would. Edit this when more or less of
tensors is to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..models.layout_facts import Shape
from .checkpoint import Tensor
from .positions import Block, at_ends, blocks, width_of

# Of fewer values nothing is said.
LEAST_VALUES = 64
# Of a tensor, and where there are few of all of them together.
_MOST_OF_TENSOR, _MOST_OF_ALL = 2048, 262_144
_FEW_TENSORS, _BLOCKS = 64, 4
# Each takes a request: more are not held against each other, but these spread over all.
_MOST_TENSORS = 2048
# A matrix so much taller than wide holds a row for each token. The first and the last ones are those of spare tokens,
# which may not vary.
_TALL = 5
_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}


class Plan(NamedTuple):
    """How much of each tensor is read."""

    values: int
    parts: int
    """How many parts of a tensor are read: 2 are its ends."""
    most_tensors: int
    spare: int
    """How many bytes more of a side may be read, were all of its tensors."""

    def blocks(self, sizes: Shape) -> tuple[Block, ...]:
        """What is read of a tensor of these sizes."""
        if self.parts == 2 and sizes[0] <= _TALL * width_of(sizes):
            return at_ends(sizes, self.values)
        return blocks(sizes, self.values, self.parts)


def plan(sides: Sequence[dict[str, Tensor]], most_bytes: int) -> Plan:
    """How much of each tensor may be read, so that neither side takes more than ``most_bytes``."""
    tensors = max(map(len, sides))
    count = max(min(tensors, _MOST_TENSORS), 1)
    widest = max((_BYTES.get(each.dtype, 2) for side in sides for each in side.values()), default=1)
    values = min(max(most_bytes // (count * widest), LEAST_VALUES), max(_MOST_OF_TENSOR, _MOST_OF_ALL // count))
    parts = 1 if values < 2 * LEAST_VALUES else 2
    if tensors <= _FEW_TENSORS and values >= _BLOCKS * LEAST_VALUES:
        parts = _BLOCKS
    most = max(min(most_bytes // (values * widest), _MOST_TENSORS), 1)
    return Plan(values, parts, most, max(most_bytes - max(_held(side.values(), values) for side in sides), 0))


def _held(tensors: Iterable[Tensor], values: int) -> int:
    """How many bytes all tensors of a side would take."""
    return sum(min(each.size, values) * _BYTES.get(each.dtype, 2) for each in tensors)
