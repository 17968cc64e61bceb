"""Two aligned tensor layouts as one outline of a few dozen rows, fit for a picture: repeated layers are one row, large
subtrees are opened, what is small is summed up.

Edit this when another subtree should be opened first, or a picture may have more rows.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from ..results import LayoutRow
from .layout_fit import Fit
from .name_alignment import Aligner
from .name_trie import is_number

MOST_ROWS = 48
_MOST_CHILDREN = 12
# Rows inside of rows: where something differs inside, and where nothing does.
_MOST_DEPTH = 6
_MOST_DEPTH_ALIKE = 3
# Rows for children that are not worth a picture of their own: the largest, and the sum of the others.
_FEWEST = 2
# Among many, a renamed subtree is shown before one of so many times its tensors that is not.
_RENAMED_COUNT_AS = 8
_LONGEST_LABEL = 200
_MOST_RUNS = 3
_Way = tuple[str, str]
"""A component of the copy, and that of the original which stands for it; empty on a side that has none."""
_LAYER: _Way = "", ""


class _Branch(Struct):
    """A subtree of the copy, one of the original, or two that stand for each other; of repeated layers, one of them."""

    copy: int
    """The node in the copy; -1 where the copy has none."""
    original: int
    """The node in the original; -1 where it has none."""
    copy_parts: tuple[str, ...]
    """The components that lead to it from the branch around it."""
    original_parts: tuple[str, ...]
    times: int
    """How often it stands in the model."""
    counts: tuple[int, int, int]
    """How many tensors the copy has in it, how many the original, and how many stand for each other."""
    summed: int = 0
    """How many it stands for that are not shown one by one."""
    children: list[_Branch] = field(default_factory=list)

    @property
    def is_renamed(self) -> bool:
        return min(self.copy, self.original) >= 0 and self.copy_parts != self.original_parts


def outline(fit: Fit) -> tuple[LayoutRow, ...]:
    """The rows of the outline, each before those inside it; at most MOST_ROWS."""
    drawn = _Outline(fit.aligner)
    root = _Branch(*fit.nodes, (fit.copy_part,), (fit.original_part,), 1, drawn.counts(*fit.nodes))
    drawn.open_largest(root)
    return tuple(drawn.rows(root, 0))


class _Outline:
    """One outline while it is made."""

    def __init__(self, aligner: Aligner) -> None:
        self.aligner = aligner
        self.size = aligner.forest.size
        self.left = MOST_ROWS - 1

    def open_largest(self, root: _Branch) -> None:
        """Open branch after branch, those first in which something differs, as long as rows are left."""
        waiting = [(self._rank(root), 0, 0, root)]
        number = 0
        while waiting and self.left >= _FEWEST:
            _, _, depth, branch = heapq.heappop(waiting)
            if depth >= (_MOST_DEPTH_ALIKE if self._is_alike(branch) else _MOST_DEPTH):
                continue
            branch.children = self._shown(self._inside(branch))
            self.left -= len(branch.children)
            for child in branch.children:
                number += 1
                if not child.summed and not self._is_plain(child):
                    heapq.heappush(waiting, (self._rank(child), number, depth + 1, child))

    def _rank(self, branch: _Branch) -> tuple[bool, int]:
        return self._is_alike(branch), -max(branch.counts)

    def _is_alike(self, branch: _Branch) -> bool:
        """Whether nothing differs inside of it, or there is but one side."""
        return branch.copy == branch.original or min(branch.copy, branch.original) < 0

    def _is_plain(self, branch: _Branch) -> bool:
        """Whether nothing but tensors stands in it, of the same names on both sides where it has two."""
        children = self.aligner.forest.children
        nodes = {node for node in (branch.copy, branch.original) if node >= 0}
        return len(nodes) == 1 and not any(children[child] for node in nodes for child in children[node].values())

    def _shown(self, found: list[_Branch]) -> list[_Branch]:
        """As many as there is room for, renamed ones and the largest, each way joined; the others as one."""
        room = min(_MOST_CHILDREN, self.left)
        rest: list[_Branch] = []
        if len(found) > room:
            found.sort(key=lambda each: -max(each.counts) * (_RENAMED_COUNT_AS if each.is_renamed else 1))
            found, rest = found[: room - 1], found[room - 1 :]
        shown = [self._joined(each) for each in sorted(found, key=lambda each: -max(each.counts))]
        if rest:
            ours, theirs, matched = (sum(column) for column in zip(*(each.counts for each in rest), strict=True))
            shown.append(_Branch(-1, -1, (), (), 1, (ours, theirs, matched), len(rest)))
        return shown

    def _inside(self, branch: _Branch) -> list[_Branch]:
        """What stands in a branch."""
        found = []
        for (copy, original, _), ways in self._groups(branch.copy, branch.original).items():
            ours = _named(ways, 0) if copy >= 0 else ()
            theirs = _named(ways, 1) if original >= 0 else ()
            times = branch.times * len(ways)
            counts = self.counts(copy, original)
            found.append(
                _Branch(copy, original, ours, theirs, times, (times * counts[0], times * counts[1], times * counts[2]))
            )
        return found

    def _joined(self, branch: _Branch) -> _Branch:
        """A branch with the way inside it, as long as that leads to one thing alone."""
        found = branch
        while not self._ends(found):
            inside = self._inside(found)
            if len(inside) != 1:
                break
            inside[0].copy_parts = found.copy_parts + inside[0].copy_parts
            inside[0].original_parts = found.original_parts + inside[0].original_parts
            found = inside[0]
        return found

    def _ends(self, branch: _Branch) -> bool:
        """Whether a tensor ends at it."""
        return any(node >= 0 and self.aligner.forest.leaf[node] is not None for node in (branch.copy, branch.original))

    def _groups(self, copy: int, original: int) -> dict[tuple[int, int, _Way], list[_Way]]:
        """The children of two nodes: pairs, then what only the one side has. Layers that are alike are one group."""
        children = self.aligner.forest.children
        pairs = self.aligner.pairing(copy, original) if min(copy, original) >= 0 else []
        taken = {pair.copy for pair in pairs}, {pair.original for pair in pairs}
        listed = [(pair.copy_node, pair.original_node, (pair.copy, pair.original)) for pair in pairs]
        if copy >= 0:
            listed += [(node, -1, (part, "")) for part, node in children[copy].items() if part not in taken[0]]
        if original >= 0:
            listed += [(-1, node, ("", part)) for part, node in children[original].items() if part not in taken[1]]
        groups: dict[tuple[int, int, _Way], list[_Way]] = {}
        for ours, theirs, way in listed:
            groups.setdefault((ours, theirs, _LAYER if is_number(way[0] or way[1]) else way), []).append(way)
        return groups

    def counts(self, copy: int, original: int) -> tuple[int, int, int]:
        """How many tensors are at and below two nodes, and how many of them stand for each other."""
        ours, theirs = (self.size[node] if node >= 0 else 0 for node in (copy, original))
        return ours, theirs, self.aligner.fitting(copy, original) if ours and theirs else 0

    def rows(self, branch: _Branch, depth: int) -> Iterator[LayoutRow]:
        """The rows of a branch and of all that is shown in it."""
        labels = (
            _label(branch.copy_parts, self.aligner.copy.separator),
            _label(branch.original_parts, self.aligner.original.separator),
        )
        yield LayoutRow(depth, *labels, *branch.counts, branch.summed)
        for child in branch.children:
            yield from self.rows(child, depth + 1)


def _label(parts: Sequence[str], separator: str) -> str:
    """The components as one text; a long one loses its middle."""
    text = separator.join(parts)
    half = _LONGEST_LABEL // 2
    return text if len(text) <= _LONGEST_LABEL else f"{text[:half]}…{text[-half:]}"


def _named(ways: Sequence[_Way], side: int) -> tuple[str]:
    """What a group is called on one side: its component, or the numbers of its layers."""
    first = ways[0][side]
    return (_ranges([way[side] for way in ways]) if is_number(first) else first,)


def _ranges(numbers: Sequence[str]) -> str:
    """``0-31``, ``0-3, 7``; of many, the first and the last."""
    runs: list[list[int]] = []
    for number in sorted(map(int, numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    told = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(told if len(told) <= _MOST_RUNS else [*told[: _MOST_RUNS - 1], "…", told[-1]])
