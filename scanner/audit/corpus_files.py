"""Corpora as files in, their paths on another machine out: where they lie there already, or where they were sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from ..errors import CorpusError
from ..sources.checkout import os_reason
from ..writing import replace_file

_CHUNK_BYTES = 1024**2


class CorpusFile(Struct, frozen=True):
    """A corpus by its bytes, and where it lies on the machine of the audit."""

    path: Path
    size: int
    sha256: str


def corpus_file(path: Path) -> CorpusFile:
    """The file at ``path``. Raises CorpusError."""
    try:
        return CorpusFile(path, path.stat().st_size, _sha256(path))
    except OSError as error:
        raise CorpusError(f"{path} {os_reason(error)}") from error


def lacking(corpora: tuple[CorpusFile, ...]) -> frozenset[str]:
    """The digests of the corpora that this machine has not got by the same path."""
    return frozenset(corpus.sha256 for corpus in corpora if not _is_here(corpus))


def placed(corpus: CorpusFile, sent: Mapping[str, bytes], folder: Path) -> Path:
    """Where this machine has the corpus: by its own path, or in ``folder``, from ``sent``. Raises CorpusError."""
    if _is_here(corpus):
        return corpus.path
    if corpus.sha256 not in sent:
        raise CorpusError(
            f"has no corpus {corpus.path} of the same bytes, unlike the workers that were there when the audit began; "
            "--resume goes on, and sends it"
        )
    if hashlib.sha256(sent[corpus.sha256]).hexdigest() != corpus.sha256:
        raise CorpusError(f"got other bytes than those of the corpus {corpus.path}")
    path = folder / f"{corpus.sha256}.safetensors"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(path, sent[corpus.sha256])
    except OSError as error:
        raise CorpusError(f"cannot write {path}: {error.strerror}") from error
    return path


def _is_here(corpus: CorpusFile) -> bool:
    with suppress(OSError):
        size = corpus.path.stat().st_size if corpus.path.is_file() else -1
        return size == corpus.size and _sha256(corpus.path) == corpus.sha256
    return False


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
