"""Scans that a browser asks for: one at a time, of an address on the network, in a process that is held to its bounds.

Nothing of this machine can be named, and nothing of what is fetched is trusted. Edit this when another kind of address
may be asked for, or a scan should be bounded otherwise.
"""

from __future__ import annotations

import ipaddress
import re
import tempfile
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as OutOfTime
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from msgspec import Struct
from msgspec.structs import replace

from ..api import scan
from ..errors import ModelkinError, SourceError, UsageError
from ..reports.audit_pages.index_page import ScanView
from ..reports.html.environment import Around
from ..reports.html.page import render
from ..scan_steps import ScanOptions
from ..sources.addresses import addresses, is_forbidden, is_inner
from ..sources.git_command import redirects_refused
from ..sources.pasted import as_source
from ..sources.specs import GIT_PREFIX, HUB_PREFIX, REGISTRY_PREFIX, parse_git_address, without_login
from ..support.escaping import escape
from .work import Work

MOST_SECONDS = 600.0
MOST_KEPT = 50
LONGEST_ADDRESS = 500
# git takes escapes in a host, a backslash for a slash and wide digits for digits: none of these can be asked for.
_ADDRESS = re.compile(
    r"https://(?:[\w.~%+-]+(?::[\w.~%+-]*)?@)?(?P<host>[a-zA-Z0-9.-]+)(?::[0-9]{1,5})?/[^?#\\]*", re.ASCII
)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]\.?")
_WRONG = (
    "write the https address of a repository or package, hf:ORG/NAME, pypi:NAME==VERSION or git+https://HOST/PATH; "
    "nothing of this machine can be named"
)


class RequestedScan(Struct, frozen=True):
    """A scan that was asked for."""

    number: int
    source: str
    """The source as modelkin names it."""
    state: str
    """How far it is, or why there is no report."""
    report: Path | None = None
    """The page with its report, once there is one."""

    @property
    def is_over(self) -> bool:
        """Whether it will not change any more."""
        return self.state != _UNDER_WAY


_UNDER_WAY = "is being scanned"


class RequestedScans:
    """The scans that were asked for; their reports are removed with this object's ``close``."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._lock = Lock()
        self._scans: list[RequestedScan] = []
        self._folder = TemporaryDirectory(prefix="modelkin-serve-", ignore_cleanup_errors=True)

    def close(self) -> None:
        """Remove all reports."""
        self._folder.cleanup()

    def ask(self, address: str) -> RequestedScan:
        """Begin a scan. Raises UsageError for an address that may not be asked for, and while another scan runs."""
        source = remote_source(address)
        with self._lock:
            if self._scans and not self._scans[-1].is_over:
                raise UsageError(
                    f"{escape(without_login(self._scans[-1].source))} is being scanned: wait until it is done"
                )
            number = self._scans[-1].number + 1 if self._scans else 1
            begun = RequestedScan(number, source, _UNDER_WAY)
            self._scans = [*self._scans[-MOST_KEPT + 1 :], begun]
        self._work.begin(self._scan, begun)
        return begun

    def find(self, number: int) -> RequestedScan | None:
        """The scan of that number, as it is now."""
        return next((each for each in self._scans if each.number == number), None)

    def views(self) -> list[ScanView]:
        """All of them, the last one first, as the index lists them."""
        return [ScanView(each.number, without_login(each.source), each.state) for each in reversed(self._scans)]

    def _scan(self, asked: RequestedScan) -> None:
        done = replace(asked, state="modelkin met an error of its own")
        path = Path(self._folder.name, f"{asked.number}.html")
        try:
            told = self._work.run(MOST_SECONDS, write_report, asked.source, path)
            done = replace(asked, state=told, report=path if path.exists() else None)
        except OutOfTime:
            done = replace(asked, state=f"took longer than {MOST_SECONDS:.0f} s and was ended")
        except BrokenExecutor:
            done = replace(asked, state="took more memory than it may and was ended")
        except ModelkinError as error:
            done = replace(asked, state=escape(str(error)))
        finally:
            with self._lock:
                self._scans = [done if each.number == done.number else each for each in self._scans]


def write_report(source: str, path: Path) -> str:
    """Scan ``source`` and write the page on it; in words what came of it. For a process of its own."""
    # What a process that is ended leaves behind goes with this folder.
    with TemporaryDirectory(dir=path.parent, ignore_cleanup_errors=True) as tempfile.tempdir:
        return _written(source, path)


def _written(source: str, path: Path) -> str:
    try:
        check_host(source)
        with redirects_refused():
            report = scan(source, ScanOptions(isolated=True))
    except ModelkinError as error:
        return escape(str(error))
    path.write_text(render(report, around=Around((("../", "The audit"),))), "utf-8")
    return "scanned"


def check_host(source: str) -> None:
    """Raise UsageError where the name of a git server stands for an address of this machine or network."""
    if source.startswith(GIT_PREFIX):
        host = _host_of(source)
        with suppress(OSError):  # a proxy may know what this machine does not
            if any(is_inner(each) or is_forbidden(each) for each in addresses(host)):
                raise UsageError(f"{escape(host)} stands for an address of this machine or network: {_WRONG}")


def remote_source(address: str) -> str:
    """The source behind what somebody pasted, which is on the network and not on this one. Raises UsageError."""
    text = address.strip()
    if not text or len(text) > LONGEST_ADDRESS or not text.isprintable():
        raise UsageError(f"that is no address: {_WRONG}")
    source = as_source(text)
    if source.startswith((HUB_PREFIX, REGISTRY_PREFIX)):
        return source
    if not source.startswith(f"{GIT_PREFIX}https://"):
        raise UsageError(f"{escape(without_login(text))} is nothing that can be scanned from here: {_WRONG}")
    host = _host_of(source)
    if not _HOST.fullmatch(host) or _is_of_this_network(host):
        raise UsageError(f"{escape(host)} is a host of this machine or network: {_WRONG}")
    return source


def _host_of(source: str) -> str:
    """The host of a git server; empty where git might find another one in the address. Raises UsageError."""
    try:
        found = _ADDRESS.fullmatch(parse_git_address(source).url)
    except SourceError as error:
        raise UsageError(str(error)) from error
    return found["host"].lower() if found else ""


def _is_of_this_network(host: str) -> bool:
    """Whether a host is named by a number, or as no host of the internet is."""
    host = host.rstrip(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2].lower()
        return "." not in host or last in ("local", "localhost", "internal", "lan", "home") or last.isdigit()
    return True
