"""``rules/licence_texts.yaml`` in, what the data file is to be built from out. For development only."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ..errors import RuleError
from ..rulebook.anchors import anchor_problem
from ..rulebook.model import Anchors
from ..rulebook.plain_yaml import PlainYamlError, read_plain_yaml


class Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release of the package registry that carries licence texts, and the file it is read from."""

    name: str
    version: str
    sha256: str


class Repository(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public git repository at GitHub, at one commit, for a text that no package carries."""

    name: str
    commit: str


class ListedTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SPDX list as one JSON file, gzipped, in a package; ``left_out`` are ids whose text is not taken."""

    package: str
    path: str
    left_out: tuple[str, ...] = ()


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of ``licence``: a file, or its part from the words ``first`` to the words ``last``.

    ``package`` is the name of a package or a repository; a file of a repository has its own ``sha256``.
    """

    licence: str
    package: str
    path: str
    sha256: str = ""
    first: str = ""
    last: str = ""


class HeaderNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a header says of ``licence``: a part of the text of licence ``of``, told apart by its own anchors."""

    licence: str
    of: str
    first: str
    last: str
    anchors: Anchors = Anchors()


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them. ``anchors`` and ``names`` are for licences without a rule; a rule has its own."""

    packages: tuple[Package, ...]
    repositories: tuple[Repository, ...]
    listed: ListedTexts
    texts: tuple[Text, ...]
    notices: tuple[HeaderNotice, ...]
    anchors: dict[str, Anchors]
    names: dict[str, tuple[str, ...]]


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe. Raises RuleError naming the file and the key."""
    try:
        recipe = msgspec.convert(read_plain_yaml(path.read_bytes()), Recipe, strict=False)
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from None
    except (PlainYamlError, msgspec.ValidationError) as error:
        raise RuleError(f"{path}: {error}") from None
    for key, anchors in (
        *recipe.anchors.items(),
        *((f"notices: {each.first}", each.anchors) for each in recipe.notices),
    ):
        for pattern in (*anchors.required, *anchors.refused):
            if problem := anchor_problem(pattern):
                raise RuleError(f"{path}: {key}: {pattern!r} {problem}")
    return recipe
