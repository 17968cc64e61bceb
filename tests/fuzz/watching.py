"""What a case may touch, watched while it runs: files, programs, the network, and code that is run.

Python tells an audit hook of each; a hook cannot be taken off, so there is one, which listens while a case runs.
Edit this when modelkin may reach one more place.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import modelkin

_PROGRAMS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"})
_NETWORK = frozenset({"socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto", "urllib.Request"})
_CHANGES = frozenset(
    {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.symlink", "os.link", "os.chmod", "os.chown", "os.truncate", "os.utime"}
)
_SYSTEM = ("/usr/share", "/usr/lib", "/etc/ssl", "/etc/mime.types", "/etc/localtime", "/dev/null", "/dev/urandom", "/proc/self", "/proc/meminfo", "/sys/fs/cgroup", "/proc/stat", "/proc/cpuinfo")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """``reads`` and ``writes`` are real paths of folders in which both, or writing, is allowed; ``seen`` what was not."""

    def __init__(self) -> None:
        self.listening = False
        self.reads: tuple[str, ...] = ()
        self.writes: tuple[str, ...] = ()
        self.programs = self.network = False
        self.scanned = ""
        self.seen: list[str] = []

    def tell(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The hook. What it does itself is not listened to."""
        if not self.listening:
            return
        self.listening = False
        try:
            self._judge(event, arguments)
        finally:
            self.listening = True

    def _judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._opened(*arguments)
        elif event in ("os.scandir", "os.listdir"):
            self._check(arguments[0], "listed", self.reads)
        elif event in _CHANGES:
            for path in arguments[:2] if event in ("os.rename", "os.link", "os.symlink") else arguments[:1]:
                self._check(path, event, self.writes, follow=False)
        elif event in _PROGRAMS and not self.programs:
            self.seen.append(f"a program was run: {event} {arguments[:2]!r:.300}")
        elif event in _NETWORK and not self.network:
            self.seen.append(f"the network was asked: {event} {arguments!r:.300}")
        elif event == "exec" and self.scanned and str(getattr(arguments[0], "co_filename", "")).startswith(self.scanned):
            self.seen.append(f"scanned code was run: {arguments[0].co_filename}")

    def _opened(self, path: Any, mode: str | None, flags: int) -> None:
        is_writing = bool(flags & _WRITING) if mode is None else any(each in mode for each in "wax+")
        self._check(path, "written" if is_writing else "read", self.writes if is_writing else self.reads)

    def _check(self, path: Any, what: str, allowed: tuple[str, ...], follow: bool = True) -> None:
        if isinstance(path, int) or path is None:
            return
        text = os.fsdecode(path)
        if follow:
            real = os.path.realpath(text)
        else:
            real = os.path.join(os.path.realpath(os.path.dirname(text) or "."), os.path.basename(text))  # noqa: PTH118, PTH119, PTH120
        if not any(real == each or real.startswith(each + os.sep) for each in allowed):
            self.seen.append(f"outside was {what}: {text!r}")


_WATCH = Watch()
_hooked: list[bool] = []


@contextmanager
def watched(case: Path, writable: tuple[Path, ...], programs: bool = False, network: bool = False) -> Iterator[Watch]:
    """Listen to what happens in the block. ``case`` is scanned and may be read, ``writable`` may be written too."""
    if not _hooked:
        sys.addaudithook(_WATCH.tell)
        _hooked.append(True)
    places = tuple(os.path.realpath(each) for each in (*writable, tempfile.gettempdir()))
    scanned = os.path.realpath(case)
    _WATCH.reads, _WATCH.writes = (*places, scanned, *_python(), *_SYSTEM), (*places, os.devnull)
    _WATCH.scanned, _WATCH.programs, _WATCH.network, _WATCH.seen = scanned, programs, network, []
    _WATCH.listening = True
    try:
        yield _WATCH
    finally:
        _WATCH.listening = False


@cache
def _python() -> tuple[str, ...]:
    own = Path(modelkin.__file__).parent
    roots = {*filter(os.path.isabs, sys.path), sys.prefix, sys.base_prefix, sysconfig.get_paths()["stdlib"], str(own), str(own.parent)}
    return tuple(sorted(os.path.realpath(each) for each in roots))
