"""Two texts and how the definitions of one stand in the other in, what became of each line out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..clones import DefinitionMatch, Rename, plain_qualname
from ..definitions import MODULE
from .aligning import Keys, Span, Spans, aligned
from .model import Place, RowKind
from .words import Originals, originals

_TAB = 4
# How alike two longer lines are is told by their beginnings: the time it takes grows with the square.
_LONGEST = 400


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
    return Keys([line.key for line in lines], [line.undone.strip()[:_LONGEST] for line in lines])
