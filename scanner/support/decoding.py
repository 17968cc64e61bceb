"""Decodes a source file as Python does (PEP 263). Edit this where Python would read another text."""

from __future__ import annotations

import codecs
from functools import lru_cache

from ..results import Skipped
from .lazy import lazy_pattern

# UTF-32 first: its little-endian mark begins with UTF-16's.
WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The first line counts in any case, the second where the first is blank or a comment; neither has a longest length.
_LINE = lazy_pattern(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_COOKIE = lazy_pattern(rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
_SAYS_NOTHING = lazy_pattern(rb"[ \t\f]*(?:[#\r\n]|\Z)")
_LONE_CR = lazy_pattern(rb"\r(?!\n)")
# Most of what Python source is encoded in is a superset of ASCII. The probe tells the others: unicode_escape (\x41,
# \u0041), utf-7 (+AGE-), hz (~{), punycode and idna (hyphens, dots), UTF-16, EBCDIC.
_PROBE = rb"\x41 \u0041 +AGE- ~{!!~} xn--a-b.c " + bytes({*range(32, 127)} - {0x5C}) + b"\t\n"
# Punycode decodes in quadratic time: 64 kB of it in .4 s. No module has to be in it.
_MOST_PUNYCODE = 64 * 1024
_TEXT_BYTES = bytes({*range(32, 127), 9, 10, 12, 13})


def to_utf8(path: str, stored: bytes) -> bytes | Skipped:
    """``stored`` in UTF-8 without a byte order mark; the same object when it already is, which most files are.

    Lines end in LF or CR LF; a CR alone, which ends a line for Python and not for its grammar, becomes LF. Bytes that
    are not text in the file's encoding become U+FFFD: a stray byte in a comment does not hide a file. Where Python
    refuses a file because it is not in the encoding it declares, it is read as if it declared none.

    Skipped: files with a NUL byte, encodings that are unknown, that Python's own library does not have, or that cannot
    begin with the line that declares them.
    """
    text = _decoded(path, stored)
    if isinstance(text, bytes) and b"\r" in text:
        return _LONE_CR.sub(b"\n", text) if text.count(b"\r") != text.count(b"\r\n") else text
    return text


def with_line_feeds(text: str) -> str:
    """``text`` with LF in place of CR LF and of a CR alone; other signs that may end a line stay as they are."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _decoded(path: str, stored: bytes) -> bytes | Skipped:
    for mark, encoding in WIDE_MARKS:
        if stored.startswith(mark):
            return _transcoded(stored, encoding)
    if (offset := stored.find(b"\0")) >= 0:
        return Skipped(path, f"binary: NUL byte at offset {offset}")
    if stored.startswith(codecs.BOM_UTF8):
        return _checked(stored[len(codecs.BOM_UTF8) :])
    declared, end = _declared(stored)
    encoding = normal_name(declared)
    if encoding == "utf-8":
        return _checked(stored)
    codec = own_codec(encoding)
    if codec is None or codec.name == "undefined":
        return Skipped(path, f"unknown encoding: {declared}")
    if extends_ascii(encoding):
        return _transcoded(stored, encoding)
    return _unlike_ascii(path, stored, end, codec)


def source_encoding(stored: bytes) -> str:
    """The codec that the byte order mark or a declaration in ``stored`` names, else UTF-8; Python may not know it."""
    for mark, encoding in WIDE_MARKS:
        if stored.startswith(mark):
            return encoding
    return "utf-8" if stored.startswith(codecs.BOM_UTF8) else normal_name(_declared(stored)[0])


@lru_cache(maxsize=64)
def normal_name(encoding: str) -> str:
    """``encoding`` as Python's tokenizer takes it: editors write utf-8-unix and latin-1-dos."""
    name = encoding.lower().replace("_", "-")
    if name in ("utf8", "utf-8") or name.startswith("utf-8-"):
        return "utf-8"
    latin = ("latin-1", "iso-8859-1", "iso-latin-1")
    return "latin-1" if name in latin or name.startswith(tuple(f"{each}-" for each in latin)) else encoding


@lru_cache(maxsize=64)
def own_codec(encoding: str) -> codecs.CodecInfo | None:
    """The text codec of this name in Python's own library. What others register runs their code, and is not asked."""
    import encodings
    from encodings.aliases import aliases
    from importlib import import_module
    from importlib.util import find_spec

    name = encodings.normalize_encoding(encoding).lower()
    for module in (aliases.get(name) or aliases.get(name.replace(".", "_")), name):
        if not module or "." in module or module in ("mbcs", "oem") or find_spec(f"encodings.{module}") is None:
            continue
        entry = getattr(import_module(f"encodings.{module}"), "getregentry", None)
        if entry is not None:
            found: codecs.CodecInfo = entry()
            return found if getattr(found, "_is_text_encoding", True) else None
    return None


@lru_cache(maxsize=64)
def extends_ascii(encoding: str) -> bool:
    """Whether ASCII reads the same in ``encoding``, a codec of Python's own library, whatever stands around it."""
    codec = own_codec(encoding)
    try:
        return codec is not None and codec.decode(_PROBE, "replace")[0] == _PROBE.decode("ascii")
    except ValueError:
        return False


def _declared(stored: bytes) -> tuple[str, int]:
    """The encoding that the first or second line declares, UTF-8 without one, and where its name ends."""
    start = 0
    for _ in range(2):
        if found := _COOKIE.match(stored, start):
            return found[1].decode("ascii", "replace"), found.end()
        if not _SAYS_NOTHING.match(stored, start):
            break
        start = _line_end(stored, start)
    return "utf-8", 0


def _line_end(stored: bytes, start: int) -> int:
    line = _LINE.match(stored, start)
    return line.end() if line else start


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


def _unlike_ascii(path: str, stored: bytes, end: int, codec: codecs.CodecInfo) -> bytes | Skipped:
    """As Python imports it: all of it in one codec, in which what declares it, to byte ``end``, must stay the same."""
    if _punycode(stored, codec) > _MOST_PUNYCODE:
        return Skipped(path, f"more than {_MOST_PUNYCODE // 1024} kB of it are in {codec.name}: save it as UTF-8")
    whole = _strictly(stored, codec)
    if whole is not None and whole.startswith(stored[:end].decode("ascii", "replace")):
        return whole.encode("utf-8", "replace")
    return _started(path, stored, _line_end(stored, end), codec)


def _punycode(stored: bytes, codec: codecs.CodecInfo) -> int:
    """How many bytes at once decode in quadratic time."""
    if codec.name == "punycode":
        return len(stored) - stored.rfind(b"-") - 1
    if codec.name == "idna":
        return max((len(label) for label in stored.split(b".") if label[:4].lower() == b"xn--"), default=0)
    return 0


def _started(path: str, stored: bytes, end: int, codec: codecs.CodecInfo) -> bytes | Skipped:
    """As Python starts it, which may decode only what stands below the lines that declare the codec: EBCDIC runs so."""
    below = _strictly(stored[end:], codec)
    if stored.isascii() or not below:  # no code in such a codec is all ASCII
        return _checked(stored)
    text = below.encode("utf-8", "replace")
    if 2 * len(text.translate(None, _TEXT_BYTES)) > len(text):
        return Skipped(path, f"not in the encoding it declares, {codec.name}: Python does not import it")
    return stored[:end] + text


def _strictly(stored: bytes, codec: codecs.CodecInfo) -> str | None:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of \d in unicode_escape
            return str(codec.decode(stored, "strict")[0])
    except (ValueError, IndexError, OverflowError):  # which punycode raises as well
        return None
