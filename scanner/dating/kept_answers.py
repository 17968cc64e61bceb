"""What a registry answered about a release, kept in the cache beside the releases, so that it is asked for once.

Edit this when what is kept should be laid down, or checked, in another way.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TypeVar

import msgspec
from msgspec import Struct

from ..sources.index import ReleaseFile
from ..sources.registry import opened

_MOST_BYTES = 64 * 1024**2
_DIGEST_BYTES = 16


class KeptAnswer(Struct, frozen=True):
    """What was answered about the file of a release with the digest ``sha256``."""

    sha256: str


T = TypeVar("T", bound=KeptAnswer)


def read_kept(name: str, file: ReleaseFile, suffix: str, kind: type[T]) -> T | None:
    """What was kept under ``suffix`` of ``file``, of a release of ``name``.

    None when there is none, it is not as it was written, or it is of another file of that name.
    """
    try:
        with opened(name, make=False) as folder:
            stored = folder.read(file.filename + suffix, _MOST_BYTES) or b""
        digest, _, body = stored.partition(b"\n")
        kept = msgspec.json.decode(body, type=kind) if digest == _digest(body) else None
    except (OSError, ValueError, RecursionError):
        return None
    return kept if kept is not None and kept.sha256 == file.sha256 else None


def keep(name: str, file: ReleaseFile, suffix: str, answer: KeptAnswer) -> None:
    """Keep ``answer`` as far as it can be: a cache that is full or locked costs time later, and is no error."""
    body = msgspec.json.encode(answer)
    with (
        suppress(OSError),
        opened(name, make=True) as folder,
        folder.replacing(file.filename + suffix, private=True) as kept,
    ):
        kept.write(_digest(body) + b"\n" + body)


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).hexdigest().encode()
