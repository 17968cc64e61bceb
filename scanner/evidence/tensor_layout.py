"""What the tensor layouts of two models have in common, as observations.

A layout is what an architecture looks like from outside: every model of it has these names. So it is never more than
supporting, and what no other known model has is told apart. Edit this when a layout says one thing more or less.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..models.layout_facts import TensorLayout
from ..results import EvidenceKind, Observation, Region, Relation, Strength
from ..support.budget import OverBudgetError, budget
from ..support.escaping import brief, escape
from .layout_fit import Fit, fit_layouts, names_in
from .layout_outline import outline

# With fewer names than this, or fewer different subtrees where hardly a name is kept, others fit by chance.
LEAST_NAMES = 20
LEAST_STRUCTURES = 4
LEAST_KEPT = 0.5
# Of the names of the larger side: models of one family share .68 to .75 (a Llama with more layers, one with biases), a
# model and its predecessor, which has another vision tower, .41, GPT-2 and Llama .006.
ALIKE = 0.5
CLOSE = 0.9
_MOST_RENAMES_SAID = 4
# Of processor time, for all that two layouts and known ones take.
SECONDS = 60.0
# Where the sum that an index states is off by the ratio of two widths, a tool that counts in another type explains it.
_WIDTH_RATIOS = (0.25, 0.5, 2.0, 4.0)
_WRONG = 0.05
_RATIO_ERROR = 0.001

_ARCHITECTURE = "every model of this architecture has tensors of these names"
_MORE_LAYERS = "all names of the one stand in the other, as where one has more layers or layers were taken out"
_CONVERSION = "a conversion for another library renames tensors as well"


def compare_layouts(
    copy: TensorLayout, original: TensorLayout, compared_with: str, known: Mapping[str, TensorLayout] = {}
) -> tuple[Observation, ...]:
    """What the layouts of ``copy`` and ``original`` say; ``compared_with`` names the latter.

    ``known`` are layouts of further models, by name, which may explain a part of what is shared: Llama's, of a model
    that is built on Llama. Neither side may be among them.
    """
    try:
        with budget(0, SECONDS):
            fit = fit_layouts(copy, original)
            by_name = fit
            if fit.shapes and fit.share < CLOSE:
                by_name = fit_layouts(copy, original, with_shapes=False)
            found = _layout(copy, original, compared_with, fit, by_name, known)
    except OverBudgetError as over:
        reason = str(over).partition(":")[0]
        said = f"tensor names were not compared with those of {escape(compared_with)}: aligning them {reason}"
        return (Observation(EvidenceKind.TENSOR_LAYOUT, Relation.NOT_COMPARED, Strength.NONE, said, compared_with),)
    return (found, *_compare_sizes(copy, original, compared_with, fit.share))


def _layout(
    copy: TensorLayout,
    original: TensorLayout,
    compared_with: str,
    fit: Fit,
    by_name: Fit,
    known: Mapping[str, TensorLayout],
) -> Observation:
    explained, explanations = _explained(fit, original, known)
    private = len(fit.pairs) - explained
    relation = _relation(fit)
    strength = _strength(fit, relation, private, bool(known))
    figures: dict[str, float] = {
        "names": fit.copy_names,
        "names_of_original": fit.original_names,
        "matched": len(fit.pairs),
        "equal": fit.equal,
        "share": round(fit.share, 4),
        "twins": fit.twins,
        "components": fit.components,
        "components_kept": fit.kept,
        "structures": fit.structures,
    }
    if known:
        figures["beyond_known"] = private
    if by_name is not fit:
        figures["matched_but_for_shapes"] = len(by_name.pairs)
    return Observation(
        EvidenceKind.TENSOR_LAYOUT,
        relation,
        strength,
        _says(fit, by_name, relation, compared_with),
        compared_with,
        figures,
        _explanations(fit, relation, strength, explanations),
        (Region(copy.path, 1, 1),),
        *((fit.renames, outline(fit)) if relation is not Relation.UNALIKE else ()),
    )


def _relation(fit: Fit) -> Relation:
    is_whole = len(fit.pairs) == fit.copy_names == fit.original_names
    if fit.copy_part or fit.original_part:
        return Relation.CONTAINED
    if is_whole and fit.equal == len(fit.pairs):
        return Relation.IDENTICAL
    if is_whole and not _is_chance(fit):
        return Relation.RENAMED
    return Relation.ALIKE if fit.share >= ALIKE else Relation.UNALIKE


def _is_chance(fit: Fit) -> bool:
    """Whether so few names are kept, in so simple a tree, that the one fits the other as it would fit any."""
    return not fit.shapes and fit.kept < LEAST_KEPT * fit.components and fit.structures < LEAST_STRUCTURES


def _is_inside(fit: Fit) -> bool:
    """Whether all names of the one stand in the other, which has more."""
    return len(fit.pairs) == min(fit.copy_names, fit.original_names) >= LEAST_NAMES


def _strength(fit: Fit, relation: Relation, private: int, has_known: bool) -> Strength:
    if min(fit.copy_names, fit.original_names) < LEAST_NAMES or _is_chance(fit):
        return Strength.NONE
    if relation is Relation.UNALIKE:
        return Strength.NONE if fit.was_cut or _is_inside(fit) else Strength.COUNTER
    if fit.share < CLOSE or (has_known and not private):
        return Strength.NONE
    return Strength.SUPPORTING


def _says(fit: Fit, by_name: Fit, relation: Relation, compared_with: str) -> str:
    shown = escape(compared_with)
    of = f"{len(fit.pairs):,} of {max(fit.copy_names, fit.original_names):,} tensor names"
    if relation is Relation.CONTAINED:
        inner = (
            f"the part {brief(fit.copy_part)} is laid out as all of {shown}"
            if fit.copy_part
            else (f"it is laid out as the part {brief(fit.original_part)} of {shown}")
        )
        return f"{inner}: {of}{_renamed(fit)}"
    if relation is Relation.IDENTICAL:
        shapes = ", and so are their shapes" if fit.shapes else ""
        return f"all {fit.copy_names:,} tensor names are those of {shown}{shapes}"
    said = f"{of} are those of {shown}, {fit.equal:,} as they stand{_renamed(fit)}"
    if by_name is not fit and len(by_name.pairs) > len(fit.pairs):
        said += f"; {len(by_name.pairs):,} are, where other shapes are let pass"
    return said + ("; more may be, for the comparison was cut short" if fit.was_cut else "")


def _renamed(fit: Fit) -> str:
    """The most frequent renames, in words."""
    if not fit.renames or fit.share < ALIKE:
        return ""
    named = [
        f"{brief(each.original)} is {brief(each.copy)} in {each.count:,}" for each in fit.renames[:_MOST_RENAMES_SAID]
    ]
    more = len(fit.renames) - _MOST_RENAMES_SAID
    return f" ({', '.join(named)}{f', and {more:,} more renames' if more > 0 else ''})"


def _explanations(fit: Fit, relation: Relation, strength: Strength, explanations: tuple[str, ...]) -> tuple[str, ...]:
    if relation is Relation.UNALIKE:
        return (_MORE_LAYERS,) if _is_inside(fit) else ()
    said = [_ARCHITECTURE]
    if fit.renames and strength is Strength.SUPPORTING:
        said.append(_CONVERSION)
    if relation is Relation.ALIKE and _is_inside(fit):
        said.append(_MORE_LAYERS)
    if fit.twins:
        said.append(
            f"{fit.twins:,} names are aligned up to twins: as q, k and v do, several fit one place equally well"
        )
    if _is_chance(fit):
        said.append("hardly a name is kept, and a tree as simple as this one fits others by chance")
    return (*said, *explanations)


def _explained(fit: Fit, original: TensorLayout, known: Mapping[str, TensorLayout]) -> tuple[int, tuple[str, ...]]:
    """How many of the shared names known models have as well, and each of these in a sentence."""
    shared = {name for _, name in fit.pairs}
    explained: set[str] = set()
    said = []
    for label, layout in known.items():
        names = shared & names_in(layout, original)
        if names:
            said.append(f"{escape(label)} has {len(names):,} of them as well")
            explained |= names
    return len(explained), tuple(said)


# The sum that an index states.


def _compare_sizes(
    copy: TensorLayout, original: TensorLayout, compared_with: str, share: float
) -> tuple[Observation, ...]:
    """An observation where both indexes state the same total: it says something only if it is wrong."""
    total = copy.total_size
    if not total or total != original.total_size or share < ALIKE:
        return ()
    ratios = [total / layout.held for layout in (copy, original) if layout.held]
    wrong = [ratio for ratio in ratios if abs(ratio - 1) > _WRONG]
    figures: dict[str, float] = {"total_size": total}
    figures |= {
        key: layout.held for key, layout in (("held", copy), ("held_by_original", original)) if layout.held is not None
    }
    shown = escape(compared_with)
    if not wrong:
        said = f"the index states {total:,} bytes in all, as that of {shown} does"
        explained: tuple[str, ...] = ("every model of these shapes and types has as many bytes",)
        strength = Strength.SUPPORTING
        if not ratios:
            explained += ("whether it is right was not seen: no header of the files was read",)
    else:
        said = f"the index states {total:,} bytes in all, as that of {shown} does, {wrong[0]:.3g} times what files hold"
        is_width = all(min(abs(ratio - each) for each in _WIDTH_RATIOS) < _RATIO_ERROR for ratio in wrong)
        strength = Strength.SUPPORTING if is_width or len(wrong) < 2 else Strength.STRONG
        explained = (
            ("a tool that counts in another type states this for every model of these shapes",) if is_width else ()
        )
    return (
        Observation(
            EvidenceKind.TENSOR_LAYOUT,
            Relation.IDENTICAL,
            strength,
            said,
            compared_with,
            figures,
            explained,
            (Region(copy.path, 1, 1),),
        ),
    )
