"""What layouts say: relation, strength, figures, and what else could explain it."""

from __future__ import annotations

import time

import pytest

from modelkin.evidence import tensor_layout
from modelkin.evidence.tensor_layout import compare_layouts
from modelkin.models.layout_facts import TensorLayout
from modelkin.results import EvidenceKind, Kind, Observation, Relation, Strength

from ..support.weights import gpt2, layout, llama, of_incident

VISION = [
    f"vpm.encoder.layers.{n}.{x}.{e}" for n in range(27) for x in ("fc1", "fc2", "norm") for e in ("weight", "bias")
]
MODEL = [f"llm.{name}" for name in llama(8)] + VISION + ["resampler.query", "resampler.proj", "resampler.ln.weight"]
COPY = [name.replace("vpm", "vison").replace("resampler", "projection") for name in MODEL]


def observed(copy: TensorLayout, original: TensorLayout, **known: TensorLayout) -> Observation:
    found = compare_layouts(copy, original, "lamp", known)[0]
    assert found.kind is EvidenceKind.TENSOR_LAYOUT
    assert found.compared_with == "lamp"
    return found


def test_a_renamed_layout_is_supporting_with_its_renames_and_what_else_explains_it() -> None:
    found = observed(layout(COPY), layout(MODEL))
    assert (found.relation, found.strength) == (Relation.RENAMED, Strength.SUPPORTING)
    assert [(each.original, each.copy, each.kind, each.count) for each in found.renames] == [
        ("vpm", "vison", Kind.TENSOR, 162),
        ("resampler", "projection", Kind.TENSOR, 3),
    ]
    assert found.figures["matched"] == len(MODEL)
    assert found.figures["equal"] == len(llama(8))
    assert found.explained_by == (
        "every model of this architecture has tensors of these names",
        "a conversion for another library renames tensors as well",
    )
    assert "(vpm is vison in 162, resampler is projection in 3)" in found.says


def test_what_a_known_ancestor_has_as_well_is_told_apart() -> None:
    found = observed(layout(COPY), layout(MODEL), Llama=layout(llama(8)))
    assert found.figures["beyond_known"] == len(VISION) + 3
    assert f"Llama has {len(llama(8))} of them as well" in found.explained_by
    assert found.strength is Strength.SUPPORTING


def test_what_a_known_model_explains_wholly_tells_nothing() -> None:
    found = observed(layout(llama(32)), layout(llama(32)), Llama=layout(llama(32)))
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.NONE)
    assert found.figures["beyond_known"] == 0


def test_a_known_model_with_more_layers_explains_one_with_fewer_and_the_other_way_round() -> None:
    for layers in (6, 12):
        found = observed(layout(llama(8)), layout(llama(8)), Llama=layout(llama(layers)))
        assert found.figures["beyond_known"] == (0 if layers > 8 else 2 * 9)


def test_an_unrelated_known_model_explains_nothing() -> None:
    assert observed(layout(COPY), layout(MODEL), GPT=layout(gpt2(12))).figures["beyond_known"] == len(MODEL)


def test_an_equal_layout_is_never_more_than_supporting() -> None:
    shapes = dict.fromkeys(llama(8), (2, 2))
    found = observed(layout(list(shapes), shapes), layout(list(shapes), shapes))
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.SUPPORTING)
    assert found.says == "all 75 tensor names are those of lamp, and so are their shapes"


def test_two_families_are_unalike_which_speaks_against_it() -> None:
    found = observed(layout(gpt2(12)), layout(llama(12)))
    assert (found.relation, found.strength, found.renames) == (Relation.UNALIKE, Strength.COUNTER, ())


def test_a_family_with_other_blocks_is_alike_and_tells_nothing() -> None:
    found = observed(layout(llama(32, biases=True)), layout(llama(32)))
    assert (found.relation, found.strength) == (Relation.ALIKE, Strength.NONE)


def test_a_part_that_is_another_model_is_contained() -> None:
    found = observed(layout(MODEL), layout(llama(8)))
    assert found.relation is Relation.CONTAINED
    assert found.says == "the part llm is laid out as all of lamp: 75 of 75 tensor names"
    assert observed(layout(llama(8)), layout(MODEL)).says.startswith("it is laid out as the part llm of lamp")


def test_other_sizes_of_one_architecture_are_said_to_be_just_that() -> None:
    small, large = dict.fromkeys(llama(8), (2, 2)), dict.fromkeys(llama(8), (4, 4))
    found = observed(layout(list(small), small), layout(list(large), large))
    assert (found.relation, found.figures["matched"], found.figures["matched_but_for_shapes"]) == (
        Relation.UNALIKE,
        0,
        75,
    )
    assert "75 are, where other shapes are let pass" in found.says


def test_too_few_names_tell_nothing() -> None:
    names = [f"a.{n}.w" for n in range(19)]
    assert observed(layout(names), layout(names)).strength is Strength.NONE


