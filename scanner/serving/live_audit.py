"""An audit that may still go on, as it is just now: asked of its index, which is kept up with the journal.

Copies among the audited take a reading of the whole journal: a worker process looks for them once the journal rests.
Edit this when what is shown of a running audit is to be fresher, or cheaper.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timezone
from pathlib import Path
from threading import Lock

from msgspec import Struct

from ..audit.family_model import Families
from ..audit.indexed.database import IndexFile, index_file
from ..audit.outcome import Audit, audit_of
from ..errors import ModelkinError
from ..support.escaping import escape
from .work import Work

# The journal is looked at so often at most.
SECONDS_FRESH = 1.0
# It rests when it has not grown for so long.
SECONDS_AT_REST = 10.0


class Shown(Struct, frozen=True):
    """What is shown of an audit at one moment."""

    audit: Audit
    version: str
    """Another one wherever the journal, or what is known of families, is another."""
    families: Families


class LiveAudit:
    """The journal at ``path``; several threads may ask."""

    def __init__(self, path: Path, index: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._index: IndexFile = index_file(path, index)
        self._clock = clock
        self._lock = Lock()
        self._error = ""
        self._looked = clock()
        self._grew_at = datetime.fromtimestamp(path.stat().st_mtime if path.exists() else 0, timezone.utc)
        self._search: Future[None] | None = None
        self._searched = -1
        self._shown = self._read(is_watched=False)

    def now(self) -> Shown:
        """The audit as it is, or was a moment ago."""
        with self._lock:
            if self._clock() - self._looked >= SECONDS_FRESH:
                self._look()
            return self._shown

    def words(self) -> str:
        """How far it is, in a few words."""
        if self._error:
            return f"not readable: {escape(self._error)}"
        told = f"{self._grew_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"growing, {told}" if self._is_growing() else f"as of {told}"

    def _is_growing(self) -> bool:
        return (datetime.now(timezone.utc) - self._grew_at).total_seconds() < SECONDS_AT_REST

    def _look(self) -> None:
        try:
            self._grew_at = datetime.fromtimestamp(self._path.stat().st_mtime, timezone.utc)
            self._shown = self._read(is_watched=True)
            self._error = ""
        except (ModelkinError, OSError) as error:  # what was read stays
            self._error = str(error)
        self._looked = self._clock()

    def _read(self, is_watched: bool) -> Shown:
        audit = audit_of(self._path, self._index, is_watched)
        families = audit.indexed.latest_families()
        version = f"{audit.indexed.end}-{audit.indexed.families_end()}"
        return Shown(audit, version, families or Families())

    def search_families(self, work: Work) -> None:
        """Have copies among the audited looked for where the journal rests, and they are of an older one."""
        with self._lock:
            end = self._shown.audit.indexed.end
            is_known = self._shown.audit.indexed.families() is not None
            is_busy = self._search is not None and not self._search.done()
            if is_known or is_busy or self._is_growing() or self._searched == end:
                return
            self._searched = end
            self._search = work.begin(work.run, None, keep_families, self._path, self._index.path)


def keep_families(journal: Path, index: Path) -> None:
    """Work out the families of a journal, and keep them in its index. Raises ModelkinError."""
    found = audit_of(journal, IndexFile(index))
    assert found.families is not None
