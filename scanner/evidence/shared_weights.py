"""What the values of two models' tensors have in common, as observations: how one came from the other, with figures.

What was read and decided is in the room `weights`; here it becomes sentences, with what else could explain each. Edit
this when a relation of weights says one thing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..models.layout_facts import TensorLayout
from ..models.tensors import PICKLE, TensorFile
from ..results import Curve, Drawing, EvidenceKind, Observation, Region, Relation, Skipped, Strength
from ..support.budget import OverBudgetError, budget
from ..support.escaping import escape
from ..weights.checkpoint import Checkpoint
from ..weights.descent import Descent, descent_of
from ..weights.positions import spread
from ..weights.residuals import Residuals, normal_histogram
from ..weights.spectra import Spectrum
from ..weights.tensor_pairs import PairsRead, read_pairs
from ..weights.value_types import Values
from .layout_fit import fit_layouts
from .weight_words import Told, explained_by, says

SECONDS = 60.0
# Fewer matrices or values do not speak against a model.
_LEAST_MATRICES, _LEAST_VALUES = 3, 4096
# Of the model that has most of its values in tensors with a partner: of less, most was not compared.
_LEAST_COVERED = 0.5
_MOST_DRAWN = 64


class Weights(NamedTuple):
    """The files of weights of one model."""

    name: str
    layouts: Sequence[TensorLayout]
    files: Mapping[str, TensorFile]
    in_archive: bool = False
    has_pickles: bool = False


def compare_weights(
    copy: Weights,
    original: Weights,
    layouts: Sequence[tuple[TensorLayout, TensorLayout]],
    parents: Sequence[Weights] = (),
    most_bytes: int = 4_000_000,
    deep: bool = False,
) -> tuple[tuple[Observation, ...], tuple[Skipped, ...]]:
    """What the weights of each of ``layouts``, pairs of both sides', say; and the files that could not be read.

    Of each side up to ``most_bytes`` of values are read, and with ``deep`` windows and rows of some matrices besides.
    ``parents`` are models that the copy may be merged of.
    """
    known = [pair for pair in layouts if all(each.shapes is not None for each in pair)]
    if not known:
        return (_not_compared(original.name, _why_not(copy, original)),), ()
    found: list[Observation] = []
    skipped: list[Skipped] = []
    for pair in known:
        comparison = _Comparison(copy, original, pair, most_bytes // len(known))
        found.append(comparison.observation(parents, deep))
        skipped += comparison.skipped()
    return tuple(found), tuple(skipped)


def _why_not(copy: Weights, original: Weights) -> str:
    for side in (copy, original):
        if not side.files:
            return f"{escape(side.name)}: {PICKLE if side.has_pickles else 'no file of weights that could be read'}"
    return "no two files of weights stand for each other"


def _not_compared(compared_with: str, why: str, region: tuple[Region, ...] = ()) -> Observation:
    says = f"values of tensors were not compared: {why}"
    return Observation(EvidenceKind.WEIGHTS, Relation.NOT_COMPARED, Strength.NONE, says, compared_with, regions=region)


class _Comparison:
    """Two checkpoints while they are compared."""

    def __init__(
        self, copy: Weights, original: Weights, layouts: tuple[TensorLayout, TensorLayout], most_bytes: int
    ) -> None:
        self.name = original.name
        self.layouts = layouts
        self.most_bytes = most_bytes
        self.copy, self.original = (
            Checkpoint(side.name, layout, side.files, side.in_archive)
            for side, layout in zip((copy, original), layouts, strict=True)
        )

    def skipped(self) -> Iterator[Skipped]:
        yield from self.copy.skipped.values()
        for each in self.original.skipped.values():
            yield Skipped(f"{self.original.name}!{each.path}", each.reason)

    def observation(self, parents: Sequence[Weights], deep: bool) -> Observation:
        region = (Region(self.layouts[0].path, 1, 1),)
        try:
            with budget(0, SECONDS):
                names = fit_layouts(*self.layouts).pairs
                read = read_pairs(self.copy, self.original, names, self.most_bytes)
                values = {each.name: found for each in parents if (found := self._of_parent(each, read))}
                decided = descent_of(self.copy, self.original, read, values, deep)
        except OverBudgetError as over:
            return _not_compared(self.name, f"reading them {str(over).partition(':')[0]}", region)
        if decided.relation is Relation.NOT_COMPARED:
            why = "; ".join(read.not_compared) or "no matrices of one shape in both that vary"
            return _not_compared(self.name, why, region)
        told = Told(decided, read, escape(self.name))
        return Observation(
            EvidenceKind.WEIGHTS,
            decided.relation,
            _strength(decided, read),
            says(told),
            self.name,
            self._figures(decided, read),
            tuple(explained_by(told, deep)),
            region,
            drawings=tuple(_drawings(decided)),
        )

    def _of_parent(self, parent: Weights, read: PairsRead) -> dict[str, Values]:
        """The values of a parent's tensors at the places that were read, by the original's names."""
        if not parent.layouts or parent.layouts[0].shapes is None:
            return {}
        layout = parent.layouts[0]
        checkpoint = Checkpoint(parent.name, layout, parent.files, parent.in_archive)
        names = {theirs: name for name, theirs in fit_layouts(layout, self.layouts[1]).pairs}
        wanted = [
            (each, tensor)
            for each in read.pairs
            if (tensor := checkpoint.tensors.get(names.get(each.name, ""))) and tensor.sizes == each.original.sizes
        ]
        checkpoint.read_ahead((tensor, each.blocks) for each, tensor in wanted)
        values = {each.name: checkpoint.finite_values(tensor, each.blocks) for each, tensor in wanted}
        return {name: each for name, each in values.items() if each is not None}

    def _figures(self, decided: Descent, read: PairsRead) -> dict[str, float]:
        figures: dict[str, float] = {
            "tensors": len(read.pairs),
            "matrices": len(read.matrices),
            "paired_by_values": read.by_values,
            "without_partner": read.alone[0],
            "without_partner_in_original": read.alone[1],
            "covered": read.covered[0],
            "covered_of_original": read.covered[1],
            "values": read.values,
            "bytes_read": self.copy.bytes_read,
            "bytes_read_of_original": self.original.bytes_read,
            "requests": self.copy.requests,
            "correlation": decided.alike,
            "related": decided.related,
            "equal": decided.equal,
            "changed": decided.changed,
        }
        if decided.residuals is not None:
            figures |= _of_residuals(decided.residuals)
        if decided.quantised is not None:
            figures |= {"bits": decided.quantised.bits, "group": decided.quantised.group}
        if decided.merge is not None:
            figures |= {f"weight_of_{name}": weight for name, weight in decided.merge.weights.items()}
        if decided.moved is not None:
            figures |= {"units": decided.moved.units, "units_found": decided.moved.found}
            figures |= {"angles": decided.moved.angles, "same_rows": decided.moved.same_rows}
        optional = {"zeros": decided.zeros, "rank": decided.rank}
        return figures | {name: value for name, value in optional.items() if value}


def _of_residuals(found: Residuals) -> dict[str, float]:
    return {
        "sigma": found.scale,
        "sigma_low": found.interval[0],
        "sigma_high": found.interval[1],
        "spread": found.spread,
        "ratio": found.ratio,
        "distance": found.distance,
        "stayed": found.stayed,
    }


def _strength(decided: Descent, read: PairsRead) -> Strength:
    is_little = len(read.matrices) < _LEAST_MATRICES or sum(len(each.ours) for each in read.matrices) < _LEAST_VALUES
    match decided.relation:
        case Relation.IDENTICAL | Relation.CAST if read.is_whole:
            return Strength.EXACT
        case Relation.UNALIKE:
            return Strength.NONE if is_little else Strength.COUNTER
        case Relation.SHARED_START | Relation.ALIKE:
            return Strength.SUPPORTING
    return Strength.SUPPORTING if is_little or max(read.covered) < _LEAST_COVERED else Strength.STRONG


# Drawings.


def _drawings(decided: Descent) -> Iterator[Drawing]:
    found = decided.residuals
    if found is not None:
        says = "Residuals (bars) and the normal distribution of one scale that fits best (line), from -4 to 4 scales"
        yield Drawing(Curve.RESIDUALS, says, found.histogram, normal_histogram())
        scales = tuple(spread(found.scales, _MOST_DRAWN))
        says = "The scale of the residual of each matrix (bars) and the one that fits all (line)"
        yield Drawing(Curve.SCALES, says, scales, (found.scale,) * len(scales))
    if decided.spectra:
        yield _drawn(_typical(decided))


def _typical(decided: Descent) -> Spectrum:
    """The spectrum with the middle gap, of those with the rank that was found, if one was."""
    chosen = [each for each in decided.spectra if each.rank == decided.rank] or list(decided.spectra)
    return sorted(chosen, key=lambda each: each.gap)[len(chosen) // 2]


def _drawn(spectrum: Spectrum) -> Drawing:
    says = f"Singular values of the residual of {spectrum.name} (bars) and the edge of noise (line)"
    values = spectrum.values[:_MOST_DRAWN]
    return Drawing(Curve.SINGULAR_VALUES, says, values, (spectrum.edge,) * len(values))
