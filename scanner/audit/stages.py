"""The one place where an audit meets the stages of a scan: what a repository holds, and what each content is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache

from ..attribution.model import Copy, Judged
from ..corpus.checking import damage_explained
from ..corpus.opening import open_corpus
from ..corpus.pack import Corpus
from ..examination import Examined, Examiner
from ..files import Selection, Skipped, SourceFile, read_file, read_files
from ..sources import Checkout, open_source
from ..sources.specs import GIT_PREFIX, REGISTRY_PREFIX, split_path
from ..statements import Statements, read_statements
from ..verdict import Judgement
from .options import Setup
from .records import Content, Identity


def listed(checkout: Checkout, setup: Setup) -> Iterator[SourceFile | Skipped]:
    """The files that a scan would examine, and what it would skip."""
    return read_files(checkout, Selection(setup.include, setup.exclude))


def picked(checkout: Checkout, paths: set[str]) -> Iterator[SourceFile | Skipped]:
    """The files at ``paths``, as far as they are still there."""
    left = set(paths)
    for entry in checkout.entries():
        if entry.path in left:
            left.remove(entry.path)
            yield entry if isinstance(entry, Skipped) else read_file(entry)
        if not left:
            return


@contextmanager
def opened(source: str, setup: Setup) -> Iterator[tuple[Checkout, Sequence[Corpus]]]:
    """A source and what it is compared with; an error that a damaged corpus explains is a CorpusError."""
    corpora = _corpora(setup)
    with open_source(source) as checkout, damage_explained(corpora):
        yield checkout, corpora


def is_folder(source: str) -> bool:
    """Whether ``source`` is a folder on disk, or in one."""
    return not source.startswith((REGISTRY_PREFIX, GIT_PREFIX)) and split_path(source)[0].is_dir()


def examiner(corpora: Sequence[Corpus], setup: Setup, until: str) -> Examiner:
    """What judges files as a scan does that is given the same options."""
    return Examiner(corpora, Judgement(min_similarity=setup.min_similarity), setup.exclude_upstream, until)


def judged(examine: Examiner, file: SourceFile, until: str) -> Content:
    """What is to be said of a file's content wherever it stands, or wherever it stands under its upstream's own path.

    A verdict depends on the file's path in this alone: whether it is the closest upstream's.
    """
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


def stands_under(path: str, upstream_path: str) -> bool:
    """Whether a file may be the upstream's own release of the file at ``upstream_path``, by its path."""
    return bool(upstream_path) and f"/{path}".endswith(f"/{upstream_path}")


def suffix(path: str) -> str:
    """What tells the kind of a file."""
    return path[path.rfind(".") :].lower()


@lru_cache(1)
def _corpora(setup: Setup) -> tuple[Corpus, ...]:
    return tuple(map(open_corpus, setup.corpora))
