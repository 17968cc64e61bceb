"""What workers do, one function a task: look into a repository, judge some of its files, conclude its record."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from ..errors import SourceError, WaiverError
from ..examination import Examiner
from ..files import Skipped, SourceFile
from ..sources.specs import without_login
from ..statements import Statements
from ..waivers import Waiver
from .limits import OutOfTimeError, within
from .options import Setup
from .records import Content, ContentHead, Identity, Place, RepositoryRecord, encode, lone_content
from .stages import (
    examiner,
    held_to_terms,
    is_folder,
    is_in_code,
    judged,
    listed,
    opened,
    picked,
    placed,
    suffix,
    told,
    waived,
)
from .tree import Repository

NOTHING_TO_SCAN = "no Python file or notebook in it"
_NO_STATEMENTS = Statements()
_ITEM = TypeVar("_ITEM")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a repository by its content; ``size`` in bytes, decoded."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a repository holds; ``failed`` says why it cannot be audited. A folder may be opened again at no cost.

    Repositories of one ``likeness`` differ in nothing that an audit looks at but their place.
    """

    root: str
    until: str = ""
    project: str = ""
    whole: bool = True
    is_folder: bool = False
    statements: Statements = _NO_STATEMENTS
    waivers: tuple[Waiver, ...] = ()
    files: tuple[Listed, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    failed: str = ""
    likeness: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file: its content's line for the journal, or why the file cannot be read any more."""

    path: str
    head: ContentHead | None = None
    line: bytes = b""
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers on files of one repository."""

    answers: tuple[Answer, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A repository's line for the journal, and how many findings are in it.

    ``is_of_all_alike`` says that all repositories of its likeness have the same, but for name and root.
    """

    line: bytes
    findings: int
    is_of_all_alike: bool


def survey(repository: Repository, setup: Setup) -> Survey:
    """List and hash the files of a repository. Raises CorpusError."""
    began = time.perf_counter()
    files: list[Listed] = []
    skipped: list[Skipped] = []
    waivers: list[Waiver] = []
    try:
        with opened(repository.source, setup) as (checkout, _):
            for item, found in _timely(listed(checkout, setup), setup.timeout):
                waivers += found
                if isinstance(item, Skipped):
                    skipped.append(item)
                else:
                    files.append(Listed(item.path, item.sha256, len(item.text)))
            with within(setup.timeout):
                statements = told(checkout)
    except (SourceError, WaiverError, OutOfTimeError, MemoryError) as error:
        return Survey(without_login(repository.source), failed=_reason(error, setup))
    seen = Survey(
        root=checkout.root,
        until=checkout.released,
        project=checkout.project,
        whole=checkout.whole is not None,
        is_folder=is_folder(repository.source),
        statements=statements,
        waivers=tuple(waivers),
        files=tuple(files),
        skipped=tuple(dict.fromkeys((*skipped, *statements.skipped))),
        failed="" if files or skipped else NOTHING_TO_SCAN,
    )
    return replace(seen, likeness=_likeness(seen), seconds=time.perf_counter() - began)


def _likeness(seen: Survey) -> str:
    """A digest of all that a record follows from."""
    return hashlib.sha256(repr(replace(seen, root="")).encode("utf-8", "surrogatepass")).hexdigest()


def judge_files(repository: Repository, until: str, wanted: tuple[Listed, ...], setup: Setup) -> Answers:
    """Judge the files ``wanted`` of a repository, each within its time. Raises CorpusError."""
    began = time.perf_counter()
    answers: dict[str, Answer] = {}
    lost = "is no longer there"
    try:
        with opened(repository.source, setup) as (checkout, corpora):
            examine = examiner(corpora, setup, until)
            for item in _timely(picked(checkout, {each.path for each in wanted}), setup.timeout):
                if isinstance(item, Skipped):
                    answers[item.path] = Answer(item.path, gone=item.reason)
                    continue
                content = _judged_in_time(examine, item, until, setup)
                answers[item.path] = _answer(item.path, content)
                if content.examined is None:  # it may have been left in the middle of anything
                    examine = examiner(corpora, setup, until)
    except (SourceError, OutOfTimeError) as error:
        lost = _reason(error, setup)
    gone = (answers.get(each.path) or Answer(each.path, gone=lost) for each in wanted)
    return Answers(tuple(gone), time.perf_counter() - began)


def unjudged(file: Listed, until: str, reason: str) -> Answer:
    """The answer on a file that no worker comes back from."""
    return _answer(file.path, _skipped(file.path, file.sha256, until, reason))


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
    judged = held_to_terms(stands, survey.statements, survey.project, survey.whole)
    try:
        findings = waived(judged.findings, survey.waivers, repository.source, setup)
    except WaiverError as error:
        return Conclusion(encode(RepositoryRecord(repository.name, survey.root, failed=str(error))), 0, False)
    record = RepositoryRecord(
        name=repository.name,
        root=survey.root,
        until=survey.until,
        places=places,
        findings=findings,
        attributions=judged.attributions,
        skipped=(*survey.skipped, *skipped),
        seconds=round(survey.seconds + time.perf_counter() - began, 6),
    )
    return Conclusion(encode(record), len(findings), not skipped and all(map(is_in_code, judged.findings)))


def _timely(items: Iterator[_ITEM], seconds: float) -> Iterator[_ITEM]:
    """The same items, each of which may take so long. Raises OutOfTimeError."""
    while True:
        with within(seconds):
            item = next(items, None)
        if item is None:
            return
        yield item


def _judged_in_time(examine: Examiner, file: SourceFile, until: str, setup: Setup) -> Content:
    try:
        with within(setup.timeout):
            return judged(examine, file, until)
    except (OutOfTimeError, MemoryError) as error:
        return _skipped(file.path, file.sha256, until, _reason(error, setup))


def _skipped(path: str, sha256: str, until: str, reason: str) -> Content:
    return Content(Identity(sha256, suffix(path), until), False, "", None, reason)


def _answer(path: str, content: Content) -> Answer:
    head = ContentHead(content.identity, content.own, content.upstream_path, content.skipped)
    return Answer(path, head, encode(content))


def _reason(error: BaseException, setup: Setup) -> str:
    if isinstance(error, OutOfTimeError):
        return too_slow(setup.timeout)
    if isinstance(error, MemoryError):
        return "needs more memory than a worker may have"
    return str(error)


def too_slow(seconds: float) -> str:
    """Why a file was given up."""
    return f"took longer than {seconds:g} s"
