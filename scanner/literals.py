"""Strings and numbers in syntax trees in, what a token stream keeps of them out."""

from __future__ import annotations

from tree_sitter import Node

from .grammar import ACTIONS, NAMES
from .token_format import number_token

_TEXT = frozenset(("string_start", "string_content", "string_end", "escape_sequence", "escape_interpolation"))


def interpolated(node: Node) -> list[Node]:
    """The expressions in a string's replacement fields and their format specifications, in order."""
    parts: list[Node] = []
    stack = node.children[::-1]
    while stack:
        child = stack.pop()
        name = NAMES[child.kind_id]
        if name in ("interpolation", "string", "format_specifier", "format_expression"):
            stack.extend(reversed(child.children))
        elif name not in _TEXT and ACTIONS[child.kind_id] and child.is_named:
            parts.append(child)
    return parts


def number(text: bytes) -> int:
    """A number by its value: ``1e-5`` is ``0.00001`` and ``0x10`` is ``16``, but ``1`` is not ``1.0``."""
    digits = text.replace(b"_", b"").lower()
    try:
        if digits[-1:] == b"j":
            value = repr(complex(digits.decode()))
        elif digits.isdigit() or digits[:2] in (b"0x", b"0o", b"0b"):
            value = str(int(digits, 10 if digits.isdigit() else 0))
        else:
            value = repr(float(digits))
    except ValueError:  # Python 2's `10L`, or more digits than int() takes
        value = digits.decode("ascii", "replace")
    return number_token(value)
