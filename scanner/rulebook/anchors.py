r"""Anchors: the patterns that tell a licence's text from its near twins, in a language that no text can make slow.

Edit this when an anchor needs a sign that it may not use yet. An anchor stands for words of a normalised text (lower
case, joined by single spaces). It may use letters, digits, spaces, ``.`` for any one character (as in ``llama 3.1``,
whatever became of the full stop), ``(?:one|other)``, ``?``, ``\b`` and the gap ``.{0,N}``. Nothing in it repeats
without end, so a search looks at a bounded number of characters from each place.
"""

from __future__ import annotations

import re
from functools import cache
from math import prod

from ..support.lazy import lazy_pattern

# How many ways an anchor may be tried from one place in a text.
MOST_WAYS = 5_000

_TOKEN = lazy_pattern(
    r"(?P<gap>\.\{0,(?P<reach>\d{1,4})\})|(?P<choice>[?|])|\(\?:|\)|\[[a-z0-9 ]+\]|\\b|[^\W_A-Z]|[ .]|(?P<other>.)",
    re.S,
)


def anchor_problem(pattern: str) -> str:
    """Why ``pattern`` is no anchor, in words that follow it; empty where it is one."""
    tokens = list(_TOKEN.finditer(pattern))
    if other := next((token["other"] for token in tokens if token["other"]), None):
        return f"may not use {other!r}"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"is no pattern: {error}"
    gaps = [int(token["reach"]) + 1 for token in tokens if token["gap"]]
    ways = prod(gaps) * 2 ** sum(token["choice"] is not None for token in tokens)
    return f"can match in {ways:,} ways, more than {MOST_WAYS:,}" if ways > MOST_WAYS else ""


def all_of(anchors: tuple[str, ...], text: str) -> bool:
    """Whether every anchor stands in ``text``."""
    return all(_pattern(anchor).search(text) for anchor in anchors)


def any_of(anchors: tuple[str, ...], text: str) -> bool:
    """Whether one of the anchors does."""
    return any(_pattern(anchor).search(text) for anchor in anchors)


@cache
def _pattern(anchor: str) -> re.Pattern[str]:
    return re.compile(anchor)
