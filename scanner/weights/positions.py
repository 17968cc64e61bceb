"""Which values of a tensor are read: blocks at places that follow from its shape, the same in every run.

A copy may call its tensors anything, and its shapes it keeps; so the places follow from the shape, hashed or at its
ends, and whatever tensor of this shape is held against another, the same values of both were read. Edit this when other
parts of tensors are to be read; samples that are kept in corpora have to be made anew where `blocks` says other ones
(`VERSION`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from ..models.layout_facts import Shape

VERSION = 1
# Blocks begin so that groups which are quantised together lie inside.
_ALIGNED = 256
_WORD = 8

_T = TypeVar("_T")


class Block(NamedTuple):
    """Values of a tensor that follow on each other, as they are stored."""

    first: int
    length: int


def width_of(shape: Shape) -> int:
    """How many values are in one row: all dimensions but the first together."""
    return math.prod(shape[1:]) if len(shape) > 1 else math.prod(shape)


def blocks(shape: Shape, values: int, most_blocks: int) -> tuple[Block, ...]:
    """About ``values`` values of a tensor of this shape, all of them where it has no more, in up to ``most_blocks``."""
    total, width = math.prod(shape), width_of(shape)
    if total <= values:
        return (Block(0, total),) if total else ()
    length, unit = _whole_groups(values // most_blocks, width)
    part = total // most_blocks
    found = []
    for number, word in enumerate(_words(shape, most_blocks)):
        room = max((part - length) // unit, 0) + 1
        first = -(-number * part // unit) * unit + word % room * unit
        found.append(_inside_a_row(min(first, (total - length) // unit * unit), length, width))
    return tuple(found)


def at_ends(shape: Shape, values: int) -> tuple[Block, ...]:
    """About ``values`` values of a tensor of this shape, its first and its last ones, or all of them."""
    total, width = math.prod(shape), width_of(shape)
    if total <= values:
        return (Block(0, total),) if total else ()
    length, _ = _whole_groups(values // 2, width)
    return Block(0, length), Block(total - length, length)


def spread(items: Sequence[_T], most: int) -> Sequence[_T]:
    """At most so many of the items, evenly from the first on."""
    if len(items) <= most:
        return items
    return [items[number * len(items) // most] for number in range(most)]


def rows(shape: Shape, count: int, purpose: str) -> tuple[int, ...]:
    """``count`` different rows, or all of them, sorted."""
    if shape[0] <= count:
        return tuple(range(shape[0]))
    part = shape[0] / count
    words = _words(shape, count, purpose)
    return tuple(int(number * part) + word % max(int(part), 1) for number, word in enumerate(words))


def _whole_groups(length: int, width: int) -> tuple[int, int]:
    """About so many values, which are whole groups in rows of this width; and how many a group has."""
    unit = width if width <= length else math.gcd(_ALIGNED, width, 1 << length.bit_length() - 1)
    return length - length % unit, unit


def _inside_a_row(first: int, length: int, width: int) -> Block:
    """The block moved so that it does not run over the end of a row, where a row is longer than it."""
    column = first % width
    return Block(first - max(0, column + length - width), length) if length < width else Block(first, length)


def _words(shape: Shape, count: int, purpose: str = "") -> list[int]:
    """Numbers of 64 bits that follow from the shape."""
    text = f"{VERSION} {purpose} {'x'.join(map(str, shape))}".encode()
    stored = hashlib.shake_128(text).digest(_WORD * count)
    return [int.from_bytes(stored[place : place + _WORD], "little") for place in range(0, len(stored), _WORD)]
