"""Text from scanned material in, text that cannot steer a terminal or mislead a reader out."""

from __future__ import annotations

import unicodedata

# Other: control, format (direction overrides, zero width), surrogate, private, unassigned; and the line separators.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def escape(text: str) -> str:
    """``text`` on one line, each character that has no glyph of its own written as Python would (``\\x1b``)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def encodable(text: str) -> str:
    """``text`` with lone surrogates, which no UTF-8 file or strict JSON reader takes, written out (``\\udcff``)."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _visible(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN_CATEGORIES:
        return character.encode("unicode_escape").decode("ascii")
    return character
