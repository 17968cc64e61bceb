"""What runs on a machine of the cluster: for each thread of a Dask worker a process beside it, which examines files.

A file that takes too much time or memory so ends its own process and never Dask's. Edit this when a worker of the
cluster is to be set up, bounded or ended in another way.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import cast

from distributed import Worker, WorkerPlugin, get_worker
from msgspec import Struct
from msgspec.structs import replace

from ...errors import ModelkinError
from ...examining.time_limits import reason_ended
from ...examining.workers import LocalPool
from ...sources.files import SourceFile
from ...support.worker_processes import allowed_to_start
from ..options import Setup
from ..records import FileFacts
from ..survey import SurveyedFile
from ..tasks import Answer, Answers, examine_contents, not_examined
from .client import difference, releases
from .transfer import CorpusFile, local_path

# An audit that was killed tells nobody: its processes end when nothing was asked of them for this long.
IDLE_SECONDS = 600.0
_starting = Lock()
_Facts = tuple[FileFacts | None, ...]


class Processes:
    """Processes that examine files, each held to ``memory`` bytes: as many as there are threads that ask at once."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._pools: list[LocalPool] = []
        self._idle = SimpleQueue[LocalPool]()
        self._over = Event()
        self._used = time.monotonic()
        Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def one(self) -> Iterator[LocalPool]:
        """A process for the calling thread alone, for as long as the block lasts. Raises ModelkinError."""
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

    def renew(self, pool: LocalPool) -> None:
        """Start a process in place of one that ended. Raises ModelkinError."""
        with self._may_start():
            pool.renew()

    def stop(self) -> None:
        """End all, whatever they are doing, and start no more."""
        with _starting:
            self._over.set()
        for pool in self._pools:
            pool.stop()

    def _watch(self) -> None:
        """End processes that were idle for `IDLE_SECONDS`."""
        while not self._over.wait(IDLE_SECONDS / 2):
            with suppress(Empty):
                while time.monotonic() - self._used > IDLE_SECONDS:
                    self._idle.get_nowait().stop()

    @contextmanager
    def _may_start(self) -> Iterator[None]:
        """Let this process start others, one at a time, as long as the audit lasts.

        A process that Dask started may have none, as Dask ends it by force; ours notice that and leave by themselves.
        """
        with _starting:
            if self._over.is_set():
                raise ModelkinError("the audit is over")
            with allowed_to_start():
                yield


class Batch(Struct, frozen=True):
    """Contents to examine."""

    host: str
    """The name of the `Host` that does it."""
    files: tuple[SourceFile, ...]
    facts: tuple[FileFacts | None, ...]
    """Those of each file."""
    setup: Setup


def examine_batch(batch: Batch) -> Answers | BaseException:
    """A task for the cluster. An error that the contents caused is returned, so that Dask does not try again.

    Raises ModelkinError where the worker cannot do any task.
    """
    return cast(Host, get_worker().plugins[batch.host]).examine(batch)


class Host(WorkerPlugin):
    """What an audit has on each worker: its corpora on the disk, and its processes. ``sent`` has corpora by digest."""

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
        self._processes = Processes(self._memory)
        try:
            self._settle()
        except ModelkinError as error:
            self._problem = f"the worker {worker.address} {error}"
            raise ModelkinError(self._problem) from None

    def _settle(self) -> None:
        if differs := difference(self._releases, releases()):
            raise ModelkinError(f"{differs}: install the same on every worker")
        self._paths = tuple(local_path(corpus, self._sent, self._folder) for corpus in self._corpora)
        self._sent = {}

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - Dask names it
        """End the processes, whatever they are doing, and leave nothing behind."""
        self._processes.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def examine(self, batch: Batch) -> Answers | BaseException:
        """Examine the contents of a batch together; when that ends the process, one by one."""
        if self._problem:
            raise ModelkinError(self._problem)
        setup = replace(batch.setup, corpora=self._paths)
        found = self._tried(batch.files, batch.facts, setup)
        if found is not None:
            return found
        answers, seconds = list[Answer](), 0.0
        for file, facts in zip(batch.files, batch.facts, strict=True):
            found = self._alone(file, facts, setup)
            if isinstance(found, BaseException):
                return found
            answers += found.answers
            seconds += found.seconds
        return Answers(tuple(answers), seconds)

    def _alone(self, file: SourceFile, facts: FileFacts | None, setup: Setup) -> Answers | BaseException:
        began = time.monotonic()
        found = self._tried((file,), (facts,), setup)
        if found is not None:
            return found
        seconds = time.monotonic() - began
        listed = SurveyedFile(file.path, file.sha256, len(file.text), facts)
        return Answers((not_examined(listed, reason_ended(seconds, setup.timeout)),), seconds)

    def _tried(self, files: tuple[SourceFile, ...], facts: _Facts, setup: Setup) -> Answers | BaseException | None:
        """The answers, or what was raised; None when the process ended."""
        with self._processes.one() as pool:
            examining = self._begun(pool, files, facts, setup)
            try:
                error = examining.exception()
            except CancelledError:  # the processes were stopped
                raise ModelkinError("the audit is over") from None
            if isinstance(error, BrokenExecutor):
                self._processes.renew(pool)
                return None
            return error or examining.result()

    def _begun(self, pool: LocalPool, files: tuple[SourceFile, ...], facts: _Facts, setup: Setup) -> Future[Answers]:
        try:
            return pool.submit(examine_contents, files, facts, setup)
        except BrokenExecutor:  # it ended when nothing was asked of it
            self._processes.renew(pool)
            return pool.submit(examine_contents, files, facts, setup)
