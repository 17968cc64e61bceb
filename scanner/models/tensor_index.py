"""Reads the index of a model in several files: which tensor is in which. Edit this for an index of another form."""

from __future__ import annotations

from typing import NamedTuple

from .layout_facts import check_names
from .strict_json import BrokenFactsError, is_whole, shown, strict_object

INDEX_SUFFIXES = (".safetensors.index.json", ".bin.index.json")
MOST_INDEX_BYTES = 25 * 1024**2
_LONGEST_FILE = 255


class TensorIndex(NamedTuple):
    """What an index says."""

    shards: dict[str, str]
    """The file of each tensor, beside the index, by the tensor's name."""
    total_size: int | None
    """The bytes of all tensors, as it says; None where it does not."""


def read_index(stored: bytes) -> TensorIndex:
    """The index in ``stored``. Raises BrokenFactsError."""
    loaded = strict_object(stored)
    shards, metadata = loaded.get("weight_map"), loaded.get("metadata", {})
    if not isinstance(shards, dict):
        raise BrokenFactsError("it has no weight_map, so it is no index of tensors")
    check_names(shards)
    checked: set[str] = set()
    for name, file in shards.items():
        if isinstance(file, str) and file in checked:
            continue
        if not isinstance(file, str) or not is_beside(file):
            raise BrokenFactsError(f"tensor {shown(name)} is in {shown(file)}, which is no file beside the index")
        checked.add(file)
    if not isinstance(metadata, dict):
        raise BrokenFactsError("its metadata is not an object")
    return TensorIndex(shards, _total(metadata.get("total_size")))


def is_beside(file: str) -> bool:
    """Whether ``file`` is a bare name: no folder, nothing that climbs out, nothing that cannot be shown."""
    if not file or len(file) > _LONGEST_FILE or not file.isprintable() or file.strip() != file:
        return False
    return file not in (".", "..") and not set(file) & set('/\\:*?"<>|') and ".." not in file


def _total(told: object) -> int | None:
    if told is None:
        return None
    if isinstance(told, float) and told.is_integer() and 0 <= told < 2**53:  # as some tools write it
        return int(told)
    if not is_whole(told):
        raise BrokenFactsError(f"its total_size is {shown(told)}, which is no number of bytes")
    assert isinstance(told, int)
    return told
