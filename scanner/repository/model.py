"""What a repository says of itself outside its code: the records that the readers in this room make.

Edit this when rules are to judge by something that no record has.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ..notices.model import Credit
from ..results import Region, Skipped
from ..settings import DEFAULT_BASELINE, SETTINGS_FILES

# Files at the root by which a repository speaks to modelkin itself.
PROJECT_CORPUS = ".modelkin/corpus.safetensors"
BROUGHT_FILES = frozenset((*SETTINGS_FILES, PROJECT_CORPUS, DEFAULT_BASELINE))


class Brought(Struct, frozen=True):
    """A file that speaks to modelkin. ``keys`` are the settings in it; None where it is broken, or no settings file."""

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
    TEMPLATE = "template"  # LICENSE_HEADER: what a tool puts on files, and says nothing of these


class LegalFile(Struct, frozen=True):
    """A LICENSE, COPYING, NOTICE or THIRD_PARTY file."""

    path: str
    kind: LegalKind
    folder: str
    "The folder that it speaks for; empty for the whole repository."
    licences: tuple[str, ...]
    "The ids of the texts in it, the longest text first."
    copyrights: tuple[str, ...]
    "Its copyright lines."
    text: str
    "All that it says, bounded."
    subject: Subject = Subject.WORK
    "What in the folder it speaks of."


class DeclaredLicence(Struct, frozen=True):
    """A licence that metadata, a model card or a configuration names."""

    region: Region
    stated: str
    "What stands there."
    licences: tuple[str, ...]
    "The ids that it means; none where it is not known."


class ModelCard(Struct, frozen=True):
    """A README, read as the card of a model."""

    path: str
    title: str
    "The name of the model."
    licence: DeclaredLicence | None
    "None where its front matter names none."
    licence_name: str
    'What ``license_name`` calls it beside a ``license`` that says only "other"; else empty.'
    base_models: tuple[str, ...]
    "The models that it is built on, as Hub ids."
    credits: tuple[Credit, ...]
    "What its prose says it is from."
    text: str
    "What follows the front matter, on the lines it stands on."
    relation: str = ""
    'What it says it is to its base models: "adapter", "finetune", "merge" or "quantized"; else empty.'


class Leftover(Struct, frozen=True):
    """A reference in configuration to what is not in the repository: ``value`` under ``key``."""

    region: Region
    key: str
    value: str
    module: str
    "The file name of the module it names, without ``.py``; empty where it names none."
    repository: str = ""
    "The other repository, or the path, that it names; empty where it names none."


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
    """All that a repository says of itself, each kind by path."""

    legal_files: tuple[LegalFile, ...] = ()
    declared_licences: tuple[DeclaredLicence, ...] = ()
    of_parts: tuple[DeclaredLicence, ...] = ()
    "What metadata of packages in folders below name, beside a legal file of theirs."
    model_cards: tuple[ModelCard, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    sidecars: tuple[SidecarNotice, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    "What could not be read."
    root: str = ""
    "The one folder that holds all of the repository, as an archive of one often has; else empty."
    brought: tuple[Brought, ...] = ()
    "The files by which it speaks to modelkin itself."
    names: tuple[str, ...] = ()
    'What it calls itself, in metadata, its git remote and its source\'s name: words, and "org/repo". All are claims.'
    vouched: str = ""
    "The name under which a package registry has it: nobody else's word is needed. Empty for any other source."
    address: str = ""
    "Where its code can be read on the web, by its own word; else empty."
    holds_model: bool = False
    "Whether any of its files is one of a model, by its name; weights that were pickled are not looked at."
