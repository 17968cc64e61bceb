"""What a repository says of itself, outside its code."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ..notices.model import Credit
from ..results import Region, Skipped
from ..settings import DEFAULT_BASELINE, SETTINGS_FILES

PROJECT_CORPUS = ".modelkin/corpus.safetensors"
BROUGHT_FILES = frozenset((*SETTINGS_FILES, PROJECT_CORPUS, DEFAULT_BASELINE))


class Brought(Struct, frozen=True):
    """One such file. ``keys`` are the settings in it; None where it holds none, as a corpus does, or is broken."""

    path: str
    keys: tuple[str, ...] | None = None

    @property
    def is_settings(self) -> bool:
        return self.path.rpartition("/")[2] in SETTINGS_FILES


class LegalKind(str, Enum):
    """What a legal file is by its name and place."""

    LICENCE = "licence"
    NOTICE = "notice"
    THIRD_PARTY = "third-party"


class Subject(str, Enum):
    """What a legal file speaks of by its name and place, within its folder."""

    WORK = "work"
    CODE = "code"
    MODEL = "model"
    PARTS = "parts"  # texts that some files are under: LICENSES/, data, documentation
    TEMPLATE = "template"  # LICENSE_HEADER: what a tool puts on files, and no statement


class LegalFile(Struct, frozen=True):
    """A LICENSE, COPYING, NOTICE or THIRD_PARTY file.

    ``licences`` are the ids of the texts in it, the longest first; ``copyrights`` its copyright lines; ``text`` is
    what it says, bounded. ``folder`` is the one it speaks for, "" the whole repository, and ``subject`` what in it.
    """

    path: str
    kind: LegalKind
    folder: str
    licences: tuple[str, ...]
    copyrights: tuple[str, ...]
    text: str
    subject: Subject = Subject.WORK


class DeclaredLicence(Struct, frozen=True):
    """A licence that metadata names: ``stated`` as it stands, ``licences`` the ids it means, none where unknown."""

    region: Region
    stated: str
    licences: tuple[str, ...]


class ModelCard(Struct, frozen=True):
    """The README of a model. ``title`` is its name; ``licence`` None where its front matter names none.

    ``licence_name`` is what ``license_name`` calls it beside a ``license`` that says only "other"; else empty.
    ``text`` is what follows the front matter, on the lines it stands on.
    """

    path: str
    title: str
    licence: DeclaredLicence | None
    licence_name: str
    base_models: tuple[str, ...]
    credits: tuple[Credit, ...]
    text: str


class Leftover(Struct, frozen=True):
    """A reference in configuration to what is not in the repository: ``value`` under ``key``.

    ``module`` is the file name of the module it names, without ``.py``; ``repository`` the other repository or the path
    it names. Each is empty where it names none.
    """

    region: Region
    key: str
    value: str
    module: str
    repository: str = ""


class SidecarNotice(Struct, frozen=True):
    """What REUSE says of the files that match ``glob``: a ``.license`` file or an annotation of ``REUSE.toml``.

    ``glob`` is relative to the root: ``*`` matches no slash, ``**`` does, and a backslash takes the next sign as it is.
    """

    path: str
    glob: str
    licence: str
    copyrights: tuple[str, ...]
    overrides: bool


class Declarations(Struct, frozen=True):
    """All of them, by path. ``skipped`` names what could not be read.

    ``root`` is the one folder that holds all of the repository, as an archive of one often has; else "". ``brought``
    are the files by which the repository speaks to modelkin itself.
    """

    legal_files: tuple[LegalFile, ...] = ()
    declared_licences: tuple[DeclaredLicence, ...] = ()
    model_cards: tuple[ModelCard, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    sidecars: tuple[SidecarNotice, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    root: str = ""
    brought: tuple[Brought, ...] = ()
