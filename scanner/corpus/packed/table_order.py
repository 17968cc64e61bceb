"""The tables of a corpus in the order in which files come to their rows, and back in the order of their hashes.

Rows that stand together in files then stand together, which packs small. Edit this together with `folding`.
"""

from __future__ import annotations

import numpy as np

from ...support.arrays import Array, first_of_each, pack_pairs, run_bounds, run_places, unpack_pairs
from ..schema import Columns

Held = dict[str, Array]
"""The columns by name, and what steps make of them."""

_TIES, _NEW, _COUNTS = ":ties", ":new", ":counts"
# More rows than any table has; a damaged file could ask for as many as memory holds.
_MOST_ROWS = 2**28


def fold_renumbered(held: Held, key: str, rows: list[str], runs: dict[str, list[str]], numbers: list[str]) -> bool:
    """By where the ``numbers`` come to a row first; files come to definitions inside out."""
    order = _order(held, key, numbers)
    ranks = inverse_of(order)
    for name in (key, *rows):
        held[name] = held[name][order]
    for starts, columns in runs.items():
        bounds = held[starts]
        places, _ = run_places(bounds[order], bounds[order + 1])
        held.update({name: held[name][places] for name in columns})
        held[starts] = run_bounds(np.diff(bounds.astype(np.int64))[order])
    held.update({name: ranks[held[name]] for name in numbers})
    ties = order - sorted_places(held[key]).astype(np.int64)
    if ties.any():
        held[key + _TIES] = zigzag(ties)
    return True


def unfold_renumbered(held: Held, key: str, rows: list[str], runs: dict[str, list[str]], numbers: list[str]) -> None:
    order = sorted_places(held[key])
    if key + _TIES in held:
        order = slim(order + unzigzag(held.pop(key + _TIES)))
    for name in (key, *rows):
        held[name] = _put_back(held[name], order)
    for starts, columns in runs.items():
        lengths = np.empty(len(order), np.int64)
        lengths[order] = np.diff(held[starts])
        bounds = held[starts] = run_bounds(lengths)
        places = _places(bounds, order)
        for name in columns:
            held[name] = _put_back(held[name], places)
    for name in numbers:
        held[name] = order[held[name]]


def _places(bounds: Array, order: Array) -> Array:
    """The places of all rows of the runs in this order; in one array, since here memory counts."""
    lengths = np.diff(bounds)[order]
    order, lengths = order[lengths > 0], lengths[lengths > 0]
    steps = np.ones(int(bounds[-1]), np.int32)
    firsts = bounds[:-1][order]
    steps[run_bounds(lengths)[:-1]] = np.diff(firsts, prepend=0) - np.append(-1, lengths[:-1] - 1)[: len(firsts)]
    if len(steps):
        steps[0] = firsts[0]
    return np.cumsum(steps, out=steps)


def _order(held: Held, key: str, numbers: list[str]) -> Array:
    """The rows of the table of ``key``, in the order in which the ``numbers`` first come to them; then those left."""
    c = Columns
    inside_out = [c.member_definitions.name] if key == c.definition_hashes.name else numbers
    given = [held[name] for name in inside_out]
    if key == c.definition_hashes.name:
        given = [given[0][backward_places(held[c.file_starts.name])]]
    given.append(np.arange(len(held[key])))
    every = np.concatenate([each.astype(np.int64) for each in given])
    return every[first_of_each(every)]


def sorted_places(keys: Array) -> Array:
    """Where each row stands once the rows are sorted by their keys."""
    return inverse_of(np.argsort(keys, kind="stable"))


def inverse_of(order: Array) -> Array:
    """The place of each number in an order of all numbers."""
    ranks = np.empty(len(order), np.uint32)
    ranks[order] = np.arange(len(order), dtype=np.uint32)
    return ranks


def slim(values: Array) -> Array:
    """The same numbers in half of the memory, where they are small enough."""
    is_wide = values.dtype == np.int64 and int(values.max(initial=0)) <= 0xFFFFFFFF
    return values.astype(np.uint32) if is_wide else values


def _put_back(values: Array, places: Array) -> Array:
    if len(values) != len(places):
        raise ValueError("columns are of other lengths than their tables")
    back = np.empty_like(values)
    back[places] = values
    return back


