"""A small upstream, and copies of it that are compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import modelkin
from modelkin.results import Report
from modelkin.scan_steps import ScanOptions

from .small_corpora import ATTENTION

RENAMED = ATTENTION.replace("WindowAttention", "PaneAttention").replace("heads", "parts")


def compared(tmp_path: Path, copies: Mapping[str, bytes], timeout: float | None = None) -> Report:
    """A folder of ``copies``, by module name, compared with the upstream."""
    original, copy = tmp_path / "original", tmp_path / "copy"
    for folder in (original, copy):
        folder.mkdir()
    (original / "attention.py").write_text(ATTENTION, encoding="utf-8", newline="")
    for name, stored in copies.items():
        (copy / f"{name}.py").write_bytes(stored)
    options = ScanOptions() if timeout is None else ScanOptions(timeout=timeout)
    return modelkin.compare(str(copy), str(original), options)
