"""Reads JSON of strangers within bounds, into Python's own values. Edit this when JSON is read that should be refused.

Python's parser takes more than JSON is (NaN, numbers without end) and the last of two values of one key, where other
programs take the first: what is said of a file must not depend on who reads it.
"""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Any, NamedTuple

from .nesting import NESTED_TOO_DEEPLY, is_deep_json

_MOST_SHOWN = 60
# What programs write has at most 25 signs.
_LONGEST_FRACTION = 40
# The vocabulary and the merges of the largest tokenizers: 262,144 tokens and 580,000 pairs.
MOST_VALUES = 4_000_000


class JsonBounds(NamedTuple):
    """What a text may hold."""

    values: int = MOST_VALUES
    """Commas, by which memory is bounded."""
    brackets: int = 0
    """Objects and arrays, which take more; 0 for any number."""
    # ``model_max_length`` of many tokenizers is a number of 31 digits.
    digits: int = 40
    """Of one whole number."""
    halves: bool = True
    """Whether a key may hold half of a character, a surrogate without the other."""
    told: str = ""
    """What is said where there are more values; empty for how many may be."""


class BrokenJsonError(Exception):
    """What is wrong, in one line."""


def parse_json(text: str | bytes, bounds: JsonBounds = JsonBounds(), *, strict: bool = True) -> Any:
    """The value that ``text`` is. Raises BrokenJsonError, also for what would take long to read.

    Unless ``strict``, a key may stand twice, of which the last counts, and numbers may be NaN or of any size.
    """
    if _has_more(text, bounds):
        raise BrokenJsonError(bounds.told or f"more than {bounds.values:,} values: not read")
    if is_deep_json(text):
        raise BrokenJsonError(f"not valid JSON: {NESTED_TOO_DEEPLY}")
    try:
        return json.loads(text, **(_strictly(bounds) if strict else {}))
    except RecursionError:
        raise BrokenJsonError(f"not valid JSON: {NESTED_TOO_DEEPLY}") from None
    except ValueError as error:  # JSONDecodeError is one; so is text in another encoding
        raise BrokenJsonError(f"not valid JSON: {' '.join(str(error).split())[:300]}") from None


def _has_more(text: str | bytes, bounds: JsonBounds) -> bool:
    comma, square, curly = (",", "[", "{") if isinstance(text, str) else (b",", b"[", b"{")
    count: Any = text.count
    return count(comma) > bounds.values or bool(bounds.brackets and count(square) + count(curly) > bounds.brackets)


def _strictly(bounds: JsonBounds) -> dict[str, Any]:
    return {
        "object_pairs_hook": _object if bounds.halves else _object_of_whole_keys,
        "parse_int": partial(_integer, bounds.digits),
        "parse_float": _fraction,
        "parse_constant": _constant,
    }


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {shown(twice)} stands twice in one object")
    return found


def _object_of_whole_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = _object(pairs)
    for key in found:
        if not key.isascii() and any("\ud800" <= character <= "\udfff" for character in key):
            raise ValueError(f"the key {shown(key)} holds half of a character")
    return found


def _integer(most: int, digits: str) -> int:
    if len(digits) > most:
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits) if len(digits) <= _LONGEST_FRACTION else math.inf
    if math.isinf(number):
        raise ValueError(f"the number {digits[:_MOST_SHOWN]} is too large or too long")
    return number


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no value of JSON")


def one_line(text: str) -> str:
    """``text`` as it stands where it prints on one line and is short, else as ``shown``."""
    return text if text.isprintable() and len(text) <= _MOST_SHOWN else shown(text)


def shown(text: str) -> str:
    """``text`` in quotation marks, on one line, cut where it is long."""
    return json.dumps(
        text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…", ensure_ascii=not text.isprintable()
    )
