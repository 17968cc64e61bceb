"""The outline of two aligned layouts: renamed subtrees, folded layers, sums, and bounds whatever the names are."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.evidence.layout_fit import fit_layouts
from modelkin.evidence.layout_outline import MOST_ROWS, outline
from modelkin.results import LayoutRow

from ..support.weights import layout, llama, of_incident


def rows(copy: Sequence[str], original: Sequence[str]) -> tuple[LayoutRow, ...]:
    return outline(fit_layouts(layout(copy), layout(original)))


def told(found: Sequence[LayoutRow]) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {(row.copy, row.original): (row.copy_count, row.original_count, row.matched) for row in found}


def test_yis_two_tensors_stand_under_their_layers_which_are_one_row() -> None:
    found = told(rows(llama(60, ("ln1", "ln2")), llama(60)))
    assert found["", ""] == (543, 543, 543)
    assert found["layers.0-59", "layers.0-59"] == (540, 540, 540)
    assert found["ln1.weight", "input_layernorm.weight"] == (60, 60, 60)
    assert found["ln2.weight", "post_attention_layernorm.weight"] == (60, 60, 60)


def test_what_only_one_side_has_stands_in_rows_of_its_own() -> None:
    found = told(rows([*llama(4), "head.a", "head.b"], llama(6)))
    assert found["layers", "layers"] == (36, 54, 36)
    assert found["0-3", "0-3"] == (36, 36, 36)
    assert found["", "4-5"] == (0, 18, 0)
    assert found["head", ""] == (2, 0, 0)


def test_layers_that_are_alike_are_one_row_although_others_stand_between() -> None:
    ends = {True: ("a", "b"), False: ("c", "d", "e")}
    names = [f"h.{layer}.{end}" for layer in range(9) for end in ends[layer % 3 != 2]]
    found = told(rows(names, names))
    assert found["0-1, 3-4, 6-7", "0-1, 3-4, 6-7"] == (12, 12, 12)
    assert found["2, 5, 8", "2, 5, 8"] == (9, 9, 9)


def test_a_part_that_is_another_model_is_the_whole_of_it() -> None:
    first = rows([f"llm.{name}" for name in llama(32)] + [f"eye.{n}.{x}" for n in range(99) for x in "abcd"], llama(32))
    assert (first[0].copy, first[0].original, first[0].copy_count, first[0].matched) == ("llm", "", 291, 291)


def test_what_is_small_is_summed() -> None:
    names = [f"odd{number}.{end}" for number in range(300) for end in "abc"[: number % 3 + 1]]
    found = rows(names, [name.replace("odd", "even") for name in names])
    summed = [row for row in found if row.summed]
    assert len(found) <= MOST_ROWS
    assert sum(row.copy_count for row in found if row.depth == 1) == len(names)
    assert sum(row.summed for row in summed) >= 289


def test_of_the_incident_two_subtrees_are_renamed() -> None:
    found = outline(fit_layouts(of_incident("llama3v"), of_incident("minicpm-llama3-v-2.5")))
    renamed = {(row.copy, row.original): row.matched for row in found if row.copy != row.original}
    assert renamed == {("vison", "vpm"): 437, ("projection", "resampler"): 13}


NAMES = st.lists(
    st.lists(st.sampled_from(["a", "b", "0", "1", "00", "weight"]), min_size=1, max_size=5).map(".".join),
    min_size=1,
    max_size=40,
    unique=True,
)


@given(NAMES, NAMES)
def test_rows_are_a_tree_and_no_more_is_in_a_row_than_in_the_one_around_it(ours: list[str], theirs: list[str]) -> None:
    found = rows(ours, theirs)
    assert len(found) <= MOST_ROWS
    assert found[0].depth == 0
    around: list[LayoutRow] = []
    for row in found:
        assert row.depth <= len(around)
        assert row.matched <= min(row.copy_count, row.original_count)
        assert max(row.copy_count, row.original_count) > 0
        del around[row.depth :]
        if around:
            assert row.copy_count <= around[-1].copy_count
            assert row.original_count <= around[-1].original_count
        around.append(row)


@pytest.mark.unmeasured
def test_many_names_are_a_few_rows_in_a_moment() -> None:
    experts = [f"model.layers.{n}.mlp.experts.{e}.{w}.weight" for n in range(8) for e in range(200) for w in "abc"]
    chance = random.Random(4)
    scattered = [f"{chance.randrange(10**9):x}.{chance.randrange(10**9):x}.x" for _ in range(4_000)]
    layered = {".".join(str(chance.randrange(40)) for _ in range(12)) for _ in range(5_000)}
    for names in (experts, scattered, sorted(layered), ["x" * 1024 + ".a", "x" * 1024 + ".b.c"]):
        fit = fit_layouts(layout(names), layout(names))
        began = time.process_time()
        found = outline(fit)
        assert time.process_time() - began < 10
        assert len(found) <= MOST_ROWS
        assert all(len(row.copy) < 250 for row in found)
