"""Keeps an index up with its journal: the lines that were added since are read, and no others.

Each step is one transaction that begins where the last one ended, so processes may do this at once, and any may be
ended at any time. A journal that is another one, or was changed, is read anew from its start. Edit this when the index
is to hold something new of a line.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from ...errors import ModelkinError
from ...results import Confidence, Level, State, Verdict
from ...rulebook.loader import licence_rule
from ...rulebook.model import Family as Terms
from ..journal_lines import LinePosition, Seam, digest_of, is_whole_to, read_open, unseal
from ..records import AuditHeader, ContentIdentity, DatedHead, RecordHead, RepositoryRecord, decode, encode
from ..rows import FileBrief, RepositoryRow, row_of
from .database import IndexFile

if TYPE_CHECKING:
    from sqlite3 import Connection

LINES_TOGETHER = 2_000
_KEY_BYTES = 16
_KIND = TypeVar("_KIND")
# How far what a licence asks for reaches, where it is missed: what is owed for more than the file weighs more.
WEIGHTS = {
    Terms.PUBLIC_DOMAIN: 0,
    Terms.PERMISSIVE: 1,
    Terms.WEAK_COPYLEFT: 2,
    Terms.MODEL: 3,
    Terms.RESTRICTED: 4,
    Terms.NON_COMMERCIAL: 4,
    Terms.COPYLEFT: 5,
    Terms.NETWORK_COPYLEFT: 6,
}
_PAGE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_LONGEST_PAGE = 60


# Journals are large: of each record only the fields are read that these types declare.
class _UpstreamBrief(Struct, frozen=True):
    project: str


class _VerdictBrief(Struct, frozen=True):
    verdict: Verdict
    own_release: str
    upstreams: tuple[_UpstreamBrief, ...]
    later: tuple[_UpstreamBrief, ...]


class _ExaminedBrief(Struct, frozen=True):
    verdict: _VerdictBrief


class _ContentBrief(Struct, frozen=True):
    identity: ContentIdentity
    examined: _ExaminedBrief | None


class _RecordBrief(Struct, frozen=True):
    header: AuditHeader | None = None
    content: _ContentBrief | None = None
    repository: RepositoryRecord | None = None
    dates: DatedHead | None = None


class Standing(NamedTuple):
    """How far an index is."""

    header: AuditHeader
    """What was audited."""
    end: int
    """Up to which byte of the journal."""


def bring_up(index: IndexFile, journal: Path, is_watched: bool = False) -> Standing:
    """Have ``index`` hold all that stands in ``journal`` now. Raises ModelkinError.

    What was read before is looked at again, digests alone, where the file is not as it was then; not so where it
    ``is_watched``, was all read in this very process before, and is longer now.
    """
    try:
        # A pipe in its place is not waited for.
        with open(journal, "rb", opener=_opened) as file, index.connected() as connection:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ModelkinError(f"{journal}: not a journal of an audit")
            seen = f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
            is_checked = is_watched and _has_only_grown(_state(connection).get("seen", ""), seen)
            while True:
                state = _state(connection)
                if state.get("seen") == seen:
                    break
                connection.execute("BEGIN IMMEDIATE")
                try:
                    seam = _seam(connection, file, is_checked)
                    is_checked = True
                    added = _add_lines(connection, file, journal, seam, status.st_size)
                    if added < LINES_TOGETHER:
                        _note(connection, seen=seen)
                    connection.execute("COMMIT")
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
            return _standing(journal, state)
    except FileNotFoundError:
        raise ModelkinError(f"{journal}: no such journal") from None
    except OSError as error:
        raise ModelkinError(f"{journal} cannot be read: {error.strerror}") from error


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _has_only_grown(before: str, now: str) -> bool:
    """Whether a file is the one that was seen before, and longer."""
    old, new = before.split(), now.split()
    return old[:2] == new[:2] and int(old[2]) < int(new[2])


def _standing(journal: Path, state: dict[str, Any]) -> Standing:
    header = decode(state["header"], RecordHead).header if "header" in state else None
    if header is None:
        raise ModelkinError(f"{journal}: not a journal of an audit")
    return Standing(header, state["end"])


def _state(connection: Connection) -> dict[str, Any]:
    return dict(connection.execute("SELECT name, value FROM state").fetchall())


def _note(connection: Connection, **values: object) -> None:
    connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())


def _seam(connection: Connection, file: BinaryIO, is_known: bool) -> Seam:
    """Where to read on; the start, with all tables emptied, where the journal is not the one that was read."""
    state = _state(connection)
    if "end" in state:
        seam = Seam(state["end"], state["before"], state["lines"])
        if _ends_here(file, seam, state["last"], state["last_before"]) and (is_known or is_whole_to(file, seam)):
            return seam
    for table in ("contents", "repositories", "details", "copies", "refusals", "families", "members"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("DELETE FROM state WHERE name != 'tool'")
    return Seam()


def _ends_here(file: BinaryIO, seam: Seam, length: int, before: bytes) -> bool:
    """Whether the last line that was read, so many bytes long, still stands where it stood."""
    file.seek(seam.start - length)
    line = file.read(length)
    return unseal(line, before) is not None and digest_of(line) == seam.before


def _add_lines(connection: Connection, file: BinaryIO, journal: Path, seam: Seam, end: int) -> int:
    """Take in the next lines up to byte ``end``; how many there were."""
    added, last = 0, None
    writing = _Writing(connection, journal)
    for position, record in read_open(file, journal, _RecordBrief, seam, end):
        if record.header and not seam.number and not added:
            _note(connection, header=encode(record.header))
        if record.content:
            writing.add_content(position, record.content)
        if record.repository:
            writing.add_repository(position, record.repository)
        added, last = added + 1, position
        if added == LINES_TOGETHER:
            break
    if last is not None:
        file.seek(last.start)
        told = {"before": digest_of(file.read(last.length)), "last": last.length, "last_before": last.before}
        _note(connection, end=last.start + last.length, lines=seam.number + added, contents=writing.contents, **told)
    return added


class _Writing:
    """Rows written in one transaction; ``contents`` counts the distinct ones."""

    def __init__(self, connection: Connection, journal: Path) -> None:
        self._run = connection.execute
        self._journal = journal
        found = self._run("SELECT value FROM state WHERE name = 'contents'").fetchone()
        self.contents: int = found[0] if found else 0

    def add_content(self, position: LinePosition, content: _ContentBrief) -> None:
        """A content under its identity; one whose file has facts is the same content as the one without."""
        identity = content.identity
        plain = key_of(ContentIdentity(identity.sha256, identity.suffix))
        new = self._run("INSERT OR IGNORE INTO contents (key) VALUES (?)", (plain,)).rowcount
        self.contents += max(new, 0)
        brief = _file_brief(content)
        told = (brief.verdict.value, to_bytes_of_text(brief.project), brief.later) if brief else (None, None, None)
        key = key_of(identity) if identity.facts else plain
        self._run("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?, ?, ?)", (key, *position, *told))

    def add_repository(self, position: LinePosition, record: RepositoryRecord) -> None:
        """A repository, in place of what was said of it before. Raises ModelkinError."""
        row = row_of(record, list(self._files(record)))
        name = to_bytes_of_text(record.name)
        old = self._run("SELECT id FROM repositories WHERE name = ?", (name,)).fetchone()
        for table, column in (
            ("repositories", "id"),
            ("details", "id"),
            ("copies", "repository"),
            ("refusals", "repository"),
        ):
            if old:
                self._run(f"DELETE FROM {table} WHERE {column} = ?", old)
        values = (name, page_name(record.name), *position, *_numbers(record, row))
        marks = ", ".join("?" * (len(values) + 1))
        number = self._run(f"INSERT INTO repositories VALUES ({marks})", (None, *values)).lastrowid
        self._run(
            "INSERT INTO details VALUES (?, ?, ?, ?)",
            (number, to_bytes(row), to_bytes_of_text(_heaviest(record)[1]), _searched(row)),
        )
        for project, files in (*row.copies.items(), *((model, 0) for model in row.models)):
            self._run("INSERT OR REPLACE INTO copies VALUES (?, ?, ?)", (to_bytes_of_text(project), number, files))
        for each in row.not_obeyed:
            self._run(
                "INSERT INTO refusals VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
                (number, to_bytes_of_text(each.what), each.count),
            )

    def _files(self, record: RepositoryRecord) -> Iterator[FileBrief]:
        for place in record.places:
            found = self._run(
                "SELECT start, verdict, project, later FROM contents WHERE key = ?", (key_of(place.identity),)
            ).fetchone()
            if found is None or found[0] is None:
                raise ModelkinError(
                    f"{self._journal}: damaged: the result for a file of {record.name} is missing; audit again into "
                    "another --journal"
                )
            if found[1] is not None:
                yield FileBrief(Verdict(found[1]), to_text(found[2]), bool(found[3]))


def _file_brief(content: _ContentBrief) -> FileBrief | None:
    if content.examined is None:
        return None
    verdict = content.examined.verdict
    project = verdict.upstreams[0].project if verdict.upstreams and not verdict.own_release else ""
    return FileBrief(verdict.verdict, project, bool(verdict.later) and not verdict.upstreams)


def _numbers(record: RepositoryRecord, row: RepositoryRow) -> tuple[object, ...]:
    """The columns of a repository from ``failed`` on."""
    counting = [each for each in record.findings if each.counts and each.level is Level.ERROR]
    copied = sum(row.copies.values())
    return (
        bool(row.failed),
        row.files,
        *(row.by_verdict[verdict] for verdict in Verdict),
        *(row.by_level[level] for level in Level),
        sum(each.confidence is Confidence.HIGH for each in counting),
        _heaviest(record)[0],
        row.waived,
        len(row.skipped),
        row.later,
        copied,
        row.seconds,
        bool(any(row.by_level.values()) or row.copies or row.models),
    )


def _heaviest(record: RepositoryRecord) -> tuple[int, str]:
    """How much the heaviest licence weighs of which an obligation is missed, and its id; (0, "") where none is."""
    missed = {duty.licence for each in record.attributions for duty in each.duties if duty.state is State.MISSED}
    return max(((_weight(each), each) for each in sorted(missed)), default=(0, ""))


@lru_cache(maxsize=1024)
def _weight(licence: str) -> int:
    rule = licence_rule(licence)
    return WEIGHTS[rule.family] if rule else 0


def _searched(row: RepositoryRow) -> str:
    words = " ".join((row.name, *row.copies, *row.models, row.failed))
    return words.encode("utf-8", "backslashreplace").decode().casefold()


def page_name(name: str) -> str:
    """What the page on a repository is called, the same in each audit: what can stand in any address and on any disk,
    and a part of its digest.
    """
    told = "".join(letter if letter in _PAGE_LETTERS else "-" for letter in name).strip("-._")[-_LONGEST_PAGE:]
    digest = hashlib.blake2b(to_bytes_of_text(name), digest_size=6).hexdigest()
    return f"{told.strip('-._') or 'repository'}-{digest}"


def key_of(identity: ContentIdentity) -> bytes:
    """What a content is found by."""
    told = repr(identity) if identity.facts else f"{identity.sha256}{identity.suffix}"
    return hashlib.blake2b(to_bytes_of_text(told), digest_size=_KEY_BYTES).digest()


def to_bytes_of_text(text: str) -> bytes:
    """Text as the index keeps it: sorted as Python sorts it, whatever it holds."""
    return text.encode("utf-8", "surrogatepass")


def to_text(stored: bytes) -> str:
    """The text that was stored."""
    return stored.decode("utf-8", "surrogatepass")


def to_bytes(record: Struct) -> bytes:
    """A record as the index keeps it."""
    try:
        return msgspec.json.encode(record)
    except UnicodeEncodeError:  # names of files need not be UTF-8; the standard library escapes what is not
        return json.dumps(msgspec.to_builtins(record), separators=(",", ":")).encode()


def from_bytes(stored: bytes, kind: type[_KIND]) -> _KIND:
    """The record that was stored."""
    try:
        return msgspec.json.decode(stored, type=kind)
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(stored), kind)
