"""Releases read into parts, several at a time: each is fetched, read and kept by a process of its own.

Edit this when a release should be read, or the work be shared out, in another way.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, as_completed
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING, NamedTuple

from ...errors import ModelkinError, SourceError
from ...fingerprints.native_code import is_native
from ...results import Skipped
from ...sources import open_source, registry
from ...sources.checkout import Checkout
from ...sources.files import Selection
from ...support.globs import matcher
from ...support.worker_processes import end, workers
from ..appearances import Listing
from ..builder import CorpusBuilder
from ..file_reader import FileReader
from ..indexing import add_checkout
from ..model import Project, Release
from ..native_table import may_be_taken
from .parts import keep_part
from .upstream_entry import Upstream

if TYPE_CHECKING:
    from ...dating.path_commits import Known
    from .repository_releases import OpenReleases

# Seconds for one file: what is in a corpus is not for the machine it is built on to decide.
_LONGEST = 3_600.0
# Releases of a package that one process reads one after the other: what they have in common is read once.
_AT_ONCE = 4
_SECONDS_TO_END = 3.0
_STANDARD_ERROR = 2
# Native files that are left out of a release.
_MOST_NAMED = 3


class Wanted(NamedTuple):
    """Releases of one entry of a manifest, to be read."""

    entry: int
    """Its place in the manifest."""
    upstream: Upstream
    keys: Mapping[str, str]
    """The name of the part of each release."""
    plain: bool
    offline: bool


class ReadRelease(NamedTuple):
    """What came of a release."""

    entry: int
    release: str
    key: str = ""
    """The name of its part."""
    error: str = ""
    """Why there is none."""
    unlisted: str = ""
    """Why no history dates its paths, which may be otherwise the next time."""
    left_out: str = ""
    """Which of its native files have no hash, and why."""


def in_tasks(wanted: Wanted) -> Iterator[Wanted]:
    """``wanted`` in parts of a size to be shared out. A repository is fetched once for all of its releases."""
    releases = list(wanted.keys)
    size = _AT_ONCE if wanted.upstream.package else max(len(releases), 1)
    for first in range(0, len(releases), size):
        yield wanted._replace(keys={release: wanted.keys[release] for release in releases[first : first + size]})


def read_all(tasks: Sequence[Wanted], jobs: int) -> Iterator[ReadRelease]:
    """Do ``tasks`` in so many processes, or one after the other in this one; what came of each release, as it comes."""
    jobs = min(jobs, len(tasks))
    if jobs <= 1:
        for task in tasks:
            yield from read_releases(task)
        return
    waiting = list(tasks)
    while waiting:
        done: list[Wanted] = []
        yield from _shared_out(waiting, jobs, done.append)
        left = [task for task in waiting if task not in done]
        if left and not done:  # the first to be tried ended the process that read it
            yield from (_failed(left[0], release, _ENDED) for release in left[0].keys)
            left = left[1:]
        waiting, jobs = left, 1 if left else jobs


_ENDED = "the process that read it ended: out of memory, or a fault in a library"


def _shared_out(tasks: Sequence[Wanted], jobs: int, is_done: Callable[[Wanted], None]) -> Iterator[ReadRelease]:
    """Do ``tasks`` in ``jobs`` processes, until one of those is lost; they end when this block does."""
    theirs, ours = Pipe(duplex=False)
    executor = workers(jobs, _live, (theirs, dict(os.environ)))
    try:
        flying = {executor.submit(_in_worker, task): task for task in tasks}
        for future in as_completed(flying):
            try:
                found = future.result()
            except BrokenExecutor:
                return
            is_done(flying[future])
            yield from found
        executor.shutdown()
    finally:
        ours.close()
        theirs.close()
        end(executor)


def _live(parent: Connection, environment: Mapping[str, str]) -> None:
    """End this process when its parent closes the pipe, or ends: in order at first, so that nothing is left behind.

    Ctrl-C is for the parent. ``environment`` is its own: the process that workers are forked from may be older.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    os.environ.update(environment)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


class _Stopped(SystemExit):
    """Nobody waits for this any more."""


_working = threading.Event()


def _in_worker(task: Wanted) -> list[ReadRelease]:
    _working.set()
    try:
        return read_releases(task)
    except _Stopped:
        os._exit(1)
    finally:
        _working.clear()


def _stop(*_: object) -> None:
    """Undo what is half done, where anything is."""
    if _working.is_set():
        raise _Stopped
    os._exit(1)


def _end_with(parent: Connection) -> None:
    try:
        parent.recv_bytes()
    except (EOFError, OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STANDARD_ERROR)  # what is cut short has nothing to say any more
        signal.raise_signal(signal.SIGTERM)
        time.sleep(_SECONDS_TO_END)
        os._exit(1)


