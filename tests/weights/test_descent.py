"""How one checkpoint came from another: each relation, of models that were made here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from modelkin.results import Observation, Relation, Strength

from ..support.checkpoints import checkpoint, small_model, weighed

Model = dict[str, NDArray[Any]]
BASE = small_model()
CHANCE = np.random.default_rng(11)


def on_matrices(change: Callable[[NDArray[Any]], NDArray[Any]]) -> Model:
    return {name: change(values) if values.ndim == 2 else values for name, values in BASE.items()}


def told(copy: Model, dtype: str = "F32", original_dtype: str = "F32", deep: bool = False) -> Observation:
    return weighed(checkpoint(copy, dtype), checkpoint(BASE, original_dtype), deep=deep)


def in_steps(values: NDArray[Any], group: int, bits: int) -> NDArray[Any]:
    grouped = values.reshape(-1, group)
    low, high = grouped.min(axis=1, keepdims=True), grouped.max(axis=1, keepdims=True)
    step = (high - low) / (2**bits - 1)
    return np.asarray((np.round((grouped - low) / step) * step + low).reshape(values.shape))


def trained() -> Model:
    """Each tensor moved in its own way, a row more than another."""
    chance = np.random.default_rng(5)
    found = {}
    for number, (name, values) in enumerate(BASE.items()):
        of_row = chance.random((len(values), *[1] * (values.ndim - 1)))
        found[name] = values * (1 + 0.01 * number) + 0.002 * of_row * chance.standard_t(4, values.shape)
    return found


def test_the_same_values_are_identical() -> None:
    small = checkpoint(small_model(layers=1, width=40))
    found = weighed(small, small)
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.EXACT)
    assert found.says == "all values of 8 tensors equal those of lamp"
    assert told(BASE).strength is Strength.STRONG


@pytest.mark.parametrize("dtype", ["BF16", "F16"])
def test_a_cast_is_told_with_its_type_and_its_way(dtype: str) -> None:
    found, back = told(BASE, dtype), told(BASE, "F32", dtype)
    assert found.relation is back.relation is Relation.CAST
    assert found.says.startswith(f"values are those of lamp, rounded to {dtype}")
    assert back.says.startswith(f"values of lamp are the copy's, rounded to {dtype}")


@pytest.mark.parametrize("scale", [1e-2, 1 / 708, 1e-4])
@pytest.mark.parametrize("dtype", ["F32", "BF16"])
def test_noise_of_one_scale_is_found(scale: float, dtype: str) -> None:
    from modelkin.weights.value_types import rounded

    base = {name: rounded(values.astype(np.float64), dtype) for name, values in BASE.items()}
    copy = {name: values + CHANCE.normal(0, scale, values.shape) for name, values in base.items()}
    found = weighed(checkpoint(copy, dtype), checkpoint(base, dtype))
    assert (found.relation, found.strength) == (Relation.NOISE, Strength.STRONG)
    assert found.figures["sigma"] == pytest.approx(scale, rel=0.015)
    assert found.figures["sigma_low"] < found.figures["sigma"] < found.figures["sigma_high"]
    assert any("differential privacy" in each for each in found.explained_by)
    assert [each.curve.value for each in found.drawings] == ["residuals", "scales"]
    assert all(len(each.values) == len(each.beside) <= 64 for each in found.drawings)


@pytest.mark.parametrize("kind", ["uniform", "relative", "laplace"])
def test_other_noise_is_not_taken_for_it(kind: str) -> None:
    def moved(values: NDArray[Any]) -> NDArray[Any]:
        if kind == "uniform":
            return values + CHANCE.uniform(-2e-3, 2e-3, values.shape)
        if kind == "laplace":
            return values + CHANCE.laplace(0, 1e-3, values.shape)
        return values + CHANCE.normal(0, 0.05 * float(values.std()), values.shape)

    assert told(on_matrices(moved)).relation is Relation.TRAINED


def test_further_training_is_told_with_what_it_moved() -> None:
    found = told(trained())
    assert (found.relation, found.strength) == (Relation.TRAINED, Strength.STRONG)
    assert any("--deep tells whether an adapter was merged" in each for each in found.explained_by)


@pytest.mark.parametrize(("bits", "group"), [(8, 0), (4, 32), (4, 64), (3, 32)])
def test_quantised_values_have_their_bits_and_group(bits: int, group: int) -> None:
    found = told(on_matrices(lambda values: in_steps(values, group or values.shape[1], bits)))
    assert found.relation is Relation.QUANTISED
    assert (found.figures["bits"], found.figures["group"]) == (bits, group)


def test_whole_numbers_are_quantised() -> None:
    whole = {name: np.round(values / np.abs(values).max() * 127) for name, values in BASE.items()}
    types = {name: "I8" for name, values in BASE.items() if values.ndim == 2}
    found = weighed(checkpoint(whole, types=types), checkpoint(BASE))
    assert (found.relation, found.figures["bits"]) == (Relation.QUANTISED, 8)


def test_pruned_values_are_counted() -> None:
    found = told(on_matrices(lambda values: np.where(np.abs(values) < np.median(np.abs(values)), 0, values)))
    assert found.relation is Relation.PRUNED
    assert found.figures["zeros"] == pytest.approx(0.5, abs=0.02)


def test_an_adapter_is_told_with_its_rank_where_more_is_read() -> None:
    def adapted(values: NDArray[Any]) -> NDArray[Any]:
        return values + 0.02 * CHANCE.normal(size=(len(values), 6)) @ CHANCE.normal(size=(6, values.shape[1])) / 6

    copy = on_matrices(adapted)
    found = told(copy, deep=True)
    assert (found.relation, found.figures["rank"]) == (Relation.ADAPTED, 6)
    assert found.drawings[-1].values[5] > found.drawings[-1].beside[5] > found.drawings[-1].values[6]
    assert told(copy).relation is Relation.TRAINED


def test_a_merge_is_told_with_its_weights_where_parents_are_named() -> None:
    one, two = trained(), small_model(9)
    copy = {name: 0.3 * one[name] + 0.6 * values + 0.1 * two[name] for name, values in BASE.items()}
    parents = {"one": checkpoint(one), "two": checkpoint(two)}
    found = weighed(checkpoint(copy), checkpoint(BASE), parents)
    assert found.relation is Relation.MERGED
    assert found.says.startswith("values are a weighted sum: 0.30 of one, 0.10 of two, 0.60 of lamp")
    assert told(copy).relation is not Relation.MERGED


def test_a_merge_with_a_bystander_does_not_name_it() -> None:
    one, two = trained(), small_model(9)
    copy = {name: 0.5 * one[name] + 0.5 * values for name, values in BASE.items()}
    found = weighed(checkpoint(copy), checkpoint(BASE), {"one": checkpoint(one), "two": checkpoint(two)})
    assert found.says.startswith("values are a weighted sum: 0.50 of one, 0.50 of lamp")


def test_a_shared_start_is_not_called_further_training() -> None:
    found = told(
        on_matrices(lambda values: values + CHANCE.normal(0, float(values.std()), values.shape) * (1 + len(values) % 7))
    )
    assert (found.relation, found.strength) == (Relation.SHARED_START, Strength.SUPPORTING)


def test_units_in_another_order_are_found_where_more_is_read() -> None:
    order = CHANCE.permutation(96)
    copy = {
        name: values[order] if values.ndim == 1 or name.endswith(("o.weight", "down.weight")) else values[:, order]
        for name, values in BASE.items()
    }
    found = told(copy, deep=True)
    assert (found.relation, found.strength) == (Relation.PERMUTED, Strength.STRONG)
    assert told(copy).relation is Relation.UNALIKE
    assert "--deep looks for units that were moved" in told(copy).explained_by


def test_a_space_that_was_turned_is_found_where_more_is_read() -> None:
    turn, _ = np.linalg.qr(CHANCE.normal(size=(96, 96)))
    copy = {
        name: values @ turn if values.ndim == 2 and values.shape[1] == 96 else values for name, values in BASE.items()
    }
    copy |= {name: turn.T @ BASE[name] for name in BASE if name.endswith(("o.weight", "down.weight"))}
    found = told(copy, deep=True)
    assert found.relation is Relation.ROTATED
    assert found.figures["angles"] > 0.99


@pytest.mark.parametrize("deep", [False, True])
def test_independent_models_are_unalike(deep: bool) -> None:
    found = told(small_model(1), deep=deep)
    assert (found.relation, found.strength) == (Relation.UNALIKE, Strength.COUNTER)


def test_what_both_compute_does_not_make_models_alike() -> None:
    basis = np.sin(np.outer(np.arange(1, 41), np.arange(96)) / 7)
    found = weighed(checkpoint({**small_model(1), "basis": basis}), checkpoint({**BASE, "basis": basis}))
    assert (found.relation, found.strength) == (Relation.UNALIKE, Strength.COUNTER)
    assert "all of basis" in found.says
    assert any(each.startswith("values that both sides compute") for each in found.explained_by)


def test_a_part_that_was_taken_over_is_told() -> None:
    other = small_model(1)
    copy = {name: BASE[name] if name.startswith(("layers.0", "layers.1")) else values for name, values in other.items()}
    found = told(copy)
    assert found.relation in (Relation.ALIKE, Relation.TRAINED)
    assert found.figures["equal"] > 0.4


def test_tensors_under_other_names_are_paired_by_their_values() -> None:
    names = list(BASE)
    shuffled = {f"x.{number}": BASE[name] for number, name in enumerate(reversed(names))}
    found = told(shuffled)
    assert found.relation is Relation.IDENTICAL
    assert found.figures["paired_by_values"] > 10


def test_dimensions_of_one_value_do_not_count() -> None:
    copy = {name: values[:, :, None] if values.ndim == 2 else values for name, values in BASE.items()}
    assert told(copy).relation is Relation.IDENTICAL


def test_a_model_inside_a_larger_one_is_contained() -> None:
    larger = {**BASE, **{f"tower.{name}": values for name, values in small_model(4, layers=2, width=80).items()}}
    found = told(larger)
    assert (found.relation, found.strength) == (Relation.CONTAINED, Strength.STRONG)
    assert "lamp stand in the copy, which has more" in found.says
