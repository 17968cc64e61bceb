"""The first task on a repository: list its files by content; and what the later tasks need to open it again.

Edit this when a verdict comes to depend on one more thing about a file than its content: a content is examined once for
all files that hold it, unless it is alike with an upstream; then `FileFacts` count as well.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..attribution.copies import Examined
from ..attribution.known_findings import read_baseline
from ..attribution.waiver_comments import files_with_waivers, waivers_beside
from ..corpus.model import Corpus
from ..corpus.store import damage_explained
from ..dating.dates import SourceFacts
from ..dating.source_state import scanned_now
from ..errors import SourceError
from ..examining.cached_examiner import CachedExaminer
from ..examining.time_limits import OutOfTimeError, reason_left, timely, within
from ..examining.worker_state import worker_corpora
from ..repository.declarations import read_declarations
from ..repository.model import Declarations
from ..results import FileDate, Finding, LeftOut, Scanned, Skipped, Trust, Unread
from ..scan_steps import (
    NOTHING_TO_SCAN,
    files_not_obeyed,
    is_empty,
    known_models,
    model_origins,
    name_of,
    selection,
    source_facts,
    with_known_natives,
)
from ..sources import open_source
from ..sources.checkout import Checkout
from ..sources.files import SourceFile, read_file
from ..sources.specs import CODE_SUFFIXES, REMOTE_PREFIXES, split_path, without_login
from ..sources.unscanned_code import UnreadCode
from .discovery import RepositorySource
from .options import Setup
from .records import ContentIdentity, ContentRecord, FileFacts, identity_of_file

if TYPE_CHECKING:
    from ..evidence.model_origin import ModelOrigins

_NO_DECLARATIONS = Declarations()


class SurveyedFile(Struct, frozen=True):
    """A file of a repository, by its content."""

    path: str
    sha256: str
    """The digest of the bytes as stored."""
    size: int
    """The length of its text."""
    facts: FileFacts | None = None
    """What its verdict follows from beside the content, as far as that was asked for."""

    @property
    def identity(self) -> ContentIdentity:
        """By what its content is known."""
        return identity_of_file(self.path, self.sha256, self.facts)


class Survey(Struct, frozen=True):
    """What a repository holds.

    Its ``waivers`` (in comments of its code), what other files ask for (``not_obeyed``) and its ``ignore_rules`` are
    counted and do not count: no repository of an audit is trusted.
    """

    root: str
    """What a scan calls it."""
    name: str = ""
    """What the answer for the whole calls it."""
    project: str = ""
    """Which project it says it is."""
    whole: bool = True
    """Whether it is a whole repository, and not one file."""
    is_folder: bool = False
    """Whether it can be opened again at no cost."""
    declarations: Declarations = _NO_DECLARATIONS
    waivers: int = 0
    not_obeyed: tuple[LeftOut, ...] = ()
    ignore_rules: tuple[LeftOut, ...] = ()
    files: tuple[SurveyedFile, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unread: tuple[Unread, ...] = ()
    """Code that is not read because of what it is."""
    model: ModelOrigins | None = None
    """What its model has in common with known ones; None where it holds none."""
    failed: str = ""
    """Why it cannot be audited; empty when it can."""
    scanned: Scanned = Scanned()
    """When this was looked at, and of what release or commit it is."""
    likeness: str = ""
    """Repositories of one likeness differ, for an audit, in name, root and ``scanned`` alone."""
    seconds: float = 0.0


def survey(repository: RepositorySource, setup: Setup) -> Survey:
    """List and hash the files of a repository. Raises CorpusError."""
    began = time.perf_counter()
    try:
        with open_compared(repository.source, setup) as (checkout, corpora):
            seen = _seen(checkout, is_folder(repository.source), corpora, setup)
    except (SourceError, OutOfTimeError, MemoryError) as error:
        return Survey(without_login(repository.source), failed=reason_left(error, setup.timeout))
    return replace(seen, likeness=_likeness(seen), seconds=time.perf_counter() - began)


def _seen(checkout: Checkout, folder: bool, corpora: Sequence[Corpus], setup: Setup) -> Survey:
    files: list[SurveyedFile] = []
    skipped: list[Skipped] = []
    waivers = 0
    unread = UnreadCode()
    for item in timely(files_with_waivers(checkout, selection(setup.scan), unread=unread), setup.timeout):
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            file, found = item
            waivers += len(found)
            files.append(SurveyedFile(file.path, file.sha256, len(file.text)))
    with within(setup.timeout):
        declarations = read_declarations(checkout)
        source = source_facts(checkout, declarations, setup.scan)
        unread_files = with_known_natives(unread, corpora, source, setup.scan)
        model = model_origins(checkout, declarations, source, lambda: known_models(setup.scan, corpora), setup.scan)
    is_nothing = not files and not (model and model.is_model) and is_empty(skipped, declarations, setup.scan)
    return Survey(
        root=checkout.root,
        name=name_of(checkout, declarations),
        project=checkout.project,
        whole=checkout.whole is not None,
        is_folder=folder,
        declarations=declarations,
        waivers=waivers,
        not_obeyed=files_not_obeyed(checkout, declarations, Trust.ISOLATED, setup.scan),
        ignore_rules=checkout.disregarded(),
        files=tuple(files),
        skipped=tuple(skipped),
        unread=unread_files,
        model=model,
        scanned=scanned_now(checkout),
        failed=NOTHING_TO_SCAN + unread.told() if is_nothing else "",
    )


def _likeness(seen: Survey) -> str:
    """A digest of all that the record of a repository follows from; of a model, that is its names as well."""
    alike = replace(seen, root="", name="", scanned=Scanned())
    return hashlib.sha256(repr(alike).encode("utf-8", "surrogatepass")).hexdigest()


def still_there(checkout: Checkout, paths: set[str], timeout: float | None = None) -> Iterator[SourceFile | Skipped]:
    """The files at ``paths``, as far as they are still in ``checkout``."""
    left = set(paths)
    for entry in checkout.entries():
        if entry.path in left:
            left.remove(entry.path)
            yield entry if isinstance(entry, Skipped) else read_file(entry, timeout=timeout)
        if not left:
            return


@contextmanager
def open_compared(source: str, setup: Setup) -> Iterator[tuple[Checkout, Sequence[Corpus]]]:
    """An open source, and the corpora to compare it with; raises as `open_corpora` does, and SourceError."""
    with open_corpora(setup) as corpora, open_source(source) as checkout:
        yield checkout, corpora


@contextmanager
def open_corpora(setup: Setup) -> Iterator[Sequence[Corpus]]:
    """The corpora to compare with. Raises CorpusError, also in place of what a damaged corpus makes the block raise."""
    corpora = worker_corpora(setup.corpora)
    with damage_explained(corpora):
        yield corpora


def is_folder(source: str) -> bool:
    """Whether ``source`` is a folder on disk, or in one."""
    return not source.startswith(REMOTE_PREFIXES) and split_path(source)[0].is_dir()


def examine_content(
    examine: CachedExaminer, file: SourceFile, facts: FileFacts | None, timeout: float | None = None
) -> ContentRecord:
    """What is found out about a file's content: for all files that hold it, or, with ``facts``, for all such files.

    Without ``facts``, a content that is alike with an upstream is found to need them. Raises OverBudgetError.
    """
    identity = identity_of_file(file.path, file.sha256, facts)
    try:
        examined = examine.examine(file, timeout, _told_by(facts))
    except _FactsNeededError:
        return ContentRecord(identity, needs_facts=True)
    return _record(identity, examined if facts is not None else at_path(examined, ""))


def make_ready(examine: CachedExaminer, file: SourceFile, facts: FileFacts | None) -> None:
    """Load what ``file`` is to be examined with, if it has to be: that takes no time of the file's."""
    with suppress(_FactsNeededError):
        examine.make_ready(file, _told_by(facts))


