"""Files of a repository in, what is to be said of their contents out. A task for a worker."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ..api import examiner
from ..budget import OverBudgetError
from ..corpus.pack import Corpus
from ..errors import SourceError
from ..files import Skipped, SourceFile
from ..pipeline import Examiner
from .limits import OutOfTimeError, reason, timely, within
from .options import Setup
from .records import Content, ContentHead, Identity, encode
from .stages import compared_with, judged, opened, picked, suffix
from .survey import Listed
from .tree import Repository

# A task must outweigh sending it; a repository is opened for each, so a large one has few.
LEAST_TASK_BYTES = 400_000
MOST_TASKS = 16


class Answer(Struct, frozen=True):
    """What became of one file: its content's line for the journal, or why the file cannot be read any more."""

    path: str
    head: ContentHead | None = None
    line: bytes = b""
    gone: str = ""


class Answers(Struct, frozen=True):
    """Answers on files of one repository."""

    answers: tuple[Answer, ...]
    seconds: float


def judge_files(repository: Repository, until: str, wanted: tuple[Listed, ...], setup: Setup) -> Answers:
    """Judge the files ``wanted`` of a repository, each within its time. Raises CorpusError."""
    began = time.perf_counter()
    answers: dict[str, Answer] = {}
    lost = "is no longer there"
    try:
        with opened(repository.source, setup) as (checkout, corpora):
            found = timely(picked(checkout, {each.path for each in wanted}, setup.scan.timeout), setup.timeout)
            for answer in _each_judged(found, corpora, until, setup):
                answers[answer.path] = answer
    except (SourceError, OutOfTimeError) as error:
        lost = reason(error, setup.timeout)
    gone = (answers.get(each.path) or Answer(each.path, gone=lost) for each in wanted)
    return Answers(tuple(gone), time.perf_counter() - began)


def judge_contents(files: tuple[SourceFile, ...], until: str, setup: Setup) -> Answers:
    """As above, of files that were read elsewhere. Raises CorpusError."""
    began = time.perf_counter()
    with compared_with(setup) as corpora:
        answers = tuple(_each_judged(files, corpora, until, setup))
    return Answers(answers, time.perf_counter() - began)


def unjudged(file: Listed, until: str, reason: str) -> Answer:
    """The answer on a file that no worker comes back from."""
    return _answer(file.path, _skipped(file.path, file.sha256, until, reason))


def _each_judged(
    items: Iterable[SourceFile | Skipped], corpora: Sequence[Corpus], until: str, setup: Setup
) -> Iterator[Answer]:
    examine = examiner(corpora, setup.scan, until)
    for item in items:
        if isinstance(item, Skipped):
            yield Answer(item.path, gone=item.reason)
        else:
            yield _answer(item.path, _judged_in_time(examine, item, until, setup))


def _judged_in_time(examine: Examiner, file: SourceFile, until: str, setup: Setup) -> Content:
    try:
        with within(setup.timeout):
            return judged(examine, file, until, setup.scan.timeout)
    except (OverBudgetError, MemoryError) as error:
        return _skipped(file.path, file.sha256, until, reason(error, setup.timeout))


def _skipped(path: str, sha256: str, until: str, reason: str) -> Content:
    return Content(Identity(sha256, suffix(path), until), False, "", None, reason)


def _answer(path: str, content: Content) -> Answer:
    head = ContentHead(content.identity, content.own, content.upstream_path, content.skipped)
    return Answer(path, head, encode(content))


def parts(files: list[Listed], is_folder: bool) -> Iterator[tuple[Listed, ...]]:
    """``files`` in order, in a task's parts of about equal size; in one, where opening the source anew is dear."""
    most = MOST_TASKS if is_folder else 1
    least = max(LEAST_TASK_BYTES if is_folder else 0, sum(file.size for file in files) // most + 1)
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
