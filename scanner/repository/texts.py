"""The text of a legal file, a README or metadata: decoded, bounded, its line ends alike; or why it is not read.

Edit this when a text in one more encoding is to be read, or a binary file is taken for one.
"""

from __future__ import annotations

import codecs

from ..results import Skipped
from ..sources.checkout import Entry
from ..support.decoding import WIDE_MARKS, with_line_feeds
from ..support.lazy import lazy_pattern

# The licences of all that is bundled in a torch wheel are 0.6 MB; a tokenizer's configuration is up to 2 MB.
MOST_BYTES = 2 * 1024**2

_MARKS = ((codecs.BOM_UTF8, "utf-8"), *WIDE_MARKS)
_HEAD = 4096
_CONTROL = lazy_pattern(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_MOST_CONTROL = 0.02


def read_text(entry: Entry, most_bytes: int = MOST_BYTES) -> str | Skipped:
    """The text of ``entry``, every line ended by a newline; Skipped when it is too big, binary or unreadable."""
    if entry.size > most_bytes:
        return _too_big(entry.path, entry.size, most_bytes)
    stored = entry.read()
    if isinstance(stored, Skipped):
        return Skipped(entry.path, stored.reason)
    if len(stored) > most_bytes:  # grown since it was listed
        return _too_big(entry.path, len(stored), most_bytes)
    text = decode(stored)
    if text is None:
        return Skipped(entry.path, "binary, not a text: nothing is read from it")
    return with_line_feeds(text)


def decode(stored: bytes) -> str | None:
    """By its byte order mark, else UTF-8, else UTF-16 without a mark or Windows-1252; None when it is no text."""
    for mark, encoding in _MARKS:
        if stored.startswith(mark):
            return _plausible(stored.decode(encoding, "replace").removeprefix("\ufeff"))
    if b"\0" in stored:
        encoding = _wide(stored[:_HEAD])
        return _plausible(stored.decode(encoding, "replace")) if encoding else None
    try:
        return stored.decode()
    except UnicodeDecodeError:
        # Windows-1252 is Latin-1 with quotation marks; the five bytes it leaves open do not hide a file.
        return _plausible(stored.decode("cp1252", "replace"))


def _too_big(path: str, size: int, most_bytes: int) -> Skipped:
    return Skipped(path, f"{size / 1024**2:.1f} MB is over the limit of {most_bytes / 1024**2:.1f} MB for such a file")


def _wide(head: bytes) -> str:
    """UTF-16 of mostly Latin text has a zero in every other byte, on one side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.1 * half else ""


def _plausible(text: str) -> str | None:
    head = text[:_HEAD]
    return text if len(_CONTROL.findall(head)) <= _MOST_CONTROL * len(head) else None
