"""Reads JSON that a stranger wrote into a header or an index, as strictly as the libraries that load weights do.

Edit this when one more trick of such a text has to be refused.
"""

from __future__ import annotations

from typing import Any

from ..support.json_text import BrokenJsonError, JsonBounds, parse_json

# A header of 200,000 tensors: a number more than the library's own limit for each, and some. 2^64 has 20 digits.
_HEADER = JsonBounds(4_000_000, 700_000, 20, halves=False, told="more values than 200,000 tensors need")


class BrokenFactsError(ValueError):
    """A file of a model says what no such file can say. It becomes a `Skipped` in this room, in one line."""


def strict_object(stored: bytes) -> dict[str, Any]:
    """The JSON object in ``stored``. Raises BrokenFactsError, also for what Python's own reader lets through.

    That is: keys that stand twice, NaN and infinities, numbers of more than 20 digits, halves of characters, and so
    many values that they would not fit into memory.
    """
    try:
        loaded = parse_json(stored.decode("utf-8"), _HEADER)
    except UnicodeDecodeError as error:
        raise BrokenFactsError(f"it is not UTF-8: byte {error.start:,} of its JSON") from None
    except BrokenJsonError as error:
        has_more = str(error) == _HEADER.told
        raise BrokenFactsError(f"it {'has' if has_more else 'is'} {error}") from None
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
