"""Which values are read: inside the tensor, the same in every run, whole groups."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from modelkin.weights.positions import Block, blocks, rows, spread, width_of

SHAPES = [(4096, 4096), (128, 344), (344, 128), (256, 1, 7, 7), (5000,), (3, 3), (2**31, 3), (10, 333), (1, 1), (0, 4)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("values", "most"), [(2048, 4), (2048, 1), (64, 1), (16_384, 4)])
def test_blocks_lie_inside_the_tensor(shape: tuple[int, ...], values: int, most: int) -> None:
    total = math.prod(shape)
    found = blocks(shape, values, most)
    assert all(each.first >= 0 and each.length > 0 and each.first + each.length <= total for each in found)
    assert sum(each.length for each in found) <= max(values, 1)
    if total <= values:
        assert found == ((Block(0, total),) if total else ())


def test_groups_that_are_quantised_together_lie_inside_a_block() -> None:
    for each in blocks((11008, 4096), 2048, 4):
        assert each.first % 256 == 0
        assert each.first % 4096 + each.length <= 4096
    for each in blocks((344, 128), 2048, 4):
        assert each.first % 128 == 0


def test_places_are_those_of_every_run() -> None:
    code = "from modelkin.weights.positions import *; print(blocks((4096, 4096), 64, 1), rows((3000, 8), 3, 'units'))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert told.split(" (")[0] == "(Block(first=39488, length=64),)"
    assert told.strip() == f"{blocks((4096, 4096), 64, 1)} {rows((3000, 8), 3, 'units')}"


def test_rows_differ() -> None:
    assert len(set(rows((3000, 8), 64, "units"))) == 64
    assert rows((5, 8), 64, "units") == (0, 1, 2, 3, 4)


def test_few_of_many_are_spread() -> None:
    assert list(spread(range(10), 3)) == [0, 3, 6]
    assert list(spread(range(2), 3)) == [0, 1]
    assert width_of((4, 2, 3)) == 6
