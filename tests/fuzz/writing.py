"""Writes the files of a case as far as the system lets it, and removes them whatever their modes."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


def put(path: Path, content: bytes) -> bool:
    """Write ``content`` to a new file; False where the system, or what is there already, does not allow it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except (OSError, ValueError):
        return False
    return True


def removed(folder: Path) -> None:
    """Remove ``folder``, with what may not be listed or is too deep for a name."""
    if not os.path.lexists(folder):
        return
    shutil.rmtree(folder, onerror=_opened)


def _opened(_function: object, path: str, _error: object) -> None:
    """Let its owner in and try again: a case may have locked it."""
    parent = os.path.dirname(path)  # noqa: PTH120  the name need not be UTF-8
    for each in (parent, path):
        if not os.path.islink(each):  # noqa: PTH114
            os.chmod(each, stat.S_IRWXU)  # noqa: PTH101
    if os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114
        shutil.rmtree(path)
    else:
        os.unlink(path)  # noqa: PTH108
