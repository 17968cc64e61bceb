"""Sends one HTTP(S) request and follows its redirects, within bounds, and never to an address that is forbidden.

urllib3 does the sending: connections that are used again, proxies, TLS. It bounds only the time between two bytes, and
goes to any address; the connections made here count each byte and look at each address before they go there. Edit this
when requests need another header, proxy or certificate; `addresses` says where none may go.
"""

from __future__ import annotations

import http.client
import io
import os
import socket
import ssl
import time
import urllib.request
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import truststore
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Retry, make_headers

from ..errors import SourceError
from .addresses import addresses, is_forbidden, is_inner, origin, sendable, without_login, without_password
from .pip_settings import Login, keyrings_login, login_for

MAX_REDIRECTS = 5
# Between two bytes, and for one attempt to connect.
TIMEOUT_SECONDS = 30.0
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_ADDRESSES = 16
_CERTIFICATE_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_WAITS = Retry()


class AnswerError(Exception):
    """The server answers with an error: its status, its words, and the seconds until it wants to be asked again."""

    def __init__(self, status: int, words: str, wait: float = 0) -> None:
        super().__init__(status, words)
        self.status, self.words, self.wait = status, words, wait


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


def open_url(url: str, headers: dict[str, str], allowance: Allowance, asked_by: str = "") -> urllib3.BaseHTTPResponse:
    """The answer to a GET of ``url``; raises AnswerError, other errors of the network, and SourceError.

    ``asked_by`` is the address the user gave, when it is not ``url``: what a server names may be in a private network
    only when that is. A login goes to the server of the address that the user gave, and to no other.
    """
    home = asked_by or url
    journey = _Journey(allowance, origin(home), is_users=not asked_by)
    address = sendable(url)
    login = login_for(address) if origin(address) == journey.home else None
    asks_keyring = origin(address) == journey.home
    for _ in range(MAX_REDIRECTS + 1):
        answer = journey.ask(without_login(address), headers, login)
        if answer.status == 401 and asks_keyring and (found := keyrings_login(home, login)):
            answer.close()
            answer = journey.ask(without_login(address), headers, login := found)
        if 200 <= answer.status < 300:
            return answer
        target = answer.headers.get("Location") if answer.status in _REDIRECTS else None
        answer.close()
        if not target:
            raise AnswerError(answer.status, answer.reason or "", _asked_wait(answer))
        following = _next(address, target, allowance)
        if origin(following) != journey.home:
            login, asks_keyring = None, False
        address = following
        journey.is_users = False
    raise SourceError(f"gave up on {allowance.shown}: it redirects more than {MAX_REDIRECTS} times")


def _asked_wait(answer: urllib3.BaseHTTPResponse) -> float:
    try:
        return _WAITS.get_retry_after(answer) or 0
    except (urllib3.exceptions.HTTPError, ValueError, OverflowError):
        return 0


def _next(address: str, target: str, allowance: Allowance) -> str:
    try:
        joined = urljoin(without_login(address), target)
        found = sendable(joined)
    except (ValueError, SourceError):
        shown = without_password(target)
        raise SourceError(f"{allowance.shown} redirects to {shown}, which is not an http or https address") from None
    if address.startswith("https:") and not found.startswith("https:"):
        raise SourceError(f"{allowance.shown} redirects from https to {without_password(found)}: refused")
    return without_login(found)


class _Journey:
    """A request and its redirects; ``is_users`` as long as the address is the one that the user gave."""

    def __init__(self, allowance: Allowance, home: str, is_users: bool) -> None:
        self.allowance = allowance
        self.home = home
        self.is_users = is_users

    def ask(self, url: str, headers: dict[str, str], login: Login | None) -> urllib3.BaseHTTPResponse:
        """The answer, whatever its status."""
        proxy = _proxy(url)
        if proxy:
            with suppress(OSError):  # the proxy may know what this machine does not
                self.check(urlsplit(url).hostname or "")
        sent = {"User-Agent": "modelkin", **headers}
        if login:
            sent["Authorization"] = make_headers(basic_auth=_words_of(f"{login.user}:{login.password}"))[
                "authorization"
            ]
        token = _JOURNEY.set(self)
        try:
            # Connections are used again by those alone who may make them.
            pools = _pools(os.getpid(), self.home, self.is_users, proxy, *_named_certificates())
            return pools.request(
                "GET",
                url,
                headers=sent,
                timeout=self.patience(),
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        finally:
            _JOURNEY.reset(token)

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
        try:
            return all(map(is_inner, addresses(urlsplit(self.home).hostname or "")))
        except (OSError, ValueError):
            return False

    def connect(self, host: str, port: int) -> socket.socket:
        """As socket.create_connection, to addresses that were checked: a name may change what it stands for."""
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


_JOURNEY: ContextVar[_Journey] = ContextVar("_JOURNEY")


def _proxy(url: str) -> str:
    """The user's proxy for this address, as Python's own urllib finds it; empty for none."""
    parts = urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if not proxy or urllib.request.proxy_bypass(parts.netloc):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _words_of(login: str) -> str:
    """A login as urllib3 can send it, which writes Latin-1, as pip does: one that needs more is sent as UTF-8."""
    try:
        login.encode("latin-1")
    except UnicodeEncodeError:
        return login.encode("utf-8", "surrogateescape").decode("latin-1")
    return login


def _named_certificates() -> tuple[str, str]:
    variable = next((name for name in _CERTIFICATE_VARIABLES if os.environ.get(name)), "")
    return variable, os.environ.get(variable, "")


@lru_cache(maxsize=8)
def _pools(
    process: int,  # noqa: ARG001  a connection must not be shared with a process that was forked off
    home: str,  # noqa: ARG001
    is_users: bool,  # noqa: ARG001
    proxy: str,
    variable: str,
    path: str,
) -> urllib3.PoolManager:
    """Connections that are kept open for the next request."""
    settings: dict[str, Any] = {"num_pools": 4, "maxsize": 4, "ssl_context": _context(variable, path)}
    if proxy:
        parts = urlsplit(proxy)
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        headers = make_headers(proxy_basic_auth=_words_of(login) if login else None)
        pools: urllib3.PoolManager = urllib3.ProxyManager(without_login(proxy), proxy_headers=headers, **settings)
    else:
        pools = urllib3.PoolManager(**settings)
    pools.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return pools


@lru_cache(maxsize=4)
def _context(variable: str, path: str) -> ssl.SSLContext:
    """The certificates that the user names, as pip takes them; else those that the system trusts."""
    if not variable:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if os.path.isdir(path):  # noqa: PTH112  OpenSSL takes files and folders by different parameters
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise SourceError(f"{variable} names certificates that cannot be read: {path}") from error


# The connection, as urllib3 wants it.


class _Connection(HTTPConnection):
    """A connection that keeps to the allowance of who uses it now, and to the addresses that it may go to."""

    @property
    def response_class(self) -> Any:  # type: ignore[override]
        """What reads an answer."""
        return partial(_Answer, allowance=_JOURNEY.get().allowance)

    def _new_conn(self) -> socket.socket:
        return super()._new_conn() if self.proxy else _JOURNEY.get().connect(self.host, self.port)


class _SecureConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


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
