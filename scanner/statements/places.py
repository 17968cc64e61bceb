"""A path in, what it is by its name out: a legal file, metadata, a README, configuration, or nothing of interest."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from .model import LegalKind, Subject

PROSE = frozenset(("", ".txt", ".md", ".rst", ".markdown", ".text"))
# LICENSE.MIT and COPYING.LESSER say after the dot which text they are; with these endings they are code or data.
_OTHER = frozenset(
    ".py .pyi .pyc .pyx .ipynb .json .jsonl .yaml .yml .toml .cfg .ini .xml .html .htm .css .js .ts .tsx .jsx .vue .c "
    ".h .cc .cpp .hpp .cu .go .rs .java .kt .swift .rb .pl .php .sh .ps1 .bat .svg .png .jpg .jpeg .gif .webp .ico "
    ".csv .tsv .lock .spdx .zip .gz .whl .in .jinja .j2 .tmpl .license .safetensors .bin .pt .pth .npz .onnx".split()
)
# Legal all the same, though no reader here takes them.
DOCUMENTS = frozenset((".pdf", ".doc", ".docx", ".odt", ".rtf"))
# Patterns are texts here: most runs are over code alone, and compile none of them.
_QUALIFIED = r"(?i:(?:(?:un)?licen[cs]e|copying|notice)\.[^/]+)"
_LICENCE = r"(?:un)?licen[cs]es?(?:[-_. ].*)?|copying(?:[-_. ].*)?|copyrights?(?:[-_. ].*)?"
_PREFIXED = r"(?:(?i:model|code|weights?|data|dataset|software)|[A-Z0-9. _-]+)[-_ ](?i:licen[cs]es?)(?![a-z])"
_NOTICE = r"notices?(?:[-_. ].*)?"
_THIRD_PARTY = r"(?:third|3rd)[-_ ]?part(?:y|ies)"
_THIRD_PARTY_NAME = (
    r"(?:third|3rd)[-_ ]?part(?:y|ies)"
    r"(?:[-_. ]?(?:software|code|components?|packages?|open[-_ ]?source|oss|legal"
    r"|notices?|notice[-_ ]?text|licen[cs]es?|attributions?|acknowledge?ments?|copyrights?))*"
)
_BUNDLED = (
    r"open[-_ ]?source[-_ ]?(?:licen[cs]es|notices)|attributions?|acknowledge?ments?|credits"
    r"|licen[cs]es?[-_. ](?:bundled|vendored|dependencies)"
)
_DIST_INFO = r"(?P<folder>(?:[^/]+/)*)[^/]+\.dist-info/(?P<inner>.+)"
# LICENSES/MIT.txt, model_licenses/LICENSE-B, third-party-licenses/bulb/LICENSE.
_TEXTS = r"(?i:(?P<folder>(?:[^/]+/)*)(?P<label>[\w-]*)licen[cs]es/(?P<inner>(?:[^/]+/)?[^/]+))"
_FOLDERS = r"(?:LICEN[CS]E|COPYING|NOTICE)(?:\.\w+)?"
_CARD = r"(?:readme|model[-_]?card)(?:\.md|\.markdown|\.rst|\.txt)?"
_SUBJECTS = {
    Subject.TEMPLATE: frozenset(("header", "headers", "template", "boilerplate", "sample")),
    Subject.MODEL: frozenset(("model", "models", "weight", "weights", "checkpoint", "checkpoints")),
    Subject.PARTS: frozenset(
        ("data", "dataset", "datasets", "docs", "documentation", "font", "fonts", "images", "logo")
    ),
    Subject.CODE: frozenset(("code", "software")),
}
METADATA = frozenset(("pyproject.toml", "setup.cfg", "setup.py", "pkg-info", "citation.cff"))
CONFIGURATION = frozenset(
    f"{name}.json"
    for name in ("config", "tokenizer_config", "preprocessor_config", "processor_config", "generation_config")
)


class Role(Enum):
    """Which reader takes a file."""

    LEGAL = auto()
    METADATA = auto()
    CARD = auto()
    CONFIGURATION = auto()
    REUSE = auto()


class LegalPlace(NamedTuple):
    """What a legal file is, the folder it speaks for ("" the whole repository) and what in it."""

    kind: LegalKind
    folder: str
    subject: Subject


def role(path: str) -> Role | None:
    """Which reader takes the file at ``path``; None for nearly all files."""
    name = path.rpartition("/")[2].lower()
    if name.endswith(".py"):
        return Role.METADATA if name == "setup.py" and "/" not in path else None
    if name in CONFIGURATION:
        return Role.CONFIGURATION
    if name == "reuse.toml" or path.endswith((".license", ".reuse/dep5")):
        return Role.REUSE
    if name in METADATA or (name == "metadata" and re.fullmatch(_DIST_INFO, path)):
        return Role.METADATA if _speaks_for_all(path) else None
    if legal_place(path):
        return Role.LEGAL
    return Role.CARD if re.fullmatch(_CARD, name) else None


def legal_place(path: str) -> LegalPlace | None:
    """What the file at ``path`` is among legal files; None when it is none."""
    folder, _, name = path.rpartition("/")
    if wheel := re.fullmatch(_DIST_INFO, path):
        return _in_dist_info(wheel["folder"].rstrip("/"), wheel["inner"])
    kind = _kind(name)
    if (texts := re.fullmatch(_TEXTS, path)) and (kind or ("/" not in texts["inner"] and _ending(name) in PROSE)):
        if re.search(_THIRD_PARTY, texts["label"].lower()):
            kind = LegalKind.THIRD_PARTY
        subject = Subject.MODEL if texts["label"].lower().startswith("model") else Subject.PARTS
        return LegalPlace(kind or LegalKind.LICENCE, texts["folder"].rstrip("/"), subject)
    return LegalPlace(kind, folder, _subject(name)) if kind else None


def is_document(path: str) -> bool:
    """Whether a legal file is of a kind that is not plain text."""
    return _ending(path.rpartition("/")[2]) in DOCUMENTS


def legal_folder(path: str) -> str:
    """The outermost folder on ``path`` that is called as a legal file is, such as LICENSE; "" when none is."""
    parts = path.split("/")[:-1]
    place = next((place for place, part in enumerate(parts) if re.fullmatch(_FOLDERS, part)), None)
    return "" if place is None else "/".join(parts[: place + 1])


def _speaks_for_all(path: str) -> bool:
    return path.count("/") <= ("dist-info/" in path)


def _in_dist_info(folder: str, inner: str) -> LegalPlace | None:
    """PEP 639: all below ``licenses/`` is legal text, and what lies deeper there is of something vendored."""
    name = inner.rpartition("/")[2]
    kind = _kind(name)
    below = inner.partition("/")[0] in ("licenses", "license_files")
    if not kind and not (below and _ending(name) in PROSE):
        return None
    vendored = inner.count("/") > below
    return LegalPlace(kind or LegalKind.LICENCE, folder, Subject.PARTS if vendored else _subject(name))


def _kind(name: str) -> LegalKind | None:
    folded, ending = name.lower(), _ending(name)
    if ending not in PROSE | DOCUMENTS and (ending in _OTHER or not re.fullmatch(_QUALIFIED, name)):
        return None
    stem = folded.removesuffix(ending)
    if re.fullmatch(_THIRD_PARTY_NAME, stem) or re.fullmatch(_BUNDLED, stem):
        return LegalKind.THIRD_PARTY
    if re.fullmatch(_LICENCE, folded) or re.match(_PREFIXED, name):
        return LegalKind.THIRD_PARTY if re.search(_THIRD_PARTY, folded) else LegalKind.LICENCE
    return LegalKind.NOTICE if re.fullmatch(_NOTICE, folded) else None


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def _subject(name: str) -> Subject:
    words = set(re.split(r"[^a-z]+", name.lower()))
    return next((subject for subject, signs in _SUBJECTS.items() if words & signs), Subject.WORK)
