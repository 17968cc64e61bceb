"""Conclusions in, records of repositories in the journal out, counted; what is alike is recorded alike."""

from __future__ import annotations

from msgspec.structs import replace

from ..sources.specs import without_login
from .conclusion import Conclusion
from .journal import Journal
from .reading import Span
from .records import Line, RepositoryRecord, decode, encode
from .survey import Survey
from .tree import Repository


class Recorder:
    """Writes the records of repositories: ``written`` of them, with so many ``findings`` to answer for."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._alike: dict[str, Span] = {}
        self.written = 0
        self.findings = 0

    def conclude(self, found: Conclusion, likeness: str) -> None:
        """Record a repository, and remember it for those that are alike."""
        span = self._write(found.line, found.findings)
        if found.is_of_all_alike:
            self._alike[likeness] = span

    def repeat(self, repository: Repository, found: Survey) -> bool:
        """Record a repository that is as one before; no when there is none."""
        if found.likeness not in self._alike:
            return False
        record = decode(self._journal.read(self._alike[found.likeness]), Line).repository
        assert record is not None, "the journal was written by this process"
        again = replace(record, name=repository.name, root=found.root, seconds=round(found.seconds, 6))
        self._write(encode(again), sum(finding.counts for finding in again.findings))
        return True

    def fail(self, repository: Repository, reason: str) -> None:
        """Record why there is no report on a repository."""
        self._write(encode(RepositoryRecord(repository.name, without_login(repository.source), failed=reason)), 0)

    def _write(self, line: bytes, findings: int) -> Span:
        span = self._journal.append(line)
        self.written += 1
        self.findings += findings
        return span
