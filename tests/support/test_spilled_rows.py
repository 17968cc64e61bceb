"""Rows come back sorted, equal keys together, whether they were in memory or on the disk."""

from __future__ import annotations

import numpy as np
import pytest

from modelkin.support.spilled_rows import PARTS, SpilledRows


@pytest.mark.parametrize("most", [10, 1_000_000])
def test_all_rows_come_back_in_parts_by_key(most: int) -> None:
    keys = np.random.default_rng(3).integers(0, 200, 1000).astype(np.uint64) << np.uint64(50)
    with SpilledRows([("value", "<f4")], most) as rows:
        for start in range(0, len(keys), 7):
            rows.add(keys[start : start + 7], value=np.arange(start, min(start + 7, len(keys))))
        parts = list(rows.parts())
    assert len(parts) == (PARTS if most == 10 else 1)
    assert all((np.diff(part["key"].astype(np.float64)) >= 0).all() for part in parts)
    seen = [set(part["key"].tolist()) for part in parts]
    assert sum(map(len, seen)) == len(set(keys.tolist()))
    found = np.concatenate(parts)
    assert (keys[found["value"].astype(int)] == found["key"]).all()
    assert sorted(found["value"].tolist()) == list(range(1000))
