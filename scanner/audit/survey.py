"""What tasks of an audit do around the stages of a scan, which `api` has: open sources, and know contents again.

Edit this when a verdict comes to depend on one more thing about a file's place: contents are judged for all places.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ..attribution.known_findings import read_baseline
from ..attribution.waiver_comments import files_with_waivers, waivers_beside
from ..corpus.model import Corpus
from ..corpus.store import open_corpus
from ..corpus.validation import damage_explained
from ..errors import SourceError
from ..matching.verdict import stands_under
from ..pipeline import NOTHING_TO_SCAN, Examined, Examiner, files_not_obeyed, is_empty, selection
from ..repository.declarations import read_declarations
from ..repository.model import Declarations
from ..results import Finding, LeftOut, Skipped, Trust
from ..sources import open_source
from ..sources.checkout import Checkout
from ..sources.files import SourceFile, read_file
from ..sources.specs import CODE_SUFFIXES, REMOTE_PREFIXES, split_path, without_login
from .discovery import Repository
from .options import Setup
from .records import Content, Identity
from .workers import OutOfTimeError, reason, timely, within


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
    corpora = _corpora(setup.corpora)
    with damage_explained(corpora):
        yield corpora


def is_folder(source: str) -> bool:
    """Whether ``source`` is a folder on disk, or in one."""
    return not source.startswith(REMOTE_PREFIXES) and split_path(source)[0].is_dir()


def judged(examine: Examiner, file: SourceFile, until: str, timeout: float | None = None) -> Content:
    """What is to be said of a file's content wherever it stands, or wherever it stands under its upstream's own path.

    A verdict depends on the file's path in this alone: whether it is the closest upstream's. Raises OverBudgetError.
    """
    examined = examine.examine(file, timeout)
    upstreams = examined.verdict.upstreams
    upstream_path = upstreams[0].path if upstreams else ""
    own = stands_under(file.path, upstream_path)
    return Content(Identity(file.sha256, suffix(file.path), until), own, upstream_path, placed(examined, ""))


def placed(examined: Examined, path: str) -> Examined:
    """The same content at ``path``."""
    verdict = replace(examined.verdict, path=path)
    return Examined(verdict, replace(examined.copy, verdict=verdict) if examined.copy else None)


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
def known(baseline: Path | None) -> frozenset[str]:
    """As `read_baseline`, once a worker."""
    return read_baseline(baseline)


@lru_cache(1)
def _corpora(paths: tuple[Path, ...]) -> tuple[Corpus, ...]:
    return tuple(map(open_corpus, paths))


_NO_DECLARATIONS = Declarations()


class Listed(Struct, frozen=True):
    """A file of a repository by its content; ``size`` in bytes, decoded."""

    path: str
    sha256: str
    size: int


class Survey(Struct, frozen=True):
    """What a repository holds; ``failed`` says why it cannot be audited. A folder may be opened again at no cost.

    ``waivers`` stand in comments of its code and, like what other files ask for (``not_obeyed``) and its
    ``ignore_rules``, do not count: no repository of an audit is trusted.
    Repositories of one ``likeness`` differ in nothing that an audit looks at but their place.
    """

    root: str
    until: str = ""
    project: str = ""
    whole: bool = True
    is_folder: bool = False
    declarations: Declarations = _NO_DECLARATIONS
    waivers: int = 0
    not_obeyed: tuple[LeftOut, ...] = ()
    ignore_rules: tuple[LeftOut, ...] = ()
    files: tuple[Listed, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    failed: str = ""
    likeness: str = ""
    seconds: float = 0.0


def survey(repository: Repository, setup: Setup) -> Survey:
    """List and hash the files of a repository. Raises CorpusError."""
    began = time.perf_counter()
    try:
        with opened(repository.source, setup) as (checkout, _):
            seen = _seen(checkout, is_folder(repository.source), setup)
    except (SourceError, OutOfTimeError, MemoryError) as error:
        return Survey(without_login(repository.source), failed=reason(error, setup.timeout))
    return replace(seen, likeness=_likeness(seen), seconds=time.perf_counter() - began)


def _seen(checkout: Checkout, folder: bool, setup: Setup) -> Survey:
    files: list[Listed] = []
    skipped: list[Skipped] = []
    waivers = 0
    for item in timely(files_with_waivers(checkout, selection(setup.scan)), setup.timeout):
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            file, found = item
            waivers += len(found)
            files.append(Listed(file.path, file.sha256, len(file.text)))
    with within(setup.timeout):
        declarations = read_declarations(checkout)
    return Survey(
        root=checkout.root,
        until=checkout.released,
        project=checkout.project,
        whole=checkout.whole is not None,
        is_folder=folder,
        declarations=declarations,
        waivers=waivers,
        not_obeyed=files_not_obeyed(checkout, declarations, Trust.ISOLATED, setup.scan),
        ignore_rules=checkout.disregarded(),
        files=tuple(files),
        skipped=tuple(skipped),
        failed=NOTHING_TO_SCAN if not files and is_empty(skipped, declarations, setup.scan) else "",
    )


def _likeness(seen: Survey) -> str:
    """A digest of all that a record follows from."""
    return hashlib.sha256(repr(replace(seen, root="")).encode("utf-8", "surrogatepass")).hexdigest()
