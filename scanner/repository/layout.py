"""Which files of a repository say something of it, by their names: legal files, metadata, READMEs, configuration.

Edit this when such a file goes by one more name, or a file is read that says nothing. What is read is bounded here, in
number and in bytes; what stands in it is for the readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from itertools import accumulate, islice
from pathlib import Path

from msgspec import Struct

from ..results import Skipped
from ..settings import MOST_SETTINGS_BYTES, OWN_FILE, SETTINGS_FILES, SHARED_FILE, SHARED_TABLE
from ..sources.checkout import Checkout, Entry
from ..sources.specs import REMOTE_PREFIXES
from .model import BROUGHT_FILES, Brought, LegalKind, Subject
from .texts import MOST_BYTES, read_text

PROSE = frozenset(("", ".txt", ".md", ".rst", ".markdown", ".text"))
# LICENSE.MIT and COPYING.LESSER say after the dot which text they are; with these endings they are code or data.
_OTHER = frozenset(
    ".py .pyi .pyc .pyx .ipynb .json .jsonl .yaml .yml .toml .cfg .ini .xml .html .htm .css .js .ts .tsx .jsx .vue .c "
    ".h .cc .cpp .hpp .cu .go .rs .java .kt .swift .rb .pl .php .sh .ps1 .bat .svg .png .jpg .jpeg .gif .webp .ico "
    ".csv .tsv .lock .spdx .zip .gz .whl .in .jinja .j2 .tmpl .license .safetensors .bin .pt .pth .npz .onnx".split()
)
# Legal all the same, though no reader here takes them.
DOCUMENTS = frozenset((".pdf", ".doc", ".docx", ".odt", ".rtf"))
METADATA = frozenset(("pyproject.toml", "setup.cfg", "setup.py", "pkg-info", "citation.cff"))
CONFIGURATION = frozenset(
    f"{name}.json"
    for name in ("config", "tokenizer_config", "preprocessor_config", "processor_config", "generation_config")
)
_OF_PARTS = frozenset(("pyproject.toml", "setup.cfg", "setup.py"))
# Files of a model that nothing is declared in: tokenizers, and tensors that can be read without running anything.
_OF_MODEL = ("tokenizer.json", "special_tokens_map.json", "vocab.json", "added_tokens.json", "params.json")
_TENSORS = (".safetensors", ".safetensors.index.json", ".bin.index.json", ".gguf")
_CARD = r"(?:readme|model[-_]?card)(?:\.md|\.markdown|\.rst|\.txt)?"

# Patterns are texts here: most runs are over code alone, and compile none of them.
_QUALIFIED = r"(?i:(?:(?:un)?licen[cs]e|copying|notice)\.[^/]+)"
_LICENCE = r"(?:un)?licen[cs]es?(?:[-_. ].*)?|copying(?:[-_. ].*)?|copyrights?(?:[-_. ].*)?"
_PREFIXED = r"(?:(?i:model|code|weights?|data|dataset|software)|[A-Z0-9. _-]+)[-_ ](?i:licen[cs]es?)(?![a-z])"
# lantern-LICENSE.txt: that of what it is called after; lantern.LICENSE only in a folder of licences.
_OF_ANOTHER = r"[\w.-]*\w[-_]LICEN[CS]E(?:\.(?:txt|md))?"
_IN_LICENCES = r"[\w.-]*\w\.LICEN[CS]E"
_NOTICE = r"notices?(?:[-_. ].*)?"
_THIRD_PARTY = r"(?:third|3rd)[-_ ]?part(?:y|ies)"
_THIRD_PARTY_NAME = (
    rf"{_THIRD_PARTY}"
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
_SUBJECTS = {
    Subject.TEMPLATE: frozenset(("header", "headers", "template", "boilerplate", "sample")),
    Subject.MODEL: frozenset(("model", "models", "weight", "weights", "checkpoint", "checkpoints")),
    Subject.PARTS: frozenset(
        ("data", "dataset", "datasets", "docs", "documentation", "font", "fonts", "images", "logo")
    ),
    Subject.CODE: frozenset(("code", "software")),
}


class FileRole(Enum):
    """Which reader takes a file."""

    LEGAL = auto()
    METADATA = auto()
    PART = auto()
    """Metadata of a package in a folder that has a legal file of its own."""
    CARD = auto()
    CONFIGURATION = auto()
    REUSE = auto()


# Far more than any repository seen needs to be judged by; nearest to the root first.
MOST_TOTAL_BYTES = 16 * 1024**2
MOST_FILES = {
    FileRole.LEGAL: 500,
    FileRole.METADATA: 20,
    FileRole.PART: 100,
    FileRole.CARD: 100,
    FileRole.CONFIGURATION: 300,
    FileRole.REUSE: 2_000,
}


class LegalPlace(Struct, frozen=True):
    """What a legal file is, the folder it speaks for ("" the whole repository) and what in it."""

    kind: LegalKind
    folder: str
    subject: Subject


class Listing(Struct, frozen=True):
    """What to read of a repository."""

    root: str
    "The one folder that holds all of it; else empty."
    by_role: dict[FileRole, list[Entry]]
    "The files for each reader, the nearest to the root first."
    modules: frozenset[str]
    "The names of all Python files, less ``.py``, and of packages."
    skipped: tuple[Skipped, ...]
    "What is left out, and why."
    brought: tuple[Entry, ...] = ()
    "The files at the root that speak to modelkin itself."
    holds_model: bool = False
    "Whether any file is one of a model, by its name."


def list_readable(checkout: Checkout) -> Listing:
    """What to read of a checkout; where only a part of it was named, of all of it."""
    items = list((checkout.whole or checkout.entries)())
    skipped = list(_folders_in_place_of_files(checkout, items))
    root = _root(items)
    brought = tuple(item for item in items if isinstance(item, Entry) and below(root, item.path) in BROUGHT_FILES)
    roles, modules = _by_role(items, root, skipped), frozenset(_modules(items))
    has_model = any(isinstance(each, Entry) and is_model_path(each.path) for each in items)
    return Listing(root, roles, modules, tuple(skipped), brought, has_model)


def is_model_path(path: str) -> bool:
    """Whether a file at ``path`` is one of a model, by its name."""
    return path.rpartition("/")[2] in CONFIGURATION or path.endswith((*_OF_MODEL, *_TENSORS))


def below(root: str, path: str) -> str:
    """``path`` as it reads from ``root``."""
    return path.removeprefix(f"{root}/") if root else path


def _root(items: list[Entry | Skipped]) -> str:
    """The one folder at the top, when nothing lies beside it and it is named as a repository may be."""
    tops = {item.path.partition("/")[0] if "/" in item.path else "" for item in items}
    top = tops.pop() if len(tops) == 1 else ""
    return "" if top.startswith(".") or top.endswith(".dist-info") else top


def _by_role(items: list[Entry | Skipped], root: str, skipped: list[Skipped]) -> dict[FileRole, list[Entry]]:
    """The entries each reader takes, the nearest to the root first; what is left out goes to ``skipped``."""
    wanted: dict[FileRole, list[Entry]] = {role: [] for role in FileRole}
    for item in items:
        role = role_of(below(root, item.path))
        if role is None:
            continue
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            wanted[role].append(item)
    wanted[FileRole.PART] = _of_parts(wanted[FileRole.LEGAL], items, root)
    wanted[FileRole.REUSE] = _of_files_there(wanted[FileRole.REUSE], items)
    return {role: _bounded(entries, MOST_FILES[role], skipped) for role, entries in wanted.items()}


def _bounded(entries: list[Entry], most: int, skipped: list[Skipped]) -> list[Entry]:
    """The first in number and in bytes: legal texts and READMEs are kept while a repository is judged."""
    ordered = sorted(entries, key=lambda each: (each.path.count("/"), each.path))
    sizes = accumulate(each.size if each.size <= MOST_BYTES else 0 for each in ordered)
    kept = sum(size <= MOST_TOTAL_BYTES for size in islice(sizes, most))
    if kept < len(ordered):
        further = len(ordered) - kept - 1
        bounds = f"at most {most} such files, {MOST_TOTAL_BYTES // 1024**2} MB in all, are read"
        skipped.append(Skipped(ordered[kept].path, f"left out with {further} more: {bounds}"))
    return ordered[:kept]


def _of_parts(legal: list[Entry], items: list[Entry | Skipped], root: str) -> list[Entry]:
    """The package metadata below the root that stand beside a legal file."""
    folders = {each.path.rpartition("/")[0] for each in legal if "/" in below(root, each.path)}
    entries = (each for each in items if isinstance(each, Entry)) if folders else ()
    parted = ((each, *each.path.rpartition("/")) for each in entries)
    return [each for each, folder, _, name in parted if name in _OF_PARTS and folder in folders]


def _of_files_there(entries: list[Entry], items: list[Entry | Skipped]) -> list[Entry]:
    """A ``.license`` file speaks for the file beside it; without one it is something else."""
    paths = {item.path for item in items}
    return [each for each in entries if each.path.removesuffix(".license") in paths]


def _modules(items: Iterable[Entry | Skipped]) -> Iterator[str]:
    for item in items:
        if item.path.endswith(".py"):
            folder, _, name = item.path.rpartition("/")
            yield folder.rpartition("/")[2] if name == "__init__.py" else name[: -len(".py")]


def _folders_in_place_of_files(checkout: Checkout, items: Iterable[Entry | Skipped]) -> Iterator[Skipped]:
    """A folder called LICENSE: met on a path, or, since an empty one is on none, at the root of a local folder."""
    folders = {legal_folder(item.path) for item in items if "/" in item.path} | set(_at_root(checkout.root))
    for folder in sorted(folders - {""}):
        yield Skipped(folder, "a folder, not a text: of its files only those named like a legal file are read")


def _at_root(root: str) -> Iterator[str]:
    if root.startswith(REMOTE_PREFIXES):  # a folder here may be called so
        return
    try:
        yield from (child.name for child in Path(root).iterdir() if legal_folder(f"{child.name}/") and child.is_dir())
    except OSError:  # no folder, as most sources are none; one that cannot be listed the checkout tells of
        return


def role_of(path: str) -> FileRole | None:
    """Which reader takes the file at ``path``; None for nearly all files."""
    name = path.rpartition("/")[2].lower()
    if name.endswith(".py"):
        return FileRole.METADATA if name == "setup.py" and "/" not in path else None
    if name in CONFIGURATION:
        return FileRole.CONFIGURATION
    if name == "reuse.toml" or path.endswith((".license", ".reuse/dep5")):
        return FileRole.REUSE
    if name in METADATA or (name == "metadata" and re.fullmatch(_DIST_INFO, path)):
        return FileRole.METADATA if _speaks_for_all(path) else None
    if legal_place(path):
        return FileRole.LEGAL
    return FileRole.CARD if re.fullmatch(_CARD, name) else None


def _speaks_for_all(path: str) -> bool:
    return path.count("/") <= ("dist-info/" in path)


def legal_place(path: str) -> LegalPlace | None:
    """What the file at ``path`` is among legal files; None when it is none."""
    folder, _, name = path.rpartition("/")
    if wheel := re.fullmatch(_DIST_INFO, path):
        return _in_dist_info(wheel["folder"].rstrip("/"), wheel["inner"])
    kind = _kind(name)
    is_anothers = kind is None and re.fullmatch(_OF_ANOTHER, name) is not None
    if (texts := re.fullmatch(_TEXTS, path)) and (kind or _is_text(texts["inner"])):
        if re.search(_THIRD_PARTY, texts["label"].lower()):
            kind = LegalKind.THIRD_PARTY
        subject = Subject.MODEL if texts["label"].lower().startswith("model") else Subject.PARTS
        return LegalPlace(kind or LegalKind.LICENCE, texts["folder"].rstrip("/"), subject)
    if is_anothers:
        return LegalPlace(LegalKind.LICENCE, folder, Subject.PARTS)
    return LegalPlace(kind, folder, _subject(name)) if kind else None


def _is_text(inner: str) -> bool:
    """Whether what stands right in a folder of licences is one, whatever it is called after."""
    return "/" not in inner and (_ending(inner) in PROSE or re.fullmatch(_IN_LICENCES, inner) is not None)


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


def is_document(path: str) -> bool:
    """Whether a legal file is of a kind that is not plain text."""
    return _ending(path.rpartition("/")[2]) in DOCUMENTS


def legal_folder(path: str) -> str:
    """The outermost folder on ``path`` that is called as a legal file is, such as LICENSE; "" when none is."""
    parts = path.split("/")[:-1]
    place = next((place for place, part in enumerate(parts) if re.fullmatch(_FOLDERS, part)), None)
    return "" if place is None else "/".join(parts[: place + 1])


def read_brought(entry: Entry, name: str) -> Brought | None:
    """What the file ``entry``, called ``name`` at the root, is to modelkin; None when it does not concern modelkin."""
    if name not in SETTINGS_FILES:
        return Brought(entry.path)
    text = read_text(entry, MOST_SETTINGS_BYTES)
    if isinstance(text, Skipped) or (name == SHARED_FILE and f"[{SHARED_TABLE}" not in text):
        return Brought(entry.path) if name == OWN_FILE else None
    return Brought(entry.path, _keys(text, name))


def _keys(text: str, name: str) -> tuple[str, ...] | None:
    from ..support.toml import BrokenTomlError, parse_toml

    try:
        values = parse_toml(text)
    except BrokenTomlError:
        return None
    if name == SHARED_FILE:
        tool = values.get("tool")
        ours = tool.get("modelkin") if isinstance(tool, dict) else None
        return tuple(ours) if isinstance(ours, dict) else None
    return tuple(values)
