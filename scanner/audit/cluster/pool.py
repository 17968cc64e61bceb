"""A pool that has files examined on a Dask cluster.

What touches the user's disk and network stays on the audit's machine, in processes of its own: repositories are opened,
read and finished there. Contents to examine, each once, are sent to the cluster, whose workers need not see the files.
All else is Dask's, and in its configuration: TLS, time limits, workers that come, go or are lost. Edit this when other
tasks are to go to the cluster, or more or less at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from threading import Condition
from typing import Any
from uuid import uuid4

from distributed import Client, KilledWorker, client

from ...errors import ModelkinError
from ...examining.workers import Pool
from ..options import MEGABYTE, Setup
from ..tasks import LEAST_TASK_BYTES, Answers, examine_files, in_parts
from .client import explained, lost_connection, told
from .host import Batch, Host, examine_batch
from .transfer import CorpusFile, Delivery, ReadFiles, corpus_file, lacking, read_wanted

# An error may be one of a single worker: another one tries again.
RETRIES = 2
# Files are held in memory until they are answered; so many bytes keep even a small cluster busy.
LEAST_BYTES_ON_THEIR_WAY = 64 * MEGABYTE
BATCHES_PER_WORKER = 3
# How long a count of the cluster's threads holds.
_COUNT_SECONDS = 2.0
# What says that a client was closed meanwhile; older releases have no name for one of them.
_CLOSED = (OSError, RuntimeError, getattr(client, "ClosedClientError", RuntimeError))


class ClusterPool:
    """Examines files on a cluster, by its `Host` called ``host``; does all else ``here``, on this machine."""

    def __init__(self, client: Client, address: str, here: Pool, host: str) -> None:
        self.lost: tuple[type[BaseException], ...] = (KilledWorker, *here.lost)
        self._client: Any = client  # only some of it is typed
        self._executor = self._client.get_executor(pure=False, retries=RETRIES)
        self._address = address
        self._here = here
        self._host = host
        self._threads, self._counted = 0, -_COUNT_SECONDS
        self._bytes = 0
        self._room = Condition()

    @property
    def jobs(self) -> int:
        """The processes here and the threads of all workers that the cluster has now."""
        if time.monotonic() >= self._counted + _COUNT_SECONDS and self._client.status == "running":
            with suppress(OSError):
                self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return self._here.jobs + self._threads

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run; waits while too many bytes are on their way."""
        if call is not examine_files:
            return self._here.submit(call, *arguments)
        repository, wanted, setup = arguments
        delivery = Delivery(wanted, setup)
        read = self._here.submit(read_wanted, repository, wanted, setup)
        self._take_room(delivery)
        read.add_done_callback(partial(self._send, delivery))
        return delivery.outcome

    def submit_near(self, number: int, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run here: a worker of the cluster has no number."""
        return self._here.submit_near(number, call, *arguments)

    def renew(self) -> None:
        """Start processes here in place of those that died; Dask replaces workers of the cluster."""
        self._here.renew()

    def stop(self) -> None:
        """Have the cluster forget what it was asked, and end what it is doing."""
        if self._client.status == "running":
            with suppress(OSError, ValueError):  # no such host, if it could not be set up
                self._executor.shutdown(wait=False)
                self._client.unregister_worker_plugin(self._host)

    def _take_room(self, delivery: Delivery) -> None:
        size = delivery.size
        most = max(LEAST_BYTES_ON_THEIR_WAY, self.jobs * BATCHES_PER_WORKER * LEAST_TASK_BYTES)
        with self._room:
            self._room.wait_for(lambda: not self._bytes or self._bytes + size <= most)
            self._bytes += size
        delivery.outcome.add_done_callback(lambda _: self._give_room(size))

    def _give_room(self, size: int) -> None:
        with self._room:
            self._bytes -= size
            self._room.notify_all()

    def _send(self, delivery: Delivery, reading: Future[ReadFiles]) -> None:
        if reading.cancelled():
            return delivery.fail(ModelkinError("the audit was stopped"))
        if error := reading.exception():
            return delivery.fail(error)
        read = reading.result()
        # Of a large archive, which is one task, several messages.
        batches = list(in_parts(read.files, lambda file: len(file.text), LEAST_TASK_BYTES))
        delivery.expect(len(batches), read)
        try:
            for files in batches:
                batch = Batch(self._host, files, delivery.facts(files), delivery.setup)
                examining = self._executor.submit(examine_batch, batch)
                examining.add_done_callback(partial(self._answered, delivery))
        except _CLOSED:
            delivery.fail(lost_connection(self._address))

    def _answered(self, delivery: Delivery, examining: Future[Answers | BaseException]) -> None:
        if examining.cancelled():
            return delivery.fail(lost_connection(self._address))
        if error := examining.exception():
            return delivery.fail(told(error, self._address))
        found = examining.result()
        return delivery.fail(found) if isinstance(found, BaseException) else delivery.add(found)


@contextmanager
def cluster_pool(client: Client, address: str, here: Pool, setup: Setup, memory: int) -> Iterator[Pool]:
    """Workers on a cluster, each process of which may take ``memory`` bytes, for as long as the block lasts.

    Raises ModelkinError.
    """
    name = f"modelkin-{uuid4().hex}"  # several audits may use one cluster at the same time
    corpora = tuple(map(corpus_file, setup.corpora))
    pool = ClusterPool(client, address, here, name)
    try:
        with explained(address):
            client.register_plugin(Host(name, corpora, _sent(client, corpora), memory), name=name)
        yield pool
    finally:
        pool.stop()


def _sent(client: Any, corpora: tuple[CorpusFile, ...]) -> Mapping[str, bytes]:
    """The corpora that one of the workers has not got, by digest; each goes to each worker once."""
    missed = frozenset[str]().union(*client.run(lacking, corpora).values())
    return {corpus.sha256: corpus.path.read_bytes() for corpus in corpora if corpus.sha256 in missed}
