"""Bytes in, a file out, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import CorpusError


def replace_file(path: Path, content: bytes) -> None:
    """Make ``content`` the whole file at ``path``, whose old content stays until the new is complete.

    A link keeps pointing where it does. Raises CorpusError.
    """
    with _explained(path):
        target = _target(path)
        temporary = _temporary(target)
        try:
            temporary.write_bytes(content)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise CorpusError when `replace_file` could not write ``path``: known before the work rather than after it."""
    with _explained(path):
        temporary = _temporary(_target(path))
        temporary.open("xb").close()
        temporary.unlink()


def _target(path: Path) -> Path:
    """Where a link leads, in a folder that is made. Raises OSError for a device, which would be lost."""
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and not target.is_file():
        raise OSError(0, "not a regular file")
    return target


def _temporary(target: Path) -> Path:
    """Beside the target, since a file can only be moved into place within one file system."""
    return target.with_name(f".modelkin-{os.getpid()}.tmp")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CorpusError(f"{path}: cannot be written: {error.strerror}") from error
