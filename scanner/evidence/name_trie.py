"""The names of tensors as trees of their components, in which equal subtrees are one.

Layers are alike, so a tree of 200,000 names has a few hundred different subtrees, and what is found out of one holds
for all. Edit this when names have to be taken apart in another way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ..support.budget import check

Shape = tuple[int, ...]
_DIGITS = re.compile(r"(\d+)")
_CHECK_EVERY = 1024


class Forest:
    """Trees of names whose equal subtrees have one number, a node. Two trees of one forest can be compared.

    Two nodes of one ``structure`` are equal but for names: as many children, of equal structures, under the same
    numbers; and leaves of the same shapes, where shapes are known.
    """

    def __init__(self) -> None:
        self.children: list[dict[str, int]] = []
        """Each node's children by component."""
        self.leaf: list[tuple[Shape | None] | None] = []
        """The shape of the tensor that ends at the node, in a tuple: None in it where unknown. None without a tensor.
        """
        self.size: list[int] = []
        """How many tensors are at or below it."""
        self.structure: list[int] = []
        """What it is but for names."""
        self._nodes: dict[object, int] = {}
        self._structures: dict[object, int] = {}

    def plant(self, names: Iterable[str], shapes: Mapping[str, Shape]) -> Tree:
        """The tree of ``names``; a shape, where it is given, has to agree with that of a partner."""
        listed = list(names)
        separator = separator_of(listed)
        split = sorted((tuple(name.split(separator)), name) for name in listed)
        # What is still open: the components on the way to the last name, and what stands below each so far.
        way: list[str] = []
        below: list[dict[str, int]] = [{}]
        ends: list[tuple[Shape | None] | None] = [None]
        for number, (parts, name) in enumerate(split):
            if number % _CHECK_EVERY == 0:
                check()
            shared = _shared(way, parts)
            self._close(way, below, ends, shared)
            for part in parts[shared:]:
                way.append(part)
                below.append({})
                ends.append(None)
            ends[-1] = (shapes.get(name),)
        self._close(way, below, ends, 0)
        return Tree(self, self._node(below[0], ends[0]), separator)

    def _close(
        self,
        way: list[str],
        below: list[dict[str, int]],
        ends: list[tuple[Shape | None] | None],
        depth: int,
    ) -> None:
        while len(way) > depth:
            node = self._node(below.pop(), ends.pop())
            below[-1][way.pop()] = node

    def _node(self, children: dict[str, int], leaf: tuple[Shape | None] | None) -> int:
        key = (leaf, tuple(children.items()))  # names come sorted, so children do
        found = self._nodes.get(key)
        if found is not None:
            return found
        node = self._nodes[key] = len(self.children)
        self.children.append(children)
        self.leaf.append(leaf)
        self.size.append((leaf is not None) + sum(self.size[child] for child in children.values()))
        inner = sorted((part if is_number(part) else "", self.structure[child]) for part, child in children.items())
        self.structure.append(self._structures.setdefault((leaf, tuple(inner)), len(self._structures)))
        return node


class Tree:
    """All names of one model, in a forest."""

    def __init__(self, forest: Forest, root: int, separator: str) -> None:
        self.forest = forest
        self.root = root
        self.separator = separator
        self.profiles = self._profiles()

    def name(self, parts: Sequence[str]) -> str:
        """The name that has these components."""
        return self.separator.join(parts)

    def nodes(self) -> list[int]:
        """All different nodes."""
        seen = {self.root}
        waiting = [self.root]
        while waiting:
            for child in self.forest.children[waiting.pop()].values():
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)
        return sorted(seen)

    def _profiles(self) -> dict[str, int]:
        """What surrounds each component wherever it stands: components of one profile are told apart by nothing but
        their names."""
        places: dict[str, Counter[tuple[int, int]]] = {}
        structure = self.forest.structure
        for node in self.nodes():
            for part, child in self.forest.children[node].items():
                places.setdefault(part, Counter())[structure[node], structure[child]] += 1
        return {part: hash(frozenset(found.items())) for part, found in places.items()}


def separator_of(names: Sequence[str]) -> str:
    """What stands between the components: a dot, or the slash that other libraries write."""
    dots, slashes = sum(name.count(".") for name in names), sum(name.count("/") for name in names)
    return "/" if slashes > dots else "."


def is_number(part: str) -> bool:
    """Whether a component counts layers, experts and the like: it has no name that could be changed."""
    return part.isascii() and part.isdigit()


@lru_cache(maxsize=65536)
def natural(part: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts ``fc2`` before ``fc10``."""
    return tuple(
        (1, len(piece.lstrip("0")), piece.lstrip("0")) if number % 2 else (0, 0, piece)
        for number, piece in enumerate(_DIGITS.split(part))
    )


def _shared(way: Sequence[str], parts: Sequence[str]) -> int:
    """How many components two ways have in common from the start on."""
    count = 0
    for one, other in zip(way, parts, strict=False):
        if one != other:
            break
        count += 1
    return count
