"""Native code (C, C++, CUDA, Cython) as one number: a hash of a file without its comments and white space.

Files with the same number are equal in all else. Nothing here knows the languages' grammars, only where comments and
strings begin and end. Edit this when files of one more suffix, or with another kind of comment, should be known.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from ..support.lazy import lazy_pattern

_CYTHON_SUFFIXES = (".pyx", ".pxd", ".pxi")
_C_SUFFIXES = tuple(f".{each}" for each in "c cc cpp cxx c++ h hh hpp hxx inl ipp cu cuh hip cl metal m mm".split())

# A file with fewer bytes left says nothing of its own: a header of includes, an empty `main`.
LEAST_BYTES = 120

# Group 1 is a string, which stays as it is; all else that is matched is a comment. Each takes all up to its end, or to
# that of the text where it has none: no byte is looked at twice. A string or line comment ends after 10,000
# backslashes (or quotes), since more of them would take much memory; the same text still gives the same number.
_STRINGS = rb"""
    "[^"\\\n]*(?:\\(?:\r\n|.)?[^"\\\n]*){0,9999}"?
  | '[^'\\\n]*(?:\\(?:\r\n|.)?[^'\\\n]*){0,9999}'?
"""
_IN_C = lazy_pattern(
    rb"""
    //[^\n\\]*(?:\\(?:\r\n|.)?[^\n\\]*){0,9999}
  | /\*.*?(?:\*/|\Z)
  | (
    (?<![0-9A-Za-z_])(?:u8|[uUL])?R"(?P<end>[^()\\\s"]{0,16})\(.*?(?:\)(?P=end)"|\Z)
  | (?<=[0-9])(?<!u8)'(?=[0-9A-Fa-f])  # 1'000
  |"""
    + _STRINGS
    + rb")",
    re.DOTALL | re.VERBOSE,
)
_IN_CYTHON = lazy_pattern(
    rb"""
    \#[^\n]*
  | (
    \"{3}[^"\\]*(?:(?:\\.?|"(?!""))[^"\\]*){0,9999}(?:\"{3})?
  | '{3}[^'\\]*(?:(?:\\.?|'(?!''))[^'\\]*){0,9999}(?:'{3})?
  |"""
    + _STRINGS
    + rb")",
    re.DOTALL | re.VERBOSE,
)
_MARK = b"\xef\xbb\xbf"
_SPACE = b" \t\n\r\v\f"


def is_native(path: str) -> bool:
    """Whether the file at ``path`` is native code of a kind that is hashed, by its suffix."""
    return path.lower().endswith((*_C_SUFFIXES, *_CYTHON_SUFFIXES))


def native_hash(path: str, text: bytes) -> int | None:
    """64 bits of BLAKE2b of what is `significant`; None where that is too little to tell one file from another."""
    told = significant(path, text)
    if len(told) < LEAST_BYTES:
        return None
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "little")


def significant(path: str, text: bytes) -> bytes:
    """The text without comments, and without white space outside of strings; in linear time."""
    pattern = _IN_CYTHON if path.lower().endswith(_CYTHON_SUFFIXES) else _IN_C
    return b"".join(_pieces(pattern, text.removeprefix(_MARK)))


def _pieces(pattern: re.Pattern[bytes], text: bytes) -> Iterator[bytes]:
    place = 0
    for found in pattern.finditer(text):
        yield _closed_up(text[place : found.start()])
        yield found[1] or b""
        place = found.end()
    yield _closed_up(text[place:])


def _closed_up(code: bytes) -> bytes:
    """Code without white space, and without the backslashes that carry a line on."""
    return code.replace(b"\\\r\n", b"").replace(b"\\\n", b"").translate(None, _SPACE)
