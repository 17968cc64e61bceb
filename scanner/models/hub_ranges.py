"""Reads parts of the files of one repository of the Hub: several at once, over connections that are kept.

What a repository's files may take in all, of bytes and time, is bounded here. Edit this when a server answers ranges in
another way, or when what is asked again should be other.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..errors import SourceError
from ..results import Skipped
from ..sources.hub import watching

# For all that is read of one repository's weights: the headers of 163 shards take 20 MB.
MAX_BYTES = 128 * 1024**2
MAX_SECONDS = 120.0
# An answer from far away takes a tenth of a second, whatever its size; more at once a server would take for an attack.
_AT_ONCE = 8
# A part is asked for at most once more than there are pauses, in seconds.
_PAUSES = (0.5, 2.0)
_LATER = frozenset((408, 429, 500, 502, 503, 504))
# What a signed address answers that has run out.
_GONE = frozenset((401, 403, 404, 410))
_CONTENT_RANGE = re.compile(r"bytes (\d{1,20})-\d{1,20}/(?:\d{1,20}|\*)")

Part = tuple[int, int]
"""Where it begins, and how many bytes it has."""


class Ranges:
    """Reads parts of the files of one repository, and remembers how much that took."""

    def __init__(self, repository: str, commit: str) -> None:
        self.repository = repository
        self.commit = commit
        self.bytes_left = MAX_BYTES
        self.ends = 0.0
        self._places: dict[str, str] = {}
        """Where the Hub said that a file is sent from: asked there, a part takes one answer instead of two."""

    def read(self, path: str, offset: int, count: int) -> bytes | Skipped:
        """Up to ``count`` bytes from ``offset`` on, or why not."""
        return self.read_all(path, [(offset, count)])[0]

    def read_all(self, path: str, parts: Sequence[Part]) -> list[bytes | Skipped]:
        """The same of each part, in their order, several at once."""
        self.ends = self.ends or time.monotonic() + MAX_SECONDS
        seconds = self.ends - time.monotonic()
        count = sum(each[1] for each in parts)
        if count > self.bytes_left or seconds <= 0:
            too_much = Skipped(path, "the weights of the repository take too much to read from the Hub: not read")
            return [too_much for _ in parts]
        self.bytes_left -= count
        try:
            with watching(f"hf:{self.repository}", seconds):
                return _at_once(lambda part: self._tried(path, part, _PAUSES), parts)
        except Exception as error:  # noqa: BLE001  what the library makes of a server's answer is open
            return [_failed(path, error) for _ in parts]

    def _tried(self, path: str, part: Part, pauses: Sequence[float]) -> bytes | Skipped:
        """One part, asked for again after each pause where that may help, as long as there is time."""
        try:
            return self._asked(path, *part) if part[1] > 0 else b""
        except Exception as error:  # noqa: BLE001  as above
            if not pauses or not _may_pass(error) or time.monotonic() + pauses[0] >= self.ends:
                return _failed(path, error)
        time.sleep(pauses[0])
        return self._tried(path, part, pauses[1:])

    def _asked(self, path: str, offset: int, count: int) -> bytes:
        known = self._places.get(path)
        if known is not None:
            try:
                return self._sent(path, known, offset, count)
            except _RefusedError as error:
                if error.status not in _GONE:
                    raise
                self._places.pop(path, None)
        return self._sent(path, "", offset, count)

    def _sent(self, path: str, place: str, offset: int, count: int) -> bytes:
        """A part from the address that the Hub named before, or as the Hub tells now."""
        from huggingface_hub import hf_hub_url, utils

        url = hf_hub_url(self.repository, path, revision=self.commit)
        client: Any = getattr(utils, "get_session")()  # noqa: B009  its type is that of whichever library is used
        headers = {"Range": f"bytes={offset}-{offset + count - 1}", "Accept-Encoding": "identity"}
        # The token is the Hub's, and goes to no other server.
        if not place or urlsplit(place)[:2] == urlsplit(url)[:2]:
            headers |= getattr(utils, "build_hf_headers")()  # noqa: B009  not exported for type checkers
        with client.stream("GET", place or url, headers=headers) as answer:
            if answer.status_code == 416:  # behind the end
                return b""
            if answer.status_code not in (200, 206):
                raise _RefusedError(answer.status_code)
            if answer.status_code == 200 and offset:
                raise SourceError("it sends no parts of files")
            if answer.status_code == 206:
                told = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
                if told is None or int(told[1]) != offset:
                    raise SourceError("it sends another part than was asked for")
                if getattr(answer, "history", None):
                    self._places[path] = str(answer.url)
            return _first(answer, count)


class _RefusedError(SourceError):
    """An answer that is none."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the Hub answers {status}")
        self.status = status


def _may_pass(error: Exception) -> bool:
    """Whether asking once more may help: a server that is busy, a connection that broke; not without a network."""
    from huggingface_hub import constants
    from huggingface_hub import errors as hub

    if isinstance(error, SourceError):
        return isinstance(error, _RefusedError) and error.status in _LATER
    unreachable: type[Exception] = getattr(hub, "HTTPError", OSError)  # of whichever HTTP library it uses
    return isinstance(error, (unreachable, OSError)) and not constants.HF_HUB_OFFLINE


def _failed(path: str, error: Exception) -> Skipped:
    return Skipped(path, f"cannot be read from the Hub: {reason_of(error)}")


def _at_once(ask: Callable[[Part], bytes | Skipped], parts: Sequence[Part]) -> list[bytes | Skipped]:
    """What ``ask`` gives for each part, in their order, by a few threads.

    They do not hold up the end of the process: whoever interrupts it waits for no server.
    """
    if len(parts) == 1:
        return [ask(parts[0])]
    found: dict[int, bytes | Skipped] = {}
    waiting = deque(range(len(parts)))

    def work() -> None:
        while waiting:
            try:
                number = waiting.popleft()
            except IndexError:  # another thread was faster
                return
            found[number] = ask(parts[number])

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_AT_ONCE, len(parts)))]
    try:
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        waiting.clear()
    return [found[number] for number in range(len(parts))]


def _first(answer: Any, count: int) -> bytes:
    """At most ``count`` bytes of an answer, which may send more: the rest is not read.

    One that sends no more is read to its end, so that its connection serves for the next one.
    """
    parts: list[bytes] = []
    left = count
    for part in answer.iter_raw():
        if left <= 0:
            break
        parts.append(part[:left])
        left -= len(parts[-1])
    return b"".join(parts)


def reason_of(error: Exception) -> str:
    """The first line of an error, without what could steer a terminal."""
    lines = str(error).strip().splitlines()
    text = lines[0][:200] if lines else type(error).__name__
    return "".join(char if char.isprintable() else "?" for char in text)
