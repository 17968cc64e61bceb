"""The folder of the user's cache for what was found out about corpus files: which were checked, and tables of them.

Everything goes by the very file that it is about: disk, number, size and times. What changes a file changes these, so
that nothing here outlives it. Where the folder cannot be used, or others may write to it, nothing is kept, and all is
worked out anew. Edit this to bound it in another way, or to keep something else of a corpus.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...support.data_files import CACHE_OFF, user_cache
from ...support.folders import HELD, Folder, is_temporary

# All together, and how many files: what was not used for longest goes first.
MOST_BYTES = 2**30
MOST_FILES = 500
_FOLDER = "tables"
_TABLE = ".table"
# Another one where what is kept, or what is checked of a corpus, is another.
_VERSION = 1
_DAY = 24 * 60 * 60


def file_key(found: os.stat_result) -> str:
    """What tells an opened file from all others, and from what it was before a change; empty where nothing does."""
    if not HELD:  # Windows has no time of the last change that nobody can set
        return ""
    told = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return "-".join(f"{each:x}" for each in (_VERSION, *told))


def is_checked(key: str) -> bool:
    """Whether the corpus file of this key was found to be sound when it was opened before."""
    if not key:
        return False
    with suppress(OSError), _opened(make=False) as folder:
        name = f"{key}.checked"
        found = folder.status(name)
        if found is not None:
            _touch(folder, name, found)
        return found is not None
    return False


def keep_checked(key: str) -> None:
    """Keep that the corpus file of this key is sound."""
    _keep(f"{key}.checked" if key else "", ())


def kept_table(key: str, size: int) -> memoryview | None:
    """The table of the corpus file of this key, mapped; None where none of that ``size`` in bytes is kept."""
    if not key:
        return None
    with suppress(OSError, ValueError), _opened(make=False) as folder:
        name = f"{key}{_TABLE}"
        with os.fdopen(folder.open_file(name), "rb") as file:
            found = os.fstat(file.fileno())
            if found.st_size == size:
                _touch(folder, name, found)
                return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return None


def keep_table(key: str, parts: Iterable[memoryview]) -> None:
    """Keep a table of the corpus file of this key, all of it or nothing."""
    _keep(f"{key}{_TABLE}" if key else "", parts)


def _keep(name: str, parts: Iterable[memoryview]) -> None:
    if not name:
        return
    with suppress(OSError), _opened(make=True) as folder:
        with folder.replacing(name, private=True) as file:
            for part in parts:
                file.write(part)
        _bound(folder)


@contextmanager
def _opened(make: bool) -> Iterator[Folder]:
    """The folder, which nobody else may write to, like the one that it is in. Raises OSError."""
    root = user_cache()
    if os.environ.get(CACHE_OFF) or not root.is_absolute():
        raise PermissionError(0, "nothing is to be kept")
    if make:
        root.mkdir(0o700, parents=True, exist_ok=True)
    with Folder.open(root, str(root)) as outer:
        outer.refuse_strangers()
        with outer.below([_FOLDER], make, private=True) as folder:
            folder.refuse_strangers()
            yield folder


def _touch(folder: Folder, name: str, found: os.stat_result) -> None:
    if time.time() - found.st_mtime > _DAY:
        folder.touch(name)


def _bound(folder: Folder) -> None:
    """Remove what was not used for longest, and what a run left behind that was killed."""
    told = [(found, name) for name in folder.names() if (found := folder.status(name)) is not None]
    left, size = len(told), sum(found.st_size for found, _ in told)
    for found, name in sorted(told, key=lambda each: each[0].st_mtime):
        is_left_behind = is_temporary(name) and time.time() - found.st_mtime > _DAY
        if is_left_behind or left > MOST_FILES or size > MOST_BYTES:
            folder.remove(name)
            left, size = left - 1, size - found.st_size


def kept_facts() -> tuple[int, int]:
    """How many tables are kept, and how many bytes they and all else that is kept here have."""
    with suppress(OSError), _opened(make=False) as folder:
        return _told(folder.names(), folder)
    return 0, 0


def clear_kept() -> tuple[int, int]:
    """Remove all of it; how much it was, as `kept_facts` tells. What a run has mapped stays with that run."""
    with suppress(OSError), _opened(make=False) as folder:
        names = list(folder.names())
        told = _told(names, folder)
        for name in names:
            folder.remove(name)
        return told
    return 0, 0


def _told(names: Iterable[str], folder: Folder) -> tuple[int, int]:
    sizes = [(name, found.st_size) for name in names if (found := folder.status(name)) is not None]
    return sum(name.endswith(_TABLE) for name, _ in sizes), sum(size for _, size in sizes)


def tables_folder() -> Path:
    """Where all of it lies."""
    return user_cache() / _FOLDER
