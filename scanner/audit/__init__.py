"""A folder or list of repositories in, a journal of their reports out."""

from __future__ import annotations

from .options import AuditOptions, available_cores
from .restoring import Audit, open_audit
from .run import audit

__all__ = ["Audit", "AuditOptions", "audit", "available_cores", "open_audit"]
