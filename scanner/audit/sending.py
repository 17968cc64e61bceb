"""Files of a repository in, their contents out, in batches for workers that need not see where they lie."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future
from threading import Lock

from msgspec import Struct, field

from ..errors import SourceError
from ..files import Skipped, SourceFile
from .judging import Answer, Answers
from .limits import OutOfTimeError, reason, timely
from .options import Setup
from .stages import opened, picked
from .survey import Listed
from .tree import Repository

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
