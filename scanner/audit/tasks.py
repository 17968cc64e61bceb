"""Files of a repository in, what is to be said of their contents out. A task for a worker."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge

from msgspec import Struct

from ..attribution.waivers import settled
from ..corpus.model import Corpus
from ..errors import SourceError
from ..pipeline import Examiner, check, examiner
from ..results import Skipped
from ..sources.checkout import sort_key
from ..sources.files import SourceFile
from ..support.budget import OverBudgetError
from ..trust import asked_in_vain
from .discovery import Repository
from .options import Setup
from .records import Content, ContentHead, Identity, Place, RepositoryRecord, encode, lone_content
from .survey import (
    Listed,
    Survey,
    compared_with,
    is_in_code,
    judged,
    known,
    opened,
    picked,
    placed,
    suffix,
    waivers_beside_code,
)
from .workers import OutOfTimeError, reason, timely, within

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


class Conclusion(Struct, frozen=True):
    """A repository's line for the journal, and how many findings are in it.

    ``is_of_all_alike`` says that all repositories of its likeness have the same, but for name and root.
    """

    line: bytes
    findings: int
    is_of_all_alike: bool


def conclude(
    repository: Repository,
    survey: Survey,
    places: tuple[Place, ...],
    copies: tuple[tuple[str, bytes], ...],
    skipped: tuple[Skipped, ...],
    setup: Setup,
) -> Conclusion:
    """A repository's record. ``copies`` are its files that stand on an upstream, each its path and its content's line;
    ``skipped`` are those that were found but not judged. Raises RuleError.
    """
    began = time.perf_counter()
    examined = (placed(content.examined, path) for path, line in copies if (content := lone_content(line)).examined)
    stands = [each.copy for each in examined if each.copy]
    judged = check(stands, survey.declarations, survey.project, survey.whole)
    # Waivers of the settings are for all repositories: none is too many in one.
    findings = settled(judged.findings, setup.scan.waivers, known(setup.scan.baseline), partial=True)
    # As a scan, which reads a file and examines it before the next, tells of them.
    left = merge(survey.skipped, sorted(skipped, key=_order), key=_order)
    waivers = survey.waivers + waivers_beside_code(judged.findings, repository.source)
    record = RepositoryRecord(
        name=repository.name,
        root=survey.root,
        until=survey.until,
        places=places,
        findings=findings,
        attributions=judged.attributions,
        skipped=tuple(dict.fromkeys((*left, *survey.declarations.skipped))),
        not_obeyed=asked_in_vain(survey.not_obeyed, waivers, survey.ignore_rules),
        seconds=round(survey.seconds + time.perf_counter() - began, 6),
    )
    return Conclusion(
        encode(record),
        sum(finding.counts for finding in findings),
        not skipped and all(map(is_in_code, judged.findings)),
    )


def _order(skipped: Skipped) -> list[str]:
    return sort_key(skipped.path)
