"""Bounds on what huggingface_hub does for us: seconds and bytes in all, and answers that name only what they may.

The library has no bound on a listing's length or on a server that sends a byte now and then, and it takes a file's name
in its cache from the server's headers. Edit this where the library begins to check more itself, or less.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..errors import SourceError

MAX_SECONDS = 600.0
# Between two bytes; the library's own is none for some requests.
TIMEOUT_SECONDS = 30.0
# The listing of a repository with the most files that are fetched; it is asked for twice.
MAX_LISTING_BYTES = 64 * 1024**2
# What inflates while it is read: files that are fetched pack to less.
_MAX_PACKED_BYTES = 8 * 1024**2
_NAMES = ("etag", "x-linked-etag", "x-repo-commit")
_NAME = re.compile(r'(?:W/)?"?[A-Za-z0-9][A-Za-z0-9._:-]{0,199}"?')


class Watch:
    """What one opening of a repository has taken so far."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.bytes_left = 2 * MAX_LISTING_BYTES
        self.began = time.monotonic()

    def is_late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() - self.began >= MAX_SECONDS

    def check(self, count: int = 0) -> None:
        """Account for ``count`` bytes; raises SourceError when a bound is passed."""
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise SourceError(f"gave up on {self.shown}: the Hub sends more than it lists")
        if self.is_late():
            raise SourceError(f"gave up on {self.shown} after {MAX_SECONDS:.0f} seconds: the Hub is too slow")

    def on_answer(self, answer: Any) -> None:
        """Before the library reads an answer; raises SourceError for one that names a file by a path."""
        self.check()
        for name in _NAMES:
            value = answer.headers.get(name)
            if value is not None and not _NAME.fullmatch(value):
                raise SourceError(f"{self.shown}: the Hub's answer has a {name} that is none: check HF_ENDPOINT")
        is_packed = answer.headers.get("content-encoding", "identity") != "identity"
        answer.stream = _bounded(answer.stream, self.check, _MAX_PACKED_BYTES if is_packed else None)


@contextmanager
def watching(shown: str) -> Iterator[Watch]:
    """Bound what the library does in the block. Old ones, which talk by requests, have only their own timeouts."""
    from huggingface_hub import constants, utils

    watch = Watch(shown)
    close: Callable[[], None] | None = getattr(utils, "close_session", None)
    client: Any = getattr(utils, "get_session")()  # noqa: B009  its type is that of whichever HTTP library is used
    hooks = getattr(client, "event_hooks", None)
    if close is None or hooks is None:
        yield watch
        return
    before, patience = list(hooks["response"]), client.timeout
    client.event_hooks = {**hooks, "response": [*before, watch.on_answer]}
    client.timeout = TIMEOUT_SECONDS
    has_ended = threading.Event()
    offline = constants.HF_HUB_OFFLINE

    def end_late() -> None:
        """Waiting for headers is ended from outside only. Each request is refused from then on."""
        pause = MAX_SECONDS
        while not has_ended.wait(pause):
            constants.HF_HUB_OFFLINE = True
            with suppress(Exception):
                close()
            pause = 0.2

    guard = threading.Thread(target=end_late, daemon=True)
    guard.start()
    try:
        yield watch
    finally:
        has_ended.set()
        guard.join()
        constants.HF_HUB_OFFLINE = offline
        client.event_hooks, client.timeout = {**hooks, "response": before}, patience


def _bounded(stream: Any, check: Callable[[int], None], limit: int | None) -> Any:
    """``stream`` with every part of it checked, of a class that the library accepts as one."""
    base = next((kind for kind in type(stream).__mro__ if kind.__name__ == "SyncByteStream"), None)
    if base is None:
        return stream

    def parts(_: object) -> Iterator[bytes]:
        taken = 0
        for part in stream:
            taken += len(part)
            check(len(part))
            if limit is not None and taken > limit:
                raise SourceError(f"the Hub sends a packed answer of more than {limit / 1024**2:.0f} MB: refused")
            yield part

    return type("Bounded", (base,), {"__iter__": parts, "close": lambda _: stream.close()})()
