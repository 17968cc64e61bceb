"""Whether a checkpoint is a weighted sum of others that the user named. Edit this for merges that are no such sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from .tensor_pairs import Pair
from .value_types import Values, coarsest_type, rounding_room

# The share of what was changed that the sum may leave, beyond rounding; and the smallest weight that is one.
_LEFT, _LEAST_WEIGHT, _LEAST_TENSORS = 0.01, 0.02, 3
# Where rounding is as large as what was changed, any sum would do.
_MOST_LEFT = 0.25


class Merge(NamedTuple):
    """A weighted sum."""

    weights: dict[str, float]
    """Of each parent, by name; what lacks to 1 is the original's."""
    left: float
    """The share (0 to 1) of what was changed, as squares, that the sum does not explain."""


def merged(pairs: Sequence[Pair], parents: Mapping[str, Mapping[str, Values]]) -> Merge | None:
    """The sum of the originals and of ``parents`` that gives the copies in ``pairs``; None where none does.

    ``parents`` have, by name, the values of tensors by the original's names, at the same places.
    """
    names = list(parents)
    held = [each for each in pairs if names and each.equal < 1 and all(each.name in parents[name] for name in names)]
    if len(held) < _LEAST_TENSORS:
        return None
    columns, wanted, rounding = [], [], 0.0
    for each in held:
        change = each.ours - each.theirs
        size = float(np.sqrt(np.mean(change**2)))
        columns.append(np.stack([parents[name][each.name] - each.theirs for name in names], axis=1) / size)
        wanted.append(change / size)
        below, above = rounding_room(each.ours, coarsest_type(each.ours))
        rounding += float(np.sum((below + above) ** 2)) / 12 / size**2
    table, target = np.concatenate(columns), np.concatenate(wanted)
    weights = np.linalg.lstsq(table, target, rcond=None)[0]
    left = float(np.sum((target - table @ weights) ** 2))
    total = float(target @ target)
    if left > min(_LEFT * total + 2 * rounding, _MOST_LEFT * total) or not np.any(np.abs(weights) > _LEAST_WEIGHT):
        return None
    found = {name: float(each) for name, each in zip(names, weights, strict=True) if abs(each) > _LEAST_WEIGHT}
    return Merge(found, left / total)
