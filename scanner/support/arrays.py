"""Array types, and small operations on arrays: grouping equal rows, runs of values, pairs packed into one number.

`numpy.unique` and `numpy.typing` would do, but cost every start 20 ms of imports. Edit this when several rooms need the
same operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]
    U8 = npt.NDArray[np.uint8]
    U32 = npt.NDArray[np.uint32]
    U64 = npt.NDArray[np.uint64]
    I64 = npt.NDArray[np.int64]
    F64 = npt.NDArray[np.float64]
else:
    Array = Mask = U8 = U32 = U64 = I64 = F64 = np.ndarray


# From so many values on a table of them is quicker than to put them in order.
MANY = 250
# Enough for few of other numbers to share a cell with any of a few hundred.
_CELLS = 1 << 12
_ODD = np.uint64(0x9E3779B97F4A7C15)  # spreads values over 64 bits


class Groups(NamedTuple):
    """The rows of a table [n, k], equal ones grouped."""

    rows: Array
    """The distinct rows [g, k], sorted."""
    first: Array
    """Where each of them stands first in the table [g]."""
    inverse: Array
    """The group of each row of the table [n]."""
    counts: Array
    """How often each of them stands there [g]."""


def distinct(values: Array) -> Array:
    """The distinct values, sorted."""
    ordered = np.sort(values)
    return ordered[_leads(ordered)]


def counted(values: Array) -> tuple[Array, Array]:
    """The distinct values, sorted, and how often each stands there."""
    ordered = np.sort(values)
    first = _leads(ordered).nonzero()[0]
    counts = np.empty(len(first), np.int64)
    counts[:-1] = first[1:] - first[:-1]
    counts[-1:] = len(ordered) - first[-1:]
    return ordered[first], counts


def first_of_each(values: Array) -> Mask:
    """Which values [n] stand nowhere before."""
    if len(values) >= MANY:
        return _first_of_many(values)
    return _first_in_order(values)


def _first_of_many(values: Array) -> Mask:
    """The same, by a table in which each value has a cell; what shares its cell with another value is put in order."""
    bits = len(values).bit_length() + 2
    cells = (values.astype(np.uint64) * _ODD >> np.uint64(64 - bits)).astype(np.int64)
    places, first = np.arange(len(values)), np.empty(1 << bits, np.int64)
    first[cells[::-1]] = places[::-1]  # the last one that is set holds
    leads = first[cells]
    is_first: Mask = leads == places
    others = (values[leads] != values).nonzero()[0]
    is_first[others] = _first_in_order(values[others])
    return is_first


def _first_in_order(values: Array) -> Mask:
    order = values.argsort(kind="stable")
    first = np.zeros(len(values), bool)
    first[order[_leads(values[order])]] = True
    return first


def first_of_numbers(numbers: Array) -> Mask:
    """The same, of numbers from 0 on that are not much larger than there are ``numbers``."""
    places = np.arange(len(numbers))
    first = np.empty(int(numbers.max(initial=-1)) + 1, np.int64)
    first[numbers[::-1]] = places[::-1]  # the last one that is set holds
    is_first: Mask = first[numbers] == places
    return is_first


def group(table: Array) -> Groups:
    """The distinct rows of ``table`` [n, k]."""
    keys = _packed(table)
    if keys is None:
        order = np.lexsort(table.T[::-1])
        leads = _leads(table[order])
    else:
        # Values are sorted several times as fast as places: each takes its place along in its last bits.
        bits = len(keys).bit_length()
        ordered = np.sort(keys << bits | np.arange(len(keys)))
        order = ordered & (1 << bits) - 1
        leads = _leads(ordered >> bits)
    inverse = np.empty(len(order), np.int64)
    inverse[order] = np.cumsum(leads) - 1
    first = order[leads]
    return Groups(table[first], first, inverse, np.bincount(inverse, minlength=len(first)))


def _packed(table: Array) -> Array | None:
    """A number for each row that sorts as the row does, small enough to have its place beside it in 63 bits."""
    columns = table.T
    widths = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(widths) + len(table).bit_length() > 63 or table.min(initial=0) < 0:
        return None
    keys = np.zeros(len(table), np.int64)
    for column, width in zip(columns, widths, strict=True):
        keys = keys << width | column.astype(np.int64)
    return keys


def _leads(ordered: Array) -> Array:
    """Which values, or rows, differ from the one before."""
    leads = np.empty(len(ordered), bool)
    leads[:1] = True
    if ordered.ndim == 1:
        np.not_equal(ordered[1:], ordered[:-1], out=leads[1:])
    else:
        leads[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    return leads


def run_bounds(lengths: Sequence[int] | Array) -> I64:
    """Where runs of these ``lengths`` [n] start when they stand end to end, and where the last one ends [n + 1]."""
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.asarray(lengths).cumsum(dtype=np.int64, out=starts[1:])
    return starts


def run_sums(values: Array, starts: Array) -> I64:
    """The sum [n] of the whole numbers ``values`` [m] in each run; ``starts`` [n + 1] are the bounds of the runs."""
    at: I64 = run_bounds(values)[starts]
    return at[1:] - at[:-1]


def run_places(starts: Array, ends: Array) -> tuple[Array, Array]:
    """All places from ``starts[i]`` up to, not including, ``ends[i]``, for every ``i``; and the ``i`` each is from."""
    lengths = (ends - starts).astype(np.int64)
    bounds = lengths.cumsum()
    owners = np.arange(len(lengths)).repeat(lengths)
    places = (starts.astype(np.int64) - bounds + lengths).repeat(lengths)
    places += np.arange(len(places))
    return places, owners


def runs(bounds: Array, items: Array) -> tuple[Array, Array]:
    """The places of the runs numbered ``items``, by the ``bounds`` of all; and which of ``items`` each is from."""
    return run_places(bounds[items], bounds[items + 1])


def among(table: Array, values: Array) -> tuple[Array, Array]:
    """Where in the sorted ``table`` each value stands, and whether it stands there at all."""
    if not len(table):
        return np.zeros(len(values), np.int64), np.zeros(len(values), bool)
    places = table.searchsorted(values)
    places[places == len(table)] = 0
    return places, table[places] == values


def among_few(table: Array, values: Array) -> tuple[Array, Array]:
    """As `among`, of many whole numbers from 0 on in a short table: each is looked up by its last bits."""
    if not 0 < len(table) <= _CELLS or len(values) < MANY:
        return among(table, values)
    cells, numbers = (table & _CELLS - 1), np.arange(len(table))
    of_cell = np.zeros(_CELLS, np.int64)
    of_cell[cells] = numbers
    wanted = values & _CELLS - 1
    places = of_cell[wanted]
    held = table[places] == values
    # Of several in one cell only one has been looked at.
    others = (of_cell[cells] != numbers).nonzero()[0]
    if len(others):
        shared = np.zeros(_CELLS, bool)
        shared[cells[others]] = True
        left = (shared[wanted] & ~held).nonzero()[0]
        at, known = among(table[others], values[left])
        places[left], held[left] = others[at], known
    return places, held


class FewNumbers:
    """A few whole numbers, for many to be held against."""

    def __init__(self, numbers: Array) -> None:
        self._numbers = np.sort(numbers)
        self._marks = np.zeros(_CELLS, bool)
        self._marks[self._cells(numbers)] = True

    def places_in(self, values: Array) -> Array:
        """Where in ``values`` any of them stands: most others are in another cell, and never looked up."""
        maybe = self._marks[self._cells(values)].nonzero()[0]
        found: Array = maybe[among(self._numbers, values[maybe])[1]]
        return found

    @staticmethod
    def _cells(values: Array) -> Array:
        # Not by the last bits: those of a token of syntax are the number of its children.
        cells: Array = values >> values.dtype.type(10) & values.dtype.type(_CELLS - 1)
        return cells


def pack_pairs(first: Array, second: Array) -> I64:
    """A number for each pair, in the order of the pairs; from 0 on, ``first`` below 2^31 and ``second`` below 2^32."""
    return first.astype(np.int64) << 32 | second


def unpack_pairs(keys: I64) -> tuple[I64, I64]:
    """The pairs that `pack_pairs` made these numbers of."""
    return keys >> 32, keys & 0xFFFFFFFF
