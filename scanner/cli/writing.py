"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ModelkinError
from ..writing import replace_file, try_replacing
from .streams import write_standard_output

STANDARD_OUTPUT = "-"


def check_writable(output: str) -> None:
    """Raise ModelkinError when `write` could not write ``output``: known before the work rather than after it."""
    if output == STANDARD_OUTPUT:
        return
    with _explained(output):
        target = _target(Path(output))
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not _is_device(target):
            try_replacing(target)


def write(output: str, text: str) -> None:
    """Write ``text`` to the file ``output`` in UTF-8, or to standard output for ``-``."""
    if output == STANDARD_OUTPUT:
        write_standard_output(text)
    else:
        replace(Path(output), text.encode("utf-8", "backslashreplace"))


def replace(path: Path, content: bytes) -> None:
    """Make ``content`` the whole file at ``path``, whose old content stays until the new is complete.

    A link keeps pointing where it does; a device or pipe is written to.
    """
    with _explained(str(path)):
        target = _target(path)
        if _is_device(target):
            target.write_bytes(content)
            return
        replace_file(target, content)


def _target(path: Path) -> Path:
    return path if _is_device(path) else path.resolve()


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelkinError(f"cannot write {name}: {error.strerror}; name another --output or folder") from error
