"""Upstream's copyright statements and a copy's in, those whose holders the copy does not name out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from .holder_names import holders, squeezed

# Shorter names are only equal when they are spelled alike: "Wei Zhang" and "Wei Zheng" are two people.
LEAST_FUZZY = 9
# A name of at least so many letters is also found in a statement whose names could not be told apart.
LEAST_CONTAINED = 6


@lru_cache(maxsize=4096)
def same_holder(a: str, b: str) -> bool:
    """Whether two names, or two statements, are of the same holders, small differences of spelling aside."""
    ours, theirs = sorted(map(squeezed, holders(a))), sorted(map(squeezed, holders(b)))
    return len(ours) == len(theirs) and all(map(_alike, ours, theirs))


def holders_missing(upstream: Iterable[str], copy: Iterable[str]) -> tuple[str, ...]:
    """The upstream's statements of which the copy's name not every holder. Years do not matter."""
    carried = tuple(copy)
    names = frozenset(squeezed(name) for statement in carried for name in holders(statement))
    texts = [squeezed(statement) for statement in carried]
    return tuple(
        statement
        for statement in dict.fromkeys(upstream)
        if not all(_is_named(squeezed(name), names, texts) for name in holders(statement))
    )


def _is_named(name: str, names: frozenset[str], texts: list[str]) -> bool:
    if name in names or (len(name) >= LEAST_CONTAINED and any(name in text for text in texts)):
        return True
    return any(_alike(name, other) for other in names)


def _alike(one: str, other: str) -> bool:
    """Equal, or about one letter in ten wrong, missing or changed about: "HugginFace", "Studio-Ouisa"."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < LEAST_FUZZY or one[0] != other[0] or _digits(one) != _digits(other):
        return False
    most = round(shorter / 10)
    return bool(OSA.distance(one, other, score_cutoff=most) <= most)


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
