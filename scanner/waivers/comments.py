"""The comments of a file in which waivers may stand, and where its header ends.

Edit this when waivers are to be read in one more kind of file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..decoding import with_line_feeds
from ..notices.header import blanked, blanked_in_place, read_header
from ..patterns import lazy_pattern
from ..sources.specs import CODE_SUFFIXES

_IN_PYTHON = lazy_pattern(rb"#[ \t]*modelkin:[ \t]*(?:ignore\b|[A-Za-z-]+[ \t]*\[)")
_HASH = lazy_pattern(r"(?:^|(?<=\s))#(?=[ \t]*modelkin:)")
_FENCE = ("```", "~~~")
_CODE_SPAN = lazy_pattern(r"`[^`\n]*`")
_PROSE = (".md", ".markdown", ".html", ".htm")

Comment = tuple[int, str]
"""The line (1-based) of a comment, and its text without the sign that opens it."""


def comments_in(path: str, text: bytes) -> tuple[Iterator[Comment], int]:
    """The comments, at least those that name modelkin, and the last line of the comments the file begins with.

    What stands between REUSE-IgnoreStart and REUSE-IgnoreEnd is left out.
    """
    return _reader(path)(text)


def _reader(path: str) -> Callable[[bytes], tuple[Iterator[Comment], int]]:
    name = path.lower()
    if name.endswith(CODE_SUFFIXES):
        return _of_python
    return _of_prose if name.endswith(_PROSE) else _of_hashes


def _of_python(text: bytes) -> tuple[Iterator[Comment], int]:
    """Comments by the syntax tree: the same words in a string waive nothing."""
    header = read_header(text).text
    return _python_comments(text), header.count("\n") + 1 if header else 0


def _python_comments(text: bytes) -> Iterator[Comment]:
    shown = blanked_in_place(text, "REUSE-Ignore") if b"REUSE-IgnoreStart" in text else text
    if not _IN_PYTHON.search(shown):
        return
    from ..comments import remarks  # the parser, which most files do not need for this

    for remark in remarks(text):
        if remark.is_comment and (found := _IN_PYTHON.search(shown, remark.start, remark.end)):
            yield remark.line, shown[found.start() + 1 : remark.end].decode("utf-8", "replace")


def _of_prose(text: bytes) -> tuple[Iterator[Comment], int]:
    lines = _lines(text)
    front = _front_matter_end(lines)
    return _prose_comments(lines, front), _header_end(lines, front, "<!--", "-->")


def _prose_comments(lines: list[str], front: int) -> Iterator[Comment]:
    """HTML comments, but for those shown as code, and the comments of front matter."""
    yield from _hash_comments(lines[:front])
    fenced = False
    for number, line in enumerate(lines[front:], front + 1):
        fenced ^= line.strip().startswith(_FENCE)
        if not fenced:
            for piece in _CODE_SPAN.sub("", line).split("<!--")[1:]:
                yield number, piece.partition("-->")[0]


def _of_hashes(text: bytes) -> tuple[Iterator[Comment], int]:
    lines = _lines(text)
    return _hash_comments(lines), _header_end(lines, 0, "#", "")


def _hash_comments(lines: list[str]) -> Iterator[Comment]:
    for number, line in enumerate(lines, 1):
        if match := _HASH.search(line):
            yield number, line[match.end() :]


def _front_matter_end(lines: list[str]) -> int:
    """How many lines the front matter of a Markdown text takes, its closing line included; 0 without one."""
    if lines[0].rstrip() != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "...")), 0)


def _header_end(lines: list[str], start: int, opening: str, closing: str) -> int:
    """The last line of the comments and blank lines above all else, but for ``start`` lines of front matter."""
    inside = False
    for number, line in enumerate(lines[start:], start + 1):
        bare = line.strip()
        if not inside and bare and not bare.startswith(opening):
            return number - 1
        inside = bool(closing) and (inside or bare.startswith(opening)) and closing not in bare
    return len(lines)


def _lines(text: bytes) -> list[str]:
    return _visible(with_line_feeds(text.decode("utf-8-sig", "replace"))).split("\n")


def _visible(text: str) -> str:
    return blanked(text, "REUSE-Ignore") if "REUSE-IgnoreStart" in text else text
