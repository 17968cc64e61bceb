"""Writes text to what the user names: a file, whole or not at all, a device, a pipe, or standard output.

Edit this when there is one more thing that a command can write to.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ModelkinError
from ..support.atomic_write import Target, opened_target
from ..support.folders import LinkError
from ..support.lazy import lazy_pattern
from .output import write_standard_output

STANDARD_OUTPUT = "-"
# What this process has open already, under a name: a shell's `>(program)` among it.
_DESCRIPTOR = lazy_pattern(
    r"/dev/(?:fd/(?P<number>[0-9]{1,9})|(?P<name>stdout|stderr))|/proc/self/fd/(?P<other>[0-9]{1,9})"
)
_STREAMS = {"stdout": 1, "stderr": 2}


def check_writable(output: str, distrusted: Iterable[str] = ()) -> None:
    """Raise ModelkinError when `write` could not write ``output``: known before the work rather than after it."""
    if output == STANDARD_OUTPUT:
        return
    with _explained(output):
        descriptor = _descriptor(output)
        if descriptor is not None:
            os.fstat(descriptor)
            return
        with opened_target(Path(output), distrusted) as target:
            if not _is_device(target):
                target.folder.try_replacing(target.name)


def write(output: str, text: str, distrusted: Iterable[str] = ()) -> None:
    """Write ``text`` to the file ``output`` in UTF-8, or to standard output for ``-``."""
    if output == STANDARD_OUTPUT:
        write_standard_output(text)
    else:
        replace(Path(output), text.encode("utf-8", "backslashreplace"), distrusted)


def write_pieces(output: str, pieces: Iterable[str], distrusted: Iterable[str] = ()) -> None:
    """As `write`, of a text that comes in pieces and is never held whole."""
    if output == STANDARD_OUTPUT:
        for piece in pieces:
            write_standard_output(piece)
    else:
        _replace(Path(output), (piece.encode("utf-8", "backslashreplace") for piece in pieces), distrusted)


def replace(path: Path, content: bytes, distrusted: Iterable[str] = ()) -> None:
    """Make ``content`` the whole file at ``path``, whose old content stays until the new is complete.

    A device or pipe is written to. No link is followed below the current folder or one of ``distrusted``.
    """
    _replace(path, [content], distrusted)


def _replace(path: Path, content: Iterable[bytes], distrusted: Iterable[str]) -> None:
    with _explained(str(path)):
        descriptor = _descriptor(str(path))
        if descriptor is not None:
            _pour(os.dup(descriptor), content)
            return
        with opened_target(path, distrusted) as target:
            if _is_device(target):
                _pour(target.folder.open_device(target.name, follow=not target.is_strict), content)
                return
            with target.folder.replacing(target.name) as file:
                file.writelines(content)


def _descriptor(output: str) -> int | None:
    found = _DESCRIPTOR.fullmatch(output) if os.name == "posix" else None
    if found is None:
        return None
    return _STREAMS[found["name"]] if found["name"] else int(found["number"] or found["other"])


def _pour(descriptor: int, content: Iterable[bytes]) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(content)


def _is_device(target: Target) -> bool:
    """Whether it is there, and no file, folder or link that may not be followed."""
    found = target.folder.status(target.name)
    mode = stat.S_IFREG if found is None else found.st_mode
    if stat.S_ISLNK(mode):  # where links are followed, one is left that leads to a device
        return not target.is_strict
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except LinkError as error:
        raise ModelkinError(error.strerror) from error
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or errno.EIO)
        raise ModelkinError(f"cannot write {name}: {reason}; name another --output or folder") from error
