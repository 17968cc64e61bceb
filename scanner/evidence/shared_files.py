"""Finds the files of a model that two sources have in common, by hashes alone: the bytes need not be here.

Edit this when a kind of file is equal in models that have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..models.file_identities import known_files
from ..models.json_files import base_name
from ..models.model import FileIdentity, ModelFacts
from ..results import EvidenceKind, Observation, Region, Relation, Strength
from ..support.json_text import one_line

# A smaller file holds next to nothing, and many have it; -1 is a size that is not known.
LEAST_BYTES = 200
_WEIGHTS = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".npz")
_SETTINGS = frozenset(
    "config.json generation_config.json preprocessor_config.json processor_config.json special_tokens_map.json "
    "added_tokens.json params.json".split()
)
_TOKENIZER = ("tokenizer", "vocab", "merges")
_SHORT = 12
# Of bytes that nobody here has read.
_SAID_BY = {"git": "as committed", "lfs": "by a pointer of Git LFS", "hub": "by its name on the Hub"}
_MOST_NAMED = 5
_BY_ARCHITECTURE = "settings of one architecture are often written alike"


def compare_files(
    copy: ModelFacts, original: ModelFacts, parents: Sequence[ModelFacts] = ()
) -> tuple[Observation, ...]:
    """An observation for each role (weights, tokenizer, settings) in which both sources have a file of the same bytes.

    ``parents`` are models that both may be built on: a file that one of them has, too, is explained by it.
    """
    pairs = common_files(copy.files, original.files)
    held = {name: each.name for each in parents for name, _ in known_files(each.files)}
    found = []
    for role in ("weights", "tokenizer", "settings"):
        named = [pair for pair in pairs if role_of_file(pair[0].path) == role]
        if named:
            found.append(_observation(role, named, original.name, held))
    return tuple(found)


def common_files(
    ours: Iterable[FileIdentity], theirs: Iterable[FileIdentity]
) -> list[tuple[FileIdentity, FileIdentity, str]]:
    """Files of the same bytes: that of the copy, that of the original, and the hash that says so."""
    known: dict[str, FileIdentity] = {}
    for name, each in known_files(theirs):
        known.setdefault(name, each)
    found = []
    for each in ours:
        name = next((name for name, _ in known_files((each,)) if name in known), "")
        if name and not 0 <= max(each.size, known[name].size) < LEAST_BYTES:
            found.append((each, known[name], name))
    return found


def role_of_file(path: str) -> str:
    """ "weights", "tokenizer" or "settings", by the name of a model's file."""
    name = base_name(path).lower()
    if name.endswith(_WEIGHTS):
        return "weights"
    if name in _SETTINGS or name.endswith(".index.json"):
        return "settings"
    return "tokenizer" if name.startswith(_TOKENIZER) or name.endswith((".model", ".tiktoken")) else "settings"


def _observation(
    role: str, pairs: list[tuple[FileIdentity, FileIdentity, str]], original: str, held: dict[str, str]
) -> Observation:
    parents = dict.fromkeys(held[name] for _, _, name in pairs if name in held)
    own = [pair for pair in pairs if pair[2] not in held]
    strength = Strength.NONE if not own else Strength.SUPPORTING if role == "settings" else Strength.EXACT
    size = sum(max(0, ours.size, theirs.size) for ours, theirs, _ in pairs)
    shown = [_says(*pair) for pair in pairs[:_MOST_NAMED]]
    further = len(pairs) - len(shown)
    says = f"{role}: {'; '.join(shown)}" + (f"; and {further} more files" if further else "")
    explained = [f"{parent} has the same file" for parent in parents]
    explained += [_BY_ARCHITECTURE] if role == "settings" else []
    regions = tuple(Region(ours.path, 1, 1) for ours, _, _ in pairs)
    figures = {"files": len(pairs), "own": len(own), "bytes": size}
    return Observation(
        EvidenceKind.HASHES, Relation.IDENTICAL, strength, says, original, figures, tuple(explained), regions
    )


def _says(ours: FileIdentity, theirs: FileIdentity, name: str) -> str:
    kind, _, digits = name.rpartition(" ")
    other = f", there {one_line(theirs.path)}" if base_name(theirs.path) != base_name(ours.path) else ""
    said = "".join(f", {_SAID_BY[each.by]}" for each in (ours, theirs) if each.by in _SAID_BY)
    return f"{one_line(ours.path)} is the same file ({kind} {digits[:_SHORT]}{said}{other})"
