"""The file that a journal's index lies in, and its tables.

An index can always be made again from its journal: one that is damaged, of another modelkin or not to be written to is
begun anew, in the user's cache folder, in a file that the user names, or in a temporary one. Edit this when a table or
column is added (`VERSION` then grows), or when an index should lie elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from time import time
from typing import TYPE_CHECKING

from ...errors import ModelkinError
from ...examining.kept_outcomes import NotKeptError, own_file
from ...support.data_files import user_cache

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 1
FOLDER = "audits"
_MAGIC = 0x6D6B6169  # "mkai", the application id in the file's head
_BESIDE = ("", "-wal", "-shm", "-journal")
_SECONDS_WAITED = 60.0
# An index that was not opened for so long is removed when another is opened.
_MOST_DAYS = 30
_DAY_SECONDS = 24 * 60 * 60
# Nothing in the file is trusted: no function of SQLite runs because the file asks for it. What is in it can be made
# again, so nobody waits for the disk. Text is kept as bytes: names of files need not be UTF-8.
_SETUP = """
    PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
    PRAGMA cache_size = -32000;
"""
_TABLES = """
    CREATE TABLE state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE contents (
        key BLOB PRIMARY KEY, start INTEGER, length INTEGER, before BLOB, verdict TEXT, project BLOB, later INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE repositories (
        id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, page TEXT NOT NULL,
        start INTEGER NOT NULL, length INTEGER NOT NULL, before BLOB NOT NULL,
        failed INTEGER, files INTEGER, identical INTEGER, renamed INTEGER, modified INTEGER, fragments INTEGER,
        independent INTEGER, errors INTEGER, warnings INTEGER, notes INTEGER, sure INTEGER, weight INTEGER,
        waived INTEGER, skipped INTEGER, later INTEGER, copies INTEGER, seconds REAL, concerned INTEGER
    );
    CREATE TABLE details (id INTEGER PRIMARY KEY, row BLOB NOT NULL, licence BLOB NOT NULL, search TEXT NOT NULL);
    CREATE TABLE copies (
        project BLOB, repository INTEGER, files INTEGER, PRIMARY KEY (project, repository)
    ) WITHOUT ROWID;
    CREATE TABLE refusals (
        repository INTEGER, what BLOB, count INTEGER, PRIMARY KEY (repository, what)
    ) WITHOUT ROWID;
    CREATE TABLE families (number INTEGER PRIMARY KEY, page TEXT NOT NULL, family BLOB NOT NULL);
    CREATE TABLE members (name BLOB, family INTEGER, PRIMARY KEY (name, family)) WITHOUT ROWID;
    CREATE INDEX looked_at_first ON repositories (
        errors DESC, sure DESC, weight DESC, warnings DESC, copies DESC, notes DESC, name
    );
    CREATE INDEX concerned_first ON repositories (errors DESC, warnings DESC, copies DESC, notes DESC, name)
        WHERE concerned;
    CREATE INDEX by_page ON repositories (page);
    CREATE INDEX copies_of ON copies (repository);
"""


class IndexFile:
    """Where an index lies. A temporary one is removed with this object."""

    def __init__(self, path: Path, folder: str = "") -> None:
        self.path = path
        if folder:
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection for the block. Raises ModelkinError when the file cannot be used."""
        import sqlite3  # takes a few milliseconds, which a scan need not pay

        try:
            connection = _connection(self.path)
            try:
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise ModelkinError(
                f"the index {self.path} cannot be used: {error}; remove it, or name another with --index"
            ) from error


def index_file(journal: Path, named: Path | None = None) -> IndexFile:
    """The index of ``journal``: the file that the user ``named``, else one in the cache folder, else a temporary one.

    What is there and not of this version is begun anew; what is no index at all is left alone. Raises ModelkinError.
    """
    if named is not None:
        return IndexFile(_usable(named, is_own=False))
    name = f"{hashlib.blake2b(os.fsencode(journal.absolute()), digest_size=16).hexdigest()}.sqlite"
    try:
        path = own_file(None, FOLDER, name)
        remove_old(user_cache() / FOLDER, path)
        os.utime(path)
        return IndexFile(_usable(path, is_own=True))
    except (NotKeptError, OSError):
        folder = mkdtemp(prefix="modelkin-index-")
        return IndexFile(_usable(Path(folder, name), is_own=True), folder)


def remove_old(folder: Path, but: Path | None = None, days: float = _MOST_DAYS) -> int:
    """Remove indexes that nobody opened for ``days``, but for one; how many bytes that freed."""
    freed = 0
    for path in folder.glob("*.sqlite") if folder.is_dir() else ():
        with suppress(OSError):
            if path != but and time() - path.stat().st_mtime >= days * _DAY_SECONDS:
                freed += sum(each.stat().st_size for each in _files(path) if each.exists())
                _remove(path)
    return freed


def kept_indexes() -> tuple[int, int]:
    """How many indexes the cache folder holds, and their bytes."""
    found = list((user_cache() / FOLDER).glob("*.sqlite"))
    return len(found), sum(each.stat().st_size for path in found for each in _files(path) if each.exists())


def _files(path: Path) -> list[Path]:
    return [path.with_name(path.name + ending) for ending in _BESIDE]


def _remove(path: Path) -> None:
    for each in _files(path):
        with suppress(OSError):
            each.unlink()


def _usable(path: Path, is_own: bool) -> Path:
    """``path``, where an index can be. Raises ModelkinError for what is there and is none, unless it is our own."""
    import sqlite3

    for is_last in (False, True):
        try:
            connection = _connection(path)
            try:
                if _is_index(connection) or _begun(connection):
                    return path
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            raise ModelkinError(f"the index {path} cannot be used: {error}; name another with --index") from error
        except sqlite3.DatabaseError:
            pass
        if is_last or not is_own:
            break
        _remove(path)
    raise ModelkinError(f"{path} is there already and no index of an audit of this modelkin: name another --index")


def _connection(path: Path) -> Connection:
    import sqlite3

    # Rows may be fetched by one thread after the other, as a server does with a table that it sends in pieces.
    connection = sqlite3.connect(path, timeout=_SECONDS_WAITED, isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(_SETUP)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_index(connection: Connection) -> bool:
    """Whether it is one, of this very modelkin. Raises sqlite3.Error for what only says so."""
    from sqlite3 import DatabaseError

    if connection.execute("PRAGMA application_id").fetchone()[0] != _MAGIC:
        return False
    if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        return _emptied(connection)
    made = {row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL")}
    if made != set(_statements()):  # views and triggers run what they please
        raise DatabaseError("it has other tables than an index")
    found = connection.execute("SELECT value FROM state WHERE name = 'tool'").fetchone()
    return (found is not None and found[0] == version("modelkin")) or _emptied(connection)


def _emptied(connection: Connection) -> bool:
    """Begin an index of another modelkin anew."""
    connection.execute("BEGIN IMMEDIATE")
    for kind, name in connection.execute("SELECT type, name FROM sqlite_master").fetchall():
        if kind == "table" and not name.startswith("sqlite_"):
            connection.execute(f'DROP TABLE "{name}"')
    _make(connection)
    connection.execute("COMMIT")
    return True


def _begun(connection: Connection) -> bool:
    """Make the tables in an empty file, unless another process did so meanwhile; False where it is not empty."""
    connection.execute("BEGIN IMMEDIATE")
    is_empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if is_empty:
        _make(connection)
    connection.execute("COMMIT")
    return is_empty or bool(connection.execute("PRAGMA application_id").fetchone()[0] == _MAGIC)


def _statements() -> list[str]:
    return [each.strip() for each in _TABLES.split(";") if each.strip()]


def _make(connection: Connection) -> None:
    for statement in _statements():
        connection.execute(statement)
    connection.execute("INSERT INTO state VALUES ('tool', ?)", (version("modelkin"),))
    connection.execute(f"PRAGMA application_id = {_MAGIC}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
