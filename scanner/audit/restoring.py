"""A journal in, its summary and the report on each repository out, sorted by name, with nothing scanned again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from ..api import Report, assembled
from ..attribution.model import Judged
from ..clones import Verdict
from ..errors import ModelkinError
from ..verdict import FileVerdict
from .reading import Span, read_lines, read_span
from .records import Header, Identity, Line, Place, RepositoryRecord, decode, lone_content
from .stages import placed, suffix
from .summary import AuditSummary, Copied, RepositoryRow, row_of, summarise


class _UpstreamBrief(Struct, frozen=True):
    project: str


class _VerdictBrief(Struct, frozen=True):
    verdict: Verdict
    own_release: str
    upstreams: tuple[_UpstreamBrief, ...]


class _ExaminedBrief(Struct, frozen=True):
    verdict: _VerdictBrief


class _ContentBrief(Struct, frozen=True):
    """As much of a content as a summary needs."""

    identity: Identity
    own: bool
    examined: _ExaminedBrief | None


class _Brief(Struct, frozen=True):
    header: Header | None = None
    content: _ContentBrief | None = None
    repository: RepositoryRecord | None = None


_Key = tuple[Identity, bool]


class Audit(Struct, frozen=True, dict=True):
    """An audit as its journal has it."""

    path: Path
    """The journal."""
    header: Header
    """What it was asked for, and what answered."""
    rows: tuple[RepositoryRow, ...]
    """Each repository in numbers, sorted by name."""
    summary: AuditSummary
    """All of them together."""
    _repositories: dict[str, Span]
    _contents: dict[_Key, Span]

    def names(self) -> tuple[str, ...]:
        """The repositories there are reports on; the others failed."""
        return tuple(row.name for row in self.rows if not row.failed)

    def report(self, name: str) -> Report:
        """The report on one repository, as its scan gives it. Raises ModelkinError when there is none."""
        if name not in self._repositories:
            raise ModelkinError(f"{self.path}: no repository {name} in it")
        with self.path.open("rb") as file:
            return self._restored(file, self._repositories[name])

    def reports(self) -> Iterator[Report]:
        """All reports, sorted by name, one at a time."""
        with self.path.open("rb") as file:
            for name in self.names():
                yield self._restored(file, self._repositories[name])

    def _restored(self, file: BinaryIO, span: Span) -> Report:
        record = decode(read_span(file, span, self.path), Line).repository
        if record is None:
            raise ModelkinError(f"{self.path} changed while it was read")
        if record.failed:
            raise ModelkinError(f"{record.name}: {record.failed}")
        return assembled(
            Judged(record.attributions, record.findings),
            (self._verdict(file, place, record.until) for place in record.places),
            record.skipped,
            root=record.root,
            corpus=self.header.corpus,
            baseline=Path(self.header.known) if self.header.known else None,
            seconds=record.seconds,
            not_obeyed=record.not_obeyed,
        )

    def _verdict(self, file: BinaryIO, place: Place, until: str) -> FileVerdict:
        examined = lone_content(read_span(file, self._contents[_key(place, until)], self.path)).examined
        if examined is None:
            raise ModelkinError(f"{self.path}: nothing is known of {place.path}")
        return placed(examined, place.path).verdict


def open_audit(path: Path) -> Audit:
    """Read a journal, of an audit that is done or not. Raises ModelkinError."""
    header: Header | None = None
    contents: dict[_Key, tuple[Span, Copied | None]] = {}
    rows: dict[str, tuple[Span, RepositoryRow]] = {}
    for span, line in read_lines(path, _Brief):
        header = header or line.header
        if line.content:
            contents[line.content.identity, line.content.own] = span, _copied(line.content)
        if line.repository:
            keys = [_key(place, line.repository.until) for place in line.repository.places]
            if not all(key in contents for key in keys):
                raise ModelkinError(f"{path}: a content of {line.repository.name} is not in it")
            files = [copied for key in keys if (copied := contents[key][1])]
            rows[line.repository.name] = span, row_of(line.repository, files)
    if header is None:
        raise ModelkinError(f"{path}: not a journal of an audit")
    listed = tuple(rows[name][1] for name in sorted(rows))
    spans = {name: span for name, (span, _) in rows.items()}
    places = {key: span for key, (span, _) in contents.items()}
    return Audit(path, header, listed, summarise(listed, len({identity for identity, _ in places})), spans, places)


def _copied(content: _ContentBrief) -> Copied | None:
    if content.examined is None:
        return None
    verdict = content.examined.verdict
    project = verdict.upstreams[0].project if verdict.upstreams and not verdict.own_release else ""
    return Copied(verdict.verdict, project)


def _key(place: Place, until: str) -> _Key:
    return Identity(place.sha256, suffix(place.path), until), place.own
