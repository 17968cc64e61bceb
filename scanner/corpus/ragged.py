"""Runs of items in flat arrays: gathered by index without a loop."""

from __future__ import annotations

import numpy as np

from ..arrays import Array


def run_places(starts: Array, ends: Array) -> tuple[Array, Array]:
    """``[starts[i], ends[i])`` for every ``i`` -> all those places, and the ``i`` each is from."""
    lengths = (ends - starts).astype(np.int64)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    shifts = starts.astype(np.int64) - (np.cumsum(lengths) - lengths)
    return np.arange(len(owners)) + np.repeat(shifts, lengths), owners


def runs(bounds: Array, items: Array) -> tuple[Array, Array]:
    """The places that runs number ``items`` take, by their ``bounds``, and the position in ``items`` each is from."""
    return run_places(bounds[items], bounds[items + 1])


def among(table: Array, values: Array) -> tuple[Array, Array]:
    """Where in the sorted ``table`` each value stands, and whether it does."""
    if not len(table):
        return np.zeros(len(values), np.int64), np.zeros(len(values), bool)
    places = np.searchsorted(table, values)
    places[places == len(table)] = 0
    return places, table[places] == values
