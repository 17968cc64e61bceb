"""How much evidence a relation needs: by the figures of a comparison, each bound for itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from modelkin.matching.comparison import PARTS_EVIDENCE, Comparison
from modelkin.matching.ranking import VerdictOptions, is_related

# What celery's result.py, all short methods and properties, shares by chance with the cache of an upstream.
BY_CHANCE = {
    "aligned_share": 0.165,
    "evidence": 48.0,
    "joined_evidence": 29.5,
    "distinctive_share": 0.037,
    "parts": 10.1,
}


def comparison(**figures: float) -> Comparison:
    known = BY_CHANCE | figures
    parts = known.pop("parts")
    return cast("Comparison", SimpleNamespace(**known, has_parts=lambda: parts >= PARTS_EVIDENCE))


@pytest.mark.parametrize(
    ("figures", "related"),
    [
        ({}, False),
        ({"distinctive_share": 0.12}, True),
        ({"parts": 40.0}, True),
        ({"aligned_share": 0.05, "parts": 40.0}, True),
        ({"aligned_share": 0.05, "distinctive_share": 0.12}, False),
        ({"distinctive_share": 0.12, "joined_evidence": 15.0}, False),
        ({"distinctive_share": 0.12, "evidence": 25.0}, False),
    ],
)
def test_short_methods_of_a_long_file_are_alike_by_chance(figures: dict[str, float], related: bool) -> None:
    assert is_related(comparison(**figures), VerdictOptions()) is related


def test_of_an_original_that_the_user_named_all_is_told() -> None:
    assert is_related(comparison(), VerdictOptions(named=True))
    assert not is_related(comparison(aligned_share=0.05), VerdictOptions(named=True))
