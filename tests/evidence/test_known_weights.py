"""Weights of a source are known again by the samples that a corpus keeps of models."""

from __future__ import annotations

import numpy as np

from modelkin.evidence.known_weights import compare_samples
from modelkin.evidence.shared_weights import Weights
from modelkin.models.model import ModelFacts, WeightSamples
from modelkin.results import Relation, Strength
from modelkin.weights.checkpoint import largest
from modelkin.weights.samples import samples_of

from ..support.checkpoints import checkpoint, small_model, weights_of

BASE = small_model()


def in_file(model: dict[str, np.ndarray], dtype: str = "BF16") -> Weights:
    return weights_of({"model.safetensors": checkpoint(model, dtype)}, "torch")


def samples_in(weights: Weights) -> WeightSamples | None:
    checkpoint = largest(weights.name, weights.layouts, weights.files, weights.in_archive)
    return samples_of(checkpoint) if checkpoint else None


KNOWN = [ModelFacts(f"lantern/{seed}", weights=samples_in(in_file(small_model(seed), "F32"))) for seed in (3, 0, 4)] + [
    ModelFacts("lantern/without")
]


def test_the_same_weights_are_told_with_the_model() -> None:
    [found] = compare_samples(in_file({f"x{name}": values for name, values in BASE.items()}), KNOWN)
    assert (found.compared_with, found.relation, found.strength) == ("lantern/0", Relation.IDENTICAL, Strength.STRONG)
    assert found.says == "weights: 19 of 19 samples equal those of lantern/0"


def test_weights_that_were_made_of_a_models_are_told() -> None:
    chance = np.random.default_rng(1)
    [found] = compare_samples(in_file({k: v + chance.normal(0, 1e-3, v.shape) for k, v in BASE.items()}), KNOWN)
    assert (found.compared_with, found.relation) == ("lantern/0", Relation.ALIKE)
    assert any("same random start" in each for each in found.explained_by)


def test_unknown_weights_and_none_give_nothing() -> None:
    assert compare_samples(in_file(small_model(77)), KNOWN) == ()
    assert compare_samples(weights_of({"a.bin": b"x"}), KNOWN) == ()
    assert samples_in(weights_of({"a.bin": b"x"})) is None
