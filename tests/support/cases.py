"""Many spellings of one property: what is made of each, beside what should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Case = TypeVar("Case")
Found = TypeVar("Found")


def failures(function: Callable[[Case], Found], cases: Iterable[tuple[Case, Found]]) -> list[tuple[Case, Found, Found]]:
    """The cases that ``function`` makes something else of: each with what it makes, and what it should."""
    made = [(case, function(case), expected) for case, expected in cases]
    assert made
    return [each for each in made if each[1] != each[2]]
