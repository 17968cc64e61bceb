"""What tasks of an audit do around the stages of a scan, which `api` has: open sources, and know contents again.

Edit this when a verdict comes to depend on one more thing about a file's place: contents are judged for all places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from msgspec.structs import replace

from ..baseline import read_baseline
from ..corpus.checking import damage_explained
from ..corpus.opening import open_corpus
from ..corpus.pack import Corpus
from ..errors import SourceError
from ..files import Skipped, SourceFile, read_file
from ..findings import Finding
from ..pipeline import Examined, Examiner
from ..sources import Checkout, open_source
from ..sources.specs import CODE_SUFFIXES, REMOTE_PREFIXES, split_path
from ..verdict import stands_under
from ..waivers import waivers_beside
from .options import Setup
from .records import Content, Identity


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
