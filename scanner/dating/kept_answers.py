"""What a registry answered about a release, kept in the cache beside the releases, so that it is asked for once.

Edit this when what is kept should be laid down, or checked, in another way.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TypeVar

import msgspec

from ..sources.index import ReleaseFile
from ..sources.registry import opened

_MOST_BYTES = 64 * 1024**2
_DIGEST_BYTES = 16

T = TypeVar("T")


def read_kept(name: str, file: ReleaseFile, suffix: str, kind: type[T]) -> T | None:
    """What was kept under ``suffix`` of ``file``, of a release of ``name``; None when it is not as it was written."""
    try:
        with opened(name, make=False) as folder:
            stored = folder.read(file.filename + suffix, _MOST_BYTES) or b""
        digest, _, body = stored.partition(b"\n")
        return msgspec.json.decode(body, type=kind) if digest == _digest(body) else None
    except (OSError, ValueError, RecursionError):
        return None


def keep(name: str, file: ReleaseFile, suffix: str, answer: object) -> None:
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
