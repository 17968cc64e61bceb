"""Many spellings of one property: what is made of each, beside what should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Case = TypeVar("Case")


def failures(
    function: Callable[[Case], object], cases: Iterable[tuple[Case, object]]
) -> list[tuple[Case, object, object]]:
    """The cases of which ``function`` makes something else: each with what it makes of it, and what it should."""
    made = [(case, function(case), expected) for case, expected in cases]
    assert made
    return [each for each in made if each[1] != each[2]]
