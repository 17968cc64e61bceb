"""Tells which bytes the files of a model have, without reading those that are large: by git, Git LFS, the Hub's cache.

Edit this when one more place says which bytes a file has. What it says is believed only of that file.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
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
# Where huggingface_hub notes what it has downloaded into a folder.
_NOTES = Path(".cache", "huggingface", "download")
_LONGEST_NOTE = 1024
_SHA1, _SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")


def is_of_model(path: str) -> bool:
    """Whether the file at ``path`` holds a part of a model, by its name; code and texts are compared elsewhere."""
    name = base_name(path).lower()
    return name.endswith(_SUFFIXES) or name in _NAMES


def file_identities(checkout: Checkout, entries: Iterable[Entry]) -> list[FileIdentity]:
    """The identities of those of ``entries`` that are of a model, at most MOST_FILES, by path.

    Small files are read. Of larger ones the Hub's library tells, by the name that it keeps them under or by what it
    noted beside a download, else git by what was committed: claims of the folder, as ``by`` says.
    """
    found, unread, left = [], [], MOST_TOTAL_BYTES
    for entry in [each for each in entries if is_of_model(each.path)][:MOST_FILES]:
        identity = _of_hub(checkout.folder, entry) if entry.size > MOST_READ_BYTES and checkout.folder else None
        if identity is None and entry.size <= min(MOST_READ_BYTES, left):
            left -= entry.size
            identity = _of_bytes(entry)
        if identity is None:
            unread.append(entry)
        else:
            found.append(identity)
    return sorted([*found, *_committed(checkout, unread)], key=lambda each: each.path)


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


def _of_hub(folder: Path, entry: Entry) -> FileIdentity | None:
    """In its cache a file is a link to the folder ``blobs``, under the name that the Hub gave it; beside a download
    into another folder the library notes that name, and when: what was written later is another file."""
    path = folder / entry.path
    try:
        if path.is_symlink():
            target = Path(os.readlink(path))  # noqa: PTH115  not resolved further
            return of_etag(entry.path, target.name, entry.size) if target.parent.name == "blobs" else None
        note = folder / _NOTES / f"{entry.path}.metadata"
        status = note.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LONGEST_NOTE:
            return None
        _, etag, noted = note.read_text("ascii").splitlines()[:3]
        is_later = path.stat().st_mtime > float(noted) + 1
    except (OSError, ValueError):
        return None
    return None if is_later else of_etag(entry.path, etag, entry.size)


def _committed(checkout: Checkout, entries: Sequence[Entry]) -> Iterator[FileIdentity]:
    """What git says of the commit that the source is of, pointers read; nothing where git cannot be asked."""
    if not entries or (checkout.folder is None and checkout.fetched is None):
        return
    from .git_contents import commit_of, content  # what runs git: not needed for most sources

    try:
        with commit_of(checkout) as (git, blobs):
            for entry in entries:
                if blob := blobs.get(entry.path):
                    stored = content(git, blob, _LONGEST_POINTER)
                    pointer = of_bytes(entry.path, stored) if stored is not None else None
                    is_pointer = pointer is not None and pointer.by == "lfs"
                    yield pointer if pointer and is_pointer else FileIdentity(entry.path, blob=blob, by="git")
    except (SourceError, OSError, ValueError):
        return


def known_files(identities: Iterable[FileIdentity]) -> Iterator[tuple[str, FileIdentity]]:
    """Each identity under the names that another may know it by."""
    for each in identities:
        if each.sha256:
            yield f"sha256 {each.sha256}", each
        if each.blob:
            yield f"git blob {each.blob}", each
