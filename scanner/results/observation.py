"""What two models have in common beside their code: an observation, its strength, and what else could explain it.

Each stands for itself; nothing adds them up. Edit this when evidence of a new kind comes in, or says one thing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from .file_verdict import Region, Rename


class EvidenceKind(Enum):
    """What is compared."""

    HASHES = "hashes"
    """The bytes of files."""
    DATES = "dates"
    """When files were first committed, and which version of one a copy equals."""
    CONFIGURATION = "configuration"
    """Values by key."""
    TOKENIZER = "tokenizer"
    """Tokens at their ids, settings, vocabulary and merges."""
    TENSOR_LAYOUT = "tensor-layout"
    """Names and shapes of tensors."""
    WEIGHTS = "weights"
    """Values of tensors."""
    PREDICTIONS = "predictions"
    """What models answer."""


class Relation(Enum):
    """What the one is to the other, as far as one kind of evidence tells."""

    IDENTICAL = "identical"
    """The same bytes, or the same content."""
    RENAMED = "renamed"
    """The same but for names, under a one-to-one renaming."""
    CONTAINED = "contained"
    """All of the one is a part of the other."""
    CAST = "cast"
    """The same values, rounded to another type."""
    NOISE = "noise"
    """The other's values and noise of one scale."""
    QUANTISED = "quantised"
    """The other's values on a grid of few bits."""
    PRUNED = "pruned"
    """The other's values, many of them made 0."""
    ADAPTED = "adapted"
    """The other's matrices and a change of low rank: an adapter that was merged."""
    MERGED = "merged"
    """A weighted sum of the other one and named parents."""
    TRAINED = "trained"
    """The other's values, each tensor changed in its own way: trained further."""
    SHARED_START = "shared-start"
    """Values alike as those of models that began alike, or that were trained far apart."""
    PERMUTED = "permuted"
    """The other's units in another order."""
    ROTATED = "rotated"
    """The other's values in a space that was turned."""
    ALIKE = "alike"
    """More in common than models that have nothing to do with each other, and some differences."""
    EARLIER = "earlier"
    """The other one had it first."""
    LATER = "later"
    """The other one had it afterwards."""
    UNALIKE = "unalike"
    """No more in common than models that have nothing to do with each other."""
    NOT_COMPARED = "not-compared"
    """Not looked at: ``says`` tells why."""


class Strength(Enum):
    """How much an observation says about where a model is from."""

    EXACT = "exact"
    """The same content, which nobody has by chance."""
    STRONG = "strong"
    """Not explained by chance, nor by a common architecture."""
    SUPPORTING = "supporting"
    """To be expected of a copy, and of others as well."""
    NONE = "none"
    """Tells nothing either way."""
    COUNTER = "counter"
    """Speaks against it."""


class LayoutRow(Struct, frozen=True):
    """One row of the outline of two tensor layouts: a subtree, or several of which each is too small to be shown."""

    depth: int
    """How many rows it stands inside of."""
    copy: str
    """What it is called in the copy, from the row around it on: ``vison``, ``encoder.layers.0-26``. Empty for the
    whole, and where the copy has none."""
    original: str
    """What it is called in the original."""
    copy_count: int
    """How many tensors of the copy are in it."""
    original_count: int
    """How many of the original."""
    matched: int
    """How many of these stand for each other."""
    summed: int = 0
    """How many subtrees it stands for that are not shown one by one; 0 for one that is shown."""


class Curve(Enum):
    """What a drawing of figures shows."""

    RESIDUALS = "residuals"
    """The shares of residuals from -4 to 4 scales, beside those of a normal distribution."""
    SCALES = "scales"
    """The scale of the residual of each tensor, beside the one that fits all."""
    SINGULAR_VALUES = "singular-values"
    """Those of the residual of one matrix, beside the edge that noise would have."""


class Drawing(Struct, frozen=True):
    """Figures that are seen better than read: at most 64 of a kind."""

    curve: Curve
    """What they are."""
    says: str
    """What is to be seen, in a sentence."""
    values: tuple[float, ...]
    """What was found, in order."""
    beside: tuple[float, ...]
    """What it is held against, as many."""


class Observation(Struct, frozen=True):
    """One thing that was compared, and what came out."""

    kind: EvidenceKind
    """What was compared."""
    relation: Relation
    """What the one is to the other."""
    strength: Strength
    """How much that says."""
    says: str
    """It in a sentence, with its figures."""
    compared_with: str
    """The model or source that it is held against, by name."""
    figures: Mapping[str, float] = {}
    """Counts, shares (0 to 1) and bits, by name."""
    explained_by: tuple[str, ...] = ()
    """What else could explain it, a sentence each: "every model of this architecture has it"."""
    regions: tuple[Region, ...] = ()
    """The files it is about, on the side of the copy."""
    renames: tuple[Rename, ...] = ()
    """How names of the original became those of the copy."""
    outline: tuple[LayoutRow, ...] = ()
    """Of tensor layouts that fit: both as one outline, the whole first, each row before those inside it."""
    drawings: tuple[Drawing, ...] = ()
    """Figures of it to be drawn."""
