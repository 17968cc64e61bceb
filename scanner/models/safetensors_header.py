"""Reads the header of a .safetensors file, as strictly as the library does, and none of its values.

Edit this when the format gains a type. The format: eight bytes (the header's length), JSON, the values end to end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .layout_facts import MOST_HEADER_BYTES, Shape, TensorHeader, check_names
from .strict_json import BrokenFactsError, is_whole, shown, strict_object

# Bits a value.
WIDTHS = {
    **dict.fromkeys(("F4",), 4),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E5M2FNUZ", "F8_E4M3FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 64),
}
_LENGTH_BYTES = 8
_MOST_DIMENSIONS = 32

ReadPart = Callable[[int, int], bytes]
"""Gives up to so many bytes (second) from a place on (first)."""


def read_safetensors(read: ReadPart, size: int) -> TensorHeader:
    """The header of a file of ``size`` bytes, by two reads. Raises BrokenFactsError."""
    first = read(0, _LENGTH_BYTES)
    if len(first) < _LENGTH_BYTES:
        raise BrokenFactsError("it is too short for a safetensors file")
    length = int.from_bytes(first, "little")
    if length > MOST_HEADER_BYTES:
        raise BrokenFactsError(
            f"its header declares {length:,} bytes: not safetensors, or over the limit of {MOST_HEADER_BYTES:,}"
        )
    if _LENGTH_BYTES + length > size:
        raise BrokenFactsError(f"its header declares {length:,} bytes, and the file has {size:,}")
    stored = read(_LENGTH_BYTES, length)
    if len(stored) < length:
        raise BrokenFactsError(f"it breaks off in its header, after {len(stored):,} of {length:,} bytes")
    if not stored.startswith(b"{"):
        raise BrokenFactsError("its header does not begin with a brace")
    return _checked(strict_object(stored), _LENGTH_BYTES + length, size)


def _checked(header: dict[str, Any], start: int, size: int) -> TensorHeader:
    """What a header says, in a file of ``size`` bytes whose tensors begin at ``start``."""
    room = size - start
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise BrokenFactsError("its __metadata__ is not an object of strings")
    check_names(header)
    tensors: dict[str, tuple[str, Shape]] = {}
    spans: list[tuple[int, int, str]] = []
    for name, told in header.items():
        dtype, shape, begin, end = _tensor(name, told)
        tensors[name] = dtype, shape
        spans.append((begin, end, name))
    _check_spans(spans, room)
    return TensorHeader(tensors, room, places={name: start + begin for begin, _, name in spans})


def _tensor(name: str, told: Any) -> tuple[str, Shape, int, int]:
    if not isinstance(told, dict):
        raise BrokenFactsError(f"tensor {shown(name)} is not an object")
    dtype, shape, offsets = told.get("dtype"), told.get("shape"), told.get("data_offsets")
    if not isinstance(dtype, str) or dtype not in WIDTHS:
        raise BrokenFactsError(f"tensor {shown(name)} has the unknown type {shown(dtype)}")
    if not isinstance(shape, list) or len(shape) > _MOST_DIMENSIONS or not all(map(is_whole, shape)):
        raise BrokenFactsError(f"tensor {shown(name)} has a shape that is no list of up to {_MOST_DIMENSIONS} sizes")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(is_whole, offsets)) or offsets[0] > offsets[1]:
        raise BrokenFactsError(f"tensor {shown(name)} has no two offsets in order")
    bits = WIDTHS[dtype] * product(shape, name)
    if bits % 8 or bits // 8 != offsets[1] - offsets[0]:
        raise BrokenFactsError(
            f"tensor {shown(name)} takes {offsets[1] - offsets[0]:,} bytes, not the {bits // 8:,} of its shape and type"
        )
    return dtype, tuple(shape), offsets[0], offsets[1]


def product(shape: list[int] | Shape, name: str) -> int:
    """How many values a tensor has. Raises BrokenFactsError above 2^63."""
    count = 1
    for size in shape:
        count *= size
        if count >= 2**63:
            raise BrokenFactsError(f"tensor {shown(name)} has more values than any file holds")
    return count


def _check_spans(spans: list[tuple[int, int, str]], room: int) -> None:
    """Tensors stand end to end, from the first byte behind the header to the last: no gap, no overlap."""
    end = 0
    for begin, next_end, name in sorted(spans):
        if begin != end:
            what = "overlaps the one before it" if begin < end else f"leaves a gap of {begin - end:,} bytes before it"
            raise BrokenFactsError(f"tensor {shown(name)} {what}")
        end = next_end
    if end != room:
        raise BrokenFactsError(f"its tensors take {end:,} bytes, and {room:,} follow the header")
