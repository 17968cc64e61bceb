"""The only module that may start a process: the user's git, and the workers of scans and audits.

A scanned folder has no say in what runs. A program is looked for in the absolute folders of PATH only, starts in a
folder that is not the user's, and gets only the variables that are named here. Edit this to name one more.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import context, current_process, get_all_start_methods
from pathlib import Path
from threading import Lock, Timer
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Executor

PIPE = subprocess.PIPE
NO_FILE = subprocess.DEVNULL
Process = subprocess.Popen

# What a process may know of its user and its system. Names are in capitals on Windows; proxies are spelled both ways.
_KEPT = frozenset(
    """
    USER LOGNAME USERNAME USERDOMAIN LANG LANGUAGE TZ SSH_AGENT_PID GIT_SSL_NO_VERIFY GIT_SSL_VERSION
    GIT_SSL_CIPHER_LIST GIT_SSL_CERT_PASSWORD_PROTECTED KRB5CCNAME
    HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy
    COMSPEC PATHEXT SYSTEMDRIVE HOMEDRIVE HOMEPATH OS NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE PROCESSOR_IDENTIFIER
    OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS
    """.split()
)
_KEPT_IF_ABSOLUTE = frozenset(
    """
    HOME TMPDIR TEMP TMP SSH_AUTH_SOCK SSL_CERT_FILE GIT_SSL_CAINFO GIT_SSL_CAPATH GIT_SSL_CERT GIT_SSL_KEY
    CURL_CA_BUNDLE NIX_SSL_CERT_FILE KRB5_CONFIG DEVELOPER_DIR
    SYSTEMROOT WINDIR USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA ALLUSERSPROFILE PROGRAMFILES PROGRAMFILES(X86)
    PROGRAMW6432 COMMONPROGRAMFILES
    """.split()
)
# An empty or relative entry of a list is the current folder, or a folder in it.
_LISTS = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SSL_CERT_DIR")
# Of what steers Python, a worker keeps what names no module: no PYTHONPATH (it is told the path), no PYTHONWARNINGS.
_PYTHON_KEPT = "HASHSEED UTF8 IOENCODING DONTWRITEBYTECODE NOUSERSITE MALLOC INTMAXSTRDIGITS".split()
_PYTHON_KEPT_IF_ABSOLUTE = "HOME USERBASE PYCACHEPREFIX".split()
_WINDOWS_PROGRAMS = (".exe", ".com")
_SECONDS_TO_END = 5.0
_starting = Lock()
_UNDER_WAY: set[Process[bytes]] = set()


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def environment() -> dict[str, str]:
    """The variables a process starts with: the user's, less all that is not known to be needed."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("LC_")}
    kept |= {name: value for name in _KEPT_IF_ABSOLUTE if _is_absolute(value := os.environ.get(name, ""))}
    lists = {name: os.pathsep.join(_folders(os.environ.get(name, ""))) for name in _LISTS}
    lists["PATH"] = os.pathsep.join(_program_folders())
    return kept | {name: value for name, value in lists.items() if value}


def find_program(name: str) -> str:
    """The absolute path of a program of the user's; never one of the current folder. Raises FileNotFoundError."""
    names = [name + ending for ending in _WINDOWS_PROGRAMS] if sys.platform == "win32" else [name]
    for folder in _program_folders():
        for path in (Path(folder, name) for name in names):
            if path.is_file() and os.access(path, os.X_OK):
                return str(path)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)


def elsewhere() -> str:
    """A folder to start processes in: it is not the user's, and no scanned code can be there."""
    return os.environ.get("SYSTEMROOT", "C:\\") if sys.platform == "win32" else "/"


@contextmanager
def started(
    command: Sequence[str],
    variables: Mapping[str, str],
    *,
    requests: IO[bytes] | int = NO_FILE,
    errors: IO[bytes] | int = NO_FILE,
) -> Iterator[Process[bytes]]:
    """A program at work; neither it nor a process it began outlives the context. Raises OSError.

    A session of its own leaves it no terminal to ask on, and Ctrl-C to us, who then end all of it.
    """
    if not _is_absolute(command[0]):
        raise FileNotFoundError(errno.ENOENT, "not an absolute path", command[0])
    process = subprocess.Popen(
        command,
        stdin=requests,
        stdout=PIPE,
        stderr=errors,
        env=dict(variables),
        cwd=elsewhere(),
        start_new_session=True,
    )
    _UNDER_WAY.add(process)
    try:
        yield process
    finally:
        _kill(process)
        process.wait()
        _UNDER_WAY.discard(process)
        for stream in filter(None, (process.stdin, process.stdout)):
            with suppress(OSError):  # a request that was never sent
                stream.close()


def end_started() -> None:
    """End all programs that `started` began, and what they began: for a process that ends at once itself."""
    for process in tuple(_UNDER_WAY):
        _kill(process)


@contextmanager
def killed_after(seconds: float, process: Process[bytes]) -> Iterator[None]:
    """End the process, and all it began, where the block takes longer."""
    timer = Timer(seconds, _kill, [process])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


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


def _is_absolute(path: str) -> bool:
    """On Windows a path without a drive depends on the current one."""
    return Path(path).is_absolute()


def _folders(paths: str) -> list[str]:
    return [path for path in paths.split(os.pathsep) if _is_absolute(path)]


def _program_folders() -> list[str]:
    return [folder for folder in _folders(os.environ.get("PATH", os.defpath)) if not _is_current(folder)]


def _is_current(folder: str) -> bool:
    try:
        return Path(folder).samefile(os.curdir)
    except OSError:
        return False


def _kill(process: Process[bytes]) -> None:
    """End the whole group. One already waited for has ended, and its number may be another's by now."""
    if process.returncode is not None:
        return
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for one that just ended
        os.killpg(process.pid, signal.SIGKILL)


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
    kept |= {name: value for name, value in paths.items() if _is_absolute(value)}
    _replace({**environment(), **kept, "PYTHONSAFEPATH": "1"})
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
    sys.path = [folder for folder in before if _is_absolute(folder) and folder not in _by_chance()]
    try:
        yield
    finally:
        sys.path = before


def _by_chance() -> set[str]:
    """What relative entries of PYTHONPATH stand for, unless this package or the script that uses it is there."""
    paths = os.environ.get("PYTHONPATH", "")
    relative = {os.path.abspath(path) for path in paths.split(os.pathsep) if paths and not _is_absolute(path)}  # noqa: PTH100
    script = getattr(sys.modules.get("__main__"), "__file__", None) or ""
    return relative - {str(Path(__file__).absolute().parent.parent), str(Path(script).absolute().parent)}
