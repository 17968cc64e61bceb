"""Comment lines put into the header of a Python file: where they go, and in which bytes.

They go below what must stay first and below the file's own notices, and above the first line of code: only lines above
it are looked at, so that no place is ever inside a string. Edit this when notices land where a reader would not look.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from ..notices.header import HEADER_BYTES
from ..support.decoding import extends_ascii, source_encoding
from .model import UnwritableError

# Not splitlines: Python ends a line of code at these alone, a form feed is a blank.
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_BLANKS = b" \t\f"
_DECLARATION = re.compile(rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*[-\w.]")
# Emacs reads its modes from such a line only where it is the first, or follows `#!`.
_MODES = re.compile(rb"[ \t\f]*#[^\r\n]*-\*-")
_NOTICE = re.compile(rb"copyright|\(c\)|\xc2\xa9|spdx-|licen[cs]e|permission is hereby", re.IGNORECASE)
_STRING = re.compile(rb"[ \t\f]*[rRuU]?[\"']")

# A docstring opens within this many bytes of its line's start.
_OPENING = 200
# A comment of more lines is no header; all of it need not be looked at.
_MOST_LINES = 2_000
_MOST_POINTS = 6
# Python reads an encoding declaration from its first two lines only.
_DECLARING_LINES = 2
# Bytes of a line ending, at most, and of an empty comment.
_ENDINGS = 4
# Control, format (direction overrides), surrogate and private: they end lines, or hide what a reader should see.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# As long as a copyright statement is read (`notices.notice`).
_LONGEST_LINE = 600


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
    for point in insertion_points(stored, sum(map(len, comments)) + _ENDINGS * len(comments)):
        yield stored[: point.offset] + _insertion(comments, point) + stored[point.offset :]


def one_line(text: str) -> str:
    """``text`` as it can stand in a comment: on one line, of visible characters, and not without end."""
    visible = "".join(each for each in text if each.isspace() or unicodedata.category(each) not in _HIDDEN)
    return " ".join(visible.split())[:_LONGEST_LINE].strip()


class HeaderLine(Struct, frozen=True):
    """One line above the code: where it starts, where it ends with its line ending ``eol``, and its text."""

    start: int
    end: int
    text: bytes
    eol: bytes


class InsertionPoint(Struct, frozen=True):
    """A place in a file's header where lines can be put in."""

    offset: int
    """In bytes; a line starts there."""
    line: int
    """The number of that line (0-based)."""
    eol: bytes
    """How lines end around it."""
    continues: bool
    """Whether a comment with notices of the file's own ends there."""
    parted: bool
    """Whether a blank line is needed below: what follows would otherwise read as one with what is put in."""
    unended: bool
    """Whether the line before has no line ending."""


def insertion_points(stored: bytes, size: int = 0) -> list[InsertionPoint]:
    """Where ``size`` bytes of notices of others can go, the best place first.

    Best is below the last comment with notices of the file's own. Where there is none, or where what stands below it
    would not be read as a header any more: above everything but `#!`, the encoding line and the byte order mark.
    The others are for when a scan would not read them there.
    """
    lines = list(islice(_header(stored), _MOST_LINES))
    first = _pinned(lines)
    runs = [run for run in _comments(lines, first) if lines[run.stop - 1].end + size <= HEADER_BYTES]
    own = next((run for run in reversed(runs) if _has_notice(lines, run)), None)
    points = [] if own is None else [_point(stored, lines, own.stop, continues=True)]
    points.append(_point(stored, lines, first, continues=False))
    others = [run for run in reversed(runs) if run is not own][:_MOST_POINTS]
    return points + [_point(stored, lines, run.stop, continues=True) for run in others]


