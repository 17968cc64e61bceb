"""A source file's text in, the copyright statements of the SPDX snippets in it out."""

from __future__ import annotations

from collections.abc import Iterator

from ..patterns import lazy_pattern
from .copyrights import MOST_CHARACTERS
from .header import blanked

_STATEMENT = lazy_pattern(r"SPDX-SnippetCopyrightText:[ \t]*(?=[^\s<\[{])[^\n]*")
# A file of snippets is read as far as this.
MOST_STATEMENTS = 100


def snippet_copyrights(text: bytes) -> Iterator[str]:
    """The statements of all SPDX-SnippetBegin … SPDX-SnippetEnd regions, wherever in the file."""
    whole = blanked(text.decode("utf-8", "replace"), "REUSE-Ignore")
    for number, match in enumerate(_STATEMENT.finditer(whole)):
        if number == MOST_STATEMENTS:
            return
        yield match[0].rstrip(" \t\r#*/\"'")[:MOST_CHARACTERS]
