"""An original and a restored copy in, what still differs out: as a unified diff, and as one of their code alone."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from msgspec import Struct

from .decoding import to_utf8, with_line_feeds
from .substance import code_lines


class Difference(Struct, frozen=True):
    """Two unified diffs, empty where nothing differs, and how many lines of each are marked `-` or `+`.

    ``unified`` compares the texts, line endings and byte order marks aside. ``substantive`` compares their code: no
    comments, docstrings, imports and annotations, one statement per line however it was laid out; its line numbers are
    of that form.
    """

    unified: str
    lines: int
    substantive: str
    substantive_lines: int


def remaining_difference(original: bytes, restored: bytes, original_name: str, copy_name: str) -> Difference:
    """Compare two files, given as stored. Neither has to parse, and neither is ever run."""
    texts = _text(original), _text(restored)
    unified, lines = _unified(texts[0].split("\n"), texts[1].split("\n"), original_name, copy_name)
    if not lines:
        return Difference("", 0, "", 0)
    substantive, substantive_lines = _unified(*code_lines(*texts), original_name, copy_name)
    return Difference(unified, lines, substantive, substantive_lines)


def _text(source: bytes) -> str:
    """The text with line feeds between lines; bytes of an unknown encoding each become a character."""
    utf8 = to_utf8("", source)
    text = utf8.decode() if isinstance(utf8, bytes) else source.decode("latin-1")
    return with_line_feeds(text).removesuffix("\n")


def _unified(original: Sequence[str], copy: Sequence[str], original_name: str, copy_name: str) -> tuple[str, int]:
    """A unified diff with three lines of context, as diff -u prints it, and its number of marked lines."""
    diff = list(difflib.unified_diff(original, copy, original_name, copy_name, lineterm=""))
    changed = sum(line[:1] in ("-", "+") for line in diff[2:])
    return "".join(f"{line}\n" for line in diff), changed
