"""What an audit knows already: contents, repositories that are alike or done; and where its journal says so.

It lies in a temporary file of SQLite, of which memory holds the part in use: a hub has more contents than memory has
room for. Edit this when an audit has to look up something more of what it did before.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from .indexed.index_building import key_of, to_bytes_of_text, to_text
from .journal_lines import LinePosition
from .records import ContentHead
from .survey import SurveyedFile

# SQLite's own temporary file, of which 64 MB stay in memory; nobody else reads it, and it outlives no crash.
_SETUP = """
    PRAGMA trusted_schema = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -64000;
    CREATE TABLE contents (
        key BLOB PRIMARY KEY, start INTEGER, length INTEGER, before BLOB,
        needs_facts INTEGER, skipped BLOB, licence BLOB, last_line INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE alike (likeness BLOB PRIMARY KEY, start INTEGER, length INTEGER, before BLOB) WITHOUT ROWID;
    CREATE TABLE done (name BLOB PRIMARY KEY) WITHOUT ROWID;
    BEGIN;
"""


class KnownContent(Struct, frozen=True):
    """A content that is known: its head, and where the journal holds all of it."""

    head: ContentHead
    position: LinePosition


class KnownContents:
    """What one run of an audit knows; its file is gone with this object."""

    def __init__(self) -> None:
        import sqlite3  # a scan has no use for it

        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(_SETUP)

    def __len__(self) -> int:
        return int(self._one("SELECT count(*) FROM contents")[0])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def add(self, head: ContentHead, position: LinePosition) -> None:
        """Note that the journal holds this content at ``position``."""
        texts = to_bytes_of_text(head.skipped), to_bytes_of_text(head.licence)
        values = (key_of(head.identity), *position, head.needs_facts, *texts, head.header_last_line)
        self._connection.execute("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def find(self, file: SurveyedFile) -> KnownContent | None:
        """What is known of the content of ``file``; None when it was not examined yet."""
        query = "SELECT start, length, before, needs_facts, skipped, licence, last_line FROM contents WHERE key = ?"
        found = self._one(query, key_of(file.identity))
        if found is None:
            return None
        *position, needs_facts, skipped, licence, last_line = found
        head = ContentHead(file.identity, bool(needs_facts), to_text(skipped), to_text(licence), last_line)
        return KnownContent(head, LinePosition(*position))

    def note_likeness(self, likeness: str, position: LinePosition) -> None:
        """Note where the record stands that holds for all repositories of that likeness."""
        values = (bytes.fromhex(likeness), *position)
        self._connection.execute("INSERT OR REPLACE INTO alike VALUES (?, ?, ?, ?)", values)

    def find_alike(self, likeness: str) -> LinePosition | None:
        """Where such a record stands; None where there is none."""
        query = "SELECT start, length, before FROM alike WHERE likeness = ?"
        found = self._one(query, bytes.fromhex(likeness)) if likeness else None
        return LinePosition(*found) if found else None

    def note_done(self, name: str) -> None:
        """Note that the journal holds the repository of that name."""
        self._connection.execute("INSERT OR IGNORE INTO done VALUES (?)", (to_bytes_of_text(name),))

    def is_done(self, name: str) -> bool:
        """Whether it does."""
        return self._one("SELECT 1 FROM done WHERE name = ?", to_bytes_of_text(name)) is not None

    def _one(self, query: str, *values: bytes) -> Any:
        return self._connection.execute(query, values).fetchone()
