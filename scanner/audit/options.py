"""The options of an audit, and what of them every worker needs.

Edit this when an audit gets one more option that a scan has not.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from ..scan_steps import ScanOptions
from ..support.budget import WORKER_MEMORY

MEGABYTE = 1024**2
DEFAULT_TIMEOUT = 60.0


class AuditOptions(Struct, frozen=True):
    """The options of an audit; which repositories it is of and where its journal lies are arguments of their own."""

    scan: ScanOptions = field(default_factory=ScanOptions)
    """What holds for every repository; its ``timeout``, as in a scan, is in processor time."""
    jobs: int | None = None
    """Worker processes; None means one a core."""
    timeout: float = DEFAULT_TIMEOUT
    """Seconds by the clock after which a file is left."""
    memory: int = WORKER_MEMORY
    """Bytes that a worker may take; what takes more is left."""
    scheduler: str = ""
    """The address of a Dask cluster that examines the files; empty for this machine."""
    index: Path | None = None
    """The file that the journal's index is kept in; None means one in the user's cache folder."""


class Setup(Struct, frozen=True):
    """What a worker needs to know."""

    scan: ScanOptions
    """The options of every scan."""
    corpora: tuple[Path, ...]
    """The corpora to open."""
    timeout: float
    """Seconds by the clock after which it leaves a file."""


def setup_of(options: AuditOptions, corpora: tuple[Path, ...]) -> Setup:
    """A file may take as long as in a scan, unless the audit was asked to wait longer than it does by default."""
    longer = options.timeout if options.timeout > DEFAULT_TIMEOUT else None
    scan = options.scan if options.scan.timeout is not None else replace(options.scan, timeout=longer)
    return Setup(scan, corpora, options.timeout)