def fold_ascending(held: Held, name: str, starts: str) -> bool:
    """Whether each run of numbers is ascending, so that its order may be lost on the way."""
    owners = owners_of(held[starts])
    keys = pack_pairs(owners, held[name])
    return bool(np.all(keys[1:] > keys[:-1]))


def unfold_ascending(held: Held, name: str, starts: str) -> None:
    held[name] = _sorted_pairs(owners_of(held[starts]), held[name])


def _sorted_pairs(owners: Array, values: Array) -> Array:
    """The values in the order of their owners, and those of one owner ascending."""
    keys = owners.astype(np.int64)
    keys <<= 32
    keys |= values
    keys.sort()
    keys &= 0xFFFFFFFF
    return slim(keys)


def fold_by_definition(held: Held, prints: str, starts: str, postings: str, definitions: str) -> bool:
    """Of each definition the fingerprints that no definition before it has, by their distances, and those known."""
    count = len(held[definitions])
    pairs = np.sort(pack_pairs(held[postings], owners_of(held[starts])))
    if len(pairs) != len(held[postings]) or len(np.unique(held[prints])) != len(held[prints]):
        return False
    owners, values = unpack_pairs(pairs)
    first = first_of_each(values)
    if np.count_nonzero(first) != len(held[prints]):
        return False
    ranks = inverse_of(values[first]).astype(np.int64)
    new = np.bincount(owners[first], minlength=count)
    held[prints] = _differences(held[prints][values[first]], run_bounds(new))
    known, values = unpack_pairs(np.sort(pack_pairs(owners[~first], ranks[values[~first]])))
    bounds = run_bounds(np.bincount(known, minlength=count))
    values = _differences(values, bounds)
    leads = bounds[:-1][np.diff(bounds) > 0]
    values[leads] = run_bounds(new)[known[leads]] - values[leads]
    del held[starts]
    held[prints + _NEW], held[postings + _COUNTS], held[postings] = new, np.diff(bounds), values
    return True


def unfold_by_definition(held: Held, prints: str, starts: str, postings: str, _: str) -> None:
    new, bounds = checked_bounds(held.pop(prints + _NEW)), checked_bounds(held.pop(postings + _COUNTS))
    values = held.pop(postings).astype(np.int64)
    leads = bounds[:-1][np.diff(bounds) > 0]
    values[leads] = new[:-1][np.diff(bounds) > 0] - values[leads]
    values = slim(sums_of(values, bounds))
    hashes = sums_of(held.pop(prints), new)
    ranks = sorted_places(hashes)
    held[prints] = np.sort(hashes)
    every = np.concatenate([ranks[values], ranks])
    held[starts] = run_bounds(np.bincount(every, minlength=len(ranks)))
    held[postings] = _sorted_pairs(every, np.concatenate([owners_of(bounds), owners_of(new)]))


def _differences(values: Array, bounds: Array) -> Array:
    """Each value less the one before in its run; the first of a run as it is."""
    steps: Array = values.copy()
    steps[1:] -= values[:-1]
    leads = bounds[:-1][np.diff(bounds) > 0]
    steps[leads] = values[leads]
    return steps


def sums_of(steps: Array, bounds: Array) -> Array:
    """What `_differences` made these of."""
    sums: Array = np.zeros(len(steps) + 1, steps.dtype)
    np.cumsum(steps, out=sums[1:])
    befores = sums[bounds[:-1]]
    sums[1:] -= np.repeat(befores, np.diff(bounds))
    return sums[1:]


def backward_places(bounds: Array) -> Array:
    """The places of all rows, each run from its last to its first."""
    bounds = bounds.astype(np.int64)
    return np.repeat(bounds[:-1] + bounds[1:] - 1, np.diff(bounds)) - np.arange(int(bounds[-1]))


def owners_of(bounds: Array) -> Array:
    """The number of the run that each row is in."""
    return np.repeat(np.arange(len(bounds) - 1, dtype=np.uint32), np.diff(bounds).astype(np.int64))


def checked_bounds(lengths: Array) -> Array:
    bounds = run_bounds(lengths)
    if not 0 <= int(bounds[-1]) <= _MOST_ROWS:
        raise ValueError("more rows than a corpus has")
    return bounds


def zigzag(values: Array) -> Array:
    """Whole numbers as numbers from 0, the near ones small."""
    return (values << 1) ^ (values >> 63)


def unzigzag(values: Array) -> Array:
    signed = values.astype(np.int64)
    return (signed >> 1) ^ -(signed & 1)
