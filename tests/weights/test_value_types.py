"""Types of values: what bytes mean, and what rounding to a type does."""

from __future__ import annotations

import numpy as np
import pytest

from modelkin.weights.value_types import BLOCK_TYPE, FLOATS, coarsest_type, decoded, rounded, rounding_room, span

from ..support.checkpoints import stored

VALUES = np.random.default_rng(0).normal(0, 0.02, 4000)


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_value_lies_in_the_room_of_what_it_was_rounded_to(dtype: str) -> None:
    found = rounded(VALUES, dtype)
    below, above = rounding_room(found, dtype)
    slack = 1e-12
    assert np.all(found - below - slack <= VALUES)
    assert np.all(found + above + slack >= VALUES)
    assert coarsest_type(found) == dtype
    assert np.array_equal(rounded(found, dtype), found)


@pytest.mark.parametrize("dtype", ["F64", "F32", "F16", "BF16", "I8"])
def test_bytes_are_what_was_stored(dtype: str) -> None:
    values = np.array([0.0, 1.0, -2.0, 96.0])
    assert decoded(dtype, stored(values, dtype)).tolist() == values.tolist()
    assert span(dtype, 3, 4).length == len(stored(values, dtype))


@pytest.mark.parametrize(
    ("dtype", "byte", "value"),
    [
        ("F8_E4M3", 0x7E, 448.0),
        ("F8_E4M3", 0x01, 2.0**-9),
        ("F8_E4M3", 0xB8, -1.0),
        ("F8_E5M2", 0x7B, 57344.0),
        ("F8_E5M2", 0xFC, -np.inf),
        ("F8_E4M3FNUZ", 0x7F, 240.0),
        ("F8_E5M2FNUZ", 0x7F, 57344.0),
    ],
)
def test_types_of_eight_bits_are_as_their_papers_say(dtype: str, byte: int, value: float) -> None:
    assert decoded(dtype, bytes([byte])).tolist() == [value]


@pytest.mark.parametrize(("dtype", "byte"), [("F8_E4M3", 0xFF), ("F8_E5M2", 0x7D), ("F8_E4M3FNUZ", 0x80)])
def test_what_is_no_number_is_none(dtype: str, byte: int) -> None:
    assert np.isnan(decoded(dtype, bytes([byte]))).all()


def test_blocks_of_gguf_have_a_scale() -> None:
    block = np.float16(0.5).tobytes() + np.arange(-16, 16, dtype=np.int8).tobytes()
    assert decoded(BLOCK_TYPE, block * 2).tolist() == [0.5 * step for step in range(-16, 16)] * 2
    assert span(BLOCK_TYPE, 64, 32) == (68, 34)
