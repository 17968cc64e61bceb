"""Anchors and a normalised text in, whether they stand in it out."""

from __future__ import annotations

import re
from functools import cache


def all_of(anchors: tuple[str, ...], text: str) -> bool:
    """Whether every anchor stands in ``text``."""
    return all(_pattern(anchor).search(text) for anchor in anchors)


def any_of(anchors: tuple[str, ...], text: str) -> bool:
    """Whether one of the anchors does."""
    return any(_pattern(anchor).search(text) for anchor in anchors)


@cache
def _pattern(anchor: str) -> re.Pattern[str]:
    return re.compile(anchor)
