"""Contents in, what is to be said of them out, on a worker of a Dask cluster.

The worker's own process judges nothing: its threads hand each batch to processes beside it, which are held to the same
limits as an audit's on one machine. So a file that hangs, fills the memory or ends its process takes no worker away.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Future
from pathlib import Path
from typing import cast

from distributed import Worker, WorkerPlugin, get_worker
from msgspec import Struct
from msgspec.structs import replace

from ..errors import ModelkinError
from ..files import SourceFile
from .beside import Processes
from .corpus_files import CorpusFile, placed
from .installed import difference, releases
from .judging import Answer, Answers, judge_contents, unjudged
from .limits import ended
from .options import Setup
from .pool import LocalPool
from .survey import Listed


class Batch(Struct, frozen=True):
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
        self._processes = Processes(self._memory)
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
        self._processes.stop()
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
        with self._processes.one() as pool:
            judging = self._begun(pool, files, until, setup)
            try:
                error = judging.exception()
            except CancelledError:  # the processes were stopped
                raise ModelkinError("the audit is over") from None
            if isinstance(error, BrokenExecutor):
                self._processes.renew(pool)
                return None
            return error or judging.result()

    def _begun(self, pool: LocalPool, files: tuple[SourceFile, ...], until: str, setup: Setup) -> Future[Answers]:
        try:
            return pool.submit(judge_contents, files, until, setup)
        except BrokenExecutor:  # it ended when nothing was asked of it
            self._processes.renew(pool)
            return pool.submit(judge_contents, files, until, setup)