def _point(stored: bytes, lines: Sequence[HeaderLine], line: int, continues: bool) -> InsertionPoint:
    start = lines[0].start if lines else _mark_length(stored)
    offset = lines[line - 1].end if line else start
    eol = next((each.eol for each in (*reversed(lines[:line]), *lines[line:]) if each.eol), _first_ending(stored))
    return InsertionPoint(
        offset=offset,
        line=line,
        eol=eol,
        continues=continues,
        parted=not continues and _needs_blank(stored[offset : offset + _OPENING]),
        unended=line > 0 and not lines[line - 1].eol,
    )


def _header(stored: bytes) -> Iterator[HeaderLine]:
    """The blank and comment lines before the first code."""
    offset = _mark_length(stored)
    while offset < len(stored) and (found := _LINE.match(stored, offset)):
        bare = found[1].strip(_BLANKS)
        if bare and not bare.startswith(b"#"):
            return
        yield HeaderLine(offset, found.end(), bare, found[2])
        offset = found.end()


def _mark_length(stored: bytes) -> int:
    return len(codecs.BOM_UTF8) if stored.startswith(codecs.BOM_UTF8) else 0


def _first_ending(stored: bytes) -> bytes:
    """How the first line of code ends, as there is no line above it."""
    found = _LINE.match(stored, _mark_length(stored))
    return (found and found[2]) or b"\n"


def _pinned(lines: Sequence[HeaderLine]) -> int:
    """How many of the first two lines mean something only where they stand."""
    pinned = int(bool(lines) and lines[0].text.startswith(b"#!"))
    marked = [
        number for number, line in enumerate(lines[:2], 1) if _DECLARATION.match(line.text) or _MODES.match(line.text)
    ]
    return max([pinned, *marked])


def _comments(lines: Sequence[HeaderLine], first: int) -> list[range]:
    """Runs of comment lines from line ``first`` on, without a blank line in them."""
    runs: list[range] = []
    for number in range(first, len(lines)):
        if not lines[number].text:
            continue
        if runs and runs[-1].stop == number:
            runs[-1] = range(runs[-1].start, number + 1)
        else:
            runs.append(range(number, number + 1))
    return runs


def _has_notice(lines: Sequence[HeaderLine], run: range) -> bool:
    return any(_NOTICE.search(lines[number].text) for number in run)


def _needs_blank(following: bytes) -> bool:
    """A comment right above a definition or another comment would read as being about it; above a docstring not."""
    found = _LINE.match(following)
    bare = found[1].strip(_BLANKS) if found else b""
    return bool(bare) and not _STRING.match(bare)


def _insertion(comments: list[bytes], point: InsertionPoint) -> bytes:
    lines = [b"#", *comments] if point.continues else comments
    lines = _kept_from_declaring(lines, point.line)
    if point.unended:
        return point.eol + point.eol.join(lines)
    return b"".join(line + point.eol for line in lines) + point.eol * point.parted


def _kept_from_declaring(lines: list[bytes], first: int) -> list[bytes]:
    """Empty comments above, where a line such as ``# Decoding: fast`` would declare an encoding."""
    pinned = max(_DECLARING_LINES - first, 0)
    return [b"#"] * pinned + lines if any(_DECLARATION.match(line) for line in lines[:pinned]) else lines


def _encoded(lines: Sequence[str], encoding: str) -> list[bytes]:
    if encoding in ("utf-16", "utf-32"):
        raise UnwritableError(f"it is in {encoding.upper()}, which Python does not run: save it as UTF-8 first")
    try:
        if not extends_ascii(encoding):
            raise LookupError  # what is inserted might change what stands below
        return [_comment(line, encoding) for line in lines]
    except (LookupError, UnicodeEncodeError):
        raise UnwritableError(
            f"its encoding, {one_line(encoding)}, does not have all characters of the notice: save it as UTF-8 first"
        ) from None


def _comment(line: str, encoding: str) -> bytes:
    text = f"# {one_line(line)}".rstrip()
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        # The one sign of copyright notices that has a spelling for every encoding.
        return text.replace("©", "(c)").encode(encoding)
