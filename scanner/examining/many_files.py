"""All files of a source examined, in order: here, or in worker processes where there is much to do.

Edit this when another number of files should be worth the start of workers, or when a worker has to be told more.
What a worker reads it keeps until the date of the file is known: the date is looked up here, once for all.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ..attribution.copies import Examined
from ..attribution.waivers import WaiversRead
from ..corpus.model import CORPUS_SUFFIX, Corpus
from ..corpus.store import damage_explained
from ..dating.dates import SourceFacts
from ..results import FileDate, Skipped
from ..scan_steps import ScanOptions
from ..sources.files import SourceFile
from ..support.budget import WORKER_MEMORY, OverBudgetError
from .cached_examiner import CachedExaminer, Unknown, decoded, encoded
from .worker_state import worker_corpora, worker_examiner

if TYPE_CHECKING:
    from ..pipeline import Examiner, Seen
    from .dispatcher import Task

Read = tuple[SourceFile, WaiversRead] | Skipped
"""A file with the waivers in its comments, or why it was not read."""
Outcome = tuple[Examined | Skipped, WaiversRead]

# Less is done before workers have started: each imports all of modelkin.
LEAST_FILES = 8
LEAST_BYTES = 1_200_000
# A task must outweigh sending it.
_TASK_BYTES = 200_000
_NO_WAIVERS = WaiversRead()
_FILE = TypeVar("_FILE")


class _Place(Struct):
    """A file in its place among the others, and what became of it."""

    path: str
    size: int
    waivers: WaiversRead
    outcome: Examined | Skipped | None = None
    dated: FileDate | None = None


class _Waiting(Struct, frozen=True, eq=False):
    """A file that has to be examined."""

    place: _Place
    file: SourceFile
    unknown: Unknown


class Examination(Struct, frozen=True):
    """How the files of one source are to be examined."""

    corpora: Sequence[Corpus]
    options: ScanOptions
    examiner: CachedExaminer
    source: SourceFacts
    jobs: int = 1
    """Worker processes; 0 means one a core."""

    def outcomes(self, items: Iterable[Read]) -> Generator[Outcome, None, None]:
        """What becomes of each of ``items``, in their order. What takes too much, or ends a worker, is a Skipped."""
        first: list[_Waiting] = []
        places: deque[_Place] = deque()
        is_alone = self.jobs == 1
        looked_up = self._looked_up(items)
        for place, waiting in looked_up:
            places.append(place)
            first += [waiting] if waiting else []
            if not is_alone and _is_much(first):
                jobs = self.jobs or _cores()
                if jobs > 1:
                    yield from self._in_workers(jobs, places, first, looked_up)
                    return
                is_alone = True
            if is_alone or not first:
                yield from self._examined_here(places, first)
                first.clear()
        yield from self._examined_here(places, first)

    def _looked_up(self, items: Iterable[Read]) -> Iterator[tuple[_Place, _Waiting | None]]:
        for item in items:
            if isinstance(item, Skipped):
                yield _Place(item.path, 0, _NO_WAIVERS, item), None
                continue
            file, waivers = item
            place = _Place(file.path, len(file.text), waivers)
            known = self.examiner.look_up(file, self.source)
            if isinstance(known, Examined):
                place.outcome = known
                yield place, None
            else:
                yield place, _Waiting(place, file, known)

    def _examined_here(self, places: deque[_Place], waiting: Iterable[_Waiting]) -> Iterator[Outcome]:
        for each in waiting:
            yield from _done(places)
            each.place.outcome = self._examined(each)
        yield from _done(places)

    def _examined(self, waiting: _Waiting) -> Examined | Skipped:
        dates = waiting.unknown.dated
        source = self.source if dates is None else replace(self.source, date_of=lambda _: dates)
        try:
            return self.examiner.examine(waiting.file, self.options.timeout, source)
        except OverBudgetError as over:
            return Skipped(waiting.file.path, str(over))

    def _in_workers(
        self,
        jobs: int,
        places: deque[_Place],
        first: Sequence[_Waiting],
        further: Iterator[tuple[_Place, _Waiting | None]],
    ) -> Iterator[Outcome]:
        from .dispatcher import Dispatcher
        from .workers import local_pool

        with corpus_files(self.corpora) as corpora, local_pool(jobs, WORKER_MEMORY) as pool:
            # What is about other files, or about the report, is not for workers.
            options = replace(self.options, waivers=(), baseline=None, settings=None)
            crew = _Crew(self, _Setup(corpora, options))
            for _ in Dispatcher(pool).run(partial(crew.next_task, places, deque(first), further)):
                yield from _done(places)
        yield from _done(places)


def _is_much(waiting: Sequence[_Waiting]) -> bool:
    return len(waiting) >= LEAST_FILES and sum(each.place.size for each in waiting) >= LEAST_BYTES


def _cores() -> int:
    from ..support.processes import available_cores  # what starts programs, which most scans need not

    return available_cores()


def _done(places: deque[_Place]) -> Iterator[Outcome]:
    """The outcomes that are there, up to the first that is not."""
    while places and places[0].outcome is not None:
        place = places.popleft()
        assert place.outcome is not None
        yield place.outcome, place.waivers


# What the workers are asked.


class _Setup(Struct, frozen=True):
    """What a worker needs to know."""

    corpora: tuple[Path, ...]
    options: ScanOptions


class _Told(Struct, frozen=True):
    """What a worker says of one file: its outcome as ``encoded``, or why there is none."""

    body: bytes = b""
    examined: Examined | None = None
    """The outcome itself, where it cannot be encoded."""
    skipped: str = ""
    needs_date: bool = False
    is_gone: bool = False
    """Whether the worker that had read it has ended."""


class _Crew:
    """Gives files to workers, and puts what they say in its place."""

    def __init__(self, examination: Examination, setup: _Setup) -> None:
        self._how = examination
        self._setup = setup

    def next_task(
        self, places: deque[_Place], first: deque[_Waiting], further: Iterator[tuple[_Place, _Waiting | None]]
    ) -> Task | None:
        """The next files that have to be examined; None where there are none."""
        files: list[_Waiting] = []
        size = 0
        while size < _TASK_BYTES:
            if first:
                waiting: _Waiting | None = first.popleft()
            elif (found := next(further, None)) is not None:
                places.append(found[0])
                waiting = found[1]
            else:
                break
            if waiting is not None:
                files.append(waiting)
                size += waiting.place.size
        return self._looking(files) if files else None

    def _looking(self, files: Sequence[_Waiting]) -> Task:
        from .dispatcher import Task

        texts = tuple(each.file for each in files)
        return Task(look_at, (texts, self._setup), partial(self._looked, files), partial(self._lost, files))

    def _looked(self, files: Sequence[_Waiting], answer: tuple[int, tuple[_Told, ...]]) -> list[Task]:
        number, told = answer
        dated: list[_Waiting] = []
        for each, said in zip(files, told, strict=True):
            if said.needs_date:
                each.place.dated = each.unknown.dated or self._how.source.date_of(each.file.path)
                dated.append(each)
            else:
                self._settle(each, said)
        return [self._dating(number, dated)] if dated else []

    def _dating(self, number: int, files: Sequence[_Waiting]) -> Task:
        from .dispatcher import Task

        dates = tuple((each.file.path, each.file.sha256, each.place.dated or FileDate()) for each in files)
        arguments = (dates, self._how.source.names, self._setup)
        return Task(answer_on, arguments, partial(self._answered, files), partial(self._lost, files), near=number)

    def _answered(self, files: Sequence[_Waiting], told: tuple[_Told, ...]) -> list[Task]:
        gone = [each for each, said in zip(files, told, strict=True) if said.is_gone]
        for each, said in zip(files, told, strict=True):
            if not said.is_gone:
                self._settle(each, said)
        return [self._looking(gone)] if gone else []

    def _settle(self, waiting: _Waiting, said: _Told) -> None:
        place, path = waiting.place, waiting.file.path
        outcome = said.examined or (decoded(said.body, path) if said.body else None)
        if outcome is None:
            place.outcome = Skipped(path, said.skipped)
            return
        place.outcome = outcome
        if said.body:
            self._how.examiner.keep(waiting.unknown.key, path, place.dated, self._how.source, said.body)

    def _lost(self, files: Sequence[_Waiting], error: str, _seconds: float) -> list[Task]:
        """The files one by one; the one that ended its worker again is named."""
        from .time_limits import ENDED_ITS_PROCESS

        if len(files) > 1:
            return [self._looking((each,)) for each in files]
        if error:
            raise RuntimeError(error)  # as where it is examined here
        self._settle(files[0], _Told(skipped=ENDED_ITS_PROCESS))
        return []


# In a worker.

_seen: dict[tuple[str, str], Seen] = {}
"""What was looked at, by path and content, until its date is known."""
_Dated = tuple[str, str, FileDate]
"""The path and the digest of a file that was looked at, and when it appeared."""


def look_at(files: tuple[SourceFile, ...], setup: _Setup) -> tuple[int, tuple[_Told, ...]]:
    """Look at ``files``; the number of this process, which keeps those whose date it has to know.

    Raises CorpusError.
    """
    timeout = setup.options.timeout

    def told(examiner: Examiner, file: SourceFile) -> _Told:
        seen = examiner.look(file, timeout)
        if seen.needs_date:
            _seen[file.path, file.sha256] = seen
            return _Told(needs_date=True)
        return _telling(examiner.answer(seen, FileDate(), (), timeout))

    return os.getpid(), _each(told, files, setup)


def answer_on(files: tuple[_Dated, ...], names: tuple[str, ...], setup: _Setup) -> tuple[_Told, ...]:
    """What files are that were looked at before, in a source that goes by ``names``. Raises CorpusError."""

    def told(examiner: Examiner, file: _Dated) -> _Told:
        path, sha256, dated = file
        seen = _seen.pop((path, sha256), None)
        if seen is None:
            return _Told(is_gone=True)
        return _telling(examiner.answer(seen, dated, names, setup.options.timeout))

    return _each(told, files, setup)


def _each(told: Callable[[Examiner, _FILE], _Told], files: Iterable[_FILE], setup: _Setup) -> tuple[_Told, ...]:
    answers: list[_Told] = []
    with damage_explained(worker_corpora(setup.corpora)):
        examiner = worker_examiner(setup.corpora, setup.options, keeps_own=not setup.options.no_cache)
        for file in files:
            try:
                answers.append(told(examiner, file))
            except OverBudgetError as over:  # noqa: PERF203 - an error is of one file
                answers.append(_Told(skipped=str(over)))
    return tuple(answers)


def _telling(examined: Examined) -> _Told:
    body = encoded(examined)
    return _Told(body) if body is not None else _Told(examined=examined)


@contextmanager
def corpus_files(corpora: Sequence[Corpus]) -> Iterator[tuple[Path, ...]]:
    """The files that workers open, for as long as the block lasts; a corpus that was made just now is saved first."""
    from tempfile import TemporaryDirectory

    if all(each.path is not None for each in corpora):
        yield tuple(saved(each, Path()) for each in corpora)
        return
    with TemporaryDirectory(prefix="modelkin-scan-") as folder:
        yield tuple(saved(each, Path(folder, f"{number}{CORPUS_SUFFIX}")) for number, each in enumerate(corpora))


def saved(corpus: Corpus, place: Path) -> Path:
    """The file of ``corpus``: the one it was opened from; a corpus that was made just now is saved to ``place``."""
    if corpus.path is not None:
        return corpus.path.absolute()
    corpus.save(place)
    return place
