"""Counts how deep a text of JSON, TOML or YAML is nested. Edit this when one more format is read.

Each parser has a limit of its own, which changes with its release and with the version of Python. What is said of a
text must not depend on that, so our own bound is counted here, before or beside the parser.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Protocol

from .lazy import lazy_pattern

# Notebooks with plots have a third of it; Python's own parsers, some of which count the caller's frames, take more.
MOST_DEPTH = 100
NESTED_TOO_DEEPLY = "nested too deeply"

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(set(range(256)) - _STEPS.keys())
_BRACKET = lazy_pattern(r"[\[\]{}]")
# A string or comment that is not closed goes to the end: each search ends where the next begins, in linear time.
_NO_TOML_CODE = lazy_pattern(
    r"""\"""(?s:.*?)(?:\"""|\Z)|'''(?s:.*?)(?:'''|\Z)|"[^"\n]*(?:"|$)|'[^'\n]*(?:'|$)|\#[^\n]*""", re.MULTILINE
)


class NestingMark(Protocol):
    """A place in a text, counted from 0, as PyYAML gives it."""

    line: int
    column: int


def is_deep_json(text: str | bytes) -> bool:
    """Whether arrays and objects nest more than MOST_DEPTH deep; also of a text that breaks off or is no JSON."""
    if not _has_many_brackets(text):
        return False
    # In bytes: brackets, quotes and backslashes are those of ASCII in UTF-8, and beside NULs in UTF-16 and UTF-32.
    stored = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text.replace(b"\0", b"")
    unescaped = stored.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in stored else stored
    brackets = b"".join(unescaped.split(b'"')[::2]).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MOST_DEPTH


def is_deep_toml(text: str) -> bool:
    """As ``is_deep_json``. Dotted keys and the names of tables, which nest too, are not counted."""
    if not _has_many_brackets(text):
        return False
    unescaped = text.replace("\\\\", "").replace('\\"', "")
    return passing(_NO_TOML_CODE.sub("", unescaped), MOST_DEPTH) is not None


def passing_in_refused_yaml(text: str, mark: NestingMark | None, most: int) -> int | None:
    """As ``passing``, of a text that its parser refuses at ``mark``, also when that is due to a limit of the parser's.

    Only the parser knows what is a string in YAML, so every bracket counts: a guess, to choose the better message by.
    """
    if mark is None:
        return passing(text, most)
    lines = text.split("\n")[: mark.line + 1]
    lines[mark.line :] = [line[: mark.column + 1] for line in lines[mark.line :]]
    return passing("\n".join(lines), most)


def passing(text: str, most: int) -> int | None:
    """The line (1-based) of the bracket that opens more than ``most`` at once; None where none does."""
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth = max(depth + _STEPS[ord(bracket[0])], 0)
        if depth > most:
            return text.count("\n", 0, bracket.start()) + 1
    return None


def _has_many_brackets(text: str | bytes) -> bool:
    if isinstance(text, str):
        return text.count("[") + text.count("{") > MOST_DEPTH
    return text.count(b"[") + text.count(b"{") > MOST_DEPTH
