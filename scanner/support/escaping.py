"""Makes text from scanned files safe to show: it cannot steer a terminal, a CI service, or mislead a reader.

Edit this when one more place that shows text can be steered by it.
"""

from __future__ import annotations

import re
import unicodedata

from .lazy import lazy_pattern

# Other: control, format (direction overrides, zero width), surrogate, private, unassigned; and the line separators.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# A minified file can hold one identifier of megabytes.
_LONGEST_READ = 100
_COMMAND = lazy_pattern(r"^([^\S\n]*):(?=:)|(#)#(?=\[|vso\[)", re.MULTILINE)


def escape(text: str) -> str:
    """``text`` on one line, each character that has no glyph of its own written as Python would (``\\x1b``)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def brief(text: str) -> str:
    """``text`` escaped, its middle left out when it is too long to read."""
    visible = escape(text)
    half = _LONGEST_READ // 2
    return visible if len(visible) <= _LONGEST_READ else f"{visible[:half]}…{visible[-half:]}"


def encodable(text: str) -> str:
    """``text`` with lone surrogates, which no UTF-8 file or strict JSON reader takes, written out (``\\udcff``)."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def inert(text: str) -> str:
    """The lines of a report, changed where a CI service would take one for a command (``::error::``, ``##[group]``).

    GitHub's runner takes it whatever white space stands before, and a file may be called so.
    """
    return _COMMAND.sub(_written_out, text) if "::" in text or "##" in text else text


def _written_out(found: re.Match[str]) -> str:
    return f"{found[2]}\\x23" if found[2] else f"{found[1]}\\x3a"


def _visible(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN_CATEGORIES:
        return character.encode("unicode_escape").decode("ascii")
    return character
