"""The one place where an audit meets the stages of a scan: what a repository holds, and what each content is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache

from msgspec.structs import replace

from ..api import asked_in_vain
from ..attribution.model import Copy, Judged
from ..baseline import marked, read_baseline
from ..budget import OverBudgetError, budget
from ..corpus.checking import damage_explained
from ..corpus.opening import open_corpus
from ..corpus.pack import Corpus
from ..errors import SourceError
from ..files import Selection, Skipped, SourceFile, read_file, read_files
from ..findings import Finding
from ..pipeline import Examined, Examiner
from ..sources import Checkout, LeftOut, open_source
from ..sources.specs import CODE_SUFFIXES, REMOTE_PREFIXES, split_path
from ..statements import Statements, read_statements
from ..trust import Trust
from ..verdict import Judgement, stands_under
from ..waivers import apply_waivers, read_waivers, waivers_beside
from .options import DEFAULT_TIMEOUT, Setup
from .records import Content, Identity


def listed(checkout: Checkout, setup: Setup) -> Iterator[tuple[SourceFile | Skipped, int]]:
    """The files that a scan would examine and how many waivers stand in each, and what it would skip.

    No repository of an audit is trusted: waivers in its comments are counted, and waive nothing.
    """
    timeout = processor_time(setup)
    for item in read_files(checkout, Selection(setup.scan.include, setup.scan.exclude, timeout=timeout)):
        if isinstance(item, Skipped):
            yield item, 0
            continue
        try:
            with budget(len(item.text), timeout):
                found = len(read_waivers(item.path, item.text))
        except OverBudgetError as over:
            yield Skipped(item.path, str(over)), 0
        else:
            yield item, found


def in_vain(checkout: Checkout, statements: Statements, setup: Setup) -> tuple[LeftOut, ...]:
    """What a repository asks for that is not obeyed, the waivers in its comments aside."""
    return asked_in_vain(checkout, statements, Trust.ISOLATED, setup.scan, 0)


def processor_time(setup: Setup) -> float | None:
    """How much a file may take, as in a scan, unless the audit was asked to wait longer than it does by default."""
    if setup.scan.timeout is not None:
        return setup.scan.timeout
    return setup.timeout if setup.timeout > DEFAULT_TIMEOUT else None


def picked(checkout: Checkout, paths: set[str], timeout: float | None = None) -> Iterator[SourceFile | Skipped]:
    """The files at ``paths``, as far as they are still there."""
    left = set(paths)
    for entry in checkout.entries():
        if entry.path in left:
            left.remove(entry.path)
            yield entry if isinstance(entry, Skipped) else read_file(entry, timeout=timeout)
        if not left:
            return


@contextmanager
def opened(source: str, setup: Setup) -> Iterator[tuple[Checkout, Sequence[Corpus]]]:
    """A source and what it is compared with; an error that a damaged corpus explains is a CorpusError."""
    with compared_with(setup) as corpora, open_source(source) as checkout:
        yield checkout, corpora


@contextmanager
def compared_with(setup: Setup) -> Iterator[Sequence[Corpus]]:
    """What contents are compared with; an error that a damaged one explains is a CorpusError."""
    corpora = _corpora(setup)
    with damage_explained(corpora):
        yield corpora


def is_folder(source: str) -> bool:
    """Whether ``source`` is a folder on disk, or in one."""
    return not source.startswith(REMOTE_PREFIXES) and split_path(source)[0].is_dir()


def examiner(corpora: Sequence[Corpus], setup: Setup, until: str) -> Examiner:
    """What judges files as a scan does that is given the same options."""
    how = Judgement(min_similarity=setup.scan.min_similarity)
    return Examiner(corpora, how, setup.scan.exclude_upstream, until)


def judged(examine: Examiner, file: SourceFile, until: str, timeout: float | None = None) -> Content:
    """What is to be said of a file's content wherever it stands, or wherever it stands under its upstream's own path.

    A verdict depends on the file's path in this alone: whether it is the closest upstream's.
    """
    with budget(len(file.text), timeout):
        examined = examine.examine(file)
    upstreams = examined.verdict.upstreams
    upstream_path = upstreams[0].path if upstreams else ""
    own = stands_under(file.path, upstream_path)
    return Content(Identity(file.sha256, suffix(file.path), until), own, upstream_path, placed(examined, ""))


def placed(examined: Examined, path: str) -> Examined:
    """The same content at ``path``."""
    verdict = replace(examined.verdict, path=path)
    return Examined(verdict, replace(examined.copy, verdict=verdict) if examined.copy else None)


def told(checkout: Checkout) -> Statements:
    """What a repository says of itself."""
    return read_statements(checkout)


def held_to_terms(copies: Sequence[Copy], statements: Statements, project: str, whole: bool) -> Judged:
    """Whether the terms of the upstreams are met. Raises RuleError."""
    from ..attribution.check import check  # rules, which only one of the tasks needs

    return check(copies, statements, own=project, whole=whole)


def waived(findings: Sequence[Finding], setup: Setup) -> tuple[Finding, ...]:
    """``findings`` with what waives or knows them: waivers of the settings that the user named, and the baseline.

    Of these waivers, which are for all repositories, none is too many.
    """
    return tuple(marked(apply_waivers(findings, setup.scan.waivers, partial=True), _known(setup)))


def is_in_code(finding: Finding) -> bool:
    """Whether a finding is about a file that was judged, and whose waivers were counted."""
    return finding.region.path.lower().endswith(CODE_SUFFIXES)


def waivers_beside_code(findings: Sequence[Finding], source: str) -> int:
    """How many waivers stand in the model cards, licences and configuration that ``findings`` point at."""
    if all(map(is_in_code, findings)):
        return 0
    with suppress(SourceError), open_source(source) as checkout:
        return sum(map(len, waivers_beside(checkout, findings)))
    return 0


def suffix(path: str) -> str:
    """What tells the kind of a file."""
    return path[path.rfind(".") :].lower()


@lru_cache(1)
def _known(setup: Setup) -> frozenset[str]:
    return read_baseline(setup.scan.baseline) if setup.scan.baseline else frozenset()


@lru_cache(1)
def _corpora(setup: Setup) -> tuple[Corpus, ...]:
    return tuple(map(open_corpus, setup.corpora))