def read_releases(wanted: Wanted) -> list[ReadRelease]:
    """Fetch and read releases, and keep a part of each. What cannot be is told; raises nothing of ours."""
    try:
        return list(_of_package(wanted) if wanted.upstream.package else _of_repository(wanted))
    except ModelkinError as error:
        return [_failed(wanted, release, str(error)) for release in wanted.keys]


def _failed(wanted: Wanted, release: str, reason: str) -> ReadRelease:
    return ReadRelease(wanted.entry, release, error=reason)


def _of_package(wanted: Wanted) -> Iterator[ReadRelease]:
    reader = FileReader(wanted.plain, keeps=True)
    return (_read_release(wanted, reader, release, key) for release, key in wanted.keys.items())


def _read_release(wanted: Wanted, reader: FileReader, release: str, key: str) -> ReadRelease:
    upstream, builder = wanted.upstream, CorpusBuilder(wanted.plain, reader)
    try:
        if wanted.offline and not registry.is_fetched(upstream.package, release):
            raise SourceError(f"{upstream.spec(release)} is not in the cache, and --offline fetches nothing")
        with open_source(upstream.spec(release)) as checkout:
            left_out = _add(builder, wanted, checkout, release)
        keep_part(key, builder.finish(upstream.name))
    except ModelkinError as error:
        return _failed(wanted, release, str(error))
    return ReadRelease(wanted.entry, release, key, left_out=left_out)


def _add(builder: CorpusBuilder, wanted: Wanted, checkout: Checkout, release: str, begun: str = "") -> str:
    """Read a release, and say which native files are left out.

    What the manifest says of it and of its project is added when a corpus is put together.
    """
    upstream = wanted.upstream
    selection = Selection(upstream.include, upstream.exclude, timeout=_LONGEST)
    project = Project(upstream.name, "", "", "", published=begun)
    origin, native, skipped = upstream.origin, upstream.native, list[Skipped]()
    if not add_checkout(
        builder, checkout, project, release, selection=selection, skipped=skipped, origin=origin, native=native
    ):
        raise SourceError(f"the globs of {upstream.name} match no Python file in {upstream.spec(release)}")
    natives = [f"{each.path}: {each.reason}" for each in skipped if is_native(each.path)]
    return f"{upstream.spec(release)}: {'; '.join(natives[:_MOST_NAMED])}" if natives else ""


def _of_repository(wanted: Wanted) -> Iterator[ReadRelease]:
    from .repository_releases import open_git_releases, open_hub_releases

    upstream = wanted.upstream
    if wanted.offline:
        raise SourceError(f"{upstream.origin} was not read before, and --offline fetches nothing")
    unlisted: list[str] = []
    reader = FileReader(wanted.plain, keeps=True)
    native = may_be_taken(upstream.include, upstream.native, upstream.exclude)
    opens = open_git_releases if upstream.git else open_hub_releases
    with opens(upstream.git or upstream.hf, list(wanted.keys), _takes(upstream), unlisted, native) as opened:
        for release, key in wanted.keys.items():
            builder = CorpusBuilder(wanted.plain, reader)
            try:
                left_out = _add(builder, wanted, opened.checkouts[release], release, opened.begun)
            except SourceError as error:
                yield _failed(wanted, release, str(error))
                continue
            _date(builder, opened, release, upstream.origin)
            # Its history may be had the next time: then it is another part.
            key = f"undated-{key}" if unlisted else key
            keep_part(key, builder.finish(upstream.name))
            yield ReadRelease(wanted.entry, release, key, unlisted="; ".join(unlisted), left_out=left_out)


def _takes(upstream: Upstream) -> Callable[[str], bool]:
    included, excluded = matcher(upstream.include), matcher(upstream.exclude)
    return lambda path: included(path) and not excluded(path)


def _date(builder: CorpusBuilder, opened: OpenReleases, release: str, origin: str) -> None:
    """Say when the paths and contents of a release appeared, by the history of its repository."""
    spelled = builder.cache.names.spelled

    def release_of(commit: Known) -> Release:
        return Release(0, commit.version, commit.day, "", origin=origin)

    for row in builder.rows:
        path = spelled[row.path].decode("utf-8", "replace")
        if found := opened.appeared.get(path):
            before = frozenset([release_of(found.before)] if found.before else [])
            builder.add_listing(0, spelled[row.path], Listing(frozenset([release_of(found.first)]), before))
        if holder := opened.holders.get((release, path)):
            builder.add_holder(0, spelled[row.path], row.file, release_of(holder))
