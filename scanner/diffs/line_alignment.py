"""The words of a line of code, and those of a copy with its renames undone, as they are shown beside the original.

Edit this when a name is shown as renamed that is not, or the other way about. Which renames are undone clones.py says,
for restore.py as well, which puts names back in files: that takes the syntax of a whole file that parses, and time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from ..matching.comparison import MODULE
from ..results import DefinitionMatch, Kind, Rename
from ..support.arrays import Array
from ..syntax.rename_undo import plain_qualname, undoable
from .model import Place, RowKind

# Every character belongs to exactly one word, so that the words of a line put together are the line.
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_EITHER = frozenset({Kind.CLASS, Kind.FUNCTION})
# What is longer is data; its names are left as they are.
_LONGEST = 5_000


def words(line: str) -> list[str]:
    """The line taken apart: names and numbers, blanks, and each other character by itself."""
    return _WORD.findall(line)


class Originals(NamedTuple):
    """The original's names by the copy's: those of the whole file, those after a dot, and those of each function."""

    names: dict[str, str]
    attributes: dict[str, str]
    locals: dict[str, dict[str, str]]

    def undone(self, line: str, function: str) -> str:
        """A line of ``function`` with each name put back, as far as what stands before it tells its kind."""
        local = self.locals.get(function, {})
        parts = words(line[:_LONGEST])
        if all(known.keys().isdisjoint(parts) for known in (self.names, self.attributes, local)):
            return line
        return "".join(self.put_back(parts, function)) + line[_LONGEST:]

    def put_back(self, parts: Sequence[str], function: str) -> list[str]:
        """As ``undone``, word for word."""
        local = self.locals.get(function, {})
        original = []
        before = ""
        for word in parts:
            known = self.attributes.get(word) if before == "." else local.get(word) or self.names.get(word)
            original.append(known or word)
            before = before if word.isspace() else word
        return original


def originals(renames: Sequence[Rename]) -> Originals:
    """By name, the most frequent rename first; a class or function may be named with a dot before it or without."""
    found = Originals({}, {}, defaultdict(dict))
    for rename in undoable(renames):
        if rename.scope:
            found.locals[plain_qualname(rename.scope)].setdefault(rename.copy, rename.original)
            continue
        if rename.kind is Kind.ATTRIBUTE or rename.kind in _EITHER:
            found.attributes.setdefault(rename.copy, rename.original)
        if rename.kind is not Kind.ATTRIBUTE:
            found.names.setdefault(rename.copy, rename.original)
    return found


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


_TAB = 4
# How alike two longer lines are is told by their beginnings: the time it takes grows with the square.
_LONGEST_COMPARED = 400


class Reading(NamedTuple):
    """A line as it is shown, and with the renames of the copy undone."""

    shown: str
    undone: str

    @property
    def key(self) -> str:
        """What two lines must share to be the same but for names: blanks do not count."""
        return "".join(self.undone.split())


class Comparison(NamedTuple):
    """The lines of both files and, in the order of the copy, what stands beside what.

    ``functions`` has for each line of the copy the innermost definition's name, ``names`` the renames to undo there.
    """

    copy: Sequence[Reading]
    upstream: Sequence[Reading]
    places: Sequence[Place]
    functions: Sequence[str]
    names: Originals


def compared(
    copy: Sequence[str], upstream: Sequence[str], definitions: Sequence[DefinitionMatch], renames: Sequence[Rename]
) -> Comparison:
    """``copy`` and ``upstream`` are lines without their ends; each upstream of ``definitions`` is of that one file."""
    names, functions = originals(renames), _functions(len(copy), definitions)
    shown = [_shown(line) for line in copy]
    mine = [Reading(line, names.undone(line, function)) for line, function in zip(shown, functions, strict=True)]
    theirs = [Reading(line, line) for line in map(_shown, upstream)]
    spans = _spans((1, len(copy)), (1, len(upstream)), definitions)
    return Comparison(mine, theirs, list(_places(mine, theirs, spans)), functions, names)


def _spans(copy: Span, upstream: Span, definitions: Sequence[DefinitionMatch]) -> list[Spans]:
    """The whole files stand beside each other first: what no definition has is in their headers, notices included."""
    inner = [each for each in definitions if each.qualname != MODULE]
    return [(copy, upstream), *(((each.first_line, each.last_line), _counterpart(each)) for each in inner)]


def _counterpart(definition: DefinitionMatch) -> Span | None:
    region = definition.upstream
    return (region.first_line, region.last_line) if region else None


def _places(mine: Sequence[Reading], theirs: Sequence[Reading], spans: Sequence[Spans]) -> Iterator[Place]:
    keys, other_keys = _keys(mine), _keys(theirs)
    for left, right in aligned(keys, other_keys, spans):
        number, other = None if left is None else left + 1, None if right is None else right + 1
        if left is None or right is None:
            yield Place(RowKind.UPSTREAM_ONLY if left is None else RowKind.COPY_ONLY, number, other)
        elif keys.exact[left] != other_keys.exact[right]:
            yield Place(RowKind.CHANGED, number, other)
        else:
            renamed = mine[left].shown != mine[left].undone
            yield Place(RowKind.RENAMED if renamed else RowKind.SAME, number, other)


def _functions(length: int, definitions: Sequence[DefinitionMatch]) -> list[str]:
    """For each line the innermost definition's name, by which the renames of its locals are known."""
    functions = [""] * length
    for each in sorted(definitions, key=lambda one: one.first_line - one.last_line):
        first, last = max(each.first_line - 1, 0), min(each.last_line, length)
        functions[first:last] = [plain_qualname(each.qualname)] * max(last - first, 0)
    return functions


def _shown(line: str) -> str:
    return line.expandtabs(_TAB).rstrip()


def _keys(lines: Sequence[Reading]) -> Keys:
    return Keys([line.key for line in lines], [line.undone.strip()[:_LONGEST_COMPARED] for line in lines])
