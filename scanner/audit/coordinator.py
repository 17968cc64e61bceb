"""One run of an audit: which task comes next, and what goes into the journal.

Each repository is surveyed, its contents that nobody knows yet are examined; those of its files that are alike with an
upstream are dated and, unless that is known as well, examined with their dates; then its record is written. Edit this
when the steps of an audit change; what a step does is in ``survey`` and ``tasks``, where it runs in ``workers``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from ..attribution.copies import StatedLicence
from ..examining.dispatcher import Dispatcher, Task
from ..examining.time_limits import reason_ended
from ..examining.workers import Pool
from ..results import Skipped
from ..sources.specs import without_login
from .discovery import RepositorySource
from .journal import Advance, Journal, disk_sync
from .journal_lines import LinePosition
from .known_contents import KnownContent, KnownContents
from .options import Setup
from .records import (
    ContentIdentity,
    FileFacts,
    JournalRecord,
    RecordedFile,
    RepositoryRecord,
    decode,
    encode,
)
from .survey import Survey, SurveyedFile, survey
from .tasks import (
    Answers,
    Dated,
    FinishedRepository,
    date_files,
    examine_files,
    finish_repository,
    not_examined,
    tasks_of,
)

# Each open repository costs memory; this many keep all workers busy.
OPEN_PER_WORKER = 8


class OpenRepository(Struct):
    """A repository that is under way: the paths whose contents are not known yet, and why some never will be."""

    repository: RepositorySource
    survey: Survey
    missing: set[str] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)
    dated: bool = False
    """Whether all of its files that need facts have them."""

    @property
    def files(self) -> tuple[SurveyedFile, ...]:
        """The files that are still to be had."""
        return tuple(file for file in self.survey.files if file.path not in self.gone)

    def know(self, facts: Mapping[str, FileFacts]) -> None:
        """Take ``facts`` on files, by their paths; repositories that differ in them are not alike."""
        files = tuple(replace(file, facts=facts.get(file.path)) for file in self.survey.files)
        told = f"{self.survey.likeness} {list(facts.items())!r}".encode("utf-8", "surrogatepass")
        self.survey = replace(self.survey, files=files, likeness=hashlib.sha256(told).hexdigest())
        self.dated = True


class WaitingList:
    """Who waits for which content; the first in each queue is the one whose file is being examined."""

    def __init__(self, known: KnownContents) -> None:
        self._known = known
        self._queues: dict[ContentIdentity, list[tuple[OpenRepository, SurveyedFile]]] = {}

    def found(self, file: SurveyedFile) -> KnownContent | None:
        """What is known of a file's content."""
        return self._known.find(file)

    def must_be_examined(self, entry: OpenRepository, file: SurveyedFile) -> bool:
        """Whether to examine a file: its content is neither known nor being examined. Unless known, it waits now."""
        if self.found(file):
            return False
        entry.missing.add(file.path)
        queue = self._queues.setdefault(file.identity, [])
        queue.append((entry, file))
        return len(queue) == 1

    def answered(
        self, identity: ContentIdentity
    ) -> tuple[list[OpenRepository], tuple[OpenRepository, SurveyedFile] | None]:
        """After a content became known, or its file unreadable: who misses nothing now, and which file comes next.

        There is a next one where the file that was examined cannot be read any more.
        """
        ready: list[OpenRepository] = []
        left: list[tuple[OpenRepository, SurveyedFile]] = []
        for entry, file in self._queues.pop(identity, []):
            if file.path not in entry.gone and not self.found(file):
                left.append((entry, file))
            elif file.path in entry.missing:
                entry.missing.remove(file.path)
                if not entry.missing:
                    ready.append(entry)
        if left:
            self._queues[identity] = left
        return ready, left[0] if left else None


