"""A source file's text in, its header out: the comments and docstrings above its first line of code, markup off."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..support.decoding import with_line_feeds

# Headers stand above the code; a docstring may follow them. Longer ones were not seen in 57,000 files.
HEADER_BYTES = 6_000

_OPENING = re.compile(r"[rRuUbBfF]{0,2}(\"\"\"|'''|\"|')")
_MARKUP = " \t\f#*/\"'"
_TAIL_MARKUP = " \t\f#*\"'"
_BLANKS = bytes(sign if sign in b"\r\n" else 0x20 for sign in range(256))


class Header(NamedTuple):
    """``text`` has one line for each line of the file; ``folded`` is the same in lower case, place for place."""

    text: str
    folded: str

    def line_at(self, place: int) -> int:
        """The line (1-based) that a place in ``text`` stands on."""
        return self.text.count("\n", 0, place) + 1


def read_header(text: bytes) -> Header:
    """The header of a Python file; regions between REUSE-IgnoreStart and REUSE-IgnoreEnd are left blank."""
    found = _header(with_line_feeds(text[:HEADER_BYTES].decode("utf-8-sig", "replace")).split("\n"))
    return _without(found, "REUSE-Ignore") if "reuse-ignore" in found.folded else found


def without_snippets(header: Header) -> Header:
    """The header without what is said of snippets alone, between SPDX-SnippetBegin and SPDX-SnippetEnd."""
    return _without(header, "SPDX-Snippet", "Begin") if "spdx-snippetbegin" in header.folded else header


def blanked(text: str, marker: str, begin: str = "Start") -> str:
    """The text with what stands between two markers, or below one never closed, left blank line for line."""
    region = re.compile(rf"{marker}{begin}.*?(?:{marker}End|\Z)", re.DOTALL)
    return region.sub(lambda match: "\n" * match[0].count("\n"), text)


def blanked_in_place(text: bytes, marker: str) -> bytes:
    """As ``blanked``, with a blank for each byte but line ends, so that all that is left stays in its place."""
    region = re.compile(rb"%(marker)bStart.*?(?:%(marker)bEnd|\Z)" % {b"marker": marker.encode()}, re.DOTALL)
    return region.sub(lambda match: match[0].translate(_BLANKS), text)


def folded(text: str) -> str:
    """Lower case without a change of length: one letter of all becomes two."""
    return text.replace("\u0130", "I").lower()


def _without(header: Header, marker: str, begin: str = "Start") -> Header:
    text = blanked(header.text, marker, begin)
    return header._replace(text=text, folded=folded(text))


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
