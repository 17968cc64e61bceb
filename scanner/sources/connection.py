"""Sends one HTTP(S) request and follows its redirects, within bounds, and never to an address that is forbidden.

urllib's own opener follows redirects to ftp and to any address, reads a redirect's body whole, and bounds only the
time between two bytes. Edit this when requests need another header, proxy or certificate; `addresses` says where none
may go.
"""

from __future__ import annotations

import base64
import http.client
import io
import os
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import lru_cache, partial
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import (
    AbstractHTTPHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from ..errors import SourceError
from .addresses import addresses, is_forbidden, is_inner, sendable, without_password

MAX_REDIRECTS = 5
# Between two bytes, and for one attempt to connect.
TIMEOUT_SECONDS = 30.0
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_ADDRESSES = 16
_CERTIFICATE_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


class Allowance:
    """The bytes and seconds that one download may take, with its retries and redirects. Bytes may earn more seconds."""

    def __init__(self, shown: str, max_bytes: int, seconds: float, bytes_per_second: float = 0) -> None:
        self.shown = shown
        # Beside bodies: headers, the marks between chunks, what an aborted attempt took.
        self.bytes_left = max_bytes + max_bytes // 4 + 4 * 1024**2
        self.began = time.monotonic()
        self.deadline = self.began + seconds
        self.bytes_per_second = bytes_per_second

    def seconds_left(self) -> float:
        """Raises SourceError when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            seconds = time.monotonic() - self.began
            raise SourceError(f"gave up on {self.shown} after {seconds:.0f} seconds: its server is too slow")
        return left

    def received(self, count: int) -> None:
        """Account for ``count`` bytes; raises SourceError when they are too many."""
        self.bytes_left -= count
        if self.bytes_per_second:
            self.deadline += count / self.bytes_per_second
        if self.bytes_left < 0:
            raise SourceError(f"gave up on {self.shown}: its server sends without end")


def open_url(url: str, headers: dict[str, str], allowance: Allowance, asked_by: str = "") -> http.client.HTTPResponse:
    """The answer to a GET of ``url``; raises HTTPError, other errors of the network, and SourceError.

    ``asked_by`` is the address the user gave, when it is not ``url``: what a server names may be in a private network
    only when that is.
    """
    journey = _Journey(allowance, asked_by or url, is_users=not asked_by)
    address = sendable(url)
    login = _login(address)
    for _ in range(MAX_REDIRECTS + 1):
        request = Request(_without_login(address), headers={"User-Agent": "modelkin", **headers})
        if login:
            request.add_unredirected_header("Authorization", login)
        try:
            return journey.ask(request)
        except HTTPError as answer:
            with closing(answer):
                target = answer.headers.get("Location") if answer.code in _REDIRECTS else None
                if not target:
                    raise
        login = ""  # an index may send on to another host, which must not see the password
        address = _next(address, str(target), allowance)
        journey.is_users = False
    raise SourceError(f"gave up on {allowance.shown}: it redirects more than {MAX_REDIRECTS} times")


def _next(address: str, target: str, allowance: Allowance) -> str:
    try:
        joined = urljoin(_without_login(address), target)
        found = sendable(joined)
    except (ValueError, SourceError):
        shown = without_password(target)
        raise SourceError(f"{allowance.shown} redirects to {shown}, which is not an http or https address") from None
    if address.startswith("https:") and not found.startswith("https:"):
        raise SourceError(f"{allowance.shown} redirects from https to {without_password(found)}: refused")
    return _without_login(found)


def _without_login(address: str) -> str:
    """What `sendable` gave, less the login."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _login(address: str) -> str:
    parts = urlsplit(address)
    if not parts.username:
        return ""
    return "Basic " + base64.b64encode(f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()).decode()


class _Journey:
    """A request and its redirects; ``is_users`` as long as the address is the one that the user gave."""

    def __init__(self, allowance: Allowance, home: str, is_users: bool) -> None:
        self.allowance = allowance
        self.home = home
        self.is_users = is_users
        self.certificates = _certificates()
        self._is_home_inner: bool | None = None

    def ask(self, request: Request) -> http.client.HTTPResponse:
        opener = OpenerDirector()
        handlers = (ProxyHandler(), _Handler(self), UnknownHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor())
        for handler in handlers:
            opener.add_handler(handler)
        answer: http.client.HTTPResponse = opener.open(request, timeout=self.patience())
        return answer

    def patience(self) -> float:
        return min(TIMEOUT_SECONDS, self.allowance.seconds_left())

    def check(self, host: str) -> None:
        """Raises SourceError when ``host`` is one that only the user may name."""
        if self.is_users:
            return
        for address in addresses(host):
            if is_forbidden(address) or (is_inner(address) and not self._is_inner_home()):
                place = f"{self.allowance.shown} leads to {host} ({address})"
                raise SourceError(f"{place}, an address no server may name: check PIP_INDEX_URL")

    def _is_inner_home(self) -> bool:
        if self._is_home_inner is None:
            try:
                self._is_home_inner = all(map(is_inner, addresses(urlsplit(self.home).hostname or "")))
            except (OSError, ValueError):
                self._is_home_inner = False
        return self._is_home_inner

    def connect(self, address: tuple[str, int], *_: object) -> socket.socket:
        """As socket.create_connection, to addresses that were checked: a name may change what it stands for."""
        host, port = address
        failure: OSError | None = None
        for family, kind, protocol, _name, target in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            :_MAX_ADDRESSES
        ]:
            self.check(str(target[0]))
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self.patience())
                connection.connect(target)
            except OSError as error:
                connection.close()
                failure = error
            except BaseException:
                connection.close()
                raise
            else:
                return connection
        raise failure or OSError("its name stands for no address")


