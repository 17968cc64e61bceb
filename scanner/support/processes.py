"""The only module that may start a program: the user's git. Workers are started in `worker_processes`.

A scanned folder has no say in what runs. A program is looked for in the absolute folders of PATH only, starts in a
folder that is not the user's, and gets only the variables that are named here. Edit this to name one more.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import IO

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
_WINDOWS_PROGRAMS = (".exe", ".com")
_UNDER_WAY: set[Process[bytes]] = set()


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def environment() -> dict[str, str]:
    """The variables a process starts with: the user's, less all that is not known to be needed."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("LC_")}
    kept |= {name: value for name in _KEPT_IF_ABSOLUTE if is_absolute(value := os.environ.get(name, ""))}
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
    if not is_absolute(command[0]):
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


def is_absolute(path: str) -> bool:
    """Whether a path is the same in every folder: on Windows one without a drive is not."""
    return Path(path).is_absolute()


def _folders(paths: str) -> list[str]:
    return [path for path in paths.split(os.pathsep) if is_absolute(path)]


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
