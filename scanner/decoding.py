"""The bytes of a source file -> the same text in UTF-8 (PEP 263, byte order marks)."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from .sources import Skipped

# UTF-32 first: its little-endian mark begins with UTF-16's.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COOKIE = re.compile(
    rb"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?"  # the first line counts only as a comment, or before one
    rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
)
_COOKIE_WITHIN = 4096
# What Python source may be encoded in is a superset of ASCII. The probe tells codecs apart that only look like one:
# unicode_escape (\x41, \u0041), utf-7 (+AGE-), hz (~{), punycode and idna (hyphens, dots), UTF-16, EBCDIC.
_PROBE = rb"\x41 \u0041 +AGE- ~{!!~} xn--a-b.c " + bytes({*range(32, 127)} - {0x5C}) + b"\t\n"


def to_utf8(path: str, stored: bytes) -> bytes | Skipped:
    """``stored`` in UTF-8 without a byte order mark; the same object when it already is, which most files are.

    Bytes that are not text in the file's encoding become U+FFFD: a stray byte in a comment does not hide a file.
    Skipped: files with a NUL byte, encodings unknown or not for source code.
    """
    for mark, encoding in _WIDE_MARKS:
        if stored.startswith(mark):
            return _transcoded(stored, encoding)
    if (offset := stored.find(b"\0")) >= 0:
        return Skipped(path, f"binary: NUL byte at offset {offset}")
    if stored.startswith(codecs.BOM_UTF8):
        return _checked(stored[len(codecs.BOM_UTF8) :])
    declared = _declared(stored)
    if declared is None or _is_utf8(declared):
        return _checked(stored)
    if not _is_for_source(declared):
        return Skipped(path, f"unknown encoding: {declared}")
    return _transcoded(stored, declared)


def source_encoding(stored: bytes) -> str:
    """The codec that the byte order mark or a declaration in ``stored`` names, else UTF-8; Python may not know it."""
    for mark, encoding in _WIDE_MARKS:
        if stored.startswith(mark):
            return encoding
    declared = None if stored.startswith(codecs.BOM_UTF8) else _declared(stored)
    return "utf-8" if declared is None or _is_utf8(declared) else declared


def _declared(stored: bytes) -> str | None:
    found = _COOKIE.match(stored, 0, _COOKIE_WITHIN)
    return found[1].decode("ascii", "replace") if found else None


def _checked(stored: bytes) -> bytes:
    if stored.isascii():
        return stored
    try:
        stored.decode()
    except UnicodeDecodeError:
        return _transcoded(stored, "utf-8")
    return stored


def _transcoded(stored: bytes, encoding: str) -> bytes:
    return stored.decode(encoding, "replace").encode("utf-8", "replace")


@lru_cache(maxsize=64)
def _is_utf8(encoding: str) -> bool:
    # Editors write utf8mb4 or utf-8-unix, which Python reads as UTF-8 as well (PEP 263's reference implementation).
    name = encoding.lower().replace("_", "-")
    return name in ("utf8", "utf-8-sig") or name == "utf-8" or name.startswith("utf-8-")


@lru_cache(maxsize=64)
def _is_for_source(encoding: str) -> bool:
    try:
        return _PROBE.decode(encoding, "replace") == _PROBE.decode("ascii")
    except (LookupError, ValueError):
        return False
