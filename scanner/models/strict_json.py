"""Reads JSON that a stranger wrote into a header or an index, as strictly as the libraries that load weights do.

Edit this when one more trick of such a text has to be refused.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from ..support.nesting import NESTED_TOO_DEEPLY, is_deep_json

# Of a header of 200,000 tensors: a number more than the library's own limit for each, and some.
_MOST_COMMAS = 4_000_000
_MOST_BRACKETS = 700_000
# 2^64 has 20.
_MOST_DIGITS = 20


class BrokenFactsError(ValueError):
    """A file of a model says what no such file can say. It becomes a `Skipped` in this room, in one line."""


def strict_object(stored: bytes) -> dict[str, Any]:
    """The JSON object in ``stored``. Raises BrokenFactsError, also for what Python's own reader lets through.

    That is: keys that stand twice, NaN and infinities, numbers of more than 20 digits, halves of characters, and so
    many values that they would not fit into memory.
    """
    if stored.count(b",") > _MOST_COMMAS or stored.count(b"[") + stored.count(b"{") > _MOST_BRACKETS:
        raise BrokenFactsError("it has more values than 200,000 tensors need")
    try:
        text = stored.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenFactsError(f"it is not UTF-8: byte {error.start:,} of its JSON") from None
    if is_deep_json(text):
        raise BrokenFactsError(f"its JSON is {NESTED_TOO_DEEPLY}")
    try:
        loaded = json.loads(
            text, object_pairs_hook=_once, parse_constant=_constant, parse_int=_whole, parse_float=_fraction
        )
    except RecursionError:
        raise BrokenFactsError(f"its JSON is {NESTED_TOO_DEEPLY}") from None
    except json.JSONDecodeError as error:
        raise BrokenFactsError(f"it is not valid JSON: {error.msg}, character {error.pos:,}") from None
    if not isinstance(loaded, dict):
        raise BrokenFactsError("its JSON is not an object")
    return loaded


def is_whole(value: object) -> bool:
    """Whether ``value`` is a whole number from 0 to 2^63 - 1: a length, an offset, a dimension. ``true`` is none."""
    return type(value) is int and 0 <= value < 2**63


def shown(value: object) -> str:
    """``value``, of any kind and length, in a message: never an object's own text, which may be without end."""
    from ..support.escaping import escape

    if isinstance(value, str):
        return f'"{escape(value[:80])}…"' if len(value) > 80 else f'"{escape(value)}"'
    return str(value) if value is None or isinstance(value, (bool, int, float)) else f"a {type(value).__name__}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BrokenFactsError(f"the key {shown(twice)} stands twice in it")
    for key in found:
        if not key.isascii() and any("\ud800" <= character <= "\udfff" for character in key):
            raise BrokenFactsError(f"the key {shown(key)} holds half of a character")
    return found


def _constant(text: str) -> NoReturn:
    raise BrokenFactsError(f"{text} stands in it, which is no JSON")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise BrokenFactsError(f"a number of {len(digits):,} digits stands in it")
    return int(digits)


def _fraction(text: str) -> float:
    return float(text) if len(text) < 400 else _whole("9" * len(text))
