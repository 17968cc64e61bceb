"""Packs the names of tensors for a corpus: layers are alike, so one template stands for all of them.

Edit this when the packed form changes; what is packed is unpacked to the same names. ``model.layers.#.mlp.w1`` with the
numbers 0 to 31 is one line instead of 32.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product
from math import prod

from msgspec import Struct

from .layout_facts import MOST_NAMES
from .strict_json import BrokenFactsError

_NUMBER = re.compile(r"(?:(?<=\.)|^)(?:0|[1-9]\d{0,8})(?=\.|$)")
_PLACE = "\x00"


class NameTemplate(Struct, frozen=True, array_like=True):
    """Names that differ in numbers alone: each number of each range with each of the others."""

    text: str
    """A name with NUL in place of each number."""
    ranges: tuple[tuple[int, int], ...] = ()
    """For each NUL, the first number and how many follow it."""


def pack(names: Iterable[str]) -> tuple[NameTemplate, ...]:
    """Templates that stand for ``names``, which are all different, and for nothing else."""
    by_text: dict[str, list[tuple[int, ...]]] = {}
    for name in names:
        if _PLACE in name:
            raise BrokenFactsError("a name of a tensor holds NUL")
        numbers = tuple(int(each) for each in _NUMBER.findall(name))
        by_text.setdefault(_NUMBER.sub(_PLACE, name), []).append(numbers)
    return tuple(
        NameTemplate(text, ranges) for text, found in sorted(by_text.items()) for ranges in _boxes(sorted(found))
    )


def unpack(templates: Iterable[NameTemplate]) -> tuple[str, ...]:
    """The names that ``templates`` stand for, sorted. Raises BrokenFactsError for more than 200,000."""
    listed = list(templates)
    counts = [prod(count for _, count in each.ranges) for each in listed]
    is_whole = all(
        each.text.count(_PLACE) == len(each.ranges) and all(first >= 0 and count > 0 for first, count in each.ranges)
        for each in listed
    )
    if not is_whole or sum(counts) > MOST_NAMES:
        raise BrokenFactsError("templates that stand for no names, or for too many")
    return tuple(sorted(name for each in listed for name in _names(each)))


def _names(template: NameTemplate) -> Iterator[str]:
    pieces = template.text.split(_PLACE)
    numbers = product(*(range(first, first + count) for first, count in template.ranges))
    for chosen in islice(numbers, MOST_NAMES):
        yield pieces[0] + "".join(f"{number}{piece}" for number, piece in zip(chosen, pieces[1:], strict=True))


def _boxes(found: list[tuple[int, ...]]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Ranges that hold the sorted ``found`` and nothing else: all in one where they are a whole box, else by runs of
    the last number."""
    columns = [sorted(set(column)) for column in zip(*found, strict=True)]
    ranges = tuple((column[0], len(column)) for column in columns)
    is_run = all(column[-1] - column[0] + 1 == len(column) for column in columns)
    if is_run and prod(count for _, count in ranges) == len(found):
        yield ranges
        return
    start = 0
    for place in range(1, len(found) + 1):
        here = found[place] if place < len(found) else None
        before = found[place - 1]
        if here is None or here[:-1] != before[:-1] or here[-1] != before[-1] + 1:
            first = found[start]
            yield (*((number, 1) for number in first[:-1]), (first[-1], place - start))
            start = place