class Recorder:
    """Writes the records of repositories and counts them: ``written``, with ``findings`` to answer for."""

    def __init__(self, journal: Journal, known: KnownContents) -> None:
        self._journal = journal
        self._known = known
        self.written = 0
        self.findings = 0

    def finish(self, finished: FinishedRepository, likeness: str) -> None:
        """Record a repository, and remember it for those that are alike, files and dates."""
        position = self._write(finished.line, finished.findings)
        if finished.holds_for_all_alike:
            self._known.note_likeness(likeness, position)

    def repeat(self, repository: RepositorySource, found: Survey) -> bool:
        """Record a repository as one before it that is alike; False when there was none."""
        position = self._known.find_alike(found.likeness)
        if position is None:
            return False
        record = decode(self._journal.read(position), JournalRecord).repository
        assert record is not None, "the journal was written by this process"
        conclusion = record.conclusion and record.conclusion.about(found.name)
        again = replace(
            record,
            name=repository.name,
            root=found.root,
            scanned=found.scanned,
            seconds=round(found.seconds, 6),
            conclusion=conclusion,
        )
        self._write(encode(again), sum(finding.counts for finding in again.findings))
        return True

    def fail(self, repository: RepositorySource, reason: str) -> None:
        """Record why there is no report on a repository."""
        self._write(encode(RepositoryRecord(repository.name, without_login(repository.source), failed=reason)), 0)

    def _write(self, line: bytes, findings: int) -> LinePosition:
        position = self._journal.append(line)
        self.written += 1
        self.findings += findings
        return position


