"""Downloads a page, or a file whose SHA-256 is checked, over HTTP(S); tries again and goes on after a failure.

Bytes, seconds in all and the disk that a file may fill are bounded beforehand. Edit this to change a bound, or which
failures are worth another try.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

from urllib3.exceptions import DecodeError, HTTPError
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from ..errors import SourceError
from .addresses import without_password
from .checkout import Progress
from .connection import Allowance, AnswerError, open_url
from .members import DISK_RESERVE_BYTES

ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.5
# The longest pages of real indexes list some ten thousand files in 10 to 30 MB.
MAX_PAGE_BYTES = 64 * 1024**2
PAGE_SECONDS = 120.0
# The largest real releases (deep learning with its GPU libraries) are of 1 to 3 GB.
MAX_FILE_BYTES = 4 * 1024**3
MAX_UNDECLARED_BYTES = 2 * 1024**3
# A file may take this long, and longer only while it comes at this rate (half a megabit a second).
FILE_SECONDS = 60.0
MIN_BYTES_PER_SECOND = 64 * 1024
_CHUNK = 256 * 1024
_FAILURES = (AnswerError, HTTPError, http.client.HTTPException, OSError, ValueError, OverflowError)
# The longest that a server may ask us to wait before we ask again.
_MOST_WAIT_SECONDS = 30.0

T = TypeVar("T")


class NothingThereError(SourceError):
    """The server answers that there is nothing at this address."""


def fetch_text(url: str, accept: str) -> bytes:
    """The body at ``url``; raises NothingThereError, or SourceError when the server cannot be reached or fails."""
    shown = without_password(url)
    allowance = Allowance(shown, MAX_PAGE_BYTES, PAGE_SECONDS)

    def attempt() -> bytes:
        with open_url(url, {"Accept": accept, "Accept-Encoding": "gzip"}, allowance) as answer:
            body = bytearray()
            while chunk := answer.read(_CHUNK, decode_content=True):
                body += chunk
                if len(body) + (answer.length_remaining or 0) > MAX_PAGE_BYTES:
                    raise SourceError(f"{shown} is a page of more than {MAX_PAGE_BYTES // 1024**2:,} MB: refused")
            return bytes(body)

    return retried(attempt, shown, allowance)


def download(
    url: str, target: IO[bytes], sha256: str, size: int = 0, progress: Progress | None = None, asked_by: str = ""
) -> None:
    """Fill the empty ``target`` from ``url``, going on where a broken connection stopped.

    ``size`` (bytes, 0 when unknown) bounds what is taken; ``asked_by`` is the index whose answer names ``url``. Raises
    SourceError when the file is too large for any release or for the disk, and when its bytes do not have ``sha256``.
    """
    shown = without_password(url)
    _refuse_too_large(shown, size, target)
    allowance = Allowance(shown, ATTEMPTS * (size or MAX_UNDECLARED_BYTES), FILE_SECONDS, MIN_BYTES_PER_SECOND)
    retried(lambda: _append(url, target, size, progress or _silent, allowance, asked_by), shown, allowance)
    target.seek(0)
    digest = hashlib.sha256()
    while chunk := target.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise SourceError(
            f"{shown} does not have the SHA-256 its index gives, {sha256}, but {digest.hexdigest()}: nothing was kept"
        )


def _append(url: str, target: IO[bytes], size: int, progress: Progress, allowance: Allowance, asked_by: str) -> None:
    done = target.seek(0, os.SEEK_END)
    with open_url(url, {"Range": f"bytes={done}-"} if done else {}, allowance, asked_by) as answer:
        if answer.status != http.client.PARTIAL_CONTENT:
            done = target.seek(0)
            target.truncate()
        declared = done + (answer.length_remaining or 0)
        if not size:
            _refuse_too_large(allowance.shown, declared, target)
        limit = size or (declared if answer.length_remaining else MAX_UNDECLARED_BYTES)
        while chunk := answer.read(_CHUNK):
            done += len(chunk)
            if done > limit:
                gives = f"the {limit:,} bytes the index gives" if size else f"{limit // 1024**2:,} MB"
                raise SourceError(f"{allowance.shown} is larger than {gives}")
            if done % (64 * _CHUNK) < len(chunk):
                _refuse_too_large(allowance.shown, 0, target)
            target.write(chunk)
            progress(done, size or declared)


def _refuse_too_large(shown: str, size: int, target: IO[bytes]) -> None:
    """Raises SourceError when ``size`` more bytes are too many for a release, or for the disk that holds ``target``."""
    if size > MAX_FILE_BYTES:
        raise SourceError(
            f"{shown} has {size:,} bytes, more than the {MAX_FILE_BYTES // 1024**2:,} MB that are fetched"
        )
    free = _free_bytes(target)
    if free is not None and size > free - DISK_RESERVE_BYTES:
        raise SourceError(
            f"{shown} has {size / 1024**2:,.0f} MB, and the disk of the cache {max(free, 0) / 1024**2:,.0f} MB free: "
            "free some, or set MODELKIN_CACHE_DIR to a folder on another"
        )


def _free_bytes(file: IO[bytes]) -> int | None:
    """Free space on the disk that holds ``file``; None where the system does not say."""
    name = getattr(file, "name", None)
    place = Path(name).parent if isinstance(name, str) else None
    try:
        return shutil.disk_usage(place if place is not None else file.fileno()).free
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _silent(done: int, total: int) -> None:  # noqa: ARG001  the default for Progress
    return


def retried(attempt: Callable[[], T], shown: str, allowance: Allowance) -> T:
    """``attempt()``, again after a failure that may pass; raises SourceError after the last."""
    for wait in (*(FIRST_WAIT_SECONDS * 2**count for count in range(ATTEMPTS - 1)), None):
        try:
            return attempt()
        except _FAILURES as error:  # noqa: PERF203  a failure is what the loop is for
            if isinstance(error, AnswerError) and error.status in (404, 410):
                raise NothingThereError(f"{shown}: not found") from None
            if wait is None or not _may_pass(error):
                raise SourceError(f"cannot reach {shown}: {_reason(error)}") from error
            asked = min(error.wait, _MOST_WAIT_SECONDS) if isinstance(error, AnswerError) else 0
            time.sleep(min(max(wait, asked), allowance.seconds_left()))
    raise AssertionError("the last attempt returns or raises")


def _may_pass(error: Exception) -> bool:
    if isinstance(error, AnswerError):
        return error.status == 429 or error.status >= 500
    cause = _cause(error)
    if isinstance(cause, http.client.InvalidURL):
        return False
    passing = (TimeoutError, PoolTimeoutError, ConnectionResetError, http.client.HTTPException)
    return isinstance(cause, passing)


def _cause(error: BaseException) -> BaseException:
    """What happened, within the errors that urllib3 wraps around it."""
    for _ in range(4):
        inner = next((each for each in reversed(error.args) if isinstance(each, BaseException)), None)
        if inner is None or not isinstance(error, HTTPError):
            break
        error = inner
    return error


def _reason(error: Exception) -> str:
    if isinstance(error, AnswerError):
        return _printable(f"it answers {error.status} {error.words}")
    cause = _cause(error)
    text = cause.strerror if isinstance(cause, OSError) else None
    if isinstance(cause, PoolTimeoutError):
        text = "timed out"
    if isinstance(cause, (DecodeError, ValueError, OverflowError)) and not isinstance(cause, OSError):
        text = "its answer is not HTTP"
    return _printable(str(text or cause or type(cause).__name__))


def _printable(text: str) -> str:
    line = " ".join(text[:300].split())
    return "".join(char if char.isprintable() else "?" for char in line)
