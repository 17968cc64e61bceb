"""Repositories in, lines of a journal out: who looks into which repository, judges which contents, and when.

A repository is looked into by one task, which hashes its files. Contents that are neither known nor being judged are
judged by further tasks; when all of its contents are known, a last task concludes its record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from msgspec.structs import replace

from ..files import Skipped
from .conclusion import Conclusion, conclude
from .dispatch import Dispatcher, Task
from .journal import Journal
from .judging import Answers, judge_files, parts, unjudged
from .known import KnownContents
from .limits import ended
from .options import Setup
from .pool import Pool
from .recording import Recorder
from .records import Place
from .survey import Listed, Survey, survey
from .syncing import Advance, syncing
from .tree import Repository
from .waiting import OpenRepository, WaitingList

# A task must outweigh sending it; a repository is opened for each, so a large one has few.
LEAST_TASK_BYTES = 400_000
MOST_TASKS = 16
OPEN_PER_WORKER = 8


class Coordinator:
    """One run of an audit; the only writer of its journal."""

    def __init__(self, journal: Journal, known: KnownContents, pool: Pool, setup: Setup) -> None:
        self._journal = journal
        self._known = known
        self._setup = setup
        self._dispatcher = Dispatcher(pool)
        self._recorder = Recorder(journal)
        self._waiting = WaitingList(known)
        self._pool = pool
        self._open = 0

    def run(self, repositories: Iterable[Repository], total: int) -> Iterator[Advance]:
        """Audit ``repositories``; each Advance is on the disk. Raises ModelkinError."""
        asked = 0
        with syncing(self._journal) as disk:
            for _ in self._dispatcher.run(partial(self._begin, iter(repositories))):
                if reached := disk.reached():
                    yield reached
                if self._recorder.written > asked and disk.ask(self._advance(total)):
                    asked = self._recorder.written
        self._journal.sync()
        yield self._advance(total)

    def _advance(self, total: int) -> Advance:
        return Advance(self._recorder.written, total, self._recorder.written, self._recorder.findings)

    def _begin(self, left: Iterator[Repository]) -> Task | None:
        repository = next(left, None) if self._open < self._pool.jobs * OPEN_PER_WORKER else None
        if repository is None:
            return None
        self._open += 1
        lost = partial(self._lost_repository, repository)
        return Task(survey, (repository, self._setup), partial(self._surveyed, repository), lost)

    def _surveyed(self, repository: Repository, found: Survey) -> list[Task]:
        if found.failed:
            return self._failed(repository, found.failed)
        if self._recorder.repeat(repository, found):
            self._open -= 1
            return []
        entry = OpenRepository(repository, found)
        unknown = [file for file in found.files if self._waiting.must_judge(entry, file)]
        if not entry.missing:
            return [self._conclusion(entry)]
        return [self._judging(entry, part) for part in parts(unknown, found.is_folder)]

    def _judging(self, entry: OpenRepository, files: tuple[Listed, ...]) -> Task:
        arguments = (entry.repository, entry.survey.until, files, self._setup)
        return Task(judge_files, arguments, partial(self._judged, entry, files), partial(self._unjudged, entry, files))

    def _judged(self, entry: OpenRepository, files: tuple[Listed, ...], found: Answers) -> list[Task]:
        entry.survey = replace(entry.survey, seconds=entry.survey.seconds + found.seconds)
        following: list[Task] = []
        for file, answer in zip(files, found.answers, strict=True):
            identity = entry.identity(file)
            if answer.head is not None and answer.head.identity == identity:
                self._known.add(answer.head, self._journal.append(answer.line))
            else:
                entry.gone[file.path] = answer.gone or "changed while it was scanned"
            ready, next_one = self._waiting.answered(identity)
            following.extend(map(self._conclusion, ready))
            if next_one is not None:
                following.append(self._judging(next_one[0], (next_one[1],)))
        return following

    def _conclusion(self, entry: OpenRepository) -> Task:
        places: list[Place] = []
        copies: list[tuple[str, bytes]] = []
        for file in entry.survey.files:
            found = self._waiting.found(entry, file)
            if file.path in entry.gone or found is None:
                continue
            if found.head.skipped:
                entry.gone[file.path] = found.head.skipped
                continue
            places.append(Place(file.path, file.sha256, found.head.own))
            if found.head.upstream_path:
                copies.append((file.path, self._journal.read(found.span)))
        skipped = tuple(Skipped(path, entry.gone[path]) for path in sorted(entry.gone))
        survey = replace(entry.survey, files=())
        arguments = (entry.repository, survey, tuple(places), tuple(copies), skipped, self._setup)
        then = partial(self._concluded, survey.likeness)
        return Task(conclude, arguments, then, partial(self._lost_repository, entry.repository))

    def _concluded(self, likeness: str, found: Conclusion) -> list[Task]:
        self._recorder.conclude(found, likeness)
        self._open -= 1
        return []

    def _failed(self, repository: Repository, reason: str) -> list[Task]:
        self._recorder.fail(repository, reason)
        self._open -= 1
        return []

    def _lost_repository(self, repository: Repository, error: str, seconds: float) -> list[Task]:
        return self._failed(repository, self._why(error, seconds))

    def _unjudged(self, entry: OpenRepository, files: tuple[Listed, ...], error: str, seconds: float) -> list[Task]:
        if len(files) > 1:
            return [self._judging(entry, (file,)) for file in files]
        answer = unjudged(files[0], entry.survey.until, self._why(error, seconds))
        return self._judged(entry, files, Answers((answer,), 0.0))

    def _why(self, error: str, seconds: float) -> str:
        if error:
            return f"modelkin met an error of its own: {error}"
        return ended(seconds, self._setup.timeout)
