"""Two texts and how the definitions of one stand in the other in, rows of aligned and marked lines out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

from ..clones import DefinitionMatch, Rename
from .aligning import Keys, aligned
from .model import Line, Mark, Piece, Row, RowKind
from .words import Originals, originals, plain, words

# Longer lines are data; their beginnings tell enough.
_LONGEST = 400
_TAB = 4


class _Read(NamedTuple):
    """A line as it stands, and its words; of a copy, ``undone`` are the words with the renames undone."""

    words: list[str]
    undone: list[str]
    cut: bool
    key: tuple[str, ...] | str


def rows(
    copy: Sequence[str], upstream: Sequence[str], definitions: Sequence[DefinitionMatch], renames: Sequence[Rename]
) -> Iterator[Row]:
    """``copy`` and ``upstream`` are lines without their ends; each upstream of ``definitions`` is of that one file."""
    functions = _functions(len(copy), definitions)
    names = originals(renames)
    mine = [_read(line, names, function) for line, function in zip(copy, functions, strict=True)]
    theirs = [_read(line, _NOTHING_RENAMED, "") for line in upstream]
    for left, right in aligned(_keys(mine), _keys(theirs), definitions):
        one = None if left is None else mine[left]
        other = None if right is None else theirs[right]
        yield _row(one, other, left or 0, right or 0)


_NOTHING_RENAMED = Originals({}, {}, {})


def _functions(length: int, definitions: Sequence[DefinitionMatch]) -> list[str]:
    """For each line the innermost definition's name, by which the renames of its locals are known."""
    functions = [""] * length
    for each in sorted(definitions, key=lambda one: one.first_line - one.last_line):
        first, last = max(each.first_line - 1, 0), min(each.last_line, length)
        functions[first:last] = [plain(each.qualname)] * max(last - first, 0)
    return functions


def _read(line: str, names: Originals, function: str) -> _Read:
    shown = line.expandtabs(_TAB).rstrip()
    parts = words(shown[:_LONGEST])
    undone = names.undone(parts, function)
    told = tuple(word for word in undone if not word.isspace())
    # What is cut off counts as well, as it stands.
    return _Read(parts, undone, len(shown) > _LONGEST, (*told, shown[_LONGEST:]) if shown[_LONGEST:] else told)


def _keys(lines: Iterable[_Read]) -> Keys:
    read = list(lines)
    return Keys([line.key for line in read], ["".join(line.undone).strip() for line in read])


def _row(copy: _Read | None, upstream: _Read | None, left: int, right: int) -> Row:
    if copy is None or upstream is None:
        kind = RowKind.UPSTREAM_ONLY if copy is None else RowKind.COPY_ONLY
        return Row(kind, copy and _plain(copy, left + 1), upstream and _plain(upstream, right + 1))
    marks, other_marks = _marks(copy, upstream)
    kind = RowKind.SAME
    if Mark.CHANGED in marks or Mark.CHANGED in other_marks or copy.key != upstream.key:
        kind = RowKind.CHANGED
    elif Mark.RENAMED in marks:
        kind = RowKind.RENAMED
    return Row(kind, _line(copy, marks, left + 1), _line(upstream, other_marks, right + 1))


def _marks(copy: _Read, upstream: _Read) -> tuple[list[Mark], list[Mark]]:
    """A mark for each word: what is equal only with the renames undone is renamed, what has no equal is changed."""
    if copy.words == upstream.words:
        return [Mark.PLAIN] * len(copy.words), [Mark.PLAIN] * len(upstream.words)
    marks = [Mark.PLAIN if word.isspace() else Mark.CHANGED for word in copy.words]
    other_marks = [Mark.PLAIN if word.isspace() else Mark.CHANGED for word in upstream.words]
    places, other_places = _inked(copy.words), _inked(upstream.words)
    mine, theirs = [copy.undone[place] for place in places], [upstream.words[place] for place in other_places]
    for block in Indel.opcodes(mine, theirs).as_matching_blocks():
        for step in range(block.size):
            place, other = places[block.a + step], other_places[block.b + step]
            same = copy.words[place] == upstream.words[other]
            marks[place] = other_marks[other] = Mark.PLAIN if same else Mark.RENAMED
    return marks, other_marks


def _inked(line: Sequence[str]) -> list[int]:
    return [place for place, word in enumerate(line) if not word.isspace()]


def _plain(line: _Read, number: int) -> Line:
    return _line(line, [Mark.PLAIN] * len(line.words), number)


def _line(line: _Read, marks: Sequence[Mark], number: int) -> Line:
    """Neighbours with one mark make one piece."""
    pieces: list[Piece] = []
    for word, mark in zip(line.words, marks, strict=True):
        if pieces and pieces[-1].mark is mark:
            pieces[-1] = Piece(pieces[-1].text + word, mark)
        else:
            pieces.append(Piece(word, mark))
    return Line(number, tuple(pieces), line.cut)
