"""Reads the end of a file on a web server as a file of its own, so that a zip is listed without being fetched.

What is read is a suffix of the file: it grows towards the file's beginning when more of it is asked for. Edit this
when a server speaks of ranges in another way.
"""

from __future__ import annotations

import http.client
import os
import re

from ..errors import SourceError
from ..sources.addresses import without_password
from ..sources.connection import Allowance, open_url
from ..sources.download import ATTEMPTS, retried

# Of most wheels it holds the whole directory: 1,000 members, or more.
FIRST_BYTES = 96 * 1024
# The directory of a zip of as many members as are read at all.
MOST_BYTES = 24 * 1024**2
SECONDS = 60.0
_MAX_FILE_BYTES = 1024**4
_CHUNK = 256 * 1024
_CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)


class NoRangesError(SourceError):
    """The server sends files whole, whatever part of them is asked for."""


class RemoteEnd:
    """The file at ``url`` for zipfile, which reads a directory from its end. All of its methods raise SourceError.

    ``size`` is what the index says, 0 when unknown; ``asked_by`` the index whose answer names ``url``.
    """

    def __init__(self, url: str, size: int, asked_by: str) -> None:
        self._url, self._asked_by = url, asked_by
        self._shown = without_password(url)
        self._allowance = Allowance(self._shown, ATTEMPTS * MOST_BYTES, SECONDS)
        self._size = size
        self._tail, self._place = b"", 0
        self._tail = self._fetched(size - FIRST_BYTES if size > FIRST_BYTES else 0, size)

    def seekable(self) -> bool:
        """Yes, as zipfile asks."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._place

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        """Go there; raises ValueError for a place before the first byte."""
        place += {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        if place < 0:
            raise ValueError("a place before its first byte")
        self._place = place
        return place

    def read(self, size: int = -1) -> bytes:
        """The next bytes, fetched when they stand before those that are known."""
        begin = self._size - len(self._tail)
        if self._place < begin and size:
            if self._size - self._place > MOST_BYTES:
                raise SourceError(f"{self._shown}: its directory takes more than {MOST_BYTES // 1024**2} MB")
            self._tail = self._fetched(self._place, begin) + self._tail
            begin = self._place
        start = self._place - begin
        found = self._tail[start:] if size < 0 else self._tail[start : start + size]
        self._place += len(found)
        return found

    def close(self) -> None:
        """Nothing is open between two reads."""

    def _fetched(self, start: int, stop: int) -> bytes:
        """The bytes from ``start`` to before ``stop``; the last ones, when the size of the file is not known yet."""
        asked = f"bytes={start}-{stop - 1}" if stop else f"bytes=-{FIRST_BYTES}"

        def attempt() -> bytes:
            with open_url(
                self._url, {"Range": asked, "Accept-Encoding": "identity"}, self._allowance, self._asked_by
            ) as answer:
                if answer.status != http.client.PARTIAL_CONTENT:
                    raise NoRangesError(f"{self._shown}: its server sends no part of a file")
                length = self._checked(answer.headers.get("Content-Range", ""), start, stop)
                content = bytearray()
                while len(content) < length and (chunk := answer.read(min(_CHUNK, length - len(content)))):
                    content += chunk
                if len(content) < length:
                    raise http.client.IncompleteRead(b"", length - len(content))
                return bytes(content)

        return retried(attempt, self._shown, self._allowance)

    def _checked(self, header: str, start: int, stop: int) -> int:
        """How many bytes the answer has by its header, which must be those that were asked for."""
        found = _CONTENT_RANGE.fullmatch(header)
        first, last, size = map(int, found.groups()) if found else (0, 0, 0)
        if not stop:
            start = max(0, size - FIRST_BYTES)
            stop = self._size = min(size, _MAX_FILE_BYTES)
        if not found or (first, last + 1, size) != (start, stop, self._size):
            raise SourceError(f"{self._shown}: its server sends another part of the file than was asked for")
        return stop - start
