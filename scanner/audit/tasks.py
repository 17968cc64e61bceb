"""The tasks after a survey: examine contents, date the files that are alike with an upstream, then check obligations.

Each is one call in a worker process. `finish_repository` does what the second half of `api.scan` does: edit this when
that changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from heapq import merge
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from ..attribution.copies import AllFiles, CheckResult, StatedLicence
from ..attribution.waivers import settled
from ..corpus.model import Corpus
from ..dating.dates import DateOf
from ..errors import SourceError
from ..evidence.repository_answer import Answered, answer
from ..examining.cached_examiner import CachedExaminer
from ..examining.kept_outcomes import kept_outcomes
from ..examining.time_limits import OutOfTimeError, reason_left, timely, within
from ..examining.worker_state import worker_examiner
from ..results import Conclusion, FileDate, FileVerdict, Skipped
from ..scan_steps import by_rule, check, source_facts
from ..sources import open_source
from ..sources.checkout import sort_key
from ..sources.files import SourceFile
from ..support.budget import OverBudgetError
from ..trust import asked_in_vain
from .discovery import RepositorySource
from .options import Setup
from .records import (
    ContentHead,
    ContentRecord,
    FileFacts,
    RecordedFile,
    RepositoryRecord,
    decode_content,
    encode,
    identity_of_file,
)
from .survey import (
    Survey,
    SurveyedFile,
    baseline_of,
    examine_content,
    is_in_code,
    make_ready,
    open_compared,
    open_corpora,
    still_there,
    waivers_beside_code,
)

# A task must outweigh sending it; a repository is opened for each, so a large one has few.
LEAST_TASK_BYTES = 400_000
MOST_TASKS = 16
_FILE = TypeVar("_FILE")


class Answer(Struct, frozen=True):
    """What became of one file."""

    path: str
    head: ContentHead | None = None
    """The head of its content's record; None when the file cannot be read any more."""
    line: bytes = b""
    """The record of its content as a line for the journal."""
    gone: str = ""
    """Why the file cannot be read any more."""


class Answers(Struct, frozen=True):
    """Answers on files of one repository, in the order in which they were asked for."""

    answers: tuple[Answer, ...]
    seconds: float
    """How long it took."""


def examine_files(repository: RepositorySource, wanted: tuple[SurveyedFile, ...], setup: Setup) -> Answers:
    """Examine the files ``wanted`` of a repository, each within its time. Raises CorpusError."""
    began = time.perf_counter()
    answers: dict[str, Answer] = {}
    lost = "is no longer there"
    try:
        with open_compared(repository.source, setup) as (checkout, corpora):
            found = timely(still_there(checkout, {each.path for each in wanted}, setup.scan.timeout), setup.timeout)
            facts = {each.path: each.facts for each in wanted}
            for answer in _answers_on(found, facts, corpora, setup, checkout.folder):
                answers[answer.path] = answer
    except (SourceError, OutOfTimeError) as error:
        lost = reason_left(error, setup.timeout)
    gone = (answers.get(each.path) or Answer(each.path, gone=lost) for each in wanted)
    return Answers(tuple(gone), time.perf_counter() - began)


def examine_contents(files: tuple[SourceFile, ...], facts: tuple[FileFacts | None, ...], setup: Setup) -> Answers:
    """Examine files that were read on another machine, each within its time. Raises CorpusError."""
    began = time.perf_counter()
    of_path = {file.path: each for file, each in zip(files, facts, strict=True)}
    with open_corpora(setup) as corpora:
        answers = tuple(_answers_on(files, of_path, corpora, setup))
    return Answers(answers, time.perf_counter() - began)


def not_examined(file: SurveyedFile, reason: str) -> Answer:
    """The answer on a file that ended each worker that read it."""
    return _answer(file.path, ContentRecord(file.identity, skipped=reason))


def _answers_on(
    items: Iterable[SourceFile | Skipped],
    facts: Mapping[str, FileFacts | None],
    corpora: Sequence[Corpus],
    setup: Setup,
    folder: Path | None = None,
) -> Iterator[Answer]:
    with kept_outcomes(folder, setup.scan.no_cache) as kept:
        make = partial(worker_examiner, setup.corpora, setup.scan, keeps_own=True)
        examine = CachedExaminer(corpora, setup.scan, kept, make=make)
        for item in items:
            if isinstance(item, Skipped):
                yield Answer(item.path, gone=item.reason)
            else:
                yield _answer(item.path, _examine_in_time(examine, item, facts[item.path], setup))


def _examine_in_time(examine: CachedExaminer, file: SourceFile, facts: FileFacts | None, setup: Setup) -> ContentRecord:
    try:
        make_ready(examine, file, facts)
        with within(setup.timeout):
            return examine_content(examine, file, facts, setup.scan.timeout)
    except (OverBudgetError, MemoryError) as error:
        reason = reason_left(error, setup.timeout)
        return ContentRecord(identity_of_file(file.path, file.sha256, facts), skipped=reason)


def _answer(path: str, content: ContentRecord) -> Answer:
    head = ContentHead(
        content.identity, content.needs_facts, content.skipped, content.licence, content.header_last_line
    )
    return Answer(path, head, encode(content))


