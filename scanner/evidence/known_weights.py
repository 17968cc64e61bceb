"""Weights held against samples of known models: which model a source's weights are, or were made of.

Edit this when a corpus keeps more of weights than samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..models.model import ModelFacts, WeightSamples
from ..results import EvidenceKind, Observation, Region, Relation, Strength
from ..support.budget import OverBudgetError, budget
from ..support.escaping import escape
from ..weights.checkpoint import Checkpoint
from ..weights.samples import Known, SampleReader, samples_of
from .shared_weights import SECONDS, Weights

_START = "models that were trained from the same random start are alike, too"
_HOW = "modelkin compare --weights tells how the one came from the other"


def samples_in(weights: Weights) -> WeightSamples | None:
    """The samples of the largest model in a source, for a corpus to keep; None where there are no values to read."""
    return samples_of(_checkpoint(weights)) if _has_values(weights) else None


def compare_samples(weights: Weights, known: Iterable[ModelFacts]) -> tuple[Observation, ...]:
    """Which of ``known`` the weights of the largest model in a source are alike, beyond chance; the most alike first.

    Costs one read of 48 values for each matrix whose shape a known model has, however many models are known.
    """
    sampled = [each for each in known if each.weights is not None]
    if not sampled or not _has_values(weights):
        return ()
    try:
        with budget(0, SECONDS):
            found = list(_held(SampleReader(_checkpoint(weights)), sampled))
    except OverBudgetError:
        return ()
    found.sort(key=lambda pair: (-pair[1].found / pair[1].compared, -pair[1].deviations))
    return tuple(_observation(each, how, weights.layouts[0].path) for each, how in found)


def _held(reader: SampleReader, sampled: Iterable[ModelFacts]) -> Iterator[tuple[ModelFacts, Known]]:
    for each in sampled:
        held = reader.held_against(each.weights) if each.weights is not None else None
        if held is not None and held.is_known:
            yield each, held


def _has_values(weights: Weights) -> bool:
    return bool(weights.layouts) and weights.layouts[0].shapes is not None


def _checkpoint(weights: Weights) -> Checkpoint:
    return Checkpoint(weights.name, weights.layouts[0], weights.files, weights.in_archive)


def _observation(model: ModelFacts, held: Known, path: str) -> Observation:
    is_same = held.equal == held.compared
    what = "equal those" if is_same else f"are those, or were made of those (median correlation {held.alike:.3f}),"
    says = f"weights: {held.found:,} of {held.compared:,} samples {what} of {escape(model.name)}"
    return Observation(
        EvidenceKind.WEIGHTS,
        Relation.IDENTICAL if is_same else Relation.ALIKE,
        Strength.STRONG,
        says,
        model.name,
        {
            "samples": held.compared,
            "samples_found": held.found,
            "samples_equal": held.equal,
            "correlation": held.alike,
            "deviations": held.deviations,
        },
        (_HOW,) if is_same else (_START, _HOW),
        (Region(path, 1, 1),),
    )
