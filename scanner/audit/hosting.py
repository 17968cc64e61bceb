"""Contents in, what is to be said of them out, on a worker of a Dask cluster.

The worker's own process judges nothing: its threads hand each batch to processes beside it, which are held to the same
limits as an audit's on one machine. So a file that hangs, fills the memory or ends its process takes no worker away.
"""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import cast

from distributed import Worker, WorkerPlugin, get_worker

from ..errors import ModelkinError
from ..files import SourceFile
from .corpus_files import CorpusFile, placed
from .judging import Answer, Answers, judge_contents, unjudged
from .limits import ended
from .options import Setup
from .pool import LocalPool
from .survey import Listed

# What an answer follows from, and what both ends of a connection must be the same of.
DISTRIBUTIONS = ("modelkin", "tree-sitter", "tree-sitter-python", "distributed")
IDLE_SECONDS = 600.0
_starting = Lock()


@dataclass(frozen=True, slots=True)
class Batch:
    """Contents that the host of that name is to judge."""

    host: str
    files: tuple[SourceFile, ...]
    until: str
    setup: Setup


def judge(batch: Batch) -> Answers | BaseException:
    """A task for a cluster. An error that the contents caused is an answer too: Dask has no need to try it again.

    Raises ModelkinError where the worker is not fit for any.
    """
    return cast(Host, get_worker().plugins[batch.host]).judge(batch)


def releases() -> Mapping[str, str]:
    """Which release of each distribution that matters is installed here."""
    return {name: _release(name) for name in DISTRIBUTIONS}


def difference(asked: Mapping[str, str], here: Mapping[str, str]) -> str:
    """In which releases a worker and the audit are not alike, in words; else nothing."""
    return ", ".join(
        f"has {name} {here[name]}, not {asked[name]}" if here.get(name) else f"has no {name}"
        for name in asked
        if here.get(name) != asked[name]
    )


class Host(WorkerPlugin):
    """One audit's place on each worker: its corpora on the disk, and its processes. ``sent`` has corpora by digest."""

    def __init__(self, name: str, corpora: tuple[CorpusFile, ...], sent: Mapping[str, bytes], memory: int) -> None:
        self.name = name
        self._corpora = corpora
        self._sent = sent
        self._memory = memory
        self._releases = releases()

    def setup(self, worker: Worker) -> None:
        """Before the worker's first task. Raises ModelkinError, as every task then will."""
        self._problem = ""
        self._folder = Path(worker.local_directory, self.name).absolute()
        self._pools: list[LocalPool] = []
        self._idle = SimpleQueue[LocalPool]()
        self._over = Event()
        self._used = time.monotonic()
        Thread(target=self._watch, daemon=True).start()
        try:
            self._settle()
        except ModelkinError as error:
            self._problem = f"the worker {worker.address} {error}"
            raise ModelkinError(self._problem) from None

    def _settle(self) -> None:
        if differs := difference(self._releases, releases()):
            raise ModelkinError(f"{differs}: install the same on every worker")
        self._paths = tuple(placed(corpus, self._sent, self._folder) for corpus in self._corpora)
        self._sent = {}

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - Dask names it
        """End the processes, whatever they are at, and leave nothing behind."""
        with _starting:
            self._over.set()
        for pool in self._pools:
            pool.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def judge(self, batch: Batch) -> Answers | BaseException:
        """Judge all contents of a batch; one after another, where they end the process that does."""
        if self._problem:
            raise ModelkinError(self._problem)
        setup = replace(batch.setup, corpora=self._paths)
        found = self._tried(batch.files, batch.until, setup)
        if found is not None:
            return found
        answers, seconds = list[Answer](), 0.0
        for file in batch.files:
            found = self._alone(file, batch.until, setup)
            if isinstance(found, BaseException):
                return found
            answers += found.answers
            seconds += found.seconds
        return Answers(tuple(answers), seconds)

    def _alone(self, file: SourceFile, until: str, setup: Setup) -> Answers | BaseException:
        began = time.monotonic()
        found = self._tried((file,), until, setup)
        if found is not None:
            return found
        seconds = time.monotonic() - began
        listed = Listed(file.path, file.sha256, len(file.text))
        return Answers((unjudged(listed, until, ended(seconds, setup.timeout)),), seconds)

    def _tried(self, files: tuple[SourceFile, ...], until: str, setup: Setup) -> Answers | BaseException | None:
        """None when the process ended."""
        with self._process() as pool:
            judging = self._begun(pool, files, until, setup)
            error = judging.exception()
            if isinstance(error, BrokenExecutor):
                self._renew(pool)
                return None
            return error or judging.result()

    def _begun(self, pool: LocalPool, files: tuple[SourceFile, ...], until: str, setup: Setup) -> Future[Answers]:
        try:
            return pool.submit(judge_contents, files, until, setup)
        except BrokenExecutor:  # it ended when nothing was asked of it
            self._renew(pool)
            return pool.submit(judge_contents, files, until, setup)

    def _renew(self, pool: LocalPool) -> None:
        with self._may_start():
            pool.renew()

    @contextmanager
    def _process(self) -> Iterator[LocalPool]:
        """A process for one of the worker's threads, for as long as the block lasts."""
        try:
            pool = self._idle.get_nowait()
        except Empty:
            with self._may_start():
                pool = LocalPool(1, self._memory)
                self._pools.append(pool)
        try:
            yield pool
        finally:
            self._used = time.monotonic()
            self._idle.put(pool)

    def _watch(self) -> None:
        """End processes that nothing was asked of for long: an audit that was killed tells nobody."""
        while not self._over.wait(IDLE_SECONDS / 2):
            with suppress(Empty):
                while time.monotonic() - self._used > IDLE_SECONDS:
                    self._idle.get_nowait().stop()

    @contextmanager
    def _may_start(self) -> Iterator[None]:
        """Let this process have others, one at a time, as long as the audit lasts.

        Those that Dask starts are marked as having none, for they are ended by force; ours then leave by themselves.
        """
        process = multiprocessing.current_process()
        with _starting:
            if self._over.is_set():
                raise ModelkinError("the audit is over")
            marked, process.daemon = process.daemon, False
            try:
                yield
            finally:
                process.daemon = marked


def _release(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
