"""Weights held against samples of known models: which model a source's weights are, or were made of.

Edit this when a corpus keeps more of weights than samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..models.model import ModelFacts
from ..results import EvidenceKind, Observation, Region, Relation, Strength
from ..support.budget import OverBudgetError, budget
from ..support.escaping import escape
from ..weights.checkpoint import largest
from ..weights.samples import Known, SampleReader
from .shared_weights import SECONDS, Weights

_START = "models that were trained from the same random start are alike, too"
_HOW = "modelkin compare --weights tells how the one came from the other"


def compare_samples(weights: Weights, known: Iterable[ModelFacts]) -> tuple[Observation, ...]:
    """Which of ``known`` the weights of the largest model in a source are alike, beyond chance; the most alike first.

    Costs one read of 48 values for each matrix whose shape a known model has, however many models are known.
    """
    sampled = [each for each in known if each.weights is not None]
    checkpoint = largest(weights.name, weights.layouts, weights.files, weights.in_archive) if sampled else None
    if checkpoint is None:
        return ()
    try:
        with budget(0, SECONDS):
            found = list(_held(SampleReader(checkpoint), sampled))
    except OverBudgetError:
        return ()
    found.sort(key=lambda pair: (-pair[1].found / pair[1].compared, -pair[1].deviations))
    return tuple(_observation(each, how, weights.layouts[0].path) for each, how in found)


def _held(reader: SampleReader, sampled: Iterable[ModelFacts]) -> Iterator[tuple[ModelFacts, Known]]:
    for each in sampled:
        held = reader.held_against(each.weights) if each.weights is not None else None
        if held is not None and held.is_known:
            yield each, held


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