class Coordinator:
    """One run of an audit; the only writer of its journal."""

    def __init__(self, journal: Journal, known: KnownContents, pool: Pool, setup: Setup) -> None:
        self._journal = journal
        self._known = known
        self._setup = setup
        self._dispatcher = Dispatcher(pool)
        self._recorder = Recorder(journal, known)
        self._waiting = WaitingList(known)
        self._pool = pool
        self._open = 0

    def run(self, repositories: Iterable[RepositorySource], total: int) -> Iterator[Advance]:
        """Audit ``repositories``, ``total`` of them; what an Advance counts is on the disk. Raises ModelkinError."""
        asked = 0
        with disk_sync(self._journal) as disk:
            for _ in self._dispatcher.run(partial(self._begin, iter(repositories))):
                if reached := disk.reached():
                    yield reached
                if self._recorder.written > asked and disk.ask(self._advance(total)):
                    asked = self._recorder.written
        self._journal.sync()
        yield self._advance(total)

    def _advance(self, total: int) -> Advance:
        return Advance(self._recorder.written, total, self._recorder.written, self._recorder.findings)

    def _begin(self, left: Iterator[RepositorySource]) -> Task | None:
        repository = next(left, None) if self._open < self._pool.jobs * OPEN_PER_WORKER else None
        if repository is None:
            return None
        self._open += 1
        lost = partial(self._lost_repository, repository)
        return Task(survey, (repository, self._setup), partial(self._surveyed, repository), lost)

    def _surveyed(self, repository: RepositorySource, found: Survey) -> list[Task]:
        if found.failed:
            return self._failed(repository, found.failed)
        return self._open_or_repeat(OpenRepository(repository, found), found.files)

    def _open_or_repeat(self, entry: OpenRepository, files: Iterable[SurveyedFile]) -> list[Task]:
        """Write the record of a repository that is like one before; else examine those of ``files`` not known yet."""
        if not entry.gone and self._recorder.repeat(entry.repository, entry.survey):
            self._open -= 1
            return []
        unknown = [file for file in files if self._waiting.must_be_examined(entry, file)]
        if not entry.missing:
            return [self._following(entry)]
        return [self._examining(entry, part) for part in tasks_of(unknown, entry.survey.is_folder)]

    def _following(self, entry: OpenRepository) -> Task:
        """The task that follows when all contents of a repository are known."""
        if not entry.dated:
            known = ((file, self._waiting.found(file)) for file in entry.files)
            if needing := [file for file, found in known if found is not None and found.head.needs_facts]:
                return self._dating(entry, needing)
        return self._finishing(entry)

    def _dating(self, entry: OpenRepository, files: Sequence[SurveyedFile]) -> Task:
        paths = tuple(file.path for file in files)
        arguments = (entry.repository, paths, replace(entry.survey, files=()), self._setup)
        return Task(
            date_files, arguments, partial(self._dated, entry, paths), partial(self._lost_repository, entry.repository)
        )

    def _dated(self, entry: OpenRepository, paths: tuple[str, ...], found: Dated) -> list[Task]:
        entry.survey = replace(entry.survey, seconds=entry.survey.seconds + found.seconds)
        entry.know(dict(zip(paths, found.facts, strict=not found.failed)))
        if found.failed:
            entry.gone.update(dict.fromkeys(paths, found.failed))
        return self._open_or_repeat(entry, [file for file in entry.files if file.facts])

    def _examining(self, entry: OpenRepository, files: tuple[SurveyedFile, ...]) -> Task:
        arguments = (entry.repository, files, self._setup)
        return Task(
            examine_files, arguments, partial(self._examined, entry, files), partial(self._unexamined, entry, files)
        )

    def _examined(self, entry: OpenRepository, files: tuple[SurveyedFile, ...], found: Answers) -> list[Task]:
        entry.survey = replace(entry.survey, seconds=entry.survey.seconds + found.seconds)
        following: list[Task] = []
        for file, answer in zip(files, found.answers, strict=True):
            if answer.head is not None and answer.head.identity == file.identity:
                self._known.add(answer.head, self._journal.append(answer.line))
            else:
                entry.gone[file.path] = answer.gone or "changed while it was scanned"
            ready, next_one = self._waiting.answered(file.identity)
            following.extend(map(self._following, ready))
            if next_one is not None:
                following.append(self._examining(next_one[0], (next_one[1],)))
        return following

    def _finishing(self, entry: OpenRepository) -> Task:
        recorded: list[RecordedFile] = []
        copies: list[bytes] = []
        stated: list[StatedLicence] = []
        for file in entry.files:
            found = self._waiting.found(file)
            if found is None:
                continue
            if found.head.skipped:
                entry.gone[file.path] = found.head.skipped
                continue
            recorded.append(RecordedFile(file.path, file.sha256, file.facts))
            if found.head.licence:
                stated.append(StatedLicence(file.path, found.head.licence, found.head.header_last_line))
            if file.facts:
                copies.append(self._journal.read(found.position))
        skipped = tuple(Skipped(path, entry.gone[path]) for path in sorted(entry.gone))
        survey = replace(entry.survey, files=())
        arguments = (
            entry.repository,
            survey,
            tuple(recorded),
            tuple(copies),
            tuple(stated),
            skipped,
            self._setup,
        )
        then = partial(self._finished, survey.likeness)
        return Task(finish_repository, arguments, then, partial(self._lost_repository, entry.repository))

    def _finished(self, likeness: str, finished: FinishedRepository) -> list[Task]:
        self._recorder.finish(finished, likeness)
        self._open -= 1
        return []

    def _failed(self, repository: RepositorySource, reason: str) -> list[Task]:
        self._recorder.fail(repository, reason)
        self._open -= 1
        return []

    def _lost_repository(self, repository: RepositorySource, error: str, seconds: float) -> list[Task]:
        return self._failed(repository, self._why(error, seconds))

    def _unexamined(
        self, entry: OpenRepository, files: tuple[SurveyedFile, ...], error: str, seconds: float
    ) -> list[Task]:
        if len(files) > 1:
            return [self._examining(entry, (file,)) for file in files]
        answer = not_examined(files[0], self._why(error, seconds))
        return self._examined(entry, files, Answers((answer,), 0.0))

    def _why(self, error: str, seconds: float) -> str:
        if error:
            return f"modelkin met an error of its own: {error}"
        return reason_ended(seconds, self._setup.timeout)
