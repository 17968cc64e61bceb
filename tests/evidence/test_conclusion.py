"""How the answer is worded, by the strength of what there is."""

from __future__ import annotations

import re

import pytest

from modelkin.evidence.conclusion import conclude
from modelkin.results import EvidenceKind, Observation, Region, Relation, Strength

# What no report says of anybody.
ACCUSING = re.compile(r"stolen|stole|plagiar|guilty|theft|cheat|accus", re.IGNORECASE)


def tokens(strength: Strength, same: int = 9) -> Observation:
    figures = {"named_same": same, "named_of_copy": 9, "same": same, "of_copy": 9}
    return Observation(EvidenceKind.TOKENIZER, Relation.ALIKE, strength, "tokens", "lamp", figures)


def values(strength: Strength, differ: int = 0, **more: float) -> Observation:
    figures = {"equal": 12, "different": differ, **more}
    region = (Region("config.json", 1, 1),)
    return Observation(EvidenceKind.CONFIGURATION, Relation.ALIKE, strength, "values", "lamp", figures, regions=region)


def layout(strength: Strength, relation: Relation = Relation.RENAMED, matched: int = 1741) -> Observation:
    figures = {"matched": matched, "names": 1741, "names_of_original": 1500, "equal": min(matched, 291)}
    return Observation(EvidenceKind.TENSOR_LAYOUT, relation, strength, "layout", "lamp", figures)


def dates(strength: Strength, relation: Relation) -> Observation:
    return Observation(EvidenceKind.DATES, relation, strength, "the copy had it first", "lamp", {"days_apart": -9})


def sentence(*observations: Observation) -> str:
    return conclude("torch", "lamp", (), observations, ()).sentence


def test_grounds_come_first_then_what_supports_then_what_counters() -> None:
    found = sentence(
        values(Strength.COUNTER, 3),
        layout(Strength.SUPPORTING),
        tokens(Strength.STRONG),
        dates(Strength.COUNTER, Relation.LATER),
    )
    assert found == (
        "torch: tokenizer and tensor layout are those of lamp (9 of 9 named tokens at the same ids; 1,741 of 1,741 "
        "tensors, 1,450 renamed); against it: 3 of 15 values of config.json differ; the copy had it first."
    )


def test_a_layout_that_fits_in_part_is_not_called_the_originals() -> None:
    found = sentence(tokens(Strength.STRONG), layout(Strength.SUPPORTING, Relation.ALIKE, 1600))
    assert found == (
        "torch: tokenizer is that of lamp (9 of 9 named tokens at the same ids); 1,600 of 1,741 tensors, 1,309 renamed."
    )


def test_what_only_supports_is_no_ground() -> None:
    answer = conclude("torch", "lamp", (), [values(Strength.SUPPORTING, beyond=4), layout(Strength.SUPPORTING)], ["x"])
    assert answer.sentence == (
        "torch: same architecture as lamp (configuration equal in 12 of 12 values of config.json, 4 of them in no "
        "known parent; 1,741 of 1,741 tensors, 1,450 renamed), which says nothing about who has it from whom."
    )
    assert not answer.upstreams[0].grounds
    assert answer.unknown == ("x",)


def test_what_supports_and_what_counters_are_both_named() -> None:
    found = sentence(layout(Strength.SUPPORTING), values(Strength.COUNTER, 3))
    assert found.startswith("torch: in part the same as lamp (1,741 of 1,741 tensors")
    assert found.endswith("; against it: 3 of 15 values of config.json differ.")


@pytest.mark.parametrize(
    ("observations", "begins"),
    [
        (
            [tokens(Strength.COUNTER, 0), values(Strength.COUNTER, 3)],
            "torch is another model than lamp: none of 9",
        ),
        ([dates(Strength.COUNTER, Relation.LATER)], "torch: nothing of lamp was found in it; the copy had it first"),
        ([values(Strength.NONE)], "torch: nothing that was compared tells whether it is from lamp"),
        ([], "torch and lamp have nothing of one kind that could be compared"),
    ],
)
def test_without_anything_for_it_the_answer_says_so(observations: list[Observation], begins: str) -> None:
    assert sentence(*observations).startswith(begins)


@pytest.mark.parametrize("first", Strength)
@pytest.mark.parametrize("second", Strength)
def test_nobody_is_accused(first: Strength, second: Strength) -> None:
    assert not ACCUSING.search(sentence(tokens(first), values(second, 2), layout(second)))
