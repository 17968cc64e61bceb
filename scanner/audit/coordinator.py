"""Repositories in, lines of a journal out: who looks into which repository, judges which contents, and when.

A repository is looked into by one task, which hashes its files. Contents that are neither known nor being judged are
judged by further tasks; when all of its contents are known, a last task concludes its record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from ..files import Skipped
from ..sources.specs import without_login
from .dispatch import Dispatcher, Task
from .journal import Journal, Span
from .known import KnownContents
from .options import Setup
from .pool import Pool
from .records import Identity, Line, Place, RepositoryRecord, decode, encode
from .stages import suffix
from .tree import Repository
from .work import Answers, Conclusion, Listed, Survey, conclude, judge_files, survey, too_slow, unjudged

# A task must outweigh sending it; a repository is opened for each, so a large one has few.
LEAST_TASK_BYTES = 400_000
MOST_TASKS = 16


@dataclass(frozen=True, slots=True)
class Advance:
    """How far an audit is: ``since`` of the ``done`` were done in this run."""

    done: int
    total: int
    since: int
    findings: int


@dataclass(slots=True)
class _Open:
    """A repository whose contents are not all known yet."""

    repository: Repository
    survey: Survey
    missing: set[str] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)

    def identity(self, file: Listed) -> Identity:
        return Identity(file.sha256, suffix(file.path), self.survey.until)


_Waiting = tuple[_Open, Listed]


class Coordinator:
    """One run of an audit; the only writer of its journal."""

    def __init__(self, journal: Journal, known: KnownContents, pool: Pool, setup: Setup) -> None:
        self._journal = journal
        self._known = known
        self._setup = setup
        self._dispatcher = Dispatcher(pool)
        self._waiting: dict[Identity, list[_Waiting]] = {}
        self._alike: dict[str, Span] = {}
        self._most_open = pool.jobs * 8
        self._open = 0
        self._concluded = 0
        self._findings = 0

    def run(self, repositories: Iterable[Repository], total: int) -> Iterator[Advance]:
        """Audit ``repositories``; each Advance is on the disk. Raises ModelkinError."""
        advance = Advance(0, total, 0, 0)
        # A disk is slow beside a content that is known, and workers wait for whoever waits for it.
        with ThreadPoolExecutor(1) as beside:
            syncing: Future[None] | None = None
            for _ in self._dispatcher.run(partial(self._begin, iter(repositories))):
                if syncing is not None and syncing.done():
                    syncing.result()
                    syncing = None
                    yield advance
                if syncing is None and self._concluded > advance.done:
                    advance = Advance(self._concluded, total, self._concluded, self._findings)
                    syncing = beside.submit(self._journal.sync)
        self._journal.sync()
        yield Advance(self._concluded, total, self._concluded, self._findings)

    def _begin(self, left: Iterator[Repository]) -> Task | None:
        repository = next(left, None) if self._open < self._most_open else None
        if repository is None:
            return None
        self._open += 1
        lost = partial(self._lost_repository, repository)
        return Task(survey, (repository, self._setup), partial(self._surveyed, repository), lost)

    def _surveyed(self, repository: Repository, found: Survey) -> Iterable[Task]:
        if found.failed:
            return self._failed(repository.name, found.root, found.failed)
        if found.likeness in self._alike:
            return self._repeated(repository, found, self._alike[found.likeness])
        entry = _Open(repository, found)
        unknown = [file for file in found.files if self._must_be_judged(entry, file)]
        return [*self._tasks(entry, unknown), *self._conclusion(entry)]

    def _must_be_judged(self, entry: _Open, file: Listed) -> bool:
        """Whether to judge a file; if its content is being judged already, the repository waits for that."""
        identity = entry.identity(file)
        if self._known.find(identity, file.path):
            return False
        entry.missing.add(file.path)
        waiting = self._waiting.setdefault(identity, [])
        waiting.append((entry, file))
        return len(waiting) == 1

    def _tasks(self, entry: _Open, files: list[Listed]) -> Iterator[Task]:
        """Tasks of about equal size that judge ``files``; one, where opening the source anew is dear."""
        most = MOST_TASKS if entry.survey.is_folder else 1
        least = max(LEAST_TASK_BYTES if most > 1 else 0, sum(file.size for file in files) // most + 1)
        for part in _parts(files, least):
            yield self._judging(entry, part)

    def _judging(self, entry: _Open, files: tuple[Listed, ...]) -> Task:
        arguments = (entry.repository, entry.survey.until, files, self._setup)
        return Task(judge_files, arguments, partial(self._judged, entry, files), partial(self._unjudged, entry, files))

    def _judged(self, entry: _Open, files: tuple[Listed, ...], found: Answers) -> list[Task]:
        entry.survey = replace(entry.survey, seconds=entry.survey.seconds + found.seconds)
        following: list[Task] = []
        for file, answer in zip(files, found.answers, strict=True):
            identity = entry.identity(file)
            if answer.head is not None and answer.head.identity == identity:
                self._known.add(answer.head, self._journal.append(answer.line))
            else:
                entry.gone[file.path] = answer.gone or "changed while it was scanned"
            following.extend(self._settle(identity))
        return following

    def _settle(self, identity: Identity) -> Iterator[Task]:
        """Go on with those who waited for a content; one of them may hold it under a path that matters, or alone."""
        left: list[_Waiting] = []
        for entry, file in self._waiting.pop(identity, []):
            if file.path not in entry.gone and not self._known.find(identity, file.path):
                left.append((entry, file))
            elif file.path in entry.missing:
                entry.missing.remove(file.path)
                yield from self._conclusion(entry)
        if left:
            self._waiting[identity] = left
            entry, file = left[0]
            yield self._judging(entry, (file,))

    def _conclusion(self, entry: _Open) -> Iterator[Task]:
        if entry.missing:
            return
        places: list[Place] = []
        copies: list[tuple[str, bytes]] = []
        for file in entry.survey.files:
            found = self._known.find(entry.identity(file), file.path)
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
        then = partial(self._recorded, survey.likeness)
        yield Task(conclude, arguments, then, partial(self._lost_repository, entry.repository))

    def _recorded(self, likeness: str, found: Conclusion) -> list[Task]:
        span = self._journal.append(found.line)
        if found.is_of_all_alike:
            self._alike[likeness] = span
        self._findings += found.findings
        self._count()
        return []

    def _repeated(self, repository: Repository, found: Survey, span: Span) -> list[Task]:
        """The record of a repository that is as another one."""
        record = decode(self._journal.read(span), Line).repository
        assert record is not None, "the journal was written by this process"
        again = replace(record, name=repository.name, root=found.root, seconds=round(found.seconds, 6))
        self._journal.append(encode(again))
        self._findings += len(again.findings)
        self._count()
        return []

    def _failed(self, name: str, root: str, reason: str) -> list[Task]:
        self._journal.append(encode(RepositoryRecord(name, root, failed=reason)))
        self._count()
        return []

    def _count(self) -> None:
        self._concluded += 1
        self._open -= 1

    def _lost_repository(self, repository: Repository, error: str, seconds: float) -> list[Task]:
        return self._failed(repository.name, without_login(repository.source), self._why(error, seconds))

    def _unjudged(self, entry: _Open, files: tuple[Listed, ...], error: str, seconds: float) -> list[Task]:
        if len(files) > 1:
            return [self._judging(entry, (file,)) for file in files]
        answer = unjudged(files[0], entry.survey.until, self._why(error, seconds))
        return self._judged(entry, files, Answers((answer,), 0.0))

    def _why(self, error: str, seconds: float) -> str:
        if error:
            return f"modelkin met an error of its own: {error}"
        if seconds >= self._setup.timeout:
            return too_slow(self._setup.timeout)
        return "ended the process that read it: out of memory, or a fault in a library"


def _parts(files: list[Listed], least: int) -> Iterator[tuple[Listed, ...]]:
    """``files`` in order, in parts of at least so many bytes but for the last."""
    part: list[Listed] = []
    size = 0
    for file in files:
        part.append(file)
        size += file.size
        if size >= least:
            yield tuple(part)
            part, size = [], 0
    if part:
        yield tuple(part)
