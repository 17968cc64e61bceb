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
from unittest import mock

import modelkin
from modelkin.support.data_files import shipped_folder

_PROGRAMS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
_NETWORK = frozenset({"socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto", "urllib.Request"})
_CHANGES = frozenset(
    {
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.mkdir",
        "os.symlink",
        "os.link",
        "os.chmod",
        "os.chown",
        "os.truncate",
        "os.utime",
    }
)
_SYSTEM = (
    *("/usr/share", "/usr/lib", "/etc/ssl", "/etc/mime.types", "/etc/localtime", "/dev/null", "/dev/urandom"),
    *("/proc/meminfo", "/proc/stat", "/proc/cpuinfo", "/sys/fs/cgroup"),
)
_OWN_PROCESS = ("statm", "status", "stat", "cgroup", "fd")
_REAL_OPEN = os.open
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """``reads`` and ``writes`` are real paths of folders in which that is allowed; ``seen`` is what was not."""

    def __init__(self) -> None:
        self.listening = False
        self.reads: tuple[str, ...] = ()
        self.writes: tuple[str, ...] = ()
        self.network = False
        self.scanned = ""
        self.folder = ""
        self.seen: list[str] = []

    def tell(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The hook. What it does itself is not listened to."""
        if not self.listening:
            return
        self.listening = False
        try:
            self._sort(event, arguments)
        finally:
            self.listening = True

    def _sort(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._opened(*arguments)
        elif event in ("os.scandir", "os.listdir"):
            self._check(arguments[0], "listed", self.reads)
        elif event in _CHANGES:
            self._changed(event, arguments)
        elif event in _PROGRAMS:
            self.seen.append(f"a program was run: {event} {arguments[:2]!r:.300}")
        elif event in _NETWORK and not self.network:
            self.seen.append(f"the network was asked: {event} {arguments!r:.300}")
        elif (
            event == "exec" and self.scanned and str(getattr(arguments[0], "co_filename", "")).startswith(self.scanned)
        ):
            self.seen.append(f"scanned code was run: {arguments[0].co_filename}")

    def _changed(self, event: str, arguments: tuple[Any, ...]) -> None:
        """A change of a name, which may be told from an open folder: the last arguments are those."""
        if event in ("os.rename", "os.link"):
            self._check(arguments[0], event, self.writes, _base(arguments[-2]), follow=False)
            self._check(arguments[1], event, self.writes, _base(arguments[-1]), follow=False)
        else:
            path = arguments[1] if event == "os.symlink" else arguments[0]
            base = "" if event in ("os.truncate", "os.chown") else _base(arguments[-1])
            self._check(path, event, self.writes, base, follow=False)

    def _opened(self, path: Any, mode: str | None, flags: int) -> None:
        is_writing = bool(flags & _WRITING) if mode is None else any(each in mode for each in "wax+")
        allowed = self.writes if is_writing else self.reads
        self._check(path, "written" if is_writing else "read", allowed, self.folder)

    def _check(self, path: Any, what: str, allowed: tuple[str, ...], base: str = "", follow: bool = True) -> None:
        if isinstance(path, int) or path in (None, "", b""):  # no file has the empty name
            return
        text = os.fsdecode(path)
        whole = os.path.join(base, text)  # noqa: PTH118  names need not be UTF-8
        folder, name = os.path.split(whole)
        real = os.path.realpath(whole) if follow else os.path.join(os.path.realpath(folder or "."), name)  # noqa: PTH118
        if not any(real == each or real.startswith(each + os.sep) for each in allowed):
            self.seen.append(f"outside was {what}: {text!r} in {base or str(Path.cwd())!r}")


_WATCH = Watch()
_hooked: list[bool] = []


@contextmanager
def watched(case: Path, writable: tuple[Path, ...], network: bool = False) -> Iterator[Watch]:
    """Listen to what happens in the block. ``case`` is scanned and may be read, ``writable`` may be written too."""
    if not _hooked:
        sys.addaudithook(_WATCH.tell)
        _hooked.append(True)
    places = tuple(os.path.realpath(each) for each in (*writable, Path(tempfile.gettempdir())))
    scanned = os.path.realpath(case)
    _WATCH.reads, _WATCH.writes = (
        (*places, scanned, *_python(), *_SYSTEM, *(f"/proc/{os.getpid()}/{each}" for each in _OWN_PROCESS)),
        (*places, os.devnull),
    )
    _WATCH.scanned, _WATCH.network, _WATCH.seen = scanned, network, []
    with mock.patch.object(os, "open", _open):
        _WATCH.listening = True
        try:
            yield _WATCH
        finally:
            _WATCH.listening = False


def _open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
    """As os.open; the hook is not told from which open folder a name counts, so this notes it."""
    _WATCH.folder = _base(-1 if dir_fd is None else dir_fd)
    try:
        return _REAL_OPEN(path, flags, mode, dir_fd=dir_fd)
    finally:
        _WATCH.folder = ""


def _base(descriptor: int) -> str:
    """The folder that is open under that number; empty for none."""
    return "" if descriptor < 0 else os.path.realpath(f"/proc/self/fd/{descriptor}")


@cache
def _python() -> tuple[str, ...]:
    own = Path(modelkin.__file__).parent
    shipped = (str(shipped_folder(name)) for name in ("rules", "corpora"))
    roots = {
        *shipped,
        *filter(os.path.isabs, sys.path),
        sys.prefix,
        sys.base_prefix,
        sysconfig.get_paths()["stdlib"],
        str(own),
        str(own.parent),
    }
    return tuple(sorted(os.path.realpath(each) for each in roots))
