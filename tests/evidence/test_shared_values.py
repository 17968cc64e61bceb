"""Configurations of two models: what is equal, how unusual it is, what a common parent explains, what differs."""

from __future__ import annotations

from typing import Any

import pytest

from modelkin.evidence.shared_values import compare_configurations, share_values
from modelkin.evidence.usual_values import FILE, UsualValues, usual_values
from modelkin.models.config_values import configuration_values
from modelkin.models.model import ConfigurationValues, ModelFacts
from modelkin.results import Observation, Relation, Strength
from modelkin.support.data_files import shipped_folder

from ..support.facts import INCIDENTS, facts_in, needs_incidents

# What Meta's Llama 3 8B has, and in 3.1 in another way.
LLAMA = {
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 128000,
    "eos_token_id": 128001,
    "hidden_act": "silu",
    "hidden_size": 4096,
    "initializer_range": 0.02,
    "intermediate_size": 14336,
    "max_position_embeddings": 8192,
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-5,
    "rope_scaling": None,
    "rope_theta": 500000.0,
    "tie_word_embeddings": False,
    "vocab_size": 128256,
}
EYE = {"query_num": 96, "image_size": 448, "patch_size": 14, "slice_mode": True, "mm_use_im_start_end": True}


def model(name: str, values: dict[str, Any]) -> ModelFacts:
    return ModelFacts(name, configurations=(values_of(values),))


def values_of(values: dict[str, Any]) -> ConfigurationValues:
    found = configuration_values("config.json", values)
    assert isinstance(found, ConfigurationValues)
    return found


def compared(copy: dict[str, Any], original: dict[str, Any], *parents: ModelFacts) -> Observation:
    (found,) = compare_configurations(model("copy", copy), model("original", original), parents)
    return found


def test_a_value_counts_by_how_rare_it_is_under_its_key() -> None:
    usual = UsualValues(100, {"depth": 9}, {("depth", "12"): 8}, {"12": 40}, {})
    assert usual.bits("vision.depth", "12") == pytest.approx(0.23, abs=0.01)  # 8.5 of 10
    assert usual.bits("depth", "13") == pytest.approx(4.32, abs=0.01)  # .5 of 10
    assert usual.bits("unknown", "12") == pytest.approx(1.32, abs=0.01)  # 40.5 of 101, under any key
    assert usual.bits("unknown", "99") == pytest.approx(7.66, abs=0.01)


def test_the_shipped_table_knows_usual_values_from_rare_ones() -> None:
    usual = usual_values()
    assert usual.configurations > 600
    assert usual.bits("hidden_size", "768") < 3 < 8 < usual.bits("hidden_size", "769")
    assert usual.bits("initializer_range", "0.02") < 0.5


def test_what_a_common_parent_has_is_explained_and_the_rest_is_named() -> None:
    found = compared(LLAMA | EYE, LLAMA | EYE, model("Llama-3-8B", LLAMA), model("tiny", {"hidden_act": "silu"}))
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.SUPPORTING)
    assert {name: found.figures[name] for name in ("equal", "different", "explained", "beyond")} == {
        "equal": 23,
        "different": 0,
        "explained": 18,
        "beyond": 5,
    }
    assert found.explained_by[0].startswith(
        "18 of the 23 equal values are Llama-3-8B's own; 5 lie beyond it (query_num,"
    )
    assert all(key in found.explained_by[0] for key in EYE)


def test_what_lies_wholly_in_the_parent_says_nothing() -> None:
    found = compared(LLAMA, LLAMA, model("Llama-3-8B", LLAMA))
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.NONE)
    assert found.explained_by[0] == "18 of the 18 equal values are Llama-3-8B's own: none lies beyond it"


def test_other_sizes_speak_against_it_and_are_shown_first() -> None:
    found = compared(LLAMA | EYE, LLAMA | EYE | {"rope_theta": 1, "hidden_size": 2304, "num_hidden_layers": 40})
    assert found.strength is Strength.COUNTER
    assert "20 values of config.json are equal, 3 differ (hidden_size 4096 / 2304, num_hidden_layers" in found.says
    assert any("layers are added" in each for each in found.explained_by)


def test_another_value_that_is_no_size_does_not_speak_against_it() -> None:
    found = compared(LLAMA | EYE, LLAMA | EYE | {"rope_theta": 10_000})
    assert (found.relation, found.strength) == (Relation.ALIKE, Strength.SUPPORTING)


