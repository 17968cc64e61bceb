"""A comparison and one of its places in, the row with what differs in its lines marked out."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Indel

from .comparing import Comparison, Reading
from .model import Line, Mark, Piece, Place, Row
from .words import words

# Longer lines are data; their beginnings tell enough.
_LONGEST = 400


def row(comparison: Comparison, place: Place) -> Row:
    """The lines of a place; in one whose two lines differ, each word is renamed, changed or plain."""
    copy = None if place.copy is None else comparison.copy[place.copy - 1]
    upstream = None if place.upstream is None else comparison.upstream[place.upstream - 1]
    if copy is None or upstream is None or copy.shown == upstream.shown:
        return Row(place.kind, _plain(copy, place.copy), _plain(upstream, place.upstream))
    parts, others = words(copy.shown[:_LONGEST]), words(upstream.shown[:_LONGEST])
    function = comparison.functions[(place.copy or 1) - 1]
    marks, other_marks = _marks(parts, comparison.names.put_back(parts, function), others)
    mine = _line(place.copy or 0, parts, marks, len(copy.shown) > _LONGEST)
    theirs = _line(place.upstream or 0, others, other_marks, len(upstream.shown) > _LONGEST)
    return Row(place.kind, mine, theirs)


def _marks(copy: Sequence[str], undone: Sequence[str], upstream: Sequence[str]) -> tuple[list[Mark], list[Mark]]:
    """A mark for each word: what is equal only with the renames undone is renamed, what has no equal is changed."""
    marks = [Mark.PLAIN if word.isspace() else Mark.CHANGED for word in copy]
    other_marks = [Mark.PLAIN if word.isspace() else Mark.CHANGED for word in upstream]
    places, other_places = _inked(copy), _inked(upstream)
    mine, theirs = [undone[place] for place in places], [upstream[place] for place in other_places]
    for block in Indel.opcodes(mine, theirs).as_matching_blocks():
        for step in range(block.size):
            place, other = places[block.a + step], other_places[block.b + step]
            marks[place] = other_marks[other] = Mark.PLAIN if copy[place] == upstream[other] else Mark.RENAMED
    return marks, other_marks


def _inked(parts: Sequence[str]) -> list[int]:
    return [place for place, word in enumerate(parts) if not word.isspace()]


def _plain(line: Reading | None, number: int | None) -> Line | None:
    if line is None or number is None:
        return None
    pieces = (Piece(line.shown[:_LONGEST], Mark.PLAIN),) if line.shown else ()
    return Line(number, pieces, len(line.shown) > _LONGEST)


def _line(number: int, parts: Sequence[str], marks: Sequence[Mark], cut: bool) -> Line:
    """Neighbours with one mark make one piece."""
    pieces: list[Piece] = []
    for word, mark in zip(parts, marks, strict=True):
        if pieces and pieces[-1].mark is mark:
            pieces[-1] = Piece(pieces[-1].text + word, mark)
        else:
            pieces.append(Piece(word, mark))
    return Line(number, tuple(pieces), cut)
