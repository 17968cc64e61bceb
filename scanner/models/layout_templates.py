"""Packs layouts of tensors for a corpus: layers are alike, so one template stands for all of them.

Edit this when the packed form changes; what is packed is unpacked to the same names. ``model.layers.#.mlp.w1`` with the
numbers 0 to 31 is one line instead of 32.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from math import prod

from msgspec import Struct

from .layout_facts import MOST_NAMES, Shape, TensorLayout, check_names
from .strict_json import BrokenFactsError

_NUMBER = re.compile(r"(?:(?<=\.)|^)(?:0|[1-9]\d{0,8})(?=\.|$)")
_PLACE = "\x00"


class NameTemplate(Struct, frozen=True, array_like=True):
    """Names that differ in numbers alone: each number of each range with each of the others."""

    text: str
    """A name with NUL in place of each number."""
    ranges: tuple[tuple[int, int], ...] = ()
    """For each NUL, the first number and how many follow it."""


class TensorTemplate(Struct, frozen=True, array_like=True):
    """Tensors of one shape and type whose names differ in numbers alone."""

    names: NameTemplate
    shape: Shape | None = None
    """First dimension outermost; None where it is not known."""
    dtype: str = ""
    """Empty where it is not known."""


class PackedLayout(Struct, frozen=True, omit_defaults=True):
    """A `TensorLayout` in a few lines."""

    path: str
    """As in `TensorLayout`; so are the last four."""
    tensors: tuple[TensorTemplate, ...]
    """All tensors, by the text of their names."""
    has_shapes: bool = False
    """Whether the layout tells shapes at all."""
    has_dtypes: bool = False
    """Whether it tells types at all."""
    total_size: int | None = None
    held: int | None = None
    files: tuple[str, ...] = ()
    says: Mapping[str, str] = {}

    @property
    def count(self) -> int:
        """How many tensors there are."""
        return sum(_count(each.names) for each in self.tensors)


def pack_layout(layout: TensorLayout) -> PackedLayout:
    """``layout`` in templates. Raises BrokenFactsError for a name with NUL."""
    shapes = layout.shapes or (None,) * len(layout.names)
    dtypes = layout.dtypes or ("",) * len(layout.names)
    alike: dict[tuple[Shape | None, str], list[str]] = {}
    for name, shape, dtype in zip(layout.names, shapes, dtypes, strict=True):
        alike.setdefault((shape, dtype), []).append(name)
    tensors = [
        TensorTemplate(template, shape, dtype) for (shape, dtype), names in alike.items() for template in pack(names)
    ]
    return PackedLayout(
        layout.path,
        tuple(sorted(tensors, key=lambda each: (each.names.text, each.names.ranges))),
        layout.shapes is not None,
        layout.dtypes is not None,
        layout.total_size,
        layout.held,
        layout.files,
        layout.says,
    )


def unpack_layout(packed: PackedLayout) -> TensorLayout:
    """The layout that ``packed`` stands for. Raises BrokenFactsError where its templates are none, or too many."""
    check_templates([each.names for each in packed.tensors])
    told = {name: each for each in packed.tensors for name in _names(each.names)}
    check_names(told)
    if len(told) != packed.count:
        raise BrokenFactsError("templates that stand for one name twice")
    names = tuple(sorted(told))
    return TensorLayout(
        packed.path,
        names,
        tuple(told[name].shape for name in names) if packed.has_shapes else None,
        tuple(told[name].dtype for name in names) if packed.has_dtypes else None,
        packed.total_size,
        packed.held,
        packed.files,
        packed.says,
    )


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
    check_templates(listed)
    return tuple(sorted(name for each in listed for name in _names(each)))


def check_templates(templates: Iterable[NameTemplate]) -> None:
    """Raises BrokenFactsError where ``templates`` stand for no names, or for more than 200,000."""
    left = MOST_NAMES
    for each in templates:
        is_whole = each.text.count(_PLACE) == len(each.ranges) and all(
            first >= 0 and 0 < count <= MOST_NAMES for first, count in each.ranges
        )
        left -= _count(each) if is_whole else MOST_NAMES + 1
        if left < 0:
            raise BrokenFactsError("templates that stand for no names, or for too many")


def _count(template: NameTemplate) -> int:
    return prod(count for _, count in template.ranges)


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
