"""A corpus file in place of another, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import writing
from ..errors import CorpusError


def replace_file(path: Path, content: bytes) -> None:
    """Make ``content`` the whole file at ``path``, whose old content stays until the new is complete.

    A link keeps pointing where it does. Raises CorpusError.
    """
    with _explained(path):
        writing.replace_file(_target(path), content)


def check_writable(path: Path) -> None:
    """Raise CorpusError when `replace_file` could not write ``path``: known before the work rather than after it."""
    with _explained(path):
        writing.try_replacing(_target(path))


def _target(path: Path) -> Path:
    """Where a link leads, in a folder that is made. Raises OSError for a device, which would be lost."""
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and not target.is_file():
        raise OSError(0, "not a regular file")
    return target


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CorpusError(f"{path}: cannot be written: {error.strerror}") from error
