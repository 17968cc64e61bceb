"""What an audit is asked for, as one value that reaches every worker."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from ..pipeline import ScanOptions

MEGABYTE = 1024**2
DEFAULT_TIMEOUT = 60.0


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class AuditOptions(Struct, frozen=True):
    """What an audit is asked for, beside its place and its journal."""

    scan: ScanOptions = field(default_factory=ScanOptions)
    """What holds for every repository; its ``timeout``, as in a scan, is in processor time."""
    jobs: int | None = None
    """Worker processes; None means one a core."""
    timeout: float = DEFAULT_TIMEOUT
    """Seconds by the clock after which a file is left."""
    memory: int = 4096 * MEGABYTE
    """Bytes that a worker may take; what takes more is left."""
    scheduler: str = ""
    """The address of a Dask cluster that judges; empty for this machine."""


class Setup(Struct, frozen=True):
    """What a worker needs to know: the options of every scan, which corpora to open, and when to give a file up."""

    scan: ScanOptions
    corpora: tuple[Path, ...]
    timeout: float


def setup_of(options: AuditOptions, corpora: tuple[Path, ...]) -> Setup:
    """A file may take as long as in a scan, unless the audit was asked to wait longer than it does by default."""
    longer = options.timeout if options.timeout > DEFAULT_TIMEOUT else None
    scan = options.scan if options.scan.timeout is not None else replace(options.scan, timeout=longer)
    return Setup(scan, corpora, options.timeout)
