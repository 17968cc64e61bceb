"""Tells which bytes the files of a model have, without reading those that are large: by git, Git LFS, the Hub's cache.

Edit this when one more place says which bytes a file has. What it says is believed only of that file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from hashlib import sha1, sha256
from pathlib import Path

from ..errors import SourceError
from ..results import Skipped
from ..sources.checkout import Checkout, Entry
from ..support.lazy import lazy_pattern
from .json_files import base_name
from .model import FileIdentity

MOST_FILES = 500
# Larger files are read by nobody here; what names them is believed.
MOST_READ_BYTES = 48 * 1024**2
MOST_TOTAL_BYTES = 256 * 1024**2
_SUFFIXES = (".json", ".safetensors", ".gguf", ".bin", ".pt", ".pth", ".model", ".tiktoken", ".onnx", ".jinja", ".npz")
_NAMES = frozenset(("vocab.txt", "merges.txt"))
_POINTER = lazy_pattern(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize (\d{1,18})\n?"
)
_LONGEST_POINTER = 1024
_SHA1, _SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")


def is_of_model(path: str) -> bool:
    """Whether the file at ``path`` holds a part of a model, by its name; code and texts are compared elsewhere."""
    name = base_name(path).lower()
    return name.endswith(_SUFFIXES) or name in _NAMES


def file_identities(checkout: Checkout, entries: Iterable[Entry]) -> list[FileIdentity]:
    """The identities of those of ``entries`` that are of a model, at most MOST_FILES, by path.

    Small files are read. Of larger ones the Hub's cache tells by the name that it keeps them under, else git by what
    was committed.
    """
    wanted = [each for each in entries if is_of_model(each.path)][:MOST_FILES]
    committed: dict[str, str] | None = None
    found, left = [], MOST_TOTAL_BYTES
    for entry in wanted:
        identity = _of_cache(checkout, entry)
        if identity is None and entry.size <= min(MOST_READ_BYTES, left):
            left -= entry.size
            identity = _of_bytes(entry)
        if identity is None:
            committed = _committed(checkout) if committed is None else committed
            blob = committed.get(entry.path, "")
            identity = FileIdentity(entry.path, entry.size, blob=blob, by="git") if blob else None
        if identity is not None:
            found.append(identity)
    return sorted(found, key=lambda each: each.path)


def of_bytes(path: str, stored: bytes) -> FileIdentity:
    """The identity of a file with these bytes; of a pointer of Git LFS, that of the file it stands for."""
    pointer = _POINTER.fullmatch(stored) if len(stored) <= _LONGEST_POINTER else None
    if pointer:
        return FileIdentity(path, int(pointer[2]), pointer[1].decode("ascii"), by="lfs")
    return FileIdentity(path, len(stored), sha256(stored).hexdigest(), blob_id(stored))


def blob_id(stored: bytes) -> str:
    """The id that git gives these bytes."""
    return sha1(b"blob %d\0" % len(stored) + stored, usedforsecurity=False).hexdigest()


def of_etag(path: str, etag: str, size: int = -1) -> FileIdentity | None:
    """The identity by what the Hub calls a file: the SHA-256 of what is in LFS, else git's id; None for other names."""
    name = etag.removeprefix("W/").strip('"')
    if _SHA256.fullmatch(name):
        return FileIdentity(path, size, name, by="hub")
    return FileIdentity(path, size, blob=name, by="hub") if _SHA1.fullmatch(name) else None


def _of_bytes(entry: Entry) -> FileIdentity | None:
    stored = entry.read()
    return None if isinstance(stored, Skipped) else of_bytes(entry.path, stored)


def _of_cache(checkout: Checkout, entry: Entry) -> FileIdentity | None:
    """A file of the Hub's cache is a link to the folder ``blobs``, where it has the name that the Hub gave it.

    Only large ones: of others the bytes say it, and are here.
    """
    if checkout.folder is None or entry.size <= MOST_READ_BYTES:
        return None
    try:
        target = Path(os.readlink(checkout.folder / entry.path))  # noqa: PTH115  not resolved further
    except (OSError, ValueError):
        return None
    return of_etag(entry.path, target.name, entry.size) if target.parent.name == "blobs" else None


def _committed(checkout: Checkout) -> dict[str, str]:
    """What git says of the commit that the source is of; nothing where there is none, or git cannot be asked."""
    if checkout.folder is None and checkout.fetched is None:
        return {}
    from .git_contents import blobs_of  # what runs git: not needed for most sources

    try:
        return blobs_of(checkout)
    except (SourceError, OSError, ValueError):
        return {}


def known_files(identities: Iterable[FileIdentity]) -> Iterator[tuple[str, FileIdentity]]:
    """Each identity under the names that another may know it by."""
    for each in identities:
        if each.sha256:
            yield f"sha256 {each.sha256}", each
        if each.blob:
            yield f"git blob {each.blob}", each
