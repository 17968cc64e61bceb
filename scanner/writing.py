"""Bytes in, a file out, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Make ``content`` the whole file at ``path``, its mode kept; its old content stays until the new is complete.

    Raises OSError.
    """
    temporary = _beside(path)
    try:
        temporary.write_bytes(content)
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o7777)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def try_replacing(path: Path) -> None:
    """Raise the OSError that `replace_file` would: known before the work rather than after it."""
    temporary = _beside(path)
    temporary.open("xb").close()
    temporary.unlink()


def _beside(path: Path) -> Path:
    """Beside the target, since a file can only be moved into place within one file system."""
    return path.with_name(f".modelkin-{os.getpid()}.tmp")
