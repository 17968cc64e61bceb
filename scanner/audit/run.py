"""An audit from start to end: find repositories, open corpora, journal and workers, run the coordinator.

Edit this when an audit needs something more to be ready before it begins.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..corpus.model import CORPUS_SUFFIX
from ..errors import MissingExtraError
from ..examining.many_files import saved
from ..examining.workers import Pool, local_pool
from ..results import CorpusIdentity
from ..scan_steps import identity_of, open_upstreams
from ..support.lazy import lacking
from ..support.processes import available_cores
from .coordinator import Coordinator
from .discovery import find_repositories
from .family_dates import date_families, undated
from .journal import Advance, Journal
from .known_contents import KnownContents
from .options import AuditOptions, Setup, setup_of
from .outcome import Audit, open_audit
from .records import SCHEMA, AuditHeader, recorded

if TYPE_CHECKING:
    from distributed import Client


Progress = Callable[[Advance], None]
# A worker that was just ended may still write to the temporary folder for a moment.
_REMOVAL_SECONDS = 2.0


def run_audit(
    place: str | Path, journal: str | Path, options: AuditOptions, resume: bool, progress: Progress | None
) -> Audit:
    """What `api.audit` does; it describes the arguments."""
    place, journal = str(place), Path(journal)
    repositories = find_repositories(place)
    with _corpus_files(options) as (corpora, identity), _cluster_client(options.scheduler) as cluster:
        writing, known = _opened(journal, _header(place, options, identity), resume)
        with closing(writing), closing(known):
            left = [repository for repository in repositories if not known.is_done(repository.name)]
            if left or undated(writing):
                setup = setup_of(options, corpora)
                with (
                    local_pool(options.jobs or available_cores(), options.memory) as here,
                    _pool(here, cluster, setup, options) as pool,
                ):
                    coordinator = Coordinator(writing, known, pool, setup)
                    for advance in coordinator.run(left, len(left)):
                        if progress:
                            done = advance.done + len(repositories) - len(left)
                            progress(replace(advance, done=done, total=len(repositories)))
                    date_families(writing, repositories, pool, setup)
    return open_audit(journal, options.index)


def _cluster_client(scheduler: str) -> AbstractContextManager[Client | None]:
    """A client of the Dask cluster at ``scheduler``; None when that is empty."""
    if not scheduler:
        return nullcontext()
    try:
        from .cluster.client import connected  # distributed, an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError(lacking("cluster", "--scheduler", error.name or "")) from None
    return connected(scheduler)


def _pool(here: Pool, cluster: Client | None, setup: Setup, options: AuditOptions) -> AbstractContextManager[Pool]:
    if cluster is None:
        return nullcontext(here)
    from .cluster.pool import cluster_pool

    return cluster_pool(cluster, options.scheduler, here, setup, options.memory)


@contextmanager
def _corpus_files(options: AuditOptions) -> Iterator[tuple[tuple[Path, ...], CorpusIdentity]]:
    """The corpus files that workers open, and their identity; sources to compare with are indexed first, once."""
    corpora = open_upstreams(options.scan)
    with _temporary_folder() as folder:
        paths = (saved(corpus, Path(folder, f"{number}{CORPUS_SUFFIX}")) for number, corpus in enumerate(corpora))
        yield tuple(paths), identity_of(corpora)


@contextmanager
def _temporary_folder() -> Iterator[str]:
    """A folder for as long as the block lasts; workers make theirs in it, so that one that is ended leaves nothing."""
    folder = mkdtemp(prefix="modelkin-audit-")
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = folder
    try:
        yield folder
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before
        _remove(folder)


def _remove(folder: str) -> None:
    deadline = time.monotonic() + _REMOVAL_SECONDS
    shutil.rmtree(folder, ignore_errors=True)
    while Path(folder).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
        shutil.rmtree(folder, ignore_errors=True)


def _opened(path: Path, header: AuditHeader, resume: bool) -> tuple[Journal, KnownContents]:
    """The journal, and what it holds: contents, and the names of the repositories that are done."""
    if not (resume and path.exists()):
        return Journal.begin(path, header), KnownContents()
    journal, lines = Journal.resume(path, header)
    known = KnownContents()
    for position, record in lines:
        if record.content:
            known.add(record.content, position)
        if record.repository:
            known.note_done(record.repository.name)
    return journal, known


def _header(place: str, options: AuditOptions, identity: CorpusIdentity) -> AuditHeader:
    return AuditHeader(
        schema=SCHEMA,
        tool=version("modelkin"),
        place=str(Path(place)),
        corpus=identity,
        **recorded(options.scan),
    )
