"""The header of a source file: the comments and docstrings above its first line of code, markup off.

Edit this when a notice at the head of a file is not seen, or a sign of markup is taken for a part of it. What REUSE
says is not to be read, between REUSE-IgnoreStart and REUSE-IgnoreEnd, is left blank here for all readers.
"""

from __future__ import annotations

import re

from msgspec import Struct

from ..support.decoding import with_line_feeds
from ..support.lazy import lazy_pattern

# Headers stand above the code; a docstring may follow them. Longer ones were not seen in 57,000 files.
HEADER_BYTES = 6_000

# How a docstring begins.
_OPENING = re.compile(r"[rRuUbBfF]{0,2}(\"\"\"|'''|\"|')")
_MARKUP = " \t\f#*/\"'"
_TAIL_MARKUP = " \t\f#*\"'"
# Regions that go on to the end of the text where they are never closed.
_IGNORED = lazy_pattern(r"REUSE-IgnoreStart.*?(?:REUSE-IgnoreEnd|\Z)", re.DOTALL)
_IGNORED_BYTES = lazy_pattern(rb"REUSE-IgnoreStart.*?(?:REUSE-IgnoreEnd|\Z)", re.DOTALL)
_SNIPPETS = lazy_pattern(r"SPDX-SnippetBegin.*?(?:SPDX-SnippetEnd|\Z)", re.DOTALL)
_BLANKS = bytes(sign if sign in b"\r\n" else 0x20 for sign in range(256))


class Header(Struct, frozen=True):
    """``text`` has one line for each line of the file; ``folded`` is the same in lower case, place for place."""

    text: str
    folded: str

    def line_at(self, place: int) -> int:
        """The line (1-based) that a place in ``text`` stands on."""
        return self.text.count("\n", 0, place) + 1


def read_header(text: bytes) -> Header:
    """The header of a Python file; regions between REUSE-IgnoreStart and REUSE-IgnoreEnd are left blank."""
    found = _header(with_line_feeds(text[:HEADER_BYTES].decode("utf-8-sig", "replace")).split("\n"))
    return _with_text(found, without_ignored(found.text)) if "reuse-ignore" in found.folded else found


def without_snippets(header: Header) -> Header:
    """The header without what is said of snippets alone, between SPDX-SnippetBegin and SPDX-SnippetEnd."""
    return (
        _with_text(header, _SNIPPETS.sub(_line_ends, header.text)) if "spdx-snippetbegin" in header.folded else header
    )


def without_ignored(text: str) -> str:
    """The text with what REUSE ignores left blank, line for line."""
    return _IGNORED.sub(_line_ends, text) if "REUSE-IgnoreStart" in text else text


def without_ignored_in_place(text: bytes) -> bytes:
    """As ``without_ignored``, with a blank for each byte but line ends, so that all that is left stays in its place."""
    if b"REUSE-IgnoreStart" not in text:
        return text
    return _IGNORED_BYTES.sub(lambda match: match[0].translate(_BLANKS), text)


def folded(text: str) -> str:
    """Lower case without a change of length: one letter of all becomes two."""
    return text.replace("\u0130", "I").lower()


def _line_ends(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _with_text(header: Header, text: str) -> Header:
    return header if text == header.text else Header(text, folded(text))


def _header(lines: list[str]) -> Header:
    """Everything above the first line of code."""
    kept: list[str] = []
    closing = ""
    for line in lines:
        bare = line.strip()
        if closing:
            closing = "" if closing in bare else closing
        elif bare and bare[0] != "#":
            opening = _OPENING.match(bare)
            if not opening or (len(opening[1]) == 1 and not bare.endswith(opening[1], opening.end())):
                break
            closing = "" if opening[1] in bare[opening.end() :] else opening[1]
            bare = bare[opening.end() :]
        kept.append(bare.lstrip(_MARKUP).rstrip(_TAIL_MARKUP))
    text = "\n".join(kept)
    return Header(text, folded(text))