class Dated(Struct, frozen=True):
    """What is known of some files of a repository beside their contents, in the order in which they were asked for."""

    facts: tuple[FileFacts, ...]
    seconds: float
    """How long it took."""
    failed: str = ""
    """Why nothing is known: the repository cannot be opened any more."""


def date_files(repository: RepositorySource, paths: tuple[str, ...], survey: Survey, setup: Setup) -> Dated:
    """Ask when the files at ``paths`` of a repository appeared: of its history, or of where it comes from."""
    began = time.perf_counter()
    try:
        with open_source(repository.source) as checkout:
            source = source_facts(checkout, survey.declarations, setup.scan)
            dates = tuple(dates_in_time(source.date_of, paths, setup.timeout))
    except (SourceError, OutOfTimeError, MemoryError) as error:
        return Dated((), time.perf_counter() - began, reason_left(error, setup.timeout))
    return Dated(tuple(FileFacts(each, source.names) for each in dates), time.perf_counter() - began)


def dates_in_time(date_of: DateOf, paths: Iterable[str], seconds: float) -> Iterator[FileDate]:
    """The date of each path; none from the first one on that takes too long to tell."""
    is_late = False
    for path in paths:
        found = FileDate()
        if not is_late:
            try:
                with within(seconds):
                    found = date_of(path)
            except OutOfTimeError:
                is_late = True
        yield found


def tasks_of(files: Sequence[SurveyedFile], is_folder: bool) -> Iterator[tuple[SurveyedFile, ...]]:
    """``files`` in the parts that are a task each; one part where it takes time to open the source."""
    most = MOST_TASKS if is_folder else 1
    least = max(LEAST_TASK_BYTES if is_folder else 0, sum(file.size for file in files) // most + 1)
    return in_parts(files, lambda file: file.size, least)


def in_parts(files: Iterable[_FILE], size_of: Callable[[_FILE], int], least: int) -> Iterator[tuple[_FILE, ...]]:
    """``files`` in order, in parts of at least ``least`` bytes, but for the last part."""
    part: list[_FILE] = []
    size = 0
    for file in files:
        part.append(file)
        size += size_of(file)
        if size >= least:
            yield tuple(part)
            part, size = [], 0
    if part:
        yield tuple(part)


class FinishedRepository(Struct, frozen=True):
    """The record of a repository that is done."""

    line: bytes
    """The record as a line for the journal."""
    findings: int
    """How many findings to answer for are in it."""
    holds_for_all_alike: bool
    """Whether all repositories of its likeness have the same record, but for name, root and ``scanned``."""


def finish_repository(
    repository: RepositorySource,
    survey: Survey,
    places: tuple[RecordedFile, ...],
    copies: tuple[bytes, ...],
    stated: tuple[StatedLicence, ...],
    skipped: tuple[Skipped, ...],
    setup: Setup,
) -> FinishedRepository:
    """Check the obligations of a repository whose contents are known. Raises RuleError.

    ``places`` are its examined files. ``copies`` are the lines of the records of those that are alike with an upstream,
    in the same order. ``stated`` is what the headers of all of them state; ``skipped`` are files that were listed but
    could not be examined.
    """
    began = time.perf_counter()
    examined = [content.examined for line in copies if (content := decode_content(line)).examined]
    stands = [each.copy for each in examined if each.copy]
    others = AllFiles(stated, survey.unread, survey.model)
    checked = check(stands, survey.declarations, survey.project, survey.whole, others=others)
    # Waivers of the settings are for all repositories: none is too many in one.
    found = settled(checked.findings, setup.scan.waivers, baseline_of(setup.scan.baseline), partial=True)
    findings, hidden = by_rule(found, setup.scan)
    waivers = survey.waivers + waivers_beside_code(checked.findings, repository.source)
    record = RepositoryRecord(
        name=repository.name,
        root=survey.root,
        places=places,
        findings=findings,
        attributions=checked.attributions,
        skipped=_all_skipped(survey, skipped),
        not_obeyed=asked_in_vain(survey.not_obeyed, waivers, survey.ignore_rules),
        unread=survey.unread,
        evidence=survey.model.told if survey.model else (),
        conclusion=_conclusion(survey, [each.verdict for each in examined], len(places), checked),
        scanned=survey.scanned,
        hidden=hidden,
        seconds=round(survey.seconds + time.perf_counter() - began, 6),
    )
    return FinishedRepository(
        encode(record),
        sum(finding.counts for finding in findings),
        not skipped and all(map(is_in_code, checked.findings)),
    )


def _conclusion(survey: Survey, alike: Sequence[FileVerdict], total: int, checked: CheckResult) -> Conclusion | None:
    return answer(Answered(survey.name, alike, total, survey.model, survey.declarations, checked.attributions))


def _all_skipped(survey: Survey, unexamined: Sequence[Skipped]) -> tuple[Skipped, ...]:
    """In the order of a scan, which reads a file and examines it before the next."""
    left = merge(survey.skipped, sorted(unexamined, key=_order), key=_order)
    beside = survey.model.skipped if survey.model else ()
    return tuple(dict.fromkeys((*left, *survey.declarations.skipped, *beside)))


def _order(skipped: Skipped) -> list[str]:
    return sort_key(skipped.path)
