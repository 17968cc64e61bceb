"""The shipped corpus ready to be opened: unpacked once for each user and version, into a folder of the user's.

It is digest-checked while it is unpacked, and again where the file is not as it was when it was last found sound. Else
starts look only at what nobody else can have changed: the folder and the file are the user's own or the system's, not
writable by others, and the file, named by its digest, has its size.
Edit this when it should be kept in another place, or when another state of a folder should be refused.
"""

from __future__ import annotations

import atexit
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...errors import CorpusError
from ...support.announcements import announce
from ...support.data_files import user_cache
from ...support.folders import HELD, OTHERS_WRITE, Folder, is_temporary
from ...support.lazy import sha256_of_file
from ..kept.corpus_cache import file_key, is_checked
from ..model import CORPUS_SUFFIX
from .packed_head import read_head

FOLDER_VARIABLE = "MODELKIN_CORPORA_DIR"
_SUBFOLDER = "corpora"
_DIGITS = 16
# Those of other versions of modelkin that nobody used for so long are removed.
_KEPT_DAYS, _LEFT_BEHIND_DAYS, _DAY = 30, 1, 24 * 60 * 60
_READ_ONLY = 0o444
_READABLE_FOLDER, _PRIVATE_FOLDER = 0o755, 0o700
_REMEDY = f"set {FOLDER_VARIABLE} to a folder of yours, or run `modelkin corpus unpack FOLDER` ahead of time"


def ready(path: Path) -> Path:
    """The corpus file of a packed one, unpacked now where it is not there yet. Raises CorpusError.

    Where the user's folder can't be used, it is unpacked for this run only.
    """
    known = _of_this_run.get(path)
    if known is not None:
        return known
    folder = corpora_folder()
    try:
        with _opened(folder) as held:
            if _is_usable(held, path):
                return folder / _name(path)
    except OSError:
        pass  # it is not there, or not ours: said below
    announce("unpacking the corpus, once", passing=True)
    try:
        return unpack(path, folder)
    except OSError as error:
        return _for_this_run(path, f"{folder} cannot be used: {error.strerror}")


def unpack(path: Path, folder: Path, readable: bool = False) -> Path:
    """Unpack a packed corpus into a folder, made if need be, ``readable`` by others or not; where it then is.

    Raises CorpusError, and OSError where the folder can't be used.
    """
    from .packing import unpacked

    folder.mkdir(_READABLE_FOLDER if readable else _PRIVATE_FOLDER, parents=True, exist_ok=True)
    with _opened(folder) as held:
        with held.replacing(_name(path), private=True) as file:
            for piece in unpacked(path):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), _READ_ONLY)
        _remove_old(held, path)
    return folder / _name(path)


def corpora_folder() -> Path:
    """Where corpora are unpacked; ``MODELKIN_CORPORA_DIR`` overrides the place in the user's cache."""
    return Path(os.environ.get(FOLDER_VARIABLE) or user_cache() / _SUBFOLDER)


def _name(path: Path) -> str:
    return f"{path.stem}-{read_head(path).sha256[:_DIGITS]}{CORPUS_SUFFIX}"


@contextmanager
def _opened(folder: Path) -> Iterator[Folder]:
    """The folder, which must be nobody else's to write to, like the cache that it is in. Raises OSError."""
    above = [] if os.environ.get(FOLDER_VARIABLE) or folder.parent != user_cache() else [folder.parent]
    for each in above:
        with Folder.open(each, str(each)) as held:
            held.refuse_strangers()
    with Folder.open(folder, str(folder)) as held:
        held.refuse_strangers()
        yield held


def _is_usable(held: Folder, path: Path) -> bool:
    found = held.status(_name(path))
    if found is None or not stat.S_ISREG(found.st_mode) or found.st_size != read_head(path).bytes:
        return False
    if HELD and (found.st_mode & OTHERS_WRITE or found.st_uid not in (os.geteuid(), 0)):
        return False
    if HELD and not is_checked(file_key(found)) and _sha256(held, _name(path)) != read_head(path).sha256:
        return False
    if time.time() - found.st_mtime > _DAY:
        held.touch(_name(path))
    return True


def _sha256(held: Folder, name: str) -> str:
    with os.fdopen(held.open_file(name), "rb") as file:
        return sha256_of_file(file)


def _remove_old(held: Folder, path: Path) -> None:
    """What other versions unpacked and nobody used since, and what a run that was killed left behind.

    Who still has one open keeps it: it is gone once they close it.
    """
    now = time.time()
    for name in held.names():
        is_old_version = name.startswith(f"{path.stem}-") and name.endswith(CORPUS_SUFFIX) and name != _name(path)
        days = _KEPT_DAYS if is_old_version else _LEFT_BEHIND_DAYS
        found = held.status(name) if is_old_version or is_temporary(name) else None
        if found is not None and now - found.st_mtime > days * _DAY:
            held.remove(name)


# Where nothing can be kept.

_of_this_run: dict[Path, Path] = {}


def _for_this_run(path: Path, reason: str) -> Path:
    from tempfile import gettempdir, mkdtemp

    try:
        if Path(gettempdir()).resolve() == Path.cwd().resolve():  # the last resort of Python: it may be what is scanned
            raise OSError(0, "there is no folder for temporary files")
        folder = Path(mkdtemp(prefix="modelkin-corpus-"))
        atexit.register(_remove_folder, folder)
        _of_this_run[path] = unpack(path, folder)
    except OSError as error:
        told = f"{reason}; nor can a temporary folder: {error.strerror}"
        raise CorpusError(f"{path}: cannot be unpacked: {told}; {_REMEDY}") from None
    announce(f"the corpus is unpacked for this run only, as {reason}; {_REMEDY}")
    return _of_this_run[path]


def _remove_folder(folder: Path) -> None:
    from shutil import rmtree

    with suppress(OSError):
        rmtree(folder, ignore_errors=True)
