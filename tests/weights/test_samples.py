"""Weights are known again by a few values of them, whatever their tensors are called."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from modelkin.models.model import WeightSamples
from modelkin.weights.checkpoint import Checkpoint
from modelkin.weights.samples import Known, SampleReader, samples_of

from ..support.checkpoints import checkpoint, small_model, weights_of

BASE = small_model()


def held(model: dict[str, np.ndarray], dtype: str = "F32") -> Checkpoint:
    weights = weights_of({"model.safetensors": checkpoint(model, dtype)})
    return Checkpoint("lamp", weights.layouts[0], weights.files, False)


@pytest.fixture(scope="module")
def known() -> WeightSamples:
    found = samples_of(held(BASE))
    assert found is not None
    return found


def against(model: dict[str, np.ndarray], known: WeightSamples, dtype: str = "F32") -> Known:
    found = SampleReader(held(model, dtype)).held_against(known)
    assert found is not None
    return found


def test_samples_are_small_and_the_same_in_every_run(known: WeightSamples) -> None:
    assert samples_of(held(BASE)) == known
    assert len(msgspec.json.encode(known)) < 4000
    assert msgspec.json.decode(msgspec.json.encode(known), type=WeightSamples) == known


@pytest.mark.parametrize("dtype", ["F32", "BF16"])
def test_the_same_weights_are_known_under_any_names(known: WeightSamples, dtype: str) -> None:
    renamed = {f"t{number}": values for number, values in enumerate(reversed(BASE.values()))}
    found = against(renamed, known, dtype)
    assert found.is_known
    assert found.compared == found.found == found.equal == len(known.names)


def test_weights_with_noise_are_known(known: WeightSamples) -> None:
    chance = np.random.default_rng(2)
    found = against({name: values + chance.normal(0, 1 / 708, values.shape) for name, values in BASE.items()}, known)
    assert (found.is_known, found.equal) == (True, 0)
    assert found.deviations > 30


def test_independent_weights_are_not(known: WeightSamples) -> None:
    found = [against(small_model(seed), known) for seed in range(1, 9)]
    assert not any(each.is_known for each in found)
    assert max(each.deviations for each in found) < 4


def test_other_shapes_and_other_versions_tell_nothing(known: WeightSamples) -> None:
    assert SampleReader(held(small_model(width=40))).held_against(known) is None
    later = msgspec.structs.replace(known, places=known.places + 1)
    cut = msgspec.structs.replace(known, values=known.values[:-1])
    for each in (later, cut):
        assert SampleReader(held(BASE)).held_against(each) is None


def test_too_few_matrices_give_no_samples() -> None:
    assert samples_of(held({"a": BASE["embed.weight"]})) is None
