"""Which contents are known, where the journal holds them, and who waits for the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from ..matching.verdict import stands_under
from ..results import Skipped
from ..sources.specs import without_login
from .discovery import Repository
from .journal import Advance, Journal, Span, syncing
from .options import Setup
from .records import ContentHead, Identity, Line, Place, RepositoryRecord, decode, encode
from .survey import Listed, Survey, suffix, survey
from .tasks import Answers, Conclusion, conclude, judge_files, parts, unjudged
from .workers import Dispatcher, Pool, Task, ended


class Found(Struct, frozen=True):
    """A content that is known: its head, and where the journal holds all of it."""

    head: ContentHead
    span: Span


class KnownContents:
    """An index of a journal's contents."""

    def __init__(self) -> None:
        self._contents: dict[Identity, dict[bool, Found]] = {}

    def __len__(self) -> int:
        return len(self._contents)

    def add(self, head: ContentHead, span: Span) -> None:
        """The journal holds this content there."""
        self._contents.setdefault(head.identity, {})[head.own] = Found(head, span)

    def find(self, identity: Identity, path: str) -> Found | None:
        """What is known of a content that stands at ``path``."""
        known = self._contents.get(identity)
        if known is None:
            return None
        upstream_path = next(iter(known.values())).head.upstream_path
        return known.get(stands_under(path, upstream_path))


class OpenRepository(Struct):
    """A repository that is under way: the paths whose contents are not known yet, and why some never will be."""

    repository: Repository
    survey: Survey
    missing: set[str] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)

    def identity(self, file: Listed) -> Identity:
        """What the file's verdict will follow from."""
        return Identity(file.sha256, suffix(file.path), self.survey.until)


class WaitingList:
    """Who waits for which content; the first in each line is the one whose file is being judged."""

    def __init__(self, known: KnownContents) -> None:
        self._known = known
        self._lines: dict[Identity, list[tuple[OpenRepository, Listed]]] = {}

    def found(self, entry: OpenRepository, file: Listed) -> Found | None:
        """What is known of a file's content."""
        return self._known.find(entry.identity(file), file.path)

    def must_judge(self, entry: OpenRepository, file: Listed) -> bool:
        """Whether a file is to be judged: its content is neither known nor being judged. Unless known, it waits."""
        if self.found(entry, file):
            return False
        entry.missing.add(file.path)
        line = self._lines.setdefault(entry.identity(file), [])
        line.append((entry, file))
        return len(line) == 1

    def answered(self, identity: Identity) -> tuple[list[OpenRepository], tuple[OpenRepository, Listed] | None]:
        """After a content became known, or a file unreadable: who now misses nothing, and which file to judge next.

        One in the line may hold the content under a path that matters, or alone now.
        """
        ready: list[OpenRepository] = []
        left: list[tuple[OpenRepository, Listed]] = []
        for entry, file in self._lines.pop(identity, []):
            if file.path not in entry.gone and not self.found(entry, file):
                left.append((entry, file))
            elif file.path in entry.missing:
                entry.missing.remove(file.path)
                if not entry.missing:
                    ready.append(entry)
        if left:
            self._lines[identity] = left
        return ready, left[0] if left else None


class Recorder:
    """Writes the records of repositories: ``written`` of them, with so many ``findings`` to answer for."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._alike: dict[str, Span] = {}
        self.written = 0
        self.findings = 0

    def conclude(self, found: Conclusion, likeness: str) -> None:
        """Record a repository, and remember it for those that are alike."""
        span = self._write(found.line, found.findings)
        if found.is_of_all_alike:
            self._alike[likeness] = span

    def repeat(self, repository: Repository, found: Survey) -> bool:
        """Record a repository that is as one before; no when there is none."""
        if found.likeness not in self._alike:
            return False
        record = decode(self._journal.read(self._alike[found.likeness]), Line).repository
        assert record is not None, "the journal was written by this process"
        again = replace(record, name=repository.name, root=found.root, seconds=round(found.seconds, 6))
        self._write(encode(again), sum(finding.counts for finding in again.findings))
        return True

    def fail(self, repository: Repository, reason: str) -> None:
        """Record why there is no report on a repository."""
        self._write(encode(RepositoryRecord(repository.name, without_login(repository.source), failed=reason)), 0)

    def _write(self, line: bytes, findings: int) -> Span:
        span = self._journal.append(line)
        self.written += 1
        self.findings += findings
        return span


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
