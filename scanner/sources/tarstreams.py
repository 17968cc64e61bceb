"""The bytes of a tar, in the order they come: what tarfile reads headers from, and members are copied from.

tarfile trusts a header's sizes and a stream's end, and some that lie keep it busy for good. Here all it does is
bounded: bytes that come out, processor time, length of headers, and no way back. Edit this where a kind of compression
is added.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

# Real extended headers hold a name or a few numbers; tarfile would read any declared size into memory.
MAX_HEADER_BYTES = 256 * 1024
MAX_SECONDS = 60.0
# xz -9 needs 65 MB; more is refused, as one may ask for 4 GB.
_XZ_MEMORY = 256 * 1024**2
_CHUNK = 256 * 1024
# In a long header, tarfile's own pattern takes time by the square of a run of digits.
_LONG_NUMBER = re.compile(rb"\d{256}")


class Xz:
    """An .xz in, its bytes out; lzma.open cannot be told how much memory an archive may ask for."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb")
        self.inflater = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, none at the end; raises EOFError when it is cut off, LZMAError when it is damaged."""
        while True:
            packed = b""
            if self.inflater.eof:
                packed = (self.inflater.unused_data or self.file.read(_CHUNK)).lstrip(b"\0")  # padding
                if not packed:
                    return b""
                self.inflater = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            elif self.inflater.needs_input:
                packed = self.file.read(_CHUNK)
                if not packed:
                    raise EOFError("it is cut off")
            if found := self.inflater.decompress(packed, size):
                return found

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


# By the last suffix: .tar.gz is a .gz, and so is a .tgz.
_OPENERS: dict[str, Callable[[Path], Any]] = {
    ".tar": _plain,
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".bz2": bz2.open,
    ".xz": Xz,
}


def open_stream(path: Path) -> Any:
    """The unpacked bytes of the tar at ``path``, to be read forward."""
    return _OPENERS[path.suffix.lower()](path)


class Forward:
    """``stream`` as a file for tarfile, which reads headers of it; `copy` and `skip` take what lies between them."""

    def __init__(self, stream: Any, limit: int, *, is_plain: bool = False) -> None:
        self.place = 0
        self.last_block = b""
        self.header_bytes = 0
        self._stream = stream
        self._limit = limit
        self._is_plain = is_plain
        self._taken = 0
        self._last = b""
        self._has_ended = False
        self._deadline = time.thread_time() + MAX_SECONDS

    def tell(self) -> int:
        """Where in the unpacked tar it is."""
        return self.place

    def read(self, size: int) -> bytes:
        """A header, or a part of one, for tarfile."""
        if not 0 <= size <= MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        found = self._take(size)
        self.header_bytes += size
        if self.header_bytes > 4 * MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"headers of more than {4 * MAX_HEADER_BYTES:,} bytes for one member")
        if size > tarfile.BLOCKSIZE and _LONG_NUMBER.search(found):
            raise tarfile.ReadError("a header with a number of more than 256 digits")
        if not found:
            if self._has_ended:  # tarfile may wait for more without end
                raise EOFError("it is cut off")
            self._has_ended = True
        if size == tarfile.BLOCKSIZE:
            self.last_block = found
        return found

    def seek(self, place: int) -> None:
        """Forward; tarfile goes back by one byte, to see whether a member was whole."""
        if place == self.place - 1 and self._last and not self._is_back():
            self.place -= 1
            return
        if place < 0:  # of an archive without a member, Python 3.10 asks for the byte before its first
            return
        if place < self.place:
            raise tarfile.ReadError("a header that leads back")
        self.copy(place - self.place, None)

    def copy(self, size: int, target: IO[bytes] | None) -> None:
        """Pass over the next ``size`` bytes, which go to ``target`` if there is one; raises EOFError at the end."""
        while size > 0:
            chunk = self._take(min(size, _CHUNK))
            if not chunk:
                raise EOFError("it is cut off")
            size -= len(chunk)
            if target is not None:
                target.write(chunk)
            elif self._is_plain and size > _CHUNK:
                self._stream.seek(size - 1, os.SEEK_CUR)
                self.place += size - 1
                self._count(size - 1)
                size = 1

    def rest(self, size: int) -> bytes:
        """The next ``size`` bytes, of which nobody makes a header; none at the end."""
        return self._take(size)

    def _take(self, size: int) -> bytes:
        found = b""
        if size and self._is_back():
            found, size = self._last, size - 1
        parts = [found]
        while size > 0 and (chunk := self._stream.read(min(size, _CHUNK))):
            parts.append(chunk)
            size -= len(chunk)
            self._count(len(chunk))
        taken = b"".join(parts)
        self.place += len(taken)
        self._last = taken[-1:] or self._last
        return taken

    def _is_back(self) -> bool:
        return self.place < self._taken

    def _count(self, size: int) -> None:
        self._taken += size
        if self._taken > self._limit:
            raise ValueError(
                f"it inflates to more than {self._limit / 1024**2:,.0f} MB, as no real archive of its size does"
            )
        if time.thread_time() > self._deadline:
            raise ValueError(f"reading it takes more than {MAX_SECONDS:.0f} seconds")
