"""Headers as the library itself writes them."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save

from modelkin.models.safetensors_header import WIDTHS, read_safetensors
from modelkin.models.strict_json import BrokenFactsError
from modelkin.support.arrays import Array

ARRAYS: dict[str, Array] = {
    "scalar": np.zeros((), np.float64),
    "empty": np.zeros((0, 7), np.float16),
    "layers.0.weight": np.zeros((5, 3), np.float32),
    "mask": np.zeros((9,), np.bool_),
    "ids": np.zeros((2, 2), np.int64),
    "bytes \u4e2d \U0001f600": np.zeros((3,), np.uint8),
}


@pytest.mark.parametrize("metadata", [None, {"format": "pt", "empty": ""}])
def test_what_the_library_writes_is_read_as_it_is(metadata: dict[str, str] | None) -> None:
    stored = save(ARRAYS, metadata)
    asked: list[tuple[int, int]] = []

    def read(offset: int, count: int) -> bytes:
        asked.append((offset, count))
        return stored[offset : offset + count]

    header = read_safetensors(read, len(stored))
    assert {name: shape for name, (_, shape) in header.tensors.items()} == {
        name: array.shape for name, array in ARRAYS.items()
    }
    assert header.held == sum(array.nbytes for array in ARRAYS.values())
    assert asked == [(0, 8), (8, int.from_bytes(stored[:8], "little"))]


def test_a_file_that_ends_before_its_header_does_is_told_so() -> None:
    stored = save(ARRAYS)
    with pytest.raises(BrokenFactsError, match="it breaks off in its header, after 32 of"):
        read_safetensors(lambda offset, count: stored[:40][offset : offset + count], len(stored))


def test_types_are_of_known_widths() -> None:
    assert set(WIDTHS.values()) == {4, 6, 8, 16, 32, 64}
