"""The only module that may start workers: the processes of this Python that examine files, in scans and in audits.

They import nothing from the folder that the user is in, which may be the one that is scanned. Edit this when a worker
needs one more variable, or Python one more way to start it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import context, current_process, get_all_start_methods
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from .one_thread import ONE_THREAD
from .processes import elsewhere, environment, is_absolute

if TYPE_CHECKING:
    from concurrent.futures import Executor

# Of what steers Python, a worker keeps what names no module: no PYTHONPATH (it is told the path), no PYTHONWARNINGS.
_PYTHON_KEPT = "HASHSEED UTF8 IOENCODING DONTWRITEBYTECODE NOUSERSITE MALLOC INTMAXSTRDIGITS".split()
_PYTHON_KEPT_IF_ABSOLUTE = "HOME USERBASE PYCACHEPREFIX".split()
_SECONDS_TO_END = 5.0
_starting = Lock()


def workers(jobs: int, begin: Callable[..., None], arguments: Sequence[Any]) -> Executor:
    """``jobs`` processes of this Python, each of which calls ``begin`` first. They import from where we do, but for
    the current folder, and start with their first task.
    """
    method = _start_method()
    with _own_path(), _away(move=True):
        from concurrent.futures import ProcessPoolExecutor

        if method == "forkserver" and sys.platform != "win32":
            from multiprocessing import forkserver

            forkserver.ensure_running()  # and what keeps track of resources
    # The folder is asked for where we are back in it.
    pool = ProcessPoolExecutor(jobs, _CONTEXTS[method](), _begin, (str(Path.cwd()), partial(begin, *arguments)))
    # All start with the first task: one that Python starts while another ends meets pipes that are just closed.
    setattr(pool, "_safe_to_dynamically_spawn_children", False)  # noqa: B010 - Python has no other way to ask for it
    return pool


def hear_end(executor: Executor) -> None:
    """Have an executor of a single process, which must have started, notice the end of that process at any moment.

    Where it ends while it writes an answer, Python waits for the rest for ever: our own end to write to is still open.
    """
    writer = getattr(getattr(executor, "_result_queue", None), "_writer", None)
    if writer is not None:
        writer.close()


def end(executor: Executor) -> None:
    """Let go of workers that have ended or are about to; their manager gets a moment to see that they have.

    Where Python itself ends meanwhile, the manager would write to a pipe that it closes, and say so in a traceback.
    """
    manager = getattr(executor, "_executor_manager_thread", None)
    executor.shutdown(wait=False, cancel_futures=True)
    if manager is not None:
        manager.join(_SECONDS_TO_END)


@contextmanager
def allowed_to_start() -> Iterator[None]:
    """Let this process have others although it is marked as having none, as those that Dask starts are."""
    process = current_process()
    marked, process.daemon = process.daemon, False
    try:
        yield
    finally:
        process.daemon = marked


def _start_method() -> str:
    return "forkserver" if "forkserver" in get_all_start_methods() else "spawn"


def _begin(folder: str, begin: Callable[[], None]) -> None:
    """In a worker, which imports nothing from there: paths that the user gave are relative to it."""
    os.chdir(folder)
    begin()


class _SpawnProcess(context.SpawnProcess):
    """A worker that is a new Python."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - Python names it
        with _own_path(), _away():
            return context.SpawnProcess._Popen(process_obj)


class _SpawnContext(context.SpawnContext):
    Process = _SpawnProcess


_CONTEXTS: dict[str, type[context.BaseContext]] = {"spawn": _SpawnContext}
if sys.platform != "win32":

    class _ForkedProcess(context.ForkServerProcess):
        """A worker that is forked from a server, which may have ended and is started anew then."""

        @staticmethod
        def _Popen(process_obj: Any) -> Any:  # noqa: N802
            with _own_path(), _away():
                return context.ForkServerProcess._Popen(process_obj)

    class _ForkServerContext(context.ForkServerContext):
        Process = _ForkedProcess

    _CONTEXTS["forkserver"] = _ForkServerContext


@contextmanager
def _away(*, move: bool = False) -> Iterator[None]:
    """What starts meanwhile starts elsewhere, with a closed environment.

    Python lets the folder it is started in provide modules unless PYTHONSAFEPATH is set, which 3.10 does not know.
    """
    is_heard = sys.version_info >= (3, 11) and not sys.flags.ignore_environment
    with _starting, _python_variables():
        if (is_heard and not move) or sys.flags.isolated:
            yield
            return
        here = os.getcwd() if sys.platform == "win32" else os.open(os.curdir, os.O_RDONLY)  # noqa: PTH109
        try:
            os.chdir(elsewhere())
            yield
        finally:
            os.chdir(here)
            if isinstance(here, int):
                os.close(here)


@contextmanager
def _python_variables() -> Iterator[None]:
    """Python gives children of its own no other environment than ours."""
    before = dict(os.environ)
    python = {f"PYTHON{name}": before.get(f"PYTHON{name}", "") for name in _PYTHON_KEPT}
    paths = {f"PYTHON{name}": before.get(f"PYTHON{name}", "") for name in _PYTHON_KEPT_IF_ABSOLUTE}
    kept = {name: value for name, value in python.items() if value}
    kept |= {name: value for name, value in paths.items() if is_absolute(value)}
    _replace({**ONE_THREAD, **environment(), **kept, "PYTHONSAFEPATH": "1"})
    try:
        yield
    finally:
        _replace(before)


def _replace(variables: Mapping[str, str]) -> None:
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update({name: value for name, value in variables.items() if os.environ.get(name) != value})


@contextmanager
def _own_path() -> Iterator[None]:
    """Workers are told where we import from: here, less what is so by the current folder alone."""
    before = sys.path
    sys.path = [folder for folder in before if is_absolute(folder) and folder not in _by_chance()]
    try:
        yield
    finally:
        sys.path = before


def _by_chance() -> set[str]:
    """What relative entries of PYTHONPATH stand for, unless this package or the script that uses it is there."""
    paths = os.environ.get("PYTHONPATH", "")
    relative = {os.path.abspath(path) for path in paths.split(os.pathsep) if paths and not is_absolute(path)}  # noqa: PTH100
    script = getattr(sys.modules.get("__main__"), "__file__", None) or ""
    return relative - {str(Path(__file__).absolute().parent.parent), str(Path(script).absolute().parent)}
