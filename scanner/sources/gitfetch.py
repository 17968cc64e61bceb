"""One commit of a remote repository, fetched into a new bare one while its bytes, disk, memory and time are watched.

git itself has no such bounds: a server may send until the disk is full. Edit this where a fetch must be bounded in
another way, or where servers come to offer a better filter.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from . import gitcommand
from .gitcommand import GitError, reason_in, run, running
from .members import DISK_RESERVE_BYTES

# Servers that know the filter do not send larger files, which no scan reads; from the others come all.
FILTERED_BYTES = 16 * 1024**2
MAX_FETCHED_BYTES = 2 * 1024**3
_MAX_ERROR_BYTES = 4 * 1024**2
# Of addresses, mapped files included: a pack may ask for any amount of memory.
_MAX_MEMORY_BYTES = 6 * 1024**3
_FIRST_WAIT_SECONDS = 0.005
_LONGEST_WAIT_SECONDS = 0.1
_SETTINGS = {
    "core.bigFileThreshold": str(FILTERED_BYTES),  # larger ones pass through, and are never held in memory
    "fetch.unpackLimit": "1",  # one pack, not a file for every object
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}
_OPTIONS = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", f"--filter=blob:limit={FILTERED_BYTES}")


def fetch(repository: Path, url: str, revision: str, protocols: str) -> None:
    """Fetch ``revision`` of ``url`` alone, as FETCH_HEAD of ``repository``; raises GitError."""
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = (*settings, "fetch", *_OPTIONS, "--", url, revision)
    deadline = time.monotonic() + gitcommand.TIMEOUT_SECONDS
    with TemporaryFile() as errors, running(repository, *command, protocols=protocols, errors=errors) as process:
        _limit_memory(process.pid)
        wait = _FIRST_WAIT_SECONDS
        while (code := process.poll()) is None:
            _check(repository, errors, deadline)
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
        if code:
            raise GitError(reason_in(errors) or f"git fetch ends with code {code}")
        _check(repository, errors, deadline)


def sizes(repository: Path) -> Mapping[bytes, int]:
    """The size of each object that was sent, by its hash. Never fetches another, as asking for its size might."""
    form = "--batch-check=%(objectname) %(objectsize)"
    lines = BytesIO(run(repository, "cat-file", "--batch-all-objects", "--unordered", form))
    return {name: int(size) for name, size in (line.split() for line in lines)}


def _check(repository: Path, errors: IO[bytes], deadline: float) -> None:
    """Raises GitError when the fetch is over a bound."""
    advice = "clone it yourself, without its large files, and scan the folder"
    if _bytes_in(repository) > MAX_FETCHED_BYTES:
        raise GitError(f"it sends more than {MAX_FETCHED_BYTES / 1024**2:,.0f} MB: {advice}")
    if shutil.disk_usage(repository).free < DISK_RESERVE_BYTES:
        raise GitError(f"the disk of the temporary folder is full: free some, set TMPDIR, or {advice}")
    if os.fstat(errors.fileno()).st_size > _MAX_ERROR_BYTES:
        raise GitError("its server sends messages without end")
    if time.monotonic() > deadline:
        raise GitError(f"it took longer than {gitcommand.TIMEOUT_SECONDS:.0f} seconds")


def _bytes_in(folder: Path) -> int:
    total = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # git has just moved it
                is_folder = entry.is_dir(follow_symlinks=False)
                total += _bytes_in(Path(entry)) if is_folder else entry.stat(follow_symlinks=False).st_size
    return total


def _limit_memory(process: int) -> None:
    """Where the system lets us, before git has begun anything."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            resource.prlimit(process, resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
