"""Under which licence the weights of a published model are: the table in ``rules/base_models.yaml``.

Edit this when the table needs one more key. A new model is a new row of the table, with the page that says its licence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..errors import RuleError
from ..support.globs import matcher
from .loader import shipped_folder
from .model import Text

_ADDRESS = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_LONGEST = 200


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Models that were published under one licence.

    ``models`` are their ids on the Hub, in lower case, as globs; ``source`` is the page that says so.
    """

    models: tuple[Text, ...]
    licence: Text
    source: Text


class ModelFamily(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The models of one maker that go by one name, those listed first before those listed later."""

    family: Text
    releases: tuple[Release, ...]


class BaseModel(NamedTuple):
    """What the table knows of a model."""

    family: str
    licence: str
    source: str


def base_model(identifier: str) -> BaseModel | None:
    """What the publisher put the weights of a model under; None where the table does not know.

    ``identifier`` is as a model card has it: an id of the Hub, or its address there.
    """
    asked = _ADDRESS.sub("", identifier.strip()[:_LONGEST]).partition("@")[0].strip("/").casefold()
    return next((known for matches, known in _table() if matches(asked)), None)


def model_families(path: Path | None = None) -> tuple[ModelFamily, ...]:
    """All rows of the table. Raises RuleError."""
    from ..support.yaml import MOST_BYTES, BrokenYamlError, read_plain_yaml  # which most runs do without

    path = path or shipped_folder() / "base_models.yaml"
    try:
        with path.open("rb") as file:
            return msgspec.convert(read_plain_yaml(file.read(MOST_BYTES + 1)), tuple[ModelFamily, ...])
    except (OSError, BrokenYamlError, msgspec.ValidationError) as error:
        raise RuleError(f"{path}: {' '.join(str(error).split())}") from None


@cache
def _table() -> tuple[tuple[Callable[[str], bool], BaseModel], ...]:
    return tuple(_rows(model_families()))


def _rows(families: tuple[ModelFamily, ...]) -> Iterator[tuple[Callable[[str], bool], BaseModel]]:
    for each in families:
        for release in each.releases:
            yield matcher(release.models), BaseModel(each.family, release.licence, release.source)
