"""A journal read: each repository in numbers, all of them together, and the report on each.

All of it is asked of the journal's index when it is needed, so an audit of any size takes little memory. Edit this when
a report is put together in another way; what rows say is in ``rows``, how they are found in ``indexed``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from ..attribution.copies import CheckResult
from ..errors import ModelkinError
from ..results import FileVerdict, Report
from ..scan_steps import assembled
from .families import find_families
from .family_model import Families, pages_of
from .indexed.database import IndexFile, index_file
from .indexed.index_building import bring_up
from .indexed.row_queries import IndexedAudit
from .journal_lines import LinePosition, read_line
from .records import AuditHeader, JournalRecord, RecordedFile, RepositoryRecord, decode, decode_content
from .rows import AuditSummary, RepositoryRow
from .survey import at_path


class Audit(Struct, frozen=True, dict=True):
    """An audit, read from its journal."""

    path: Path
    """The journal."""
    header: AuditHeader
    """What was audited, with which options, corpus and modelkin."""
    rows: Sequence[RepositoryRow]
    """Each repository in numbers, sorted by name; read a few at a time."""
    summary: AuditSummary
    """All of them together."""
    _indexed: IndexedAudit

    @property
    def indexed(self) -> IndexedAudit:
        """What the journal's index says of it."""
        return self._indexed

    @cached_property
    def families(self) -> Families:
        """Which of its repositories hold copies of one another's files; worked out when asked for, and kept."""
        kept = self.indexed.families()
        if kept is not None:
            return kept
        found = find_families(self.path)
        self.indexed.keep_families(found, pages_of(found))
        return found

    def names(self) -> Sequence[str]:
        """The repositories that there are reports on, sorted; the others could not be audited."""
        return self.indexed.names()

    def report(self, name: str) -> Report:
        """The report on one repository, as its scan gives it. Raises ModelkinError when there is none."""
        position = self.indexed.repository_at(name)
        if position is None:
            raise ModelkinError(f"{self.path}: no repository {name} in it")
        with self.path.open("rb") as journal:
            return self.report_at(journal, position)

    def reports(self) -> Iterator[Report]:
        """All reports, sorted by name, one at a time."""
        with self.path.open("rb") as journal:
            for _, _, position, _ in self.indexed.positions():
                yield self.report_at(journal, position)

    def report_at(self, journal: BinaryIO, position: LinePosition) -> Report:
        """The report whose record stands there in the journal, which is open. Raises ModelkinError."""
        record = decode(read_line(journal, position, self.path), JournalRecord).repository
        if record is None:
            raise ModelkinError(f"{self.path} changed while it was read")
        if record.failed:
            raise ModelkinError(f"{record.name}: {record.failed}")
        report = assembled(
            CheckResult(record.attributions, record.findings),
            self._verdicts(journal, record),
            record.skipped,
            root=record.root,
            corpus=self.header.corpus,
            baseline=Path(self.header.baseline_path) if self.header.baseline_path else None,
            seconds=record.seconds,
            not_obeyed=record.not_obeyed,
            unread=record.unread,
            scanned=record.scanned,
            left_out=record.hidden,
        )
        return replace(report, evidence=record.evidence, conclusion=record.conclusion)

    def _verdicts(self, journal: BinaryIO, record: RepositoryRecord) -> Iterator[FileVerdict]:
        found = self.indexed.contents_at([each.identity for each in record.places])
        for file, position in zip(record.places, found, strict=True):
            yield self._verdict(journal, file, position)

    def _verdict(self, journal: BinaryIO, file: RecordedFile, position: LinePosition | None) -> FileVerdict:
        examined = decode_content(read_line(journal, position, self.path)).examined if position else None
        if examined is None:
            raise ModelkinError(
                f"{self.path}: damaged: the result for {file.path} is missing; audit again into another --journal"
            )
        return examined.verdict if file.facts else at_path(examined, file.path).verdict


def open_audit(path: str | Path, index: Path | None = None) -> Audit:
    """Read a journal, of an audit that is done or not. Raises ModelkinError.

    Its index is kept in the user's cache folder, or in the file ``index``, and read on from there the next time.
    """
    path = Path(path)
    return audit_of(path, index_file(path, index))


def audit_of(path: Path, index: IndexFile, is_watched: bool = False) -> Audit:
    """As `open_audit`, by an index that is open; ``is_watched`` as for `bring_up`. Raises ModelkinError."""
    standing = bring_up(index, path, is_watched)
    indexed = IndexedAudit(index, standing.end)
    return Audit(path, standing.header, indexed.rows(), indexed.summary(), indexed)
