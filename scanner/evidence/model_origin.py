"""Finds the known models that a scanned one may be from: the closest are compared in full, and what they have of others
is explained away.

Edit this when more of a source is held against known models, or another of several is to be named. It is loaded only
for a source that holds a file of a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from ..models.json_files import base_name
from ..models.layout_facts import TensorLayout
from ..models.layout_templates import unpack_layout
from ..models.model import ModelFacts
from ..models.model_files import ReadModel
from ..models.model_reading import read_model
from ..models.strict_json import BrokenFactsError
from ..models.tensors import PICKLE
from ..results import EvidenceKind, FileDate, Observation, Relation, Skipped, Strength
from ..sources.checkout import Checkout
from ..support.budget import OverBudgetError, budget
from .known_models import KnownModels, named_tokens
from .model_names import any_model, any_of_family, is_of_family, likeness
from .shared_files import compare_files
from .shared_tokens import compare_tokenizers
from .shared_values import LEAST_EQUAL, compare_configurations
from .tensor_layout import compare_layouts
from .two_models import layout_pairs

# Of processor time, for all that one source is held against.
SECONDS = 60.0
# Known models that are told of, the one it is most likely from among them.
MOST_TOLD = 3
_MOST_ALSO = 5
_MOST_LAYOUT_PARENTS = 3
_SURE = (Strength.EXACT, Strength.STRONG)
DateOf = Callable[[str], FileDate]


class KnownOrigin(Struct, frozen=True):
    """A known model that a scanned one has something in common with."""

    name: str
    """What reports call it."""
    source: str = ""
    """From where its facts are."""
    date: str = ""
    """The ISO date from which it was public; empty where it is not known."""
    licence: str = ""
    """An SPDX expression; empty where it is not known."""
    base_models: tuple[str, ...] = ()
    """What it is built on, by its own card."""
    observations: tuple[Observation, ...] = ()
    """What both have in common, and what speaks against."""
    also: tuple[str, ...] = ()
    """Other known models of which the same can be said."""
    families: int = 1
    """How many families of known models have the tokens that both have."""
    has_more_tokens: bool = False
    """Whether it has all tokens of the scanned one and more: then it may as well be the later one."""
    names_it: bool = False
    """Whether classes that its own configuration names are called after the scanned one, and not after it."""

    def of_kind(self, *kinds: EvidenceKind) -> list[Observation]:
        """The observations of these kinds."""
        return [each for each in self.observations if each.kind in kinds]

    @property
    def has_weights(self) -> bool:
        """Whether a file of weights is the same, or values are, which no model explains that both are built on."""
        return any(
            each.strength in _SURE and each.says.startswith("weights")
            for each in self.of_kind(EvidenceKind.HASHES, EvidenceKind.WEIGHTS)
        )

    @property
    def has_tokenizer(self) -> bool:
        """Whether the tokenizer is equal: the same file or settings, or all its named tokens, some of them its own."""
        return any(map(_is_equal_tokenizer, self.observations))

    @property
    def has_some_tokens(self) -> bool:
        """Whether tokens of its own stand in the scanned one, at their ids."""
        told = [each for each in self.of_kind(EvidenceKind.TOKENIZER) if "classes" not in each.figures]
        return any(each.strength in _SURE for each in told) or self.has_tokenizer

    @property
    def has_layout(self) -> bool:
        """Whether all tensors are laid out alike; where that cannot be compared, whether the configuration, which says
        how they are, is alike in all sizes."""
        layouts = self._layouts()
        if layouts:
            return any(each.strength is Strength.SUPPORTING and _is_whole(each) for each in layouts)
        values = self.of_kind(EvidenceKind.CONFIGURATION)
        return any(each.strength is Strength.SUPPORTING for each in values) and not any(map(_counters, values))

    @property
    def is_supported(self) -> bool:
        """Whether layout or configuration speak for it, and neither against it."""
        told = [*self._layouts(), *self.of_kind(EvidenceKind.CONFIGURATION)]
        return any(each.strength is Strength.SUPPORTING for each in told) and not any(map(_counters, told))

    @property
    def is_countered(self) -> bool:
        """Whether its vocabulary or its layout is another."""
        kinds = (EvidenceKind.TOKENIZER, EvidenceKind.TENSOR_LAYOUT, EvidenceKind.CONFIGURATION)
        return any(map(_counters, self.of_kind(*kinds)))

    def _layouts(self) -> list[Observation]:
        return [each for each in self.of_kind(EvidenceKind.TENSOR_LAYOUT) if "matched" in each.figures]


class ModelOrigins(Struct, frozen=True):
    """What a scanned model has in common with known ones."""

    name: str = ""
    """What reports call it."""
    names: tuple[str, ...] = ()
    """All that it goes by."""
    path: str = ""
    """The file of it to look at first."""
    kinds: tuple[str, ...] = ()
    """What could be read of it: "configuration", "tokenizer", "tensor layout"; empty where it is no model."""
    known: int = 0
    """How many known models it was held against."""
    itself: KnownOrigin | None = None
    """The known model that it is by its own name."""
    origins: tuple[KnownOrigin, ...] = ()
    """Those it may be from, the likeliest first."""
    declared: tuple[KnownOrigin, ...] = ()
    """The known ones among those that its card calls its base, compared."""
    dated: FileDate = FileDate()
    """When the file at ``path`` first appeared; asked for where there is an origin."""
    skipped: tuple[Skipped, ...] = ()
    """What could not be read or compared."""

    @property
    def is_model(self) -> bool:
        """Whether anything of a model could be read."""
        return bool(self.kinds)

    @property
    def told(self) -> tuple[Observation, ...]:
        """The observations on the model that it is by its name, on the likeliest origin, and on what its card says."""
        held = (*((self.itself,) if self.itself else ()), *self.origins[:1], *self.declared)
        return tuple(observation for each in held for observation in each.observations)


NO_MODEL = ModelOrigins()


class Asked(NamedTuple):
    """What a source says of itself, and how it is dated."""

    name: str
    """What reports call it."""
    names: tuple[str, ...]
    """All that it goes by."""
    base_models: tuple[str, ...]
    """What its card calls its base."""
    date_of: DateOf


class _Read(NamedTuple):
    facts: ModelFacts
    layouts: tuple[TensorLayout, ...]
    modules: frozenset[str] | None
    weights: Mapping[str, Sequence[Observation]] = {}
    """What its weights are alike, by the name of the known model."""


def find_origins(checkout: Checkout, asked: Asked, models: Callable[[], Iterable[ModelFacts]]) -> ModelOrigins:
    """What the model in ``checkout``, if it is one, has in common with known ``models``, which are asked for then."""
    read = read_model(checkout, asked.name)
    if read is None:
        return NO_MODEL
    facts = read.facts
    kinds = tuple(_kinds(facts))
    # A pickle is told of beside what was compared; a folder with nothing else is no model to be read.
    skipped = tuple(each for each in read.skipped if kinds or each.reason != PICKLE)
    if not kinds:
        return ModelOrigins(skipped=skipped)
    names = [each.path for each in (checkout.whole or checkout.entries)() if each.path.endswith(".py")]
    modules = None if checkout.whole is None else frozenset(base_name(each)[:-3] for each in names)
    known = KnownModels(models())
    weights = _by_model(_of_weights(checkout, read, known.models))
    found = ModelOrigins(asked.name, asked.names, _path_of(facts), kinds, len(known.models), skipped=skipped)
    try:
        with budget(0, SECONDS):
            found = _compared(_Read(facts, read.layouts, modules, weights), known, asked, found)
    except OverBudgetError as over:
        reason = f"not held against known models: {str(over).partition(':')[0]}"
        return replace(found, skipped=(*skipped, Skipped(found.path, reason)))
    if found.origins:
        return replace(found, dated=asked.date_of(found.path))
    return found


def _of_weights(checkout: Checkout, read: ReadModel, known: Sequence[ModelFacts]) -> tuple[Observation, ...]:
    """Which known models, of those with samples, the values of weights are alike. Those on the Hub are not fetched."""
    sampled = [each for each in known if each.weights is not None]
    if not sampled or not read.files or checkout.repository:
        return ()
    from .known_weights import compare_samples  # what reads values: few sources hold them
    from .shared_weights import Weights

    weights = Weights(read.facts.name, read.layouts, read.files, checkout.archive is not None)
    return compare_samples(weights, sampled)


def _by_model(observations: Iterable[Observation]) -> dict[str, list[Observation]]:
    found: dict[str, list[Observation]] = {}
    for each in observations:
        found.setdefault(each.compared_with, []).append(each)
    return found


def _kinds(facts: ModelFacts) -> Iterable[str]:
    if any(len(each.values) >= LEAST_EQUAL for each in facts.configurations):
        yield "configuration"
    if facts.tokenizer is not None:
        yield "tokenizer"
    if facts.layouts:
        yield "tensor layout"


def _path_of(facts: ModelFacts) -> str:
    tokenizer = facts.tokenizer.paths if facts.tokenizer else ()
    listed = (*tokenizer, *(each.path for each in facts.configurations), *(each.path for each in facts.layouts))
    return listed[0] if listed else ""


def _compared(read: _Read, known: KnownModels, asked: Asked, found: ModelOrigins) -> ModelOrigins:
    def is_itself(model: ModelFacts) -> bool:
        return any_model(asked.names, model.name)

    closest = list(known.closest(read.facts, but=is_itself))
    alike = (each for each in known.models if each.name in read.weights and not is_itself(each))
    closest += [each for each in islice(alike, MOST_TOLD) if each not in closest]
    own = max(filter(is_itself, known.models), key=lambda each: likeness(asked.names, each.name), default=None)
    declared = [each for each in known.models if any_model(asked.base_models, each.name) and not is_itself(each)]
    # What it has of what it says it is, or is built on, needs no other origin.
    accounted = [*([own] if own else []), *declared[:MOST_TOLD]]
    told = [_origin(read, each, known, closest, accounted) for each in closest if each not in declared]
    return replace(
        found,
        itself=_origin(read, own, known) if own else None,
        origins=tuple(sorted(filter(_says_anything, told), key=_likelihood)[:MOST_TOLD]),
        declared=tuple(_origin(read, each, known) for each in declared[:MOST_TOLD]),
    )


def _origin(
    read: _Read,
    model: ModelFacts,
    known: KnownModels,
    others: Sequence[ModelFacts] = (),
    accounted: Sequence[ModelFacts] = (),
) -> KnownOrigin:
    parents = [*accounted, *(each for each in known.parents(model, read.facts) if each not in accounted)]
    observations = [
        *compare_files(read.facts, model, parents),
        *compare_tokenizers(read.facts, model, parents, read.modules, known.own_tokens(model)),
        *compare_configurations(read.facts, model, parents),
        *_of_layouts(read, model, parents),
        *read.weights.get(model.name, ()),
    ]
    mine, theirs = _tokens(read.facts), _tokens(model)
    shared = {number: token for number, token in mine.items() if theirs.get(number) == token}
    return KnownOrigin(
        model.name,
        model.source,
        model.date,
        model.licence,
        model.base_models,
        tuple(observations),
        tuple(each.name for each in others if _is_alike(each, model))[:_MOST_ALSO],
        len(known.families_with(shared)) if shared else 1,
        0 < len(shared) == len(mine) < len(theirs),
        _is_named_in(model, read.facts.name),
    )


def _is_named_in(model: ModelFacts, name: str) -> bool:
    """Whether a known model has classes of the family of the one called ``name``, which is another: left over there."""
    settings = model.tokenizer.settings if model.tokenizer else None
    classes = [each for held in (*model.configurations, *([settings] if settings else [])) for each in held.classes]
    return any_of_family(classes, name) and not is_of_family(model.name, name)


def _is_alike(one: ModelFacts, other: ModelFacts) -> bool:
    return one is not other and one.tokenizer == other.tokenizer and one.configurations == other.configurations


def _tokens(facts: ModelFacts) -> dict[int, bytes]:
    return named_tokens(facts.tokenizer.added) if facts.tokenizer else {}


def _of_layouts(read: _Read, model: ModelFacts, parents: Sequence[ModelFacts]) -> Iterable[Observation]:
    theirs = _unpacked(model)
    explaining: dict[str, TensorLayout] = {}
    for each in parents:
        if len(explaining) < _MOST_LAYOUT_PARENTS and (unpacked := _unpacked(each)):
            explaining[each.name] = unpacked[0]
    for ours, other in layout_pairs(read.layouts, theirs):
        yield from compare_layouts(ours, other, model.name, explaining)


def _unpacked(model: ModelFacts) -> list[TensorLayout]:
    try:
        return [unpack_layout(each) for each in model.layouts]
    except BrokenFactsError:  # of a damaged corpus: its other facts stand
        return []


def _says_anything(origin: KnownOrigin) -> bool:
    told = (each for each in origin.observations if "classes" not in each.figures)
    return any(each.strength in (*_SURE, Strength.SUPPORTING) for each in told)


def _likelihood(origin: KnownOrigin) -> tuple[object, ...]:
    """The likeliest comes first: by what of it is equal, then by how much, then the older one."""
    values = next((each for each in origin.of_kind(EvidenceKind.CONFIGURATION) if "equal" in each.figures), None)
    tokens = next((each for each in origin.of_kind(EvidenceKind.TOKENIZER) if "named_same" in each.figures), None)
    return (
        not origin.has_weights,
        not (origin.has_tokenizer and origin.has_layout),
        not origin.has_some_tokens,
        -sum(each.strength in _SURE for each in origin.observations),
        origin.has_more_tokens,
        not origin.has_layout,
        -(tokens.figures["named_same"] if tokens else 0),
        -(values.figures["bits"] if values else 0),
        origin.date or "9",
        origin.name,
    )


def _counters(each: Observation) -> bool:
    return each.strength is Strength.COUNTER


def _is_whole(each: Observation) -> bool:
    return each.relation in (Relation.IDENTICAL, Relation.RENAMED)


def _is_equal_tokenizer(each: Observation) -> bool:
    if each.kind is EvidenceKind.HASHES:
        return each.strength is Strength.EXACT and each.says.startswith("tokenizer")
    if each.kind is not EvidenceKind.TOKENIZER:
        return False
    if each.strength is Strength.EXACT:
        return True
    figures = each.figures
    is_all = "named_same" in figures and figures["named_same"] == figures["named_of_original"]
    return each.strength is Strength.STRONG and is_all