def test_a_simple_tree_of_which_no_name_is_kept_fits_by_chance() -> None:
    ours = [f"{word}.{end}" for word in ("alpha", "beta", "gamma", "delta", "eta") * 1 for end in "wxyzabcd"]
    theirs = [f"{word}.{end}" for word in ("one", "two", "three", "four", "five") for end in "ijklmnop"]
    found = observed(layout(ours), layout(theirs))
    assert found.figures["share"] == 1.0
    assert (found.relation, found.strength) == (Relation.ALIKE, Strength.NONE)
    assert "fits others by chance" in found.explained_by[-1]


def test_twins_are_said_to_be_twins() -> None:
    found = observed(layout(llama(60, ("ln1", "ln2"))), layout(llama(60)))
    assert found.figures["twins"] == 120
    assert "120 names are aligned up to twins" in found.explained_by[-1]


def test_hostile_names_are_escaped() -> None:
    name = "\x1b[2Jvpm"
    found = observed(layout([each.replace("vison", name) for each in COPY]), layout(MODEL))
    assert found.says.isprintable()
    assert found.renames[0].copy == name


# The sum that an index states.


def sums(copy: TensorLayout, original: TensorLayout) -> Observation | None:
    found = compare_layouts(copy, original, "lamp")
    return found[1] if len(found) > 1 else None


def test_the_same_total_is_said_with_what_explains_it() -> None:
    found = sums(layout(COPY, total_size=340), layout(MODEL, total_size=340))
    assert found is not None
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.SUPPORTING)
    assert "no header of the files was read" in found.explained_by[-1]


def test_the_same_wrong_total_is_strong_where_no_width_explains_it() -> None:
    found = sums(layout(COPY, total_size=999, held=700), layout(MODEL, total_size=999, held=700))
    assert found is not None
    assert found.strength is Strength.STRONG
    assert "1.43 times what files hold" in found.says


def test_twice_what_the_files_hold_is_explained_by_another_type() -> None:
    found = sums(layout(COPY, total_size=1400, held=700), layout(MODEL, total_size=1400, held=700))
    assert found is not None
    assert found.strength is Strength.SUPPORTING
    assert found.explained_by == ("a tool that counts in another type states this for every model of these shapes",)


def test_other_totals_and_unalike_layouts_say_nothing() -> None:
    assert sums(layout(COPY, total_size=340), layout(MODEL, total_size=341)) is None
    assert sums(layout(gpt2(9), total_size=340), layout(MODEL, total_size=340)) is None
    assert sums(layout(COPY), layout(MODEL)) is None


# The incidents.


def test_llama3v_is_laid_out_as_minicpm_llama3_v_2_5_under_two_renames() -> None:
    copy, original = of_incident("llama3v"), of_incident("minicpm-llama3-v-2.5")
    began = time.process_time()
    found = observed(copy, original)
    assert time.process_time() - began < 0.5
    assert {(each.original, each.copy, each.count) for each in found.renames} == {
        ("vpm", "vison", 437),
        ("resampler", "projection", 13),
    }
    assert (found.figures["matched"], found.figures["equal"], found.figures["names"]) == (741, 291, 741)
    assert found.relation is Relation.RENAMED


def test_llama3v_is_not_laid_out_as_minicpm_v_2() -> None:
    found = observed(of_incident("llama3v"), of_incident("minicpm-v-2"))
    assert found.figures["share"] <= 0.45
    assert (found.relation, found.strength) == (Relation.UNALIKE, Strength.COUNTER)


def test_the_part_of_both_that_is_llama_is_told() -> None:
    found = observed(of_incident("llama3v"), layout(llama(32)))
    assert (found.relation, found.figures["matched"]) == (Relation.CONTAINED, 291)
    known = observed(of_incident("llama3v"), of_incident("minicpm-llama3-v-2.5"), Llama=layout(llama(32)))
    assert known.figures["beyond_known"] == 450


def test_both_incident_indexes_state_the_same_total() -> None:
    found = sums(of_incident("llama3v"), of_incident("minicpm-llama3-v-2.5"))
    assert found is not None
    assert found.figures["total_size"] == 34_148_369_344


def test_an_alignment_that_takes_too_long_is_an_observation_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_layout, "SECONDS", 0.02)
    ours, theirs = [f"{start}{n}.{n % 7}.{n % 11}" for start in "ab" for n in range(40_000)], llama(2_000)
    (found,) = compare_layouts(layout(ours), layout(theirs), "lamp")
    assert (found.relation, found.strength) == (Relation.NOT_COMPARED, Strength.NONE)
    assert found.says == (
        "tensor names were not compared with those of lamp: aligning them took longer than 0.02 s of processor time"
    )


def test_a_model_with_fewer_layers_is_not_spoken_against() -> None:
    found = observed(layout(llama(32)), layout(llama(80)))
    assert (found.relation, found.strength) == (Relation.UNALIKE, Strength.NONE)
    assert found.explained_by == (
        "all names of the one stand in the other, as where one has more layers or layers were taken out",
    )