def test_a_few_tokens_more_are_no_other_size() -> None:
    assert compared(LLAMA | EYE, LLAMA | EYE | {"vocab_size": 128_320}).strength is Strength.SUPPORTING
    assert compared(LLAMA | EYE, LLAMA | EYE | {"vocab_size": 122_753}).strength is Strength.COUNTER


def test_a_key_renamed_is_found_by_a_rare_value_only() -> None:
    ours = {"resampler_slots": 4097, "attention_flag": True, "act": "silu", "rate": 0.02, "vision": {"width": 1153}}
    theirs = {"query_number": 4097, "other_flag": True, "act_fn": "silu", "std": 0.02, "eye": {"width": 1153}}
    found = share_values(values_of(ours), values_of(theirs))
    assert [each[:2] for each in found.renamed] == [
        ("vision.width", "eye.width"),
        ("resampler_slots", "query_number"),
    ]
    assert {bits >= 4 for _, _, bits in found.renamed} == {True}
    assert found.only_copy == ("attention_flag", "act", "rate")
    renames = compared(ours, theirs).renames
    assert [(each.original, each.copy) for each in renames] == [each[1::-1] for each in found.renamed]


def test_a_part_of_the_values_is_contained_and_nothing_in_common_is_unalike() -> None:
    assert compared(LLAMA, LLAMA | EYE).relation is Relation.CONTAINED
    nothing = compared({"a": 1, "b": 2}, {"c": 3, "d": 4})
    assert (nothing.relation, nothing.strength) == (Relation.UNALIKE, Strength.NONE)


def test_few_equal_values_say_nothing() -> None:
    found = compared({"a": 77_777, "b": 88_888}, {"a": 77_777, "b": 88_888})
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.NONE)


def test_files_are_compared_by_their_names_and_none_where_one_side_has_none() -> None:
    assert compare_configurations(model("a", LLAMA), ModelFacts("b")) == ()


def test_values_that_differ_are_listed_up_to_a_bound() -> None:
    many = {f"key_{number}": number for number in range(1, 500)}
    found = compared(many, {key: value + 1_000 for key, value in many.items()})
    assert "and 491 more" in found.says
    assert len(found.says) < 500


@needs_incidents
class TestIncidents:
    """The published configurations of the second incident."""

    LLAMA3V = INCIDENTS / "llama3v"

    def against(self, name: str, *parents: ModelFacts) -> Observation:
        found = compare_configurations(facts_in(self.LLAMA3V).facts, facts_in(INCIDENTS / name).facts, parents)
        return found[0]

    def test_it_has_all_values_of_its_upstream(self) -> None:
        found = self.against("minicpm-llama3-v-2.5", model("Llama-3-8B", LLAMA))
        assert (found.figures["equal"], found.figures["different"]) == (23, 0)
        assert (found.figures["explained"], found.figures["beyond"]) == (18, 5)
        assert (found.relation, found.strength) == (Relation.CONTAINED, Strength.SUPPORTING)

    def test_six_values_lie_beyond_a_llama_of_another_context(self) -> None:
        longer = model("Llama-3.1-8B", LLAMA | {"max_position_embeddings": 131072})
        found = self.against("minicpm-llama3-v-2.5", longer)
        assert (found.figures["explained"], found.figures["beyond"]) == (17, 6)
        assert found.figures["beyond_bits"] == pytest.approx(16.6, abs=0.2)
        assert all(f"{key}" in found.explained_by[0] for key in (*EYE, "max_position_embeddings"))

    @pytest.mark.parametrize(("name", "equal", "different"), [("minicpm-v-2", 11, 12), ("minicpm-v-2.6", 7, 12)])
    def test_its_siblings_differ_in_sizes(self, name: str, equal: int, different: int) -> None:
        found = self.against(name)
        assert (found.figures["equal"], found.figures["different"]) == (equal, different)
        assert found.strength is Strength.COUNTER

    def test_no_pair_of_the_incidents_claims_more_than_an_architecture(self) -> None:
        known = [facts_in(path).facts for path in sorted(INCIDENTS.iterdir()) if path.is_dir()]
        found = [each for one in known for other in known for each in compare_configurations(one, other)]
        assert len(found) > 100
        assert not [each for each in found if each.strength in (Strength.EXACT, Strength.STRONG)]


def test_the_incident_folder_is_no_part_of_the_table() -> None:
    listed = (shipped_folder("rules") / FILE).read_text("utf-8").lower().splitlines()
    assert sum(line.startswith("from\t") for line in listed) > 80
    assert not [line for line in listed if "llama3v" in line]
