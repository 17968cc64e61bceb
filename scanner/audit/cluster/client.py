"""The connection to a Dask cluster, and what must be true of it before an audit begins.

Edit this when one more thing must be the same on all machines, or when an error of the cluster is to be told better.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import dask
from dask.utils import parse_timedelta
from distributed import Client, KilledWorker, Security
from distributed.core import connect
from distributed.utils import TimeoutError as DaskTimeoutError
from distributed.versions import VersionMismatchWarning

from ...errors import ModelkinError

# Answers follow from the first three; both ends of a connection need the same release of the last.
DISTRIBUTIONS = ("modelkin", "tree-sitter", "tree-sitter-python", "distributed")
# How long a cluster may be there without a worker, unless Dask's configuration says otherwise.
WAIT_KEY, WAIT = "modelkin.wait-for-workers", "60s"
_LOGGERS = ("distributed", "distributed.client", "tornado.application", "asyncio")
_CLOSE_SECONDS = 5.0
_KEPT = "what is done is kept, and --resume goes on from there"
# A batch is no graph, and one file may be as large.
_NO_WARNING = {"distributed.admin.large-graph-warning-threshold": "100MB"}


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of a cluster with a worker, for as long as the block lasts. Raises ModelkinError."""
    with _quiet(), dask.config.set(_NO_WARNING):
        client = _client(address)
        try:
            with explained(address):
                _check_scheduler(client, address)
                _await_worker(client, address)
                _check_installed(client, address)
            yield client
        finally:
            with suppress(OSError, DaskTimeoutError):
                client.close(_CLOSE_SECONDS)


@contextmanager
def explained(address: str) -> Iterator[None]:
    """Raise what the block raises because of the cluster as a ModelkinError."""
    try:
        yield
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise told(error, address) from error


def told(error: BaseException, address: str) -> BaseException:
    """``error`` when it is of one task alone; else a ModelkinError that says why the cluster cannot go on."""
    if isinstance(error, (ModelkinError, KilledWorker)):
        return error
    reason = f"{type(error).__name__}: {error}".partition("\n")[0]
    return ModelkinError(f"the cluster at {address} cannot go on: {reason}; {_KEPT}")


def lost_connection(address: str) -> ModelkinError:
    """The error when a cluster is gone that an audit was using."""
    return ModelkinError(f"lost the connection to the scheduler at {address}; {_KEPT}")


def _client(address: str) -> Any:
    try:
        asyncio.run(_meet(address))  # a Client that cannot be had leaves threads behind
        with warnings.catch_warnings():
            # Many lines, of which those that matter are checked below and on each worker.
            warnings.simplefilter("ignore", VersionMismatchWarning)
            return Client(address, set_as_default=False, name="modelkin")
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ModelkinError(f"no Dask scheduler can be reached at {address}: {reason}") from error


async def _meet(address: str) -> None:
    comm = await connect(address, **Security().get_connection_args("client"))
    await comm.close()


def _check_scheduler(client: Any, address: str) -> None:
    here = version("distributed")
    there = client.get_versions()["scheduler"]["packages"]["distributed"]
    if there != here:
        raise ModelkinError(f"the scheduler at {address} has distributed {there}, not {here}: install the same here")


def _await_worker(client: Any, address: str) -> None:
    seconds = parse_timedelta(dask.config.get(WAIT_KEY, WAIT))
    asked = client.submit(abs, 0, pure=False)  # a cluster that grows by demand sees one
    try:
        client.wait_for_workers(1, seconds)
    except DaskTimeoutError:
        raise ModelkinError(
            f"the cluster at {address} has had no worker for {seconds:g} s: start one with `dask worker {address}`"
        ) from None
    finally:
        asked.release()


def _check_installed(client: Any, address: str) -> None:
    """Raise ModelkinError where another release of modelkin is installed, or none.

    The function that is sent is the standard library's: a machine without modelkin could not read one of ours.
    """
    found = {f"worker {worker}": has for worker, has in client.run(version, "modelkin", on_error="return").items()}
    try:
        found[f"scheduler at {address}"] = client.run_on_scheduler(version, "modelkin")
    except PackageNotFoundError as error:
        found[f"scheduler at {address}"] = error
    here = version("modelkin")
    for place, has in sorted(found.items()):
        if has != here and isinstance(has, (str, PackageNotFoundError)):  # others went away meanwhile
            name = f"modelkin {has}" if isinstance(has, str) else "no modelkin"
            raise ModelkinError(f"the {place} has {name}: install modelkin {here} on the scheduler and every worker")


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what Dask logs, as our errors say it too, unless its configuration says what to log."""
    if any(dask.config.get(key, None) for key in ("logging", "distributed.logging")):
        yield
        return
    levels = {each: each.level for each in map(logging.getLogger, _LOGGERS)}
    for each in levels:
        each.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for each, level in levels.items():
            each.setLevel(level)


def releases() -> Mapping[str, str]:
    """Which release of each of `DISTRIBUTIONS` is installed here."""
    return {name: _release(name) for name in DISTRIBUTIONS}


def difference(asked: Mapping[str, str], here: Mapping[str, str]) -> str:
    """In which releases a worker (``here``) differs from the audit (``asked``), in words; empty when in none."""
    return ", ".join(
        f"has {name} {here[name]}, not {asked[name]}" if here.get(name) else f"has no {name}"
        for name in asked
        if here.get(name) != asked[name]
    )


def _release(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
