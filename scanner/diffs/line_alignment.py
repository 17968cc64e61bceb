"""The lines of a copy beside those of its upstream, with the copy's renames undone line by line.

Edit this when a name is shown as renamed that is not, or when two lines stand beside each other that should not. Which
renames are undone, syntax/rename_undo.py says; it undoes them in whole files, which takes a file that parses, and time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from ..results import MODULE, DefinitionMatch, Kind, Rename
from ..support.arrays import Array
from ..syntax.rename_undo import plain_qualname, undoable
from .model import LinePair, RowKind

_TAB = 4
# Of two longer lines only the beginnings are compared: the time it takes grows with the square.
_LONGEST_COMPARED = 400
# Of a longer line, which is data, the rest keeps its names.
_LONGEST = 5_000
# Edited lines are paired when they are at least this alike (0 to 100); blocks of more pairs are not searched.
_ALIKE = 60.0
_MOST_PAIRS = 4_000
# Every character belongs to exactly one word, so that the words of a line put together are the line.
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_EITHER = frozenset({Kind.CLASS, Kind.FUNCTION})

_Pair = tuple[int | None, int | None]
_Span = tuple[int, int]
# Of a definition the first and last line (1-based), and those of its counterpart, if it has one.
_Spans = tuple[_Span, _Span | None]


class UndoneLine(NamedTuple):
    """A line as it is shown, and with the copy's renames undone."""

    shown: str
    undone: str

    @property
    def key(self) -> str:
        """What two lines must share to be the same but for names: blanks do not count."""
        return "".join(self.undone.split())


class AlignedLines(NamedTuple):
    """The lines of both files, and what stands beside what."""

    copy: Sequence[UndoneLine]
    upstream: Sequence[UndoneLine]
    pairs: Sequence[LinePair]
    """In the order of the copy."""
    functions: Sequence[str]
    """For each line of the copy, the name of the innermost definition around it."""
    names: OriginalNames
    """The names to put back in these lines."""


def align_lines(
    copy: Sequence[str], upstream: Sequence[str], definitions: Sequence[DefinitionMatch], renames: Sequence[Rename]
) -> AlignedLines:
    """``copy`` and ``upstream`` are lines without their ends; each upstream of ``definitions`` is of that one file."""
    names, functions = original_names(renames), _functions(len(copy), definitions)
    shown = [_shown(line) for line in copy]
    mine = [UndoneLine(line, names.undone(line, function)) for line, function in zip(shown, functions, strict=True)]
    theirs = [UndoneLine(line, line) for line in map(_shown, upstream)]
    spans = _spans((1, len(copy)), (1, len(upstream)), definitions)
    return AlignedLines(mine, theirs, list(_line_pairs(mine, theirs, spans)), functions, names)


def _spans(copy: _Span, upstream: _Span, definitions: Sequence[DefinitionMatch]) -> list[_Spans]:
    """The whole files stand beside each other first: what no definition has is in their headers, notices included."""
    inner = [each for each in definitions if each.qualname != MODULE]
    return [(copy, upstream), *(((each.first_line, each.last_line), _counterpart(each)) for each in inner)]


def _counterpart(definition: DefinitionMatch) -> _Span | None:
    region = definition.upstream
    return (region.first_line, region.last_line) if region else None


def _line_pairs(
    mine: Sequence[UndoneLine], theirs: Sequence[UndoneLine], spans: Sequence[_Spans]
) -> Iterator[LinePair]:
    keys, other_keys = _keys(mine), _keys(theirs)
    for left, right in _aligned_pairs(keys, other_keys, spans):
        number, other = None if left is None else left + 1, None if right is None else right + 1
        if left is None or right is None:
            yield LinePair(RowKind.UPSTREAM_ONLY if left is None else RowKind.COPY_ONLY, number, other)
        elif keys.exact[left] != other_keys.exact[right]:
            yield LinePair(RowKind.CHANGED, number, other)
        else:
            renamed = mine[left].shown != mine[left].undone
            yield LinePair(RowKind.RENAMED if renamed else RowKind.SAME, number, other)


