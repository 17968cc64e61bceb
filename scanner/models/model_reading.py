"""Reads all of the model in an opened source into facts: files, layouts of tensors, and what its card says.

Edit this when the facts of a model take in one more thing of its source. What one kind of file holds is read in a
module of its own.
"""

from __future__ import annotations

from msgspec.structs import replace

from ..repository.model import Declarations, ModelCard
from ..results import Skipped
from ..sources.checkout import Checkout, Entry
from .layout_facts import TensorLayout
from .layout_templates import PackedLayout, pack_layout
from .model import ModelFacts
from .model_files import ReadModel, facts_of, is_model_file, own_name
from .strict_json import BrokenFactsError
from .tensors import has_tensors, layouts_of

# Of one source: a pipeline for pictures has some six models in its folders.
_MOST_LAYOUTS = 16


def holds_model(checkout: Checkout) -> bool:
    """Whether any file of a source is one of a model, by its name."""
    return any(isinstance(each, Entry) and is_of_model(each.path) for each in checkout.entries())


def is_of_model(path: str) -> bool:
    """Whether a file at ``path`` is one of a model that is read, by its name."""
    return is_model_file(path) or has_tensors(path)


def read_model(checkout: Checkout, name: str = "", said: Declarations | None = None) -> ReadModel | None:
    """The model in a source, which reports call ``name``; None where no file is one of a model.

    Of a source that is a part of another (``SOURCE!PATH``), the part alone is read. ``said`` is what the repository
    says of itself: the licence and the base models of its card are then among the facts.
    """
    listed = list(checkout.entries())
    if not any(isinstance(each, Entry) and is_of_model(each.path) for each in listed):
        return None
    part = replace(checkout, entries=lambda: iter(listed), whole=None)
    read = facts_of(part, name)
    reading = layouts_of(part)
    packed, unpacked = _packed(reading.layouts)
    facts = replace(
        read.facts if read else ModelFacts(name or own_name(checkout), checkout.root, checkout.released),
        release=checkout.commit or checkout.release,
        layouts=packed,
        licence=_licence(said.model_cards) if said else "",
        base_models=_base_models(said.model_cards) if said else (),
    )
    skipped = read.skipped if read else ()
    return ReadModel(facts, (*skipped, *reading.skipped, *unpacked), reading.layouts, reading.files)


def _packed(layouts: tuple[TensorLayout, ...]) -> tuple[tuple[PackedLayout, ...], list[Skipped]]:
    tried = [_packed_or_skipped(each) for each in layouts[:_MOST_LAYOUTS]]
    packed = tuple(each for each in tried if isinstance(each, PackedLayout))
    return packed, [each for each in tried if isinstance(each, Skipped)]


def _packed_or_skipped(layout: TensorLayout) -> PackedLayout | Skipped:
    try:
        return pack_layout(layout)
    except BrokenFactsError as error:
        return Skipped(layout.path, str(error))


def _licence(cards: tuple[ModelCard, ...]) -> str:
    known = [each.licence.licences[0] for each in _nearest(cards) if each.licence and each.licence.licences]
    return known[0] if known else ""


def _base_models(cards: tuple[ModelCard, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in _nearest(cards) for name in each.base_models))


def _nearest(cards: tuple[ModelCard, ...]) -> list[ModelCard]:
    """The cards nearest to the root: others are of parts."""
    depth = min((each.path.count("/") for each in cards), default=0)
    return [each for each in cards if each.path.count("/") == depth]
