"""What a repository says of itself, outside its code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..notices import Credit
from ..regions import Region
from ..sources import Skipped


class LegalKind(str, Enum):
    """What a legal file is by its name and place."""

    LICENCE = "licence"
    NOTICE = "notice"
    THIRD_PARTY = "third-party"


@dataclass(frozen=True, slots=True)
class LegalFile:
    """A LICENSE, COPYING, NOTICE or THIRD_PARTY file.

    ``licences`` are the ids of the texts in it, the longest first; ``copyrights`` its copyright lines; ``text`` is
    what it says, bounded. ``folder`` is the one it speaks for, "" the whole repository.
    """

    path: str
    kind: LegalKind
    folder: str
    licences: tuple[str, ...]
    copyrights: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A licence that metadata names: ``stated`` as it stands, ``licences`` the ids it means, none where unknown."""

    region: Region
    stated: str
    licences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The README of a model. ``title`` is its name; ``licence`` None where its front matter names none."""

    path: str
    title: str
    licence: Declaration | None
    licence_name: str
    licence_link: str
    base_models: tuple[str, ...]
    base_model_relation: str
    credits: tuple[Credit, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Leftover:
    """A reference in configuration to a module that is not in the repository: ``value`` under ``key``."""

    region: Region
    key: str
    value: str
    module: str


@dataclass(frozen=True, slots=True)
class SidecarNotice:
    """What REUSE says of the files that match ``glob``: a ``.license`` file or an annotation of ``REUSE.toml``."""

    path: str
    glob: str
    licence: str
    copyrights: tuple[str, ...]
    overrides: bool


@dataclass(frozen=True, slots=True)
class Statements:
    """All of them, by path. ``skipped`` names what could not be read."""

    legal_files: tuple[LegalFile, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    model_cards: tuple[ModelCard, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    sidecars: tuple[SidecarNotice, ...] = ()
    skipped: tuple[Skipped, ...] = ()