def _certificates() -> ssl.SSLContext:
    variable = next((name for name in _CERTIFICATE_VARIABLES if os.environ.get(name)), "")
    return _context(variable, os.environ.get(variable, ""))


@lru_cache(maxsize=4)
def _context(variable: str, path: str) -> ssl.SSLContext:
    """Read once (it takes 40 ms): the listings of a package's releases are many requests."""
    if not variable:
        return ssl.create_default_context()
    try:
        if os.path.isdir(path):  # noqa: PTH112  OpenSSL takes files and folders by different parameters
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise SourceError(f"{variable} names certificates that cannot be read: {path}") from error


# The connection, as http.client and urllib want it.


class _Handler(AbstractHTTPHandler):
    """http and https, through the user's proxies or not."""

    handler_order = 500

    def __init__(self, journey: _Journey) -> None:
        super().__init__()
        self.journey = journey

    def http_open(self, request: Request) -> http.client.HTTPResponse:
        return self._open(_Connection, request)

    def https_open(self, request: Request) -> http.client.HTTPResponse:
        return self._open(_SecureConnection, request, context=self.journey.certificates)

    http_request = AbstractHTTPHandler.do_request_
    https_request = AbstractHTTPHandler.do_request_

    def _open(self, kind: Callable[..., Any], request: Request, **settings: Any) -> http.client.HTTPResponse:
        is_proxied = bool(request.has_proxy() or getattr(request, "_tunnel_host", None))
        if is_proxied:
            with suppress(OSError):  # the proxy may know what this machine does not
                self.journey.check(urlsplit(request.full_url).hostname or "")
        make = partial(kind, journey=self.journey, is_proxied=is_proxied)
        return self.do_open(make, request, **settings)


class _Connection(http.client.HTTPConnection):
    """A connection that keeps to the allowance of its journey, and to the addresses that it may go to."""

    def __init__(self, *arguments: Any, journey: _Journey, is_proxied: bool, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.response_class = partial(_Answer, allowance=journey.allowance)  # type: ignore[assignment]
        if not is_proxied:
            self._create_connection = journey.connect


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    """The same over TLS."""


class _Answer(http.client.HTTPResponse):
    """An answer whose every byte, headers too, counts against the allowance."""

    def __init__(self, connection: socket.socket, *arguments: Any, allowance: Allowance, **settings: Any) -> None:
        super().__init__(connection, *arguments, **settings)
        self.fp.close()
        self.fp = io.BufferedReader(_Metered(connection, allowance), 64 * 1024)


class _Metered(io.RawIOBase):
    """What a socket gives while the allowance lasts."""

    def __init__(self, connection: socket.socket, allowance: Allowance) -> None:
        self.connection = connection
        self.source = connection.makefile("rb", buffering=0)
        self.allowance = allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self.connection.settimeout(min(TIMEOUT_SECONDS, self.allowance.seconds_left()))
        try:
            count = self.source.readinto(buffer)
        except TimeoutError:
            self.allowance.seconds_left()
            raise
        self.allowance.received(count or 0)
        return count

    def close(self) -> None:
        self.source.close()
        super().close()
