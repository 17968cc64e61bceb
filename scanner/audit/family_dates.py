"""When the files of families appeared: asked of their repositories once an audit is done, and written to its journal.

Only these files are dated, for it may take a registry or the Hub. Edit this when dates are to be asked for otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from ..errors import SourceError
from ..examining.dispatcher import Dispatcher, Task
from ..examining.time_limits import OutOfTimeError, reason_left, within
from ..examining.workers import Pool
from ..repository.declarations import read_declarations
from ..results import FileDate
from ..scan_steps import source_facts
from ..sources import open_source
from .discovery import RepositorySource
from .families import find_families
from .journal import Journal
from .options import Setup
from .records import DatedFiles, encode
from .tasks import dates_in_time


def date_families(journal: Journal, repositories: Iterable[RepositorySource], pool: Pool, setup: Setup) -> None:
    """Write down when each file of a family appeared that has no date in ``journal`` yet. Raises ModelkinError."""
    wanted = undated(journal)
    left = (each for each in repositories if each.name in wanted)

    def begin() -> Task | None:
        repository = next(left, None)
        if repository is None:
            return None
        paths = wanted[repository.name]
        lost = partial(_lost, journal, repository.name, paths)
        return Task(date_members, (repository, paths, setup), partial(_written, journal), lost)

    if wanted:
        for _ in Dispatcher(pool).run(begin):
            pass
        journal.sync()


def undated(journal: Journal) -> Mapping[str, tuple[str, ...]]:
    """The files of families that were not asked for their date yet, by their repositories."""
    found: dict[str, dict[str, None]] = {}
    for family in find_families(journal.path).families:
        for file in family.members:
            if file.dated == FileDate():
                found.setdefault(file.repository, {})[file.path] = None
    return {name: tuple(paths) for name, paths in found.items()}


def date_members(repository: RepositorySource, paths: tuple[str, ...], setup: Setup) -> DatedFiles:
    """Ask a repository when the files at ``paths`` appeared."""
    try:
        with open_source(repository.source) as checkout:
            with within(setup.timeout):
                declarations = read_declarations(checkout)
            source = source_facts(checkout, declarations, setup.scan)
            dates = tuple(dates_in_time(source.date_of, paths, setup.timeout))
    except (SourceError, OutOfTimeError, MemoryError) as error:
        return not_dated(repository.name, paths, reason_left(error, setup.timeout))
    known = (each if each != FileDate() else FileDate(says="nothing tells") for each in dates)
    return DatedFiles(repository.name, dict(zip(paths, known, strict=True)))


def not_dated(name: str, paths: Iterable[str], reason: str) -> DatedFiles:
    """What is written where a repository cannot be asked, so that it is not asked again."""
    return DatedFiles(name, dict.fromkeys(paths, FileDate(says=reason)))


def _written(journal: Journal, found: DatedFiles) -> Iterator[Task]:
    journal.append(encode(found))
    yield from ()


def _lost(journal: Journal, name: str, paths: tuple[str, ...], error: str, _: float) -> Iterator[Task]:
    reason = error or "the process that asked for its date ended"
    yield from _written(journal, not_dated(name, paths, reason))
