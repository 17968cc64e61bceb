"""Reads the JSON files of the model in a source into its facts: `facts_of`. Edit this when one more is read.

`model_reading` adds what the headers of its weights and its card tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from ..results import Skipped
from ..sources.checkout import Checkout, Entry
from .config_values import OF_MODEL, PLUMBING, configuration_values
from .file_identities import file_identities
from .json_files import base_name, read_bytes, read_object
from .layout_facts import TensorLayout
from .model import ConfigurationValues, ModelFacts
from .tensors import TensorFile
from .token_files import FILES as TOKENIZER_FILES
from .token_files import tokenizer_facts

# The first that is there says what the model is; the others how it is used.
CONFIGURATIONS = (
    "config.json",
    "params.json",
    "generation_config.json",
    "preprocessor_config.json",
    "processor_config.json",
)
_MERGES = "merges.txt"
_ARCHITECTURE = frozenset(("config.json", "params.json"))


class ReadModel(Struct, frozen=True):
    """A model as it was read."""

    facts: ModelFacts
    skipped: tuple[Skipped, ...] = ()
    """The files of it that could not be read, and why."""
    layouts: tuple[TensorLayout, ...] = ()
    """Where its weights were looked at, too: how they are laid out, as read, that of the most tensors first."""
    files: Mapping[str, TensorFile] = {}
    """Then also the files of weights whose header was read, by path."""


def facts_of(checkout: Checkout, name: str = "") -> ReadModel | None:
    """The facts of the model in ``checkout``; None where it holds no file of one.

    Of several models in one source it is the one nearest to the root.
    """
    skipped: list[Skipped] = []
    listed = (item for item in (checkout.whole or checkout.entries)() if isinstance(item, Entry))
    own = _of_one_model([each for each in listed if _has_a_name(each, skipped)])
    if not own:
        return None
    configurations = tuple(_configurations(own, skipped))
    objects = {}
    for entry in _named(own, TOKENIZER_FILES):
        loaded = read_object(entry)
        if isinstance(loaded, Skipped):
            skipped.append(loaded)
        else:
            objects[entry.path] = loaded
    tokenizer, broken = tokenizer_facts(objects, _merges(own, skipped))
    facts = ModelFacts(
        name or own_name(checkout),
        checkout.root,
        checkout.released,
        configurations=configurations,
        tokenizer=tokenizer,
        files=tuple(file_identities(checkout, own.values())),
    )
    return ReadModel(facts, (*skipped, *broken))


def own_name(checkout: Checkout) -> str:
    """What to call the model in a source that nobody has named."""
    return checkout.repository or checkout.project or base_name(checkout.root.rstrip("/"))


def is_model_file(path: str) -> bool:
    """Whether a file by this name is read here."""
    return base_name(path) in _READ


_READ = frozenset((*CONFIGURATIONS, *TOKENIZER_FILES))


def _has_a_name(entry: Entry, skipped: list[Skipped]) -> bool:
    """Facts are stored as UTF-8, and so are the paths in them."""
    if entry.path.isascii() or not any("\ud800" <= each <= "\udfff" for each in entry.path):
        return True
    if is_model_file(entry.path):
        skipped.append(Skipped(entry.path, "its path is not UTF-8: not read as a part of a model"))
    return False


def _of_one_model(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The files beside the configuration or tokenizer that is nearest to the root, by their names."""
    named = [each for each in entries if is_model_file(each.path)]
    folders = {each.path.rpartition("/")[0] for each in named}
    if not folders:
        return {}
    nearest = min(folders, key=lambda folder: (folder.count("/") + bool(folder), folder))
    own = [each for each in entries if each.path.rpartition("/")[0] == nearest]
    return {base_name(each.path): _read_once(each) if is_model_file(each.path) else each for each in own}


def _read_once(entry: Entry) -> Entry:
    """For what is read for its facts and for its hashes."""
    return replace(entry, read=lru_cache(maxsize=1)(entry.read))


def _named(own: dict[str, Entry], names: Iterable[str]) -> list[Entry]:
    return [own[name] for name in names if name in own]


def _configurations(own: dict[str, Entry], skipped: list[Skipped]) -> Iterable[ConfigurationValues]:
    for entry in _named(own, CONFIGURATIONS):
        loaded = read_object(entry)
        leave = OF_MODEL if base_name(entry.path) in _ARCHITECTURE else PLUMBING
        values = loaded if isinstance(loaded, Skipped) else configuration_values(entry.path, loaded, leave)
        if isinstance(values, Skipped):
            skipped.append(values)
        elif values.values or values.classes:
            yield values


def _merges(own: dict[str, Entry], skipped: list[Skipped]) -> str:
    if _MERGES not in own or "vocab.json" not in own:
        return ""
    stored = read_bytes(own[_MERGES])
    if isinstance(stored, Skipped):
        skipped.append(stored)
        return ""
    return stored.decode("utf-8", "replace")
