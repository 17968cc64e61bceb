"""The scan cache: what was found out about files before, in one SQLite file of the user's cache folder.

It holds bytes under keys; what they mean is said in ``cached_examiner``. Nothing that is wrong with it ends a run: then
nothing is kept, and `modelkin cache info` says why. Edit this to bound it in another way, or to refuse one more state
of the folder that it lies in.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..support.data_files import CACHE_OFF, user_cache
from ..support.folders import HELD, OTHERS_WRITE, Folder
from ..support.lazy import blake2b

if TYPE_CHECKING:
    from sqlite3 import Connection

MOST_BYTES = 256 * 1024**2
# One outcome is of some kilobytes; the largest real ones, of files with thousands of definitions, of some hundred.
MOST_OUTCOME_BYTES = 8 * 1024**2

_FOLDER, _NAME = "outcomes", "outcomes.sqlite"
_BESIDE = ("", "-wal", "-shm", "-journal")
_VERSION = 1
_SCHEMA = "CREATE TABLE outcomes (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, day INTEGER, body BLOB NOT NULL)"
# Nothing in the file is trusted: no function of SQLite runs because the file asks for it. What is kept can be worked
# out again, so nobody waits for the disk; after a crash of the system the file may be damaged, and is begun anew.
_SETUP = """
    PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
"""
_COLUMNS = ["id", "key", "day", "body"]
_DIGEST_BYTES = 16
_WRITTEN_TOGETHER = 256
_SECONDS_WAITED = 2.0
_WAITS = (0.02, 0.1, None)
_EVICTED = "DELETE FROM outcomes WHERE id IN (SELECT id FROM outcomes ORDER BY day, id LIMIT ?)"
_DAY_SECONDS = 24 * 60 * 60


class NotKeptError(Exception):
    """Nothing can be kept; the message says why."""


class CacheFacts(Struct, frozen=True):
    """What the cache holds."""

    path: Path
    outcomes: int
    bytes: int
    """What its file takes on the disk."""


class KeptOutcomes:
    """An open cache. After an error of the database it finds and keeps nothing; one that is damaged is removed."""

    def __init__(self, connection: Connection, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self._connection: Connection | None = connection
        self._path = path
        self._most_bytes = most_bytes
        self._new: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        self._today = int(time.time() // _DAY_SECONDS)

    def find(self, key: bytes) -> bytes | None:
        """What is kept under ``key``; None where nothing is, or not as it was written."""
        if self._connection is None:
            return None
        if key in self._new:
            return self._new[key]
        try:
            row = self._connection.execute("SELECT body, day FROM outcomes WHERE key = ?", (key,)).fetchone()
        except _errors() as error:
            self._give_up(error)
            return None
        if row is None:
            return None
        stored, day = row
        body = stored[_DIGEST_BYTES:] if isinstance(stored, bytes) else b""
        if not isinstance(stored, bytes) or stored[:_DIGEST_BYTES] != _digest(key, body):
            return None  # the file is examined, and what comes out takes the place of this
        if day != self._today:
            self._used.add(key)
        return body

    def keep(self, key: bytes, body: bytes) -> None:
        """Keep ``body``: from the next write on for everybody, and for this process from now on."""
        if self._connection is None or len(body) > MOST_OUTCOME_BYTES:
            return
        self._new[key] = body
        if len(self._new) >= _WRITTEN_TOGETHER:
            self.write()

    def write(self) -> None:
        """Write what is new, all of it or nothing; where another process holds the file for long, nothing."""
        new, used, connection = self._new, self._used, self._connection
        self._new, self._used = {}, set()
        if connection is None or not (new or used):
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            rows = [(key, self._today, _digest(key, body) + body) for key, body in new.items()]
            connection.executemany("INSERT OR REPLACE INTO outcomes (key, day, body) VALUES (?, ?, ?)", rows)
            connection.executemany("UPDATE outcomes SET day = ? WHERE key = ?", [(self._today, key) for key in used])
            self._evict(connection)
            connection.execute("COMMIT")
        except _errors() as error:
            self._give_up(error)

    def close(self) -> None:
        """Write what is new, and let go of the file."""
        self.write()
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*_errors()):
                connection.close()

    def facts(self) -> tuple[int, int]:
        """How many outcomes it holds, and the bytes in use. Raises NotKeptError."""
        if self._connection is None:
            raise NotKeptError("it cannot be read")
        try:
            count = self._connection.execute("SELECT count(*) FROM outcomes").fetchone()[0]
            return int(count), _bytes_in_use(self._connection)
        except _errors() as error:
            raise NotKeptError(f"it cannot be read: {error}") from None

    def _evict(self, connection: Connection) -> None:
        """Make room: a quarter goes, what was not used for longest first."""
        while _bytes_in_use(connection) > self._most_bytes:
            count = connection.execute("SELECT count(*) FROM outcomes").fetchone()[0]
            if not count:
                return
            connection.execute(_EVICTED, (count // 4 + 1,))

    def _give_up(self, error: Exception) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*_errors()):
                connection.close()
        if not _may_pass(error):
            _remove(self._path)


@contextmanager
def kept_outcomes(scanned: Path | None = None, unwanted: bool = False) -> Iterator[KeptOutcomes | None]:
    """The user's cache, written to at the end of the block, however it ends; None where nothing can be kept.

    ``scanned`` is the folder that is scanned: what lies in it, or in the same git checkout, is not trusted. None is
    given, too, where it is ``unwanted``.
    """
    try:
        kept = None if unwanted else opened(scanned)
    except NotKeptError:
        kept = None
    try:
        yield kept
    finally:
        if kept is not None:
            kept.close()


def opened(scanned: Path | None = None, most_bytes: int = MOST_BYTES) -> KeptOutcomes:
    """The user's cache; one that is damaged, or of another version, is begun anew. Raises NotKeptError."""
    path = own_file(scanned)
    connection = _connected(path)
    if connection is None:
        _remove(path)
        connection = _connected(own_file(scanned))
    if connection is None:
        raise NotKeptError(f"{path} is damaged and cannot be removed")
    return KeptOutcomes(connection, path, most_bytes)


