"""The list of published models whose facts are shipped: a YAML file with a source for each fact, read with care.

Edit this when a row of ``corpora/models.yaml`` gets a key; `shipped_models` builds from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
import yaml

from ...errors import ConfigurationError, CorpusError
from ...settings import checked_date


class Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release of the package registry that facts are read from; it is pinned, and never run."""

    package: str
    release: str
    sha256: str
    holds: Literal["class defaults", "tensor names", "features"]
    """What is read of it: the defaults of its configuration classes, the names of tensors of each architecture, or the
    features of models, which rows name."""

    @property
    def spec(self) -> str:
        """As a source is named."""
        return f"pypi:{self.package}=={self.release}"


class ListedModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published model, and where the facts of it are from."""

    model: str
    """Its id on the Hub where that is known."""
    source: str = ""
    """The address that its files are from."""
    files: tuple[str, ...] = ()
    """Its files, in the folder that a build is given; each goes by what follows the last ``/`` or ``__``."""
    changed: tuple[str, ...] = ()
    """Keys of its configuration that this source changed: they are left out, with the hash of that file."""
    features: str = ""
    """Or else: the file of the package of features that tells of it."""
    named_by: Literal["source", "configuration", "sizes"] = "source"
    """What says which model it is: the folder or name at its source, its configuration, or its sizes alone."""
    published: str = ""
    """The ISO date from which it was public at the latest,"""
    published_source: str = ""
    """and who says so."""
    licence: str = ""
    """Where ``rules/base_models.yaml`` does not know it,"""
    licence_source: str = ""
    """and the page that says so."""
    base_models: tuple[str, ...] = ()
    """What its card calls its base,"""
    base_models_source: str = ""
    """and the page that says so."""


class ModelList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    version: str
    """The day up to which it was kept, as 2026.11.29."""
    packages: tuple[Package, ...]
    models: tuple[ListedModel, ...]


def read_model_list(path: Path) -> ModelList:
    """The list in a file. Raises CorpusError naming the row and key that is wrong."""
    try:
        loaded = yaml.safe_load(path.read_text("utf-8"))
        listed = msgspec.convert(loaded, ModelList)
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CorpusError(f"{path}: no list of models: {' '.join(str(error).split())}") from None
    for place, each in enumerate(listed.models, 1):
        if problem := _problem(each):
            raise CorpusError(f"{path}: row {place} ({each.model}): {problem}")
    names = [each.model.casefold() for each in listed.models]
    if repeated := sorted({each for each in names if names.count(each) > 1}):
        raise CorpusError(f"{path}: {repeated[0]} is listed twice: put its facts into one row")
    return listed


def _problem(row: ListedModel) -> str:
    for key in ("published", "licence", "base_models"):
        if getattr(row, key) and not getattr(row, f"{key}_source"):
            return f"{key!r} needs a source: say in '{key}_source' who says so"
    if bool(row.files) == bool(row.features):
        return "either 'files' or 'features' says where its facts are from"
    if row.files and not row.source:
        return "'source' says where its files are from"
    if row.published:
        try:
            checked_date(row.published, "published: ")
        except ConfigurationError as error:
            return str(error)
    return ""
