"""Which model a repository says or shows that it is made from, and how: ``base_model`` and ``base_model_relation``.

What a tool wrote down beside the weights counts first, then what known models have in common with it. Where that
leaves a choice, it is left to a person, with what speaks for which. Edit this when one more file says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..evidence.model_names import any_model, any_of_family, is_model, is_of_family, names_model
from ..evidence.model_naming import NAME_KEY
from ..evidence.model_origin import KnownOrigin, ModelOrigins
from ..repository.layout import below
from ..repository.model import Declarations, ModelCard
from ..repository.texts import read_text
from ..results import EvidenceKind, Relation, Skipped, Strength
from ..sources.checkout import Checkout, Entry
from ..support.json_text import BrokenJsonError, parse_json
from ..support.lazy import lazy_pattern

ADAPTER, MERGE, QUANTISED, FINETUNE = "adapter", "merge", "quantized", "finetune"
RELATIONS = (ADAPTER, MERGE, QUANTISED, FINETUNE)

HUB_ID = lazy_pattern(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_ADAPTER_FILE = "adapter_config.json"
_MERGE_FILES = ("mergekit_config.yml", "mergekit_config.yaml")
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".safetensors.index.json", ".bin.index.json")
_OF_ADAPTERS = lazy_pattern(r"adapter_model\b.*|training_args\.bin|.*optimizer.*|.*scheduler.*|rng_state.*")
# Converted to another file, every value as it was.
_NOT_QUANTISED = lazy_pattern(r".*[-._](?:f16|f32|bf16|fp16|fp32)(?:[-._].*)?\.gguf", re.IGNORECASE)
# Methods that make a model smaller after its training. bitsandbytes also serves training; in fp8 models are trained.
_METHODS = frozenset(("gptq", "awq", "aqlm", "quip", "exl2", "exl3", "hqq", "vptq", "spqr"))
_MOST_BASES = 20
_TRAINED = frozenset((Relation.TRAINED, Relation.ADAPTED))


class Artefacts(NamedTuple):
    """What tools wrote down at the root of a repository, beside the weights."""

    adapter_base: str | None = None
    """What an adapter is for; empty where it says none, None where there is no adapter."""
    merged: tuple[str, ...] | None = None
    """What was merged; empty where it cannot be read, None where nothing was."""
    quantised: str = ""
    """What says that the weights are on a grid of few bits; empty where nothing does."""
    unsettled: str = ""
    """What only may say so."""


class Bases(NamedTuple):
    """What a card may say of where its model is from."""

    models: tuple[str, ...] = ()
    by: str = ""
    """What the models are known by."""
    relation: str = ""
    relation_by: str = ""
    unclear: str = ""
    """Why the relation is left open, and what to write; empty where it is known, or nobody asks."""
    left: tuple[str, ...] = ()
    """What else is left to a person."""


def read_artefacts(checkout: Checkout, root: str) -> Artefacts:
    """What stands at the ``root`` of the repository. Nothing is run; what cannot be read says nothing.

    Of a repository of the Hub weights are not listed: where it has a ``config.json``, it may hold whole ones.
    """
    listed = (checkout.whole or checkout.entries)()
    entries = {below(root, each.path): each for each in listed if isinstance(each, Entry)}
    names = [name for name in entries if "/" not in name]
    adapter = _json(entries.get(_ADAPTER_FILE))
    is_whole = any(map(_is_whole_weights, names)) or (bool(checkout.repository) and "config.json" in names)
    is_adapter = _ADAPTER_FILE in names and not is_whole
    merge = next((entries[name] for name in _MERGE_FILES if name in names), None)
    grids = [name for name in names if name.lower().endswith(".gguf")]
    quantised, unsettled = _quantised(entries)
    if grids and not any(map(_is_whole_weights, names)):
        on_a_grid = [name for name in grids if not _NOT_QUANTISED.fullmatch(name)]
        quantised = quantised or (on_a_grid[0] if on_a_grid else "")
    return Artefacts(
        str(adapter.get("base_model_name_or_path") or "") if is_adapter else None,
        None if merge is None else tuple(_merged(merge)),
        quantised,
        unsettled,
    )


def _is_whole_weights(name: str) -> bool:
    return name.lower().endswith(_WEIGHTS) and not _OF_ADAPTERS.fullmatch(name.lower())


def _json(entry: Entry | None) -> dict[str, Any]:
    text = read_text(entry) if entry else None
    if not isinstance(text, str):
        return {}
    try:
        loaded = parse_json(text, strict=False)
    except BrokenJsonError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _quantised(entries: dict[str, Entry]) -> tuple[str, str]:
    if "quantize_config.json" in entries:
        return "quantize_config.json", ""
    settings = _json(entries.get("config.json")).get("quantization_config")
    method = settings.get("quant_method") if isinstance(settings, dict) else None
    if not isinstance(method, str):
        return "", ""
    said = f"quantization_config of config.json ({method[:40]})"
    return (said, "") if method.lower() in _METHODS else ("", said)


def _merged(entry: Entry) -> Iterator[str]:
    from ..support.yaml import BrokenYamlError, read_plain_yaml

    text = read_text(entry)
    if isinstance(text, Skipped):
        return
    try:
        loaded = read_plain_yaml(text.encode("utf-8", "replace"))
    except BrokenYamlError:
        return
    yield from dict.fromkeys(each for each in _models_in(loaded) if HUB_ID.fullmatch(each))


def _models_in(value: Any) -> Iterator[str]:
    """Whatever stands under ``model`` or ``base_model``; of ``model+adapter`` the model."""
    if isinstance(value, list):
        for each in value:
            yield from _models_in(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("model", "base_model") and isinstance(inner, str):
                yield inner.partition("+")[0].partition("@")[0].strip()
            else:
                yield from _models_in(inner)


def find_bases(
    declared: tuple[str, ...] | None,
    found: Artefacts,
    said: Declarations,
    card: ModelCard | None,
    origins: Callable[[], ModelOrigins | None],
) -> Bases:
    """What is known of the base and of the relation to it, beyond what the card declares already.

    ``origins`` is asked for only where no file names the base.
    """
    if declared is None:
        return Bases(left=("base_model: it has a value of its own shape: look whether it is right",))
    bases = _declared(declared, found) if declared else _undeclared(found, said, card, origins)
    relation, by, unclear = _relation(found)
    if not (declared or bases.models) or (bases.relation and not relation):
        return bases
    is_asked = bool(bases.models or (declared and found.unsettled))
    return bases._replace(relation=relation, relation_by=by, unclear=unclear if is_asked else "")


def _undeclared(
    found: Artefacts, said: Declarations, card: ModelCard | None, origins: Callable[[], ModelOrigins | None]
) -> Bases:
    written = _written_down(found)
    if written is not None:
        return written
    named, known = _named(said), origins()
    if named is None:
        return _of_origins(card, known)
    sure = next((each for each in known.origins if _is_sure(each)), None) if known else None
    if sure is not None and not any(is_of_family(sure.name, each) for each in named.models):
        told = f"{named.by} says {', '.join(named.models)}, but it has much of {sure.name}"
        return Bases(left=(f"base_model: {told}: write which it is made from",)) if named.models else named
    return named


def _declared(declared: tuple[str, ...], found: Artefacts) -> Bases:
    other = found.adapter_base or ""
    if HUB_ID.fullmatch(other) and not any_model(declared, other):
        return Bases(left=(f"base_model: the card says {', '.join(declared)}, {_ADAPTER_FILE} says {other}",))
    return Bases()


def _written_down(found: Artefacts) -> Bases | None:
    """The base by what a tool wrote down for the purpose."""
    if found.adapter_base is not None:
        if HUB_ID.fullmatch(found.adapter_base):
            return Bases((found.adapter_base,), f"base_model_name_or_path of {_ADAPTER_FILE}")
        given = f"a path ({found.adapter_base[:80]})" if found.adapter_base else "none"
        told = f"{_ADAPTER_FILE} names {given}: write the id of the model that the adapter is for"
        return Bases(left=(f"base_model: {told}",))
    if found.merged is not None:
        if 0 < len(found.merged) <= _MOST_BASES:
            return Bases(found.merged, "mergekit's configuration")
        return Bases(left=("base_model: mergekit's configuration names no models of the Hub: write which were merged",))
    return None


def _named(said: Declarations) -> Bases | None:
    """The base by the name from which the model was loaded when its configuration was written."""
    here = (each for each in said.leftovers if "/" not in below(said.root, each.region.path))
    names = [each.repository for each in here if each.key == NAME_KEY]
    named = [each for each in dict.fromkeys(names) if HUB_ID.fullmatch(each)]
    if len(named) == 1:
        return Bases((named[0],), f"{NAME_KEY} of its configuration")
    if named:
        return Bases(left=(f"base_model: its configuration names {' and '.join(named[:3])}: write which it is from",))
    return None


def _of_origins(card: ModelCard | None, found: ModelOrigins | None) -> Bases:
    """The base by what a known model has in common with this one."""
    origin = next((each for each in found.origins if _is_sure(each)), None) if found else None
    if found is None or origin is None:
        return Bases()
    if _is_open_who_was_first(origin, found):
        return Bases(left=(f"base_model: it has much of {origin.name}, but not which of the two is older is known",))
    candidates = [origin.name] if origin.has_weights else [origin.name, *origin.also]
    in_prose = [each for each in candidates if card and names_model(card.text, each)]
    chosen = in_prose if len(in_prose) == 1 else candidates
    if len(chosen) > 1:
        alike = " and ".join(chosen[:4])
        return Bases(left=(f"base_model: {alike} are the same in what was read: write which it is",))
    if any_of_family(found.names, origin.name) and not in_prose and not origin.has_weights:
        family = f"by its name it is of the family of {origin.name}"
        return Bases(left=(f"base_model: {family}: write that if it is made from it",))
    if not HUB_ID.fullmatch(chosen[0]):
        return Bases(left=(f"base_model: it has much of {chosen[0]}: write the id of that model on the Hub",))
    relation = _of_weights(origin, chosen[0])
    by = "its weights" if origin.has_weights else "its tokenizer and layout"
    told = f"{by}, as those of {chosen[0]}"
    return Bases((chosen[0],), told, relation, "how its weights differ" if relation else "")


def _is_sure(origin: KnownOrigin) -> bool:
    return not origin.names_it and (origin.has_weights or (origin.has_tokenizer and origin.has_layout))


def _is_open_who_was_first(origin: KnownOrigin, found: ModelOrigins) -> bool:
    ours, theirs = found.dated.date, origin.date
    return bool(ours and theirs and ours < theirs) or (origin.has_more_tokens and not (theirs and ours >= theirs))


def _of_weights(origin: KnownOrigin, name: str) -> str:
    told = (
        each.relation
        for each in origin.of_kind(EvidenceKind.WEIGHTS)
        if is_model(each.compared_with, name) and each.strength in (Strength.EXACT, Strength.STRONG)
    )
    return next(filter(None, map(_relation_of, told)), "")


def _relation_of(relation: Relation) -> str:
    if relation in _TRAINED:
        return FINETUNE
    return {Relation.QUANTISED: QUANTISED, Relation.MERGED: MERGE}.get(relation, "")


def _relation(found: Artefacts) -> tuple[str, str, str]:
    """The relation, what says so, and why it is left open where it is."""
    said: list[tuple[str, str]] = []
    if found.adapter_base is not None:
        said.append((ADAPTER, _ADAPTER_FILE))
    if found.merged is not None:
        said.append((MERGE, "mergekit's configuration"))
    if found.quantised:
        said.append((QUANTISED, found.quantised))
    if len(said) == 1:
        return (*said[0], "")
    told = " and ".join(by for _, by in said) or found.unsettled
    told = f"{told} may mean more than one" if told else "no file says which of these it is"
    return "", "", f"{told}: write {', '.join(RELATIONS[:-1])} or {RELATIONS[-1]}"
