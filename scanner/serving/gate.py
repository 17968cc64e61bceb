"""Who is let in: what stands between a socket of this machine and the pages of an audit.

Any page in a browser can send requests to this machine, under any host name that it makes lead here; any program and
user of the machine can, too. So a request needs the right host, the secret, and to be small and of a known kind; and
every answer says what a browser may do with it. Edit this when a request is to be refused for one more reason.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

MOST_BODY_BYTES = 4096
MOST_ADDRESS_BYTES = 2048
MOST_SECONDS = 60.0
# So many requests a second are answered in the long run, and so many at once.
RATE, BURST = 200.0, 400.0
# Each answer has these; a page's own policy comes first.
_HEADERS = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"referrer-policy": b"same-origin",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
_NOT_LET_IN = "Open the address that modelkin serve printed: it has the token in it."


class Secrets:
    """What is known to who started the server, and to their browser from then on; new with each start."""

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(32)
        """In the address that is printed."""
        self.session = secrets.token_urlsafe(32)
        """In a cookie, once the token was given."""
        self.proof = secrets.token_urlsafe(32)
        """In each form: another site cannot read it."""
        self.cookie = f"modelkin-{port}"
        self.hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self.origins = tuple(f"http://{host}" for host in self.hosts)


class Gate:
    """An application in front of another one, which is asked only what is let in."""

    def __init__(self, app: App, known: Secrets, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._known = known
        self._clock = clock
        self._left, self._at = BURST, clock()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        send = _with_headers(send)
        headers = {name.lower(): value for name, value in scope["headers"]}
        if refusal := self._refusal(scope, headers):
            await _answer(send, *refusal)
            return
        if token := _given_token(scope):
            await self._begin_session(send, token)
            return
        if not self._has_session(headers):
            await _answer(send, 403, _NOT_LET_IN)
            return
        body = await asyncio.wait_for(_body(receive), MOST_SECONDS)
        if body is None:
            await _answer(send, 413, "The request is too large.")
            return
        await asyncio.wait_for(self._app(scope, _replayed(body, receive), send), MOST_SECONDS)

    def _refusal(self, scope: Message, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        """Why a request is refused whoever sends it; None where nothing speaks against it."""
        if [value for name, value in scope["headers"] if name.lower() == b"host"] not in [
            [host.encode()] for host in self._known.hosts
        ]:
            return 421, "This server answers for 127.0.0.1 alone."
        if not self._is_in_rate():
            return 429, "Too many requests: try again in a moment."
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "This can be read only."
        if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_ADDRESS_BYTES:
            return 414, "The address is too long."
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            return 413, "The request is too large."
        if headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin") and not _given_token(scope):
            return 403, _NOT_LET_IN
        if scope["method"] == "POST" and headers.get(b"origin", b"").decode("latin-1") not in self._known.origins:
            return 403, "A form of another site is not taken."
        return None

    def _is_in_rate(self) -> bool:
        now = self._clock()
        self._left = min(BURST, self._left + (now - self._at) * RATE)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _has_session(self, headers: dict[bytes, bytes]) -> bool:
        """Whatever else stands there: other programs of this machine set cookies for the same host."""
        given = headers.get(b"cookie", b"").decode("latin-1").split(";")
        pairs = (each.strip().partition("=") for each in given)
        return any(name == self._known.cookie and is_same(value, self._known.session) for name, _, value in pairs)

    async def _begin_session(self, send: Send, token: str) -> None:
        """Give who has the token the cookie, and an address without it."""
        if not is_same(token, self._known.token):
            await _answer(send, 403, _NOT_LET_IN)
            return
        cookie = f"{self._known.cookie}={self._known.session}; HttpOnly; SameSite=Strict; Path=/"
        await _answer(send, 303, "", [(b"location", b"/"), (b"set-cookie", cookie.encode())])


def is_same(one: str, two: str) -> bool:
    """Whether what was sent is the secret; how long that takes tells nothing of it."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), two.encode())


def _given_token(scope: Message) -> str:
    if scope["path"] != "/" or b"token=" not in scope["query_string"]:
        return ""
    given = parse_qs(str(scope["query_string"], "latin-1"))
    return given.get("token", [""])[0]


async def _body(receive: Receive) -> bytes | None:
    """What was sent; None where that, whatever it said of itself, is too much."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """``body`` once, then what comes."""
    left = [body]

    async def receive_again() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return receive_again


def _with_headers(send: Send) -> Send:
    async def send_with(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            message = {**message, "headers": [*message["headers"], *_added(given)]}
        await send(message)

    return send_with


def _added(given: set[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return ((name, value) for name, value in _HEADERS.items() if name not in given)


async def _answer(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    body = f"{text}\n".encode() if text else b""
    told = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*told, *(headers or [])]})
    await send({"type": "http.response.body", "body": body})
