"""A source file as stored and lines of text in, the file with these as comments in its header out.

Whole comment lines go in where a line starts, above all code; no other byte changes, and so the syntax tree does not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from ..decoding import extends_ascii, source_encoding
from .model import UnwritableError
from .placing import COOKIE, Place, header_places

# Python reads an encoding declaration from its first two lines only.
_COOKIE_LINES = 2
# Bytes of a line ending, at most, and of an empty comment.
_ENDINGS = 4
# Control, format (direction overrides), surrogate and private: they end lines, or hide what a reader should see.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# As long as a copyright statement is read (notices.copyrights).
_LONGEST = 600


def header_added(stored: bytes, lines: Sequence[str]) -> bytes:
    """``stored`` with each of ``lines`` as a comment, below notices of its own; an empty line is an empty comment.

    Line endings, byte order mark and encoding are those of the file. Raises UnwritableError.
    """
    return next(header_ways(stored, lines))


def header_ways(stored: bytes, lines: Sequence[str]) -> Iterator[bytes]:
    """As `header_added`, and with the lines elsewhere in the header, in the order in which places suit."""
    if not lines:
        yield stored
        return
    comments = _encoded(lines, source_encoding(stored))
    for place in header_places(stored, sum(map(len, comments)) + _ENDINGS * len(comments)):
        yield stored[: place.offset] + _insertion(comments, place) + stored[place.offset :]


def one_line(text: str) -> str:
    """``text`` as it can stand in a comment: on one line, of visible characters, and not without end."""
    visible = "".join(each for each in text if each.isspace() or unicodedata.category(each) not in _HIDDEN)
    return " ".join(visible.split())[:_LONGEST].strip()


def _insertion(comments: list[bytes], place: Place) -> bytes:
    lines = [b"#", *comments] if place.continues else comments
    lines = _kept_from_declaring(lines, place.line)
    if place.unended:
        return place.eol + place.eol.join(lines)
    return b"".join(line + place.eol for line in lines) + place.eol * place.parted


def _kept_from_declaring(lines: list[bytes], first: int) -> list[bytes]:
    """Empty comments above, where a line such as ``# Decoding: fast`` would declare an encoding."""
    pinned = max(_COOKIE_LINES - first, 0)
    return [b"#"] * pinned + lines if any(COOKIE.match(line) for line in lines[:pinned]) else lines


def _encoded(lines: Sequence[str], encoding: str) -> list[bytes]:
    if encoding in ("utf-16", "utf-32"):
        raise UnwritableError(f"it is in {encoding.upper()}, which Python does not run: save it as UTF-8 first")
    try:
        if not extends_ascii(encoding):
            raise LookupError  # what is inserted might change what stands below
        return [_comment(line, encoding) for line in lines]
    except (LookupError, UnicodeEncodeError):
        raise UnwritableError(
            f"its encoding, {one_line(encoding)}, has not all characters of the notice: save it as UTF-8 first"
        ) from None


def _comment(line: str, encoding: str) -> bytes:
    text = f"# {one_line(line)}".rstrip()
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        # The one sign of copyright notices that has a spelling for every encoding.
        return text.replace("©", "(c)").encode(encoding)
