"""Reads JSON of strangers within bounds, into Python's own values. Edit this when JSON is read that should be refused.

Python's parser takes more than JSON is (NaN, numbers without end) and the last of two values of one key, where other
programs take the first: what is said of a file must not depend on who reads it.
"""

from __future__ import annotations

import json
import math
from typing import Any

from .nesting import NESTED_TOO_DEEPLY, is_deep_json

# ``model_max_length`` of many tokenizers is a number of 31 digits.
_MOST_DIGITS = 40
_MOST_SHOWN = 60
# The vocabulary and the merges of the largest tokenizers: 262,144 tokens and 580,000 pairs.
MOST_VALUES = 4_000_000


class BrokenJsonError(Exception):
    """What is wrong, in one line."""


def parse_json(text: str | bytes, most_values: int = MOST_VALUES, *, strict: bool = True) -> Any:
    """The value that ``text`` is. Raises BrokenJsonError, also for what would take long to read.

    Unless ``strict``, a key may stand twice, of which the last counts, and numbers may be NaN or of any size.
    """
    comma: Any = "," if isinstance(text, str) else b","
    if text.count(comma) > most_values:
        raise BrokenJsonError(f"more than {most_values:,} values: not read")
    if is_deep_json(text):
        raise BrokenJsonError(f"not valid JSON: {NESTED_TOO_DEEPLY}")
    try:
        return json.loads(text, **(_STRICT if strict else {}))
    except RecursionError:
        raise BrokenJsonError(f"not valid JSON: {NESTED_TOO_DEEPLY}") from None
    except ValueError as error:  # JSONDecodeError is one; so is text in another encoding
        raise BrokenJsonError(f"not valid JSON: {' '.join(str(error).split())[:300]}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {shown(twice)} stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits) if len(digits) <= _MOST_DIGITS else math.inf
    if math.isinf(number):
        raise ValueError(f"the number {digits[:_MOST_SHOWN]} is too large or too long")
    return number


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no value of JSON")


_STRICT: dict[str, Any] = {
    "object_pairs_hook": _object,
    "parse_int": _integer,
    "parse_float": _fraction,
    "parse_constant": _constant,
}


def one_line(text: str) -> str:
    """``text`` as it stands where it prints on one line and is short, else as ``shown``."""
    return text if text.isprintable() and len(text) <= _MOST_SHOWN else shown(text)


def shown(text: str) -> str:
    """``text`` in quotation marks, on one line, cut where it is long."""
    return json.dumps(
        text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…", ensure_ascii=not text.isprintable()
    )
