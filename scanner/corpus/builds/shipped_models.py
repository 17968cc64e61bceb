"""Builds ``corpora/models.safetensors``: ``python -m modelkin.corpus.builds.shipped_models LIST FOLDER OUTPUT``.

For development only. LIST names the models and the source of each fact; files of models are read from below FOLDER, and
packages are fetched from the registry, pinned by hash, and read as text. Facts alone are kept: numbers, ids, hashes,
names of tensors. Edit this when facts are to be taken from one more kind of source.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec.structs import replace

from ...errors import CorpusError, ModelkinError
from ...models.architectures import class_defaults, gguf_layouts
from ...models.config_values import configuration_values
from ...models.json_files import base_name, read_object
from ...models.model import ConfigurationValues, ModelFacts
from ...models.model_reading import read_model
from ...results import Skipped
from ...rulebook.base_models import base_model
from ...sources import open_source
from ...sources.checkout import Checkout, Entry
from ..builder import CorpusBuilder
from ..model import Corpus
from ..model_table import stored_models
from .model_list import ListedModel, ModelList, Package, read_model_list

_WORDS = ("LIST", "FOLDER", "OUTPUT")
_CONFIGURATION = "config.json"
_CLASSES = "**/models/*/configuration_*.py"
_CONSTANTS = "gguf/constants.py"
# Of the features of a model what its configuration says, and no more: the rest was worked out from it, or from weights.
_STATED = (
    "hidden_size num_hidden_layers num_attention_heads num_key_value_heads intermediate_size vocab_size "
    "max_position_embeddings hidden_act rope_theta head_dim tie_word_embeddings bos_token_id eos_token_id"
).split()
_NOT_SAID = (None, 0, "", "unknown")

Entries = Mapping[str, Entry]
"""The files of a package, by their paths."""


def build(listed: ModelList, folder: Path) -> Corpus:
    """The corpus of the models in a list, their files below ``folder``; the same list gives the same bytes.

    Raises ModelkinError, also where a package or a file is another one than the list says.
    """
    builder = CorpusBuilder()
    with ExitStack() as opened:
        packages = {each: _opened(each, opened) for each in listed.packages}
        features = [(each, files) for each, files in packages.items() if each.holds == "features"]
        for row in listed.models:
            builder.models.add(_of_files(row, folder) if row.files else _of_features(row, features))
        for package, entries in packages.items():
            for facts in _architectures(package, entries):
                builder.models.add(facts)
    return builder.finish("models", listed.version)


def _opened(package: Package, opened: ExitStack) -> Entries:
    checkout = opened.enter_context(open_source(package.spec))
    if checkout.archive is None or hashlib.sha256(checkout.archive.read_bytes()).hexdigest() != package.sha256:
        raise CorpusError(f"{package.spec} is another file than the list says: look why before you pin it anew")
    return {each.path: each for each in checkout.entries() if isinstance(each, Entry)}


def _bytes(entries: Entries, path: str) -> bytes:
    stored = entries[path].read() if path in entries else Skipped(path, "no such file in the package")
    if isinstance(stored, Skipped):
        raise CorpusError(f"{stored.path}: {stored.reason}")
    return stored


# Models.


def _of_files(row: ListedModel, folder: Path) -> ModelFacts:
    entries = [_entry(folder / each) for each in row.files]
    listed = sorted(entries, key=lambda each: each.path)
    read = read_model(Checkout(row.source, lambda: iter(listed)), row.model)
    if read is None or read.skipped:
        told = f"{read.skipped[0].path}: {read.skipped[0].reason}" if read else "no file of a model"
        raise CorpusError(f"{row.model}: {told}")
    return _said(_unchanged(read.facts, row.changed), row)


def _entry(path: Path) -> Entry:
    """A file under the name that it has in its model's folder."""
    try:
        return Entry(path.name.rpartition("__")[2], path.stat().st_size, partial(path.read_bytes))
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from None


def _unchanged(facts: ModelFacts, changed: Iterable[str]) -> ModelFacts:
    """Without what the source of the files changed."""
    gone = frozenset(changed)
    if not gone:
        return facts
    kept = tuple(
        replace(
            each, parts={part: {k: v for k, v in held.items() if k not in gone} for part, held in each.parts.items()}
        )
        for each in facts.configurations
    )
    files = tuple(each for each in facts.files if base_name(each.path) != _CONFIGURATION)
    return replace(facts, configurations=kept, files=files)


def _said(facts: ModelFacts, row: ListedModel) -> ModelFacts:
    known = base_model(row.model)
    licence = row.licence or (known.licence if known else "")
    return replace(facts, date=row.published, licence=licence, base_models=row.base_models)


def _of_features(row: ListedModel, packages: Iterable[tuple[Package, Entries]]) -> ModelFacts:
    for package, entries in packages:
        if row.features in entries:
            loaded = read_object(entries[row.features])
            if isinstance(loaded, Skipped):
                raise CorpusError(f"{loaded.path}: {loaded.reason}")
            values = _stated_values(loaded)
            if values is not None:
                facts = ModelFacts(row.model, f"{package.spec} {row.features}", configurations=(values,))
                return _said(facts, row)
    raise CorpusError(f"{row.model}: no package has {row.features}, or it tells nothing")


def _stated_values(features: Mapping[str, Any]) -> ConfigurationValues | None:
    told = features.get("mfi")
    if not isinstance(told, dict):
        return None
    stated = {key: told[key] for key in _STATED if told.get(key) not in _NOT_SAID or told.get(key) is False}
    scaling = told.get("rope_scaling")
    if isinstance(scaling, dict) and "rope_theta" not in stated and isinstance(scaling.get("rope_theta"), float):
        stated["rope_theta"] = scaling["rope_theta"]  # where releases of transformers from 5 on keep it
    found = configuration_values(_CONFIGURATION, stated)
    return None if isinstance(found, Skipped) else found


# Architectures.


def _architectures(package: Package, entries: Entries) -> Iterator[ModelFacts]:
    if package.holds == "class defaults":
        paths = sorted(path for path in entries if PurePosixPath("/", path).match(_CLASSES))
        for name, values in class_defaults(_bytes(entries, path) for path in paths).items():
            yield _architecture(package, name, configurations=(values,))
    elif package.holds == "tensor names":
        for name, layout in gguf_layouts(_bytes(entries, _CONSTANTS)).items():
            yield _architecture(package, name, layouts=(layout,))


def _architecture(package: Package, name: str, **known: Any) -> ModelFacts:
    return ModelFacts(f"{package.package} {name}", package.spec, is_architecture=True, **known)


def main(arguments: list[str]) -> int:
    """Write the corpus that the first argument lists."""
    if len(arguments) != len(_WORDS):
        print(f"usage: python -m modelkin.corpus.builds.shipped_models {' '.join(_WORDS)}", file=sys.stderr)
        return 2
    path, folder, output = map(Path, arguments)
    try:
        corpus = build(read_model_list(path), folder)
        corpus.save(output)
    except ModelkinError as error:
        print(error, file=sys.stderr)
        return 2
    sizes = sorted(len(stored) for _, stored in stored_models(corpus))
    print(f"{corpus.model_count:,} models: {sum(sizes) / len(sizes):,.0f} bytes each, {sizes[-1]:,} at most")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