def _told_by(facts: FileFacts | None) -> SourceFacts:
    if facts is None:
        return SourceFacts(_not_known)
    dated = facts.dated
    return SourceFacts(lambda _: dated, facts.names)


def _record(identity: ContentIdentity, examined: Examined) -> ContentRecord:
    licence = examined.verdict.licence
    return ContentRecord(identity, examined, licence=licence, header_last_line=examined.header_last_line)


class _FactsNeededError(Exception):
    """The date of a file was asked for."""


def _not_known(_: str) -> FileDate:
    raise _FactsNeededError


def at_path(examined: Examined, path: str) -> Examined:
    """What is said of a content that needs no facts, for a file at ``path``."""
    return replace(examined, verdict=replace(examined.verdict, path=path))


def is_in_code(finding: Finding) -> bool:
    """Whether a finding is about a file of code: these were examined, and their waivers counted by the survey."""
    return all(path.lower().endswith(CODE_SUFFIXES) for path in finding.files)


def waivers_beside_code(findings: Sequence[Finding], source: str) -> int:
    """How many waivers stand in the model cards, licences and configuration that ``findings`` point at."""
    if all(map(is_in_code, findings)):
        return 0
    with suppress(SourceError), open_source(source) as checkout:
        return sum(map(len, waivers_beside(checkout, findings)))
    return 0


@lru_cache(1)
def baseline_of(baseline: Path | None) -> frozenset[str]:
    """As `read_baseline`; each worker reads it once."""
    return read_baseline(baseline)