def cache_facts() -> CacheFacts:
    """What the user's cache holds. Raises NotKeptError."""
    kept = opened()
    try:
        outcomes, size = kept.facts()
    finally:
        kept.close()
    return CacheFacts(cache_path(), outcomes, size)


def clear_cache() -> CacheFacts:
    """Remove the cache; what it held. Raises NotKeptError."""
    facts = cache_facts()
    _remove(facts.path)
    return facts


def cache_path() -> Path:
    """Where the cache lies."""
    return user_cache() / _FOLDER / _NAME


def own_file(scanned: Path | None, inner: str = _FOLDER, name: str = _NAME) -> Path:
    """A file of the cache folder, made where it is not there: nobody else can have written to it.

    Without a name that of the scan cache. Raises NotKeptError.
    """
    if os.environ.get(CACHE_OFF):
        raise NotKeptError(f"{CACHE_OFF} is set")
    root = user_cache()
    if not root.is_absolute():
        raise NotKeptError(f"{root} depends on the current folder: name an absolute one")
    if scanned is not None and _is_below(root, _checkout(scanned)):
        raise NotKeptError(f"{root} lies in what is scanned")
    try:
        root.mkdir(0o700, parents=True, exist_ok=True)
        with Folder.open(root, str(root)) as outer:
            outer.refuse_strangers(outer.shown)
            with outer.below([inner], make=True, private=True) as folder:
                folder.refuse_strangers(folder.shown)
                _make_own(folder, name)
    except OSError as error:
        raise NotKeptError(f"{root} cannot be used: {error.strerror}") from None
    return root / inner / name


def _make_own(folder: Folder, own: str) -> None:
    """Have the file be there, for the user alone. Raises OSError for a link, another's file, and what is no file."""
    if folder.status(own) is None:
        with suppress(FileExistsError):  # made by another process just now
            os.close(folder.create(own, 0o600))
    for name in (own + ending for ending in _BESIDE):
        found = folder.status(name)
        if found is None:
            continue
        if not stat.S_ISREG(found.st_mode):
            raise FileExistsError(0, f"{name} is there and not a regular file")
        if HELD and (found.st_mode & OTHERS_WRITE or found.st_uid != os.geteuid()):
            raise PermissionError(0, f"others may write to {name}")


def _checkout(scanned: Path) -> Path:
    """The git checkout that a folder is in; the folder itself where it is in none."""
    real = Path(os.path.realpath(scanned))
    return next((folder for folder in (real, *real.parents) if (folder / ".git").exists()), real)


def _is_below(place: Path, folder: Path) -> bool:
    return Path(os.path.realpath(place)).is_relative_to(folder)


def _connected(path: Path) -> Connection | None:
    """The database at ``path``; None for one that is damaged or of another version. Raises NotKeptError."""
    try:
        import sqlite3  # takes a few milliseconds, and some builds of Python are without it
    except ImportError:
        raise NotKeptError("this Python comes without SQLite") from None
    connection = sqlite3.connect(path, timeout=_SECONDS_WAITED, isolation_level=None)
    try:
        _set_up(connection)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(outcomes)")]
        if _version(connection) == _VERSION and columns == _COLUMNS:
            return connection
        connection.close()
    except sqlite3.DatabaseError as error:
        connection.close()
        if _may_pass(error):
            raise NotKeptError(f"{path} cannot be used: {error}") from None
    return None


def _set_up(connection: Connection) -> None:
    for wait in _WAITS:
        try:
            connection.executescript(_SETUP)
            if _version(connection) == 0:
                _begin(connection)
            return
        except _errors() as error:  # noqa: PERF203 - of two processes that begin it at once, one has to wait
            if wait is None or not _may_pass(error):
                raise
            time.sleep(wait)


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _may_pass(error: Exception) -> bool:
    """Whether it says nothing against the file: another process holds it, or nobody may write to it."""
    import sqlite3

    return isinstance(error, sqlite3.OperationalError | OSError)


def _begin(connection: Connection) -> None:
    """Make the table, unless another process did so meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    if _version(connection) == 0:
        connection.execute(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")


def _bytes_in_use(connection: Connection) -> int:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _remove(path: Path) -> None:
    for ending in _BESIDE:
        with suppress(OSError):
            path.with_name(path.name + ending).unlink()


def _digest(key: bytes, body: bytes) -> bytes:
    return blake2b(body, digest_size=_DIGEST_BYTES, key=key[:64]).digest()


def _errors() -> tuple[type[Exception], ...]:
    import sqlite3

    return (sqlite3.Error, OSError)
