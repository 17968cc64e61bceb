"""The types that values of tensors are stored as: bytes to numbers, numbers rounded to a type, the room of rounding.

Edit this when weights come in one more type. All numbers are 64-bit floats, which hold every value of these types.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

BLOCK_TYPE = "Q8_0"
_BLOCK, _BLOCK_BYTES = 32, 34
_WHOLE = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I8": "i1", "U8": "u1"}
# Bits of the exponent and of the fraction, the bias; whether there are infinities, and a zero with a sign.
_SMALL = {
    "F8_E4M3": (4, 3, 7, False, True),
    "F8_E5M2": (5, 2, 15, True, True),
    "F8_E4M3FNUZ": (4, 3, 8, False, False),
    "F8_E5M2FNUZ": (5, 2, 16, False, False),
}
COMPARED = frozenset((*_WHOLE, *_SMALL, "BF16", BLOCK_TYPE))
"""The types whose values are read."""
INTEGERS = frozenset(("I8", "U8"))
FLOATS = ("F8_E4M3", "F8_E5M2", "BF16", "F16", "F32")
"""The types that a checkpoint may have been cast to, the coarsest first."""


class Span(NamedTuple):
    """Where values stand in a tensor's bytes."""

    offset: int
    length: int


def span(dtype: str, first: int, count: int) -> Span:
    """The bytes of ``count`` values from ``first`` on; both are whole blocks where the type has blocks."""
    if dtype == BLOCK_TYPE:
        return Span(first // _BLOCK * _BLOCK_BYTES, -(-count // _BLOCK) * _BLOCK_BYTES)
    width = 8 if dtype == "F64" else 4 if dtype == "F32" else 2 if dtype in ("F16", "BF16") else 1
    return Span(first * width, count * width)


def decoded(dtype: str, stored: bytes) -> Values:
    """The values in ``stored``, whole ones of ``dtype``, which is in COMPARED."""
    if dtype in _WHOLE:
        return np.frombuffer(stored, _WHOLE[dtype]).astype(np.float64)
    if dtype == "BF16":
        return _widened(np.frombuffer(stored, "<u2").astype(np.uint32))
    if dtype == BLOCK_TYPE:
        blocks = np.frombuffer(stored, np.dtype([("scale", "<f2"), ("steps", "i1", (_BLOCK,))]))
        values: Values = blocks["scale"].astype(np.float64)[:, None] * blocks["steps"]
        return values.reshape(-1)
    small: Values = _small_values(dtype)[np.frombuffer(stored, np.uint8)]
    return small


def rounded(values: Values, dtype: str) -> Values:
    """``values`` as they come back from ``dtype``, one of FLOATS; what it cannot hold becomes infinite, or its end."""
    if dtype == "BF16":
        with np.errstate(over="ignore"):
            bits = values.astype(np.float32).view(np.uint32)
        # To the nearest, and where two are as near to the even one.
        return _widened(((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint32))
    if dtype in _SMALL:
        found: Values = _finite(dtype)[np.searchsorted(_middles(dtype), values)]
        return found
    with np.errstate(over="ignore"):
        return values.astype(_WHOLE[dtype]).astype(np.float64)


def coarsest_type(values: Values) -> str:
    """The coarsest of FLOATS that holds all values as they are; F64 where none does."""
    return next((dtype for dtype in FLOATS if np.array_equal(rounded(values, dtype), values)), "F64")


def rounding_room(values: Values, dtype: str) -> tuple[Values, Values]:
    """How far below and above each value lies what ``dtype``, in FLOATS or F64, would have rounded to it."""
    if dtype == "BF16":
        size = np.maximum(np.abs(values), 2.0**-126)
        half = 2.0 ** (np.floor(np.log2(size)) - 8)
        # Below a power of two values stand twice as close.
        inner = np.where((values != 0) & (np.abs(values) == 2.0 ** np.floor(np.log2(size))), half / 2, half)
        return np.where(values > 0, inner, half), np.where(values > 0, half, inner)
    if dtype in _SMALL:
        table = _finite(dtype)
        place = np.clip(np.searchsorted(table, values), 1, len(table) - 2)
        return (values - table[place - 1]) / 2, (table[place + 1] - values) / 2
    stored = values.astype(_WHOLE[dtype])
    lower, upper = (np.nextafter(stored, stored.dtype.type(end)).astype(np.float64) for end in (-np.inf, np.inf))
    return (values - lower) / 2, (upper - values) / 2


def _widened(upper: NDArray[np.uint32]) -> Values:
    """The floats whose upper 16 bits these are."""
    widened: Values = (upper << np.uint32(16)).view(np.float32).astype(np.float64)
    return widened


@cache
def _small_values(dtype: str) -> Values:
    """The 256 values of a type of 8 bits, by their byte."""
    exponent_bits, fraction_bits, bias, has_infinity, has_signed_zero = _SMALL[dtype]
    byte = np.arange(256)
    fraction = (byte & ((1 << fraction_bits) - 1)) / (1 << fraction_bits)
    exponent = (byte >> fraction_bits) & ((1 << exponent_bits) - 1)
    size = np.where(exponent > 0, (1 + fraction) * 2.0 ** (exponent - bias), fraction * 2.0 ** (1 - bias))
    values: Values = np.where(byte & 0x80, -size, size)
    last = (1 << exponent_bits) - 1
    if has_infinity:
        top = exponent == last
        values[top] = np.where(fraction[top] > 0, np.nan, np.sign(values[top]) * np.inf)
    elif has_signed_zero:
        values[(byte & 0x7F) == 0x7F] = np.nan
    else:
        values[0x80] = np.nan
    return values


@cache
def _finite(dtype: str) -> Values:
    """The different finite values of a type of 8 bits, sorted."""
    values = _small_values(dtype)
    found: Values = np.unique(values[np.isfinite(values)] + 0.0)
    return found


@cache
def _middles(dtype: str) -> Values:
    table = _finite(dtype)
    found: Values = (table[1:] + table[:-1]) / 2
    return found
