"""HTTP(S) with retries, resumption and the user's certificates: a text, or a file whose SHA-256 is checked."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import ssl
import time
from collections.abc import Callable
from typing import IO, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPSHandler, Request, build_opener

from ..errors import SourceError
from .checkout import Progress

ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.5
TIMEOUT_SECONDS = 30
_CHUNK = 256 * 1024
_MAX_TEXT_BYTES = 256 * 1024**2
_CERTIFICATE_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_FAILURES = (HTTPError, URLError, http.client.HTTPException, OSError)

T = TypeVar("T")


class NothingThereError(SourceError):
    """The server answers that there is nothing at this address."""


def fetch_text(url: str, accept: str) -> bytes:
    """The body at ``url``; raises NothingThereError, or SourceError when the server cannot be reached or fails."""

    def attempt() -> bytes:
        with _open(url, {"Accept": accept}) as answer:
            body = answer.read(_MAX_TEXT_BYTES)
            if answer.length:
                raise http.client.IncompleteRead(body, answer.length)
            return body

    return _retried(attempt, url)


def download(url: str, target: IO[bytes], sha256: str, size: int = 0, progress: Progress | None = None) -> None:
    """Fill the empty ``target`` from ``url``, going on where a broken connection stopped.

    ``size`` (bytes, 0 when unknown) bounds what is taken. Raises SourceError when the bytes do not have ``sha256``.
    """
    _retried(lambda: _append(url, target, size, progress or _silent), url)
    target.seek(0)
    digest = hashlib.sha256()
    while chunk := target.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise SourceError(
            f"{without_password(url)} does not have the SHA-256 its index gives, {sha256}, "
            f"but {digest.hexdigest()}: nothing was kept"
        )


def _append(url: str, target: IO[bytes], size: int, progress: Progress) -> None:
    done = target.seek(0, os.SEEK_END)
    with _open(url, {"Range": f"bytes={done}-"} if done else {}) as answer:
        if answer.status != http.client.PARTIAL_CONTENT:
            done = target.seek(0)
            target.truncate()
        total = size or done + (answer.length or 0)
        while chunk := answer.read(_CHUNK):
            target.write(chunk)
            done += len(chunk)
            progress(done, total)
            if size and done > size:
                raise SourceError(f"{without_password(url)} is larger than the {size:,} bytes the index gives")
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)


def _silent(done: int, total: int) -> None:  # noqa: ARG001  the default for Progress
    return


def _retried(attempt: Callable[[], T], url: str) -> T:
    """``attempt()``, again after a failure that may pass; raises SourceError after the last."""
    for wait in (*(FIRST_WAIT_SECONDS * 2**count for count in range(ATTEMPTS - 1)), None):
        try:
            return attempt()
        except _FAILURES as error:  # noqa: PERF203  a failure is what the loop is for
            if isinstance(error, HTTPError) and error.code in (404, 410):
                raise NothingThereError(f"{without_password(url)}: not found") from None
            if wait is None or not _may_pass(error):
                raise SourceError(f"cannot reach {without_password(url)}: {_reason(error)}") from error
            time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _may_pass(error: Exception) -> bool:
    if isinstance(error, HTTPError):
        return error.code == 429 or error.code >= 500
    cause = error.reason if isinstance(error, URLError) else error
    return isinstance(cause, (TimeoutError, ConnectionResetError, http.client.HTTPException))


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"it answers {error.code} {error.reason}"
    cause = error.reason if isinstance(error, URLError) else error
    text = cause.strerror if isinstance(cause, OSError) else None
    return " ".join(str(text or cause or type(cause).__name__).split())


def _open(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"{without_password(url)} is not an http or https address")
    request = Request(without_password(url), headers={"User-Agent": "modelkin", **headers})
    if parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        # Unredirected: an index may send the file's request on to another host, which must not see the password.
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(login).decode())
    opener = build_opener(HTTPSHandler(context=_certificates()))
    answer: http.client.HTTPResponse = opener.open(request, timeout=TIMEOUT_SECONDS)
    return answer


def without_password(url: str) -> str:
    """``url`` without a user's name and password, fit to be printed."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _certificates() -> ssl.SSLContext:
    variable = next((name for name in _CERTIFICATE_VARIABLES if os.environ.get(name)), None)
    if variable is None:
        return ssl.create_default_context()
    path = os.environ[variable]
    try:
        if os.path.isdir(path):  # noqa: PTH112  OpenSSL takes files and folders by different parameters
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise SourceError(f"{variable} names certificates that cannot be read: {path}") from error
