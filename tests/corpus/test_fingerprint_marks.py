"""Marks of fingerprints pass over nothing that any corpus has, and over most of what none has."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelkin.corpus.kept.fingerprint_marks import FingerprintMarks

HASHES = st.integers(0, 2**64 - 1) | st.sampled_from((0, 1, 2**60 - 1, 2**60, 2**63, 2**64 - 1))
COLUMN = arrays(np.uint64, st.integers(0, 40), elements=HASHES).map(np.sort)


@given(st.lists(COLUMN, min_size=1, max_size=3), arrays(np.uint64, st.integers(0, 20), elements=HASHES))
def test_what_any_column_has_may_be_known(columns: list[np.ndarray], others: np.ndarray) -> None:
    marks = FingerprintMarks(columns)
    marks.make()
    assert marks.may_be_known(np.concatenate(columns)).all()
    assert len(marks.may_be_known(others)) == len(others)


def test_most_of_what_no_column_has_is_passed_over_once_marks_are_made() -> None:
    hashes = np.random.default_rng(7).integers(0, 2**64 - 1, 40_000, np.uint64)
    marks = FingerprintMarks([np.sort(hashes[:5_000]), np.sort(hashes[5_000:20_000])])
    assert marks.may_be_known(hashes).all()
    marks.make()
    assert marks.may_be_known(hashes[:20_000]).all()
    assert marks.may_be_known(hashes[20_000:]).mean() < 0.15