def _functions(length: int, definitions: Sequence[DefinitionMatch]) -> list[str]:
    """For each line the innermost definition's name, by which the renames of its locals are known."""
    functions = [""] * length
    for each in sorted(definitions, key=lambda one: one.first_line - one.last_line):
        first, last = max(each.first_line - 1, 0), min(each.last_line, length)
        functions[first:last] = [plain_qualname(each.qualname)] * max(last - first, 0)
    return functions


def _shown(line: str) -> str:
    return line.expandtabs(_TAB).rstrip()


def _keys(lines: Sequence[UndoneLine]) -> _LineKeys:
    return _LineKeys([line.key for line in lines], [line.undone.strip()[:_LONGEST_COMPARED] for line in lines])


def words(line: str) -> list[str]:
    """The line taken apart: names and numbers, blanks, and each other character by itself."""
    return _WORD.findall(line)


class OriginalNames(NamedTuple):
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


def original_names(renames: Sequence[Rename]) -> OriginalNames:
    """By name, the most frequent rename first; a class or function may be named with a dot before it or without."""
    found = OriginalNames({}, {}, defaultdict(dict))
    for rename in undoable(renames):
        if rename.scope:
            found.locals[plain_qualname(rename.scope)].setdefault(rename.copy, rename.original)
            continue
        if rename.kind is Kind.ATTRIBUTE or rename.kind in _EITHER:
            found.attributes.setdefault(rename.copy, rename.original)
        if rename.kind is not Kind.ATTRIBUTE:
            found.names.setdefault(rename.copy, rename.original)
    return found


class _LineKeys(NamedTuple):
    """What lines are compared by: equal ``exact`` values are the same line; ``loose`` texts tell how alike two are."""

    exact: Sequence[Hashable]
    loose: Sequence[str]


def _aligned_pairs(copy: _LineKeys, upstream: _LineKeys, spans: Sequence[_Spans]) -> Iterator[_Pair]:
    """Pairs of lines (0-based), None where a side has no line, in the order of the copy."""
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
    yield from ((None, line) for line in extra[-1])
    for line in range(len(copy.exact)):
        yield line, partners.get(line)
        yield from ((None, other) for other in extra[line])


def _owners(length: int, spans: Sequence[_Span]) -> Array:
    """For each line the innermost span that holds it, -1 where none does."""
    owners = np.full(length, -1, np.int64)
    for number in sorted(range(len(spans)), key=lambda each: spans[each][0] - spans[each][1]):
        first, last = spans[number]
        owners[max(first - 1, 0) : last] = number
    return owners


def _enter(pairs: list[_Pair], partners: dict[int, int], extra: defaultdict[int, list[int]]) -> None:
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


def _within(copy: _LineKeys, upstream: _LineKeys, own: list[int], theirs: list[int]) -> Iterator[_Pair]:
    """Align two lists of lines by a longest common subsequence; what lies between is paired where it is alike."""
    mine, other = [copy.exact[line] for line in own], [upstream.exact[line] for line in theirs]
    done_mine = done_theirs = 0
    for block in Indel.opcodes(mine, other).as_matching_blocks():
        left, right = own[done_mine : block.a], theirs[done_theirs : block.b]
        yield from _alike(copy.loose, upstream.loose, left, right)
        yield from zip(own[block.a : block.a + block.size], theirs[block.b : block.b + block.size], strict=True)
        done_mine, done_theirs = block.a + block.size, block.b + block.size


def _alike(copy: Sequence[str], upstream: Sequence[str], own: list[int], theirs: list[int]) -> Iterator[_Pair]:
    """The pairing in order that is most alike in all; the copy's lines first where neither side has a partner."""
    if not own or not theirs or len(own) * len(theirs) > _MOST_PAIRS:
        yield from ((line, None) for line in own)
        yield from ((None, line) for line in theirs)
        return
    scores = process.cdist(
        [copy[line] for line in own], [upstream[line] for line in theirs], scorer=fuzz.ratio, score_cutoff=_ALIKE
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
    alike = scores.tolist()
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            paired = alike[row][column] + best[row + 1][column + 1]
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    return best


def _takes(scores: Array, best: list[list[float]], row: int, column: int) -> bool:
    score = float(scores[row, column])
    return score > 0 and score + best[row + 1][column + 1] >= best[row][column]
