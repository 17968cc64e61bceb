"""The columns of a corpus brought into a form that packs small, and back to the very same numbers.

What follows from other columns is left out, tables that are sorted by hashes are put in the order in which files come
to their rows, and numbers become counts and differences. Each step has its way back in `STEPS`. The recipe, which steps
were taken and of which columns, goes into the packed file: the way back needs no schema, and columns that are unknown
here stay as they are. Edit this when a packed corpus should be smaller; a step that changes gets another name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from ...fingerprints.normalize import sequence_hashes
from ...support.arrays import Array, distinct, first_of_each, pack_pairs, run_bounds, run_places, run_sums, unpack_pairs
from ..schema import COLUMNS, Column, Columns
from .table_order import (
    Held,
    backward_places,
    checked_bounds,
    fold_ascending,
    fold_by_definition,
    fold_renumbered,
    inverse_of,
    owners_of,
    slim,
    sums_of,
    unfold_ascending,
    unfold_by_definition,
    unfold_renumbered,
    unzigzag,
    zigzag,
)

Step = list[Any]
"""The name of a step and what it is told, in values of JSON."""

_FIRSTS = ":firsts"


def folded(columns: Mapping[str, Array]) -> tuple[Held, list[Step]]:
    """What to pack in place of the ``columns``, as numbers from 0, and the recipe by which `unfolded` undoes it."""
    held, recipe = dict(columns), list[Step]()
    for name, *told in _wanted(held):
        tried = dict(held)
        try:
            taken = _FOLDS[name](tried, *told)
        except KeyError:  # it is about a column that is not there
            continue
        if taken:
            held.clear()
            held.update(tried)
            recipe.append([name, *told])
    return held, recipe


def unfolded(held: Held, recipe: list[Step]) -> None:
    """Make the columns again, in place. Of a damaged file anything may be raised that arrays and dictionaries raise."""
    for name, *told in reversed(recipe):
        _UNFOLDS[name](held, *told)
        held.update({each: slim(values) for each, values in held.items() if values.dtype == np.int64})


def _wanted(held: Held) -> Iterator[Step]:
    """The steps in their order; each is looked at when what is ``held`` is what those before it left."""
    c = Columns
    yield ["derived", "holders", c.definition_lineage_starts.name, c.definition_lineages.name]
    yield ["derived", "spellings", c.definition_spellings.name]
    yield ["derived", "tokens", c.definition_tokens.name]
    yield ["derived", "plain tokens", c.plain_tokens.name]
    yield ["ascending", c.postings.name, c.posting_starts.name]
    yield ["renumbered", *_table(held, c.definition_hashes)]
    yield ["by definition", c.fingerprints.name, c.posting_starts.name, c.postings.name, c.definition_hashes.name]
    yield ["renumbered", *_table(held, c.name_hashes)]
    yield ["derived", "name hashes", c.name_hashes.name]
    yield ["renumbered", *_table(held, c.digests)]
    for column in COLUMNS.values():
        if column.runs is not None:
            yield ["lengths", column.name]
    yield ["lines", c.member_first_lines.name, c.member_last_lines.name, c.member_parents.name, c.file_starts.name]
    for column, group in _GROUPED:
        yield ["grouped", column.name, group.name]
    yield ["distinct", c.definition_hashes.name]
    yield ["next", c.definition_statements.name]
    yield ["next", c.plain_statements.name]
    yield ["backwards", c.member_definitions.name, c.file_starts.name]
    for column in (c.member_definitions, c.statement_names, c.statement_digests, c.definition_hashes):
        yield ["fresh", column.name]


_GROUPED = (
    (Columns.statement_tokens, Columns.statement_digests),
    (Columns.statement_name_starts, Columns.statement_digests),
    (Columns.member_names, Columns.member_definitions),
    (Columns.member_last_lines, Columns.member_definitions),
)


def _table(held: Held, key: Column[Any]) -> Step:
    """The columns of the table that ``key`` sorts: rows, runs of rows by their bounds, and numbers of rows."""
    there = [column for name, column in COLUMNS.items() if name in held]
    rows = [each.name for each in there if each.table is key.table and each.runs is None and each is not key]
    runs = {
        each.name: [other.name for other in there if other.table is each.runs and other.runs is None]
        for each in there
        if each.table is key.table and each.runs is not None
    }
    return [key.name, rows, runs, [each.name for each in there if each.numbers is key.table]]


# What follows from other columns.


def _fold_derived(held: Held, rule: str, *names: str) -> bool:
    told = _RULES[rule](held)
    if not all(np.array_equal(held[name], each) for name, each in zip(names, told, strict=True)):
        return False
    for name in names:
        del held[name]
    return True


def _unfold_derived(held: Held, rule: str, *names: str) -> None:
    held.update(zip(names, _RULES[rule](held), strict=True))


# Definitions whose statements are at most about this many are worked out at a time.
_AT_ONCE = 2**16


def _holders(held: Held) -> tuple[Array, Array]:
    """The path histories that hold each definition: those of the contents that it is in."""
    c = Columns
    contents, members = held[c.lineage_files.name], held[c.file_starts.name]
    order = np.argsort(contents, kind="stable")
    histories = owners_of(held[c.lineage_file_starts.name])[order]
    bounds = np.searchsorted(contents[order], np.arange(len(members)))
    files = owners_of(members)
    places, rows = run_places(bounds[files], bounds[files + 1])
    pairs = distinct(pack_pairs(held[c.member_definitions.name][rows], histories[places]))
    definitions, of_definition = unpack_pairs(pairs)
    count = len(held[c.definition_hashes.name])
    return run_bounds(np.bincount(definitions, minlength=count)), of_definition


def _spellings(held: Held) -> tuple[Array]:
    """The hash of the names of each definition, worked out some definitions at a time."""
    c = Columns
    starts, names = held[c.definition_statement_starts.name], held[c.statement_name_starts.name]
    found = np.empty(len(starts) - 1, np.uint64)
    cuts = np.searchsorted(starts, np.arange(0, int(starts[-1]) + _AT_ONCE, _AT_ONCE), side="right").tolist()
    for first, last in zip([0, *cuts], [*cuts, len(found)], strict=True):
        first, last = min(first, len(found)), min(last, len(found))
        statements = held[c.definition_statements.name][int(starts[first]) : int(starts[last])]
        places, _ = run_places(names[statements], names[statements + 1])
        widths = run_bounds((names[statements + 1] - names[statements]).astype(np.int64))
        bounds = widths[(starts[first : last + 1] - starts[first]).astype(np.int64)]
        found[first:last] = sequence_hashes(held[c.name_hashes.name][held[c.statement_names.name][places]], bounds)
    return (found,)


def _name_hashes(held: Held) -> tuple[Array]:
    spelled, starts = held[Columns.name_bytes.name].tobytes(), held[Columns.name_starts.name].tolist()
    hashes = b"".join(hashlib.blake2b(spelled[first:last], digest_size=8).digest() for first, last in pairwise(starts))
    return (np.frombuffer(hashes, "<u8"),)


def _tokens(statements: Column[Any], starts: Column[Any]) -> Callable[[Held], tuple[Array]]:
    def rule(held: Held) -> tuple[Array]:
        return (run_sums(held[Columns.statement_tokens.name][held[statements.name]], held[starts.name]),)

    return rule


_RULES: dict[str, Callable[[Held], tuple[Array, ...]]] = {
    "holders": _holders,
    "spellings": _spellings,
    "name hashes": _name_hashes,
    "tokens": _tokens(Columns.definition_statements, Columns.definition_statement_starts),
    "plain tokens": _tokens(Columns.plain_statements, Columns.plain_statement_starts),
}


# Columns for themselves.


def _fold_lengths(held: Held, name: str) -> bool:
    bounds = held[name].astype(np.int64)
    lengths = np.diff(bounds)
    if len(bounds) == 0 or bounds[0] != 0 or bool(np.any(lengths < 0)):
        return False
    held[name] = lengths
    return True


def _unfold_lengths(held: Held, name: str) -> None:
    held[name] = checked_bounds(held[name])


def _fold_lines(held: Held, first: str, last: str, parents: str, files: str) -> bool:
    """First lines as distances from the first line of the one around, where that stands right before, else from the
    last line of the one before; last lines as distances from first lines."""
    firsts, lasts = held[first].astype(np.int64), held[last].astype(np.int64)
    before, leads = _lines_before(held[parents], checked_bounds(held[files]))
    lengths = lasts - firsts
    if bool(np.any(lengths < 0)):
        return False
    steps = np.diff(firsts, prepend=0) - np.where(before, 0, np.append(0, lengths[:-1]))
    steps[leads] = firsts[leads]
    held[first], held[last] = zigzag(steps), lengths
    return True


def _unfold_lines(held: Held, first: str, last: str, parents: str, files: str) -> None:
    lengths, bounds = held[last].astype(np.int64), checked_bounds(held[files])
    before, leads = _lines_before(held[parents], bounds)
    steps = unzigzag(held[first])
    further = np.where(before, 0, np.append(0, lengths[:-1]))
    further[leads] = 0
    held[first] = sums_of(steps + further, bounds)
    held[last] = held[first] + lengths


def _lines_before(parents: Array, bounds: Array) -> tuple[Array, Array]:
    """Which definitions in files stand right behind the one around them; and which are the first of a file."""
    places = np.arange(len(parents)) - np.repeat(bounds[:-1], np.diff(bounds))
    return parents == places - 1, bounds[:-1][np.diff(bounds) > 0]


def _fold_grouped(held: Held, name: str, group: str) -> bool:
    """The first value of each group, and how the others of the group differ from it: mostly not at all."""
    values, groups = held[name].astype(np.int64), held[group]
    first = first_of_each(groups)
    firsts = np.zeros(int(groups.max(initial=0)) + 1, np.int64)
    firsts[groups[first]] = values[first]
    held[name + _FIRSTS], held[name] = firsts, zigzag(values - firsts[groups])
    return True


def _unfold_grouped(held: Held, name: str, group: str) -> None:
    held[name] = unzigzag(held[name]) + held.pop(name + _FIRSTS).astype(np.int64)[held[group]]


def _fold_distinct(held: Held, name: str) -> bool:
    """Values, each once in the order of its first occurrence, and the number of each."""
    values, inverse = np.unique(held[name], return_inverse=True)
    first = inverse[first_of_each(inverse)]
    held[name + _FIRSTS], held[name] = values[first], inverse_of(first)[inverse]
    return True


def _unfold_distinct(held: Held, name: str) -> None:
    held[name] = held.pop(name + _FIRSTS)[held[name]]


def _fold_next(held: Held, name: str) -> bool:
    """0 for what is one more than the value before, else the value and 1."""
    values = held[name].astype(np.int64)
    held[name] = np.where(np.diff(values, prepend=-2) == 1, 0, values + 1)
    return True


def _unfold_next(held: Held, name: str) -> None:
    values = held[name].astype(np.int64)
    told = np.flatnonzero(values)
    last = told[np.cumsum(values != 0) - 1]
    held[name] = values[last] - 1 + np.arange(len(values)) - last


def _turn_backwards(held: Held, name: str, files: str) -> bool:
    held[name] = held[name][backward_places(checked_bounds(held[files]))]
    return True


def _fold_fresh(held: Held, name: str) -> bool:
    """0 for what was not there before, where that is always the next number, else the number and 1."""
    values = held[name].astype(np.int64)
    first = first_of_each(values)
    if not np.array_equal(values[first], np.arange(np.count_nonzero(first))):
        return False
    held[name] = np.where(first, 0, values + 1)
    return True


def _unfold_fresh(held: Held, name: str) -> None:
    values = held[name].astype(np.int64)
    held[name] = np.where(values == 0, np.cumsum(values == 0), values) - 1


_FOLDS: dict[str, Callable[..., bool]] = {
    "derived": _fold_derived,
    "renumbered": fold_renumbered,
    "ascending": fold_ascending,
    "by definition": fold_by_definition,
    "lengths": _fold_lengths,
    "lines": _fold_lines,
    "grouped": _fold_grouped,
    "distinct": _fold_distinct,
    "next": _fold_next,
    "backwards": _turn_backwards,
    "fresh": _fold_fresh,
}
_UNFOLDS: dict[str, Callable[..., object]] = {
    "derived": _unfold_derived,
    "renumbered": unfold_renumbered,
    "ascending": unfold_ascending,
    "by definition": unfold_by_definition,
    "lengths": _unfold_lengths,
    "lines": _unfold_lines,
    "grouped": _unfold_grouped,
    "distinct": _unfold_distinct,
    "next": _unfold_next,
    "backwards": _turn_backwards,
    "fresh": _unfold_fresh,
}
