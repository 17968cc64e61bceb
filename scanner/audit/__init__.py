"""A folder or list of repositories in, a journal of their reports out."""

from __future__ import annotations

from .options import AuditOptions
from .records import Header
from .restoring import Audit, open_audit
from .run import audit
from .summary import AuditSummary, RepositoryRow, UpstreamRow
from .syncing import Advance

__all__ = [
    "Advance",
    "Audit",
    "AuditOptions",
    "AuditSummary",
    "Header",
    "RepositoryRow",
    "UpstreamRow",
    "audit",
    "open_audit",
]
