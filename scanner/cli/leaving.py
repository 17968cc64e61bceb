"""The end of a process: what it wrote is flushed, and its memory goes back in one piece."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import NoReturn, TextIO

# What Python itself exits with when it cannot flush standard output.
_NOT_WRITTEN = 120


def leave(code: int) -> NoReturn:
    """Exit with ``code`` without taking down each object first: after a short run with numpy that is a tenth of it.

    As mypy does. By now what was opened is closed and what is to be kept is written; where a thread still works, or
    somebody traces the process and has to write down what was seen, it ends in Python's own time.
    """
    if threading.active_count() > 1 or sys.gettrace() or sys.getprofile():
        sys.exit(code)
    atexit._run_exitfuncs()
    written = [_flushed(stream) for stream in (sys.stdout, sys.stderr)]
    os._exit(code if all(written) else code or _NOT_WRITTEN)


def _flushed(stream: TextIO | None) -> bool:
    try:
        if stream is not None:  # closed by the caller, as `>&-` does
            stream.flush()
    except OSError:
        return False
    return True
