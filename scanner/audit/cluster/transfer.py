"""Corpora as files in, their paths on another machine out: where they lie there already, or where they were sent."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Lock

from msgspec import Struct, field

from ...errors import CorpusError, SourceError
from ...results import Skipped
from ...sources.checkout import os_reason
from ...sources.files import SourceFile
from ...support.atomic_write import replace_file
from ..discovery import Repository
from ..options import Setup
from ..survey import Listed, opened, picked
from ..tasks import Answer, Answers
from ..workers import OutOfTimeError, reason, timely

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


# As a task of the coordinator's, which is then one message; a large archive, which is one task, is many.
BATCH_BYTES = 400_000


class Read(Struct, frozen=True):
    """The contents of ``files``, and why others can no longer be read."""

    files: tuple[SourceFile, ...]
    gone: tuple[Answer, ...]
    seconds: float


def read_wanted(repository: Repository, wanted: tuple[Listed, ...], setup: Setup) -> Read:
    """Read the files ``wanted`` of a repository. A task for a worker of this machine. Raises CorpusError."""
    began = time.perf_counter()
    found: dict[str, SourceFile | Skipped] = {}
    lost = "is no longer there"
    try:
        with opened(repository.source, setup) as (checkout, _):
            for item in timely(picked(checkout, {each.path for each in wanted}, setup.scan.timeout), setup.timeout):
                found[item.path] = item
    except (SourceError, OutOfTimeError) as error:
        lost = reason(error, setup.timeout)
    items = [found.get(each.path) or Skipped(each.path, lost) for each in wanted]
    gone = [Answer(item.path, gone=item.reason) for item in items if isinstance(item, Skipped)]
    files = tuple(item for item in items if isinstance(item, SourceFile))
    return Read(files, tuple(gone), time.perf_counter() - began)


def batches(files: tuple[SourceFile, ...]) -> Iterator[tuple[SourceFile, ...]]:
    """``files`` in order, in parts that are large enough once their last file is in, but for the last part."""
    batch: list[SourceFile] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file.text)
        if size >= BATCH_BYTES:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


class Delivery(Struct, eq=False):
    """Files on their way to workers elsewhere; ``outcome`` is given when all their answers are, or when one fails."""

    wanted: tuple[Listed, ...]
    until: str
    setup: Setup
    outcome: Future[Answers] = field(default_factory=Future)
    _answers: list[Answer] = field(default_factory=list)
    _seconds: float = 0.0
    _left: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(file.size for file in self.wanted)

    def expect(self, number: int, read: Read) -> None:
        """So many answers will come; what could not be read is answered already."""
        self._left = number + 1
        self.add(Answers(read.gone, read.seconds))

    def add(self, answers: Answers) -> None:
        """Answers on some of the files."""
        with self._lock:
            self._answers += answers.answers
            self._seconds += answers.seconds
            self._left -= 1
            if not self._left:
                answered = {answer.path: answer for answer in self._answers}
                ordered = tuple(answered[file.path] for file in self.wanted)
                self.outcome.set_result(Answers(ordered, self._seconds))

    def fail(self, error: BaseException) -> None:
        """There will be no outcome but the first error."""
        with self._lock:
            self._left = 0
            if not self.outcome.done():
                self.outcome.set_exception(error)
