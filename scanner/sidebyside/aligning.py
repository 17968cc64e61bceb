"""The lines of a copy and of its upstream in, which line stands beside which out.

A definition's own lines (those of no definition inside it) are compared with the own lines of its counterpart only, so
that definitions may stand in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from ..arrays import Array

# Edited lines are paired when they are at least this alike (0 to 100); blocks of more pairs are not searched.
_ALIKE = 60.0
_MOST_PAIRS = 4_000

Pair = tuple[int | None, int | None]
Span = tuple[int, int]
# Of a definition the first and last line (1-based), and those of its counterpart, if it has one.
Spans = tuple[Span, Span | None]


class Keys(NamedTuple):
    """What lines are compared by: equal ``exact`` values are the same line; ``loose`` texts tell how alike two are."""

    exact: Sequence[Hashable]
    loose: Sequence[str]


def aligned(copy: Keys, upstream: Keys, spans: Sequence[Spans]) -> Iterator[Pair]:
    """Pairs of places (0-based), None where a side has no line, in the order of the copy."""
    owners = _owners(len(copy.exact), [own for own, _ in spans])
    counterparts = sorted({other for _, other in spans if other})
    numbers = {other: number for number, other in enumerate(counterparts)}
    other_owners = _owners(len(upstream.exact), counterparts)
    partners: dict[int, int] = {}
    extra: defaultdict[int, list[int]] = defaultdict(list)
    for number, (_, other) in enumerate(spans):
        if other:
            own, theirs = np.flatnonzero(owners == number), np.flatnonzero(other_owners == numbers[other])
            _enter(list(_within(copy, upstream, own.tolist(), theirs.tolist())), partners, extra)
    yield from ((None, place) for place in extra[-1])
    for place in range(len(copy.exact)):
        yield place, partners.get(place)
        yield from ((None, other) for other in extra[place])


def _owners(length: int, spans: Sequence[Span]) -> Array:
    """For each line the innermost span that holds it, -1 where none does."""
    owners = np.full(length, -1, np.int64)
    for number in sorted(range(len(spans)), key=lambda each: spans[each][0] - spans[each][1]):
        first, last = spans[number]
        owners[max(first - 1, 0) : last] = number
    return owners


def _enter(pairs: list[Pair], partners: dict[int, int], extra: defaultdict[int, list[int]]) -> None:
    """Note partners; a line that only the upstream has stands below the copy's line before it."""
    first = next((mine for mine, _ in pairs if mine is not None), None)
    if first is None:
        return
    above = first - 1
    for mine, theirs in pairs:
        if mine is None and theirs is not None:
            extra[above].append(theirs)
        if mine is not None:
            above = mine
            if theirs is not None:
                partners[mine] = theirs


def _within(copy: Keys, upstream: Keys, own: list[int], theirs: list[int]) -> Iterator[Pair]:
    """Align two lists of places by a longest common subsequence; what lies between is paired where it is alike."""
    mine, other = [copy.exact[place] for place in own], [upstream.exact[place] for place in theirs]
    done_mine = done_theirs = 0
    for block in Indel.opcodes(mine, other).as_matching_blocks():
        left, right = own[done_mine : block.a], theirs[done_theirs : block.b]
        yield from _alike(copy.loose, upstream.loose, left, right)
        yield from zip(own[block.a : block.a + block.size], theirs[block.b : block.b + block.size], strict=True)
        done_mine, done_theirs = block.a + block.size, block.b + block.size


def _alike(copy: Sequence[str], upstream: Sequence[str], own: list[int], theirs: list[int]) -> Iterator[Pair]:
    """The pairing in order that is most alike in all; the copy's lines first where neither side has a partner."""
    if not own or not theirs or len(own) * len(theirs) > _MOST_PAIRS:
        yield from ((place, None) for place in own)
        yield from ((None, place) for place in theirs)
        return
    scores = process.cdist(
        [copy[place] for place in own], [upstream[place] for place in theirs], scorer=fuzz.ratio, score_cutoff=_ALIKE
    )
    row = column = 0
    best = _best(scores)
    while row < len(own) or column < len(theirs):
        if row < len(own) and column < len(theirs) and _takes(scores, best, row, column):
            yield own[row], theirs[column]
            row, column = row + 1, column + 1
        elif row < len(own) and (column == len(theirs) or best[row + 1][column] >= best[row][column + 1]):
            yield own[row], None
            row += 1
        else:
            yield None, theirs[column]
            column += 1


def _best(scores: Array) -> list[list[float]]:
    """For each start in both lists, how alike the rest can be."""
    rows, columns = scores.shape
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    told = scores.tolist()
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            paired = told[row][column] + best[row + 1][column + 1]
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    return best


def _takes(scores: Array, best: list[list[float]], row: int, column: int) -> bool:
    score = float(scores[row, column])
    return score > 0 and score + best[row + 1][column + 1] >= best[row][column]
