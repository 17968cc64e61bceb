"""A source file's text in, its notice out: whose it is and under which licence, as its header says."""

from __future__ import annotations

from .copyrights import find_copyrights
from .header import HEADER_BYTES, read_header, without_snippets
from .licensing import find_licence
from .model import Notice
from .snippets import snippet_copyrights

__all__ = ["HEADER_BYTES", "read_notice"]


def read_notice(text: bytes) -> Notice:
    """The notices in the header comment and module docstring of a Python file, and of the SPDX snippets in it."""
    header = read_header(text)
    licensing = find_licence(without_snippets(header))
    stated = dict(find_copyrights(header))
    last_line = max(stated.values(), default=0)
    if licensing.place >= 0:
        last_line = max(last_line, header.line_at(licensing.place))
    if b"SPDX-Snippet" in text:
        stated |= dict.fromkeys(snippet_copyrights(text), 0)
    return Notice(licensing.licence, tuple(stated), licensing.form, last_line)
