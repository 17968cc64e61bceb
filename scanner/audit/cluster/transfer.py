"""What is sent to the cluster: corpora that it lacks, and files in batches, whose answers come back in any order.

Edit this when something else is to be sent, or in parts of another size.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Lock

from msgspec import Struct, field

from ...errors import CorpusError, SourceError
from ...examining.time_limits import OutOfTimeError, reason_left, timely
from ...results import Skipped
from ...sources.checkout import os_reason
from ...sources.files import SourceFile
from ...support.atomic_write import replace_file
from ...support.lazy import sha256_of_file
from ..discovery import RepositorySource
from ..options import Setup
from ..records import FileFacts
from ..survey import SurveyedFile, open_compared, still_there
from ..tasks import Answer, Answers


class CorpusFile(Struct, frozen=True):
    """A corpus, known by its bytes, and its path on the machine of the audit."""

    path: Path
    size: int
    sha256: str


def corpus_file(path: Path) -> CorpusFile:
    """The corpus at ``path``. Raises CorpusError."""
    try:
        return CorpusFile(path, path.stat().st_size, _sha256(path))
    except OSError as error:
        raise CorpusError(f"{path} {os_reason(error)}") from error


def lacking(corpora: tuple[CorpusFile, ...]) -> frozenset[str]:
    """The digests of the corpora that this machine does not have at the same path."""
    return frozenset(corpus.sha256 for corpus in corpora if not _is_here(corpus))


def local_path(corpus: CorpusFile, sent: Mapping[str, bytes], folder: Path) -> Path:
    """Where this machine has the corpus: at the same path, or in ``folder``, where it is put from ``sent``.

    Raises CorpusError.
    """
    if _is_here(corpus):
        return corpus.path
    if corpus.sha256 not in sent:
        raise CorpusError(
            f"came after the audit began, and its corpus {corpus.path} is missing or differs; --resume sends it and "
            "goes on"
        )
    if hashlib.sha256(sent[corpus.sha256]).hexdigest() != corpus.sha256:
        raise CorpusError(f"received other bytes than those of the corpus {corpus.path}")
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
    with path.open("rb") as file:
        return sha256_of_file(file)


class ReadFiles(Struct, frozen=True):
    """Files that were read for the cluster."""

    files: tuple[SourceFile, ...]
    gone: tuple[Answer, ...]
    """The answers on those that can no longer be read."""
    seconds: float
    """How long it took."""


def read_wanted(repository: RepositorySource, wanted: tuple[SurveyedFile, ...], setup: Setup) -> ReadFiles:
    """Read the files ``wanted`` of a repository. A task for a worker of this machine. Raises CorpusError."""
    began = time.perf_counter()
    found: dict[str, SourceFile | Skipped] = {}
    lost = "is no longer there"
    try:
        with open_compared(repository.source, setup) as (checkout, _):
            for item in timely(
                still_there(checkout, {each.path for each in wanted}, setup.scan.timeout), setup.timeout
            ):
                found[item.path] = item
    except (SourceError, OutOfTimeError) as error:
        lost = reason_left(error, setup.timeout)
    items = [found.get(each.path) or Skipped(each.path, lost) for each in wanted]
    gone = [Answer(item.path, gone=item.reason) for item in items if isinstance(item, Skipped)]
    files = tuple(item for item in items if isinstance(item, SourceFile))
    return ReadFiles(files, tuple(gone), time.perf_counter() - began)


class Delivery(Struct, eq=False):
    """Files on their way to the cluster."""

    wanted: tuple[SurveyedFile, ...]
    setup: Setup
    outcome: Future[Answers] = field(default_factory=Future)
    """Done when there are answers on all files, or when one batch failed."""
    _answers: list[Answer] = field(default_factory=list)
    _seconds: float = 0.0
    _left: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(file.size for file in self.wanted)

    def facts(self, files: Sequence[SourceFile]) -> tuple[FileFacts | None, ...]:
        """The facts on each of ``files``."""
        of_path = {each.path: each.facts for each in self.wanted}
        return tuple(of_path[file.path] for file in files)

    def expect(self, number: int, read: ReadFiles) -> None:
        """Wait for answers on ``number`` batches; those on files that could not be read are in ``read``."""
        self._left = number + 1
        self.add(Answers(read.gone, read.seconds))

    def add(self, answers: Answers) -> None:
        """Take answers on some of the files."""
        with self._lock:
            self._answers += answers.answers
            self._seconds += answers.seconds
            self._left -= 1
            if not self._left:
                answered = {answer.path: answer for answer in self._answers}
                ordered = tuple(answered[file.path] for file in self.wanted)
                self.outcome.set_result(Answers(ordered, self._seconds))

    def fail(self, error: BaseException) -> None:
        """Make ``error`` the outcome, unless an error is that already."""
        with self._lock:
            self._left = 0
            if not self.outcome.done():
                self.outcome.set_exception(error)
