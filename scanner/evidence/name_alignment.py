"""Aligns the tensor names of two models under a one-to-one renaming of their components.

Both sides are trees. Going down from the roots, children of equal names are paired first, then those of equal
structure, then those in which most names fit; numbers pair with the same number only. Edit this when real renamings are
missed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from ..support.budget import check
from .name_trie import Tree, is_number, natural

# Of the larger of two subtrees, the share of names that has to fit in the other for them to be paired under two names.
LEAST_SHARE = 0.5
# Children and candidates looked at for what neither name nor structure pairs. 741 names take 2,000 at most.
MOST_WORK = 200_000
# Candidates for one subtree: those nearest in size.
_MOST_CANDIDATES = 64
_NEAREST = 256


class NamePair(NamedTuple):
    """Two children that stand for each other."""

    copy: str
    original: str
    copy_node: int
    original_node: int
    twin: bool
    """Whether nothing but the order of names chose among several that would fit as well."""


class Aligned(NamedTuple):
    """What two trees have in common."""

    pairs: list[tuple[str, str]]
    """The names that stand for each other: the copy's, the original's."""
    renames: Counter[tuple[str, str]]
    """How many names hold a component of the original's (first) that became another (second) in the copy."""
    twins: int
    """How many of the pairs are one choice among several that fit as well."""


class Aligner:
    """Aligns subtrees of two trees of one forest, each two of them once."""

    def __init__(self, copy: Tree, original: Tree, usual: Mapping[str, str] = {}) -> None:
        """``usual`` says what components of the copy are called in the original elsewhere: where that fits, it is
        preferred."""
        self.copy = copy
        self.original = original
        self.usual = usual
        self.forest = copy.forest
        self.work = 0
        self.was_cut = False
        """Whether the bound on work was reached, so that more may fit than was found."""
        self._pairings: dict[tuple[int, int], tuple[list[NamePair], int]] = {}

    def fitting(self, copy: int, original: int) -> int:
        """How many names below the two nodes stand for each other."""
        return self.forest.size[copy] if copy == original else self._pairing(copy, original)[1]

    def pairing(self, copy: int, original: int) -> list[NamePair]:
        """The children of the two nodes that stand for each other."""
        if copy != original:
            return self._pairing(copy, original)[0]
        return [NamePair(part, part, node, node, False) for part, node in self.forest.children[copy].items()]

    def ends_agree(self, copy: int, original: int) -> bool:
        """Whether a tensor ends at both nodes, of one shape as far as is known."""
        one, other = self.forest.leaf[copy], self.forest.leaf[original]
        return one is not None and other is not None and (one == other or None in (one[0], other[0]))

    def _pairing(self, copy: int, original: int) -> tuple[list[NamePair], int]:
        key = (copy, original)
        found = self._pairings.get(key)
        if found is None:
            check()
            pairs = self._paired(self.forest.children[copy], self.forest.children[original])
            count = sum(self.fitting(pair.copy_node, pair.original_node) for pair in pairs)
            found = self._pairings[key] = pairs, count + self.ends_agree(copy, original)
        return found

    def _paired(self, copy: dict[str, int], original: dict[str, int]) -> list[NamePair]:
        self.work += len(copy) + len(original)
        pairs: list[NamePair] = []
        doubtful: list[NamePair] = []
        for part in (each for each in copy if each in original):
            pair = NamePair(part, part, copy[part], original[part], False)
            (pairs if is_number(part) or self._share(pair) >= LEAST_SHARE else doubtful).append(pair)
        free_copy, free_original = _without(copy, pairs, 0), _without(original, pairs, 1)
        if self.usual and free_copy and free_original:
            pairs += self._as_usual(free_copy, free_original)
        if free_copy and free_original:
            for pair in self._alike(free_copy, free_original):
                pairs.append(pair)
                del free_copy[pair.copy], free_original[pair.original]
        pairs += [pair for pair in doubtful if pair.copy in free_copy and pair.original in free_original]
        return [pair for pair in pairs if self.fitting(pair.copy_node, pair.original_node)]

    def _as_usual(self, copy: dict[str, int], original: dict[str, int]) -> list[NamePair]:
        """Children that are called here what they are called elsewhere; they are taken out of the two."""
        pairs = []
        structure = self.forest.structure
        alike = Counter(structure[node] for node in copy.values())
        alike |= Counter(structure[node] for node in original.values())
        for part, node in list(copy.items()):
            other = self.usual.get(part)
            if other is None or other not in original:
                continue
            pair = NamePair(part, other, node, original[other], alike[structure[node]] > 1)
            if self._share(pair) >= LEAST_SHARE:
                pairs.append(pair)
                del copy[part], original[other]
        return pairs

    def _share(self, pair: NamePair) -> float:
        larger = max(self.forest.size[pair.copy_node], self.forest.size[pair.original_node])
        return self.fitting(pair.copy_node, pair.original_node) / larger

    def _alike(self, copy: dict[str, int], original: dict[str, int]) -> Iterator[NamePair]:
        """Pairs of children under two names: those of equal structure, then those of which most fits.

        What is given is taken out of the two by the caller, before more is asked for.
        """
        ours, theirs = self._by_structure(copy), self._by_structure(original)
        for structure, parts in ours.items():
            if structure in theirs:
                yield from self._of_one_structure(copy, original, parts, theirs[structure])
        if copy and original:
            yield from self._by_share(copy, original)

    def _by_structure(self, children: dict[str, int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for part, node in children.items():
            if not is_number(part):
                found.setdefault(self.forest.structure[node], []).append(part)
        return found

    def _of_one_structure(
        self, copy: dict[str, int], original: dict[str, int], ours: list[str], theirs: list[str]
    ) -> Iterator[NamePair]:
        """Pairs of what is equal but for names. The more they have in common besides, the earlier they are paired:
        their content, and where else the name stands. Where all of that is equal, names in order stand for each other.
        """
        if len(ours) == len(theirs) == 1:
            yield NamePair(ours[0], theirs[0], copy[ours[0]], original[theirs[0]], False)
            return
        left, others = sorted(ours, key=natural), sorted(theirs, key=natural)
        for by_content, by_profile in ((True, True), (True, False), (False, True), (False, False)):
            table: dict[Hashable, tuple[list[str], list[str]]] = {}
            for part in left:
                key = by_content and copy[part], by_profile and self.copy.profiles[part]
                table.setdefault(key, ([], []))[0].append(part)
            for part in others:
                key = by_content and original[part], by_profile and self.original.profiles[part]
                table.setdefault(key, ([], []))[1].append(part)
            left, others = [], []
            for some, same in table.values():
                is_twin = len(some) > 1 or len(same) > 1
                for one, other in zip(some, same, strict=False):
                    yield NamePair(one, other, copy[one], original[other], is_twin)
                left += some[len(same) :]
                others += same[len(some) :]
            if not left or not others:
                return

    def _by_share(self, copy: dict[str, int], original: dict[str, int]) -> list[NamePair]:
        """One-to-one pairs, those of the largest share first. Of more candidates than the bound on work, the nearest in
        size count."""
        size = self.forest.size
        by_size = sorted((size[node], part) for part, node in original.items() if not is_number(part))
        if not by_size:
            return []
        sizes = [each[0] for each in by_size]
        candidates: list[tuple[float, int, NamePair]] = []
        for part in sorted((each for each in copy if not is_number(each)), key=lambda each: (-size[copy[each]], each)):
            for other in _nearest(by_size, sizes, size[copy[part]]):
                if self.work > MOST_WORK:
                    self.was_cut = True
                    break
                self.work += 1
                pair = NamePair(part, other, copy[part], original[other], False)
                share = self._share(pair)
                if share >= LEAST_SHARE:
                    candidates.append((-share, -size[copy[part]], pair))
        taken: tuple[set[str], set[str]] = set(), set()
        chosen = []
        for _, _, pair in sorted(candidates):
            if pair.copy not in taken[0] and pair.original not in taken[1]:
                taken[0].add(pair.copy)
                taken[1].add(pair.original)
                chosen.append(pair)
        return chosen

    def aligned(self, copy: int, original: int) -> Aligned:
        """The names below the two nodes, from these on, that stand for each other."""
        found = Aligned([], Counter(), 0)
        twins = 0
        waiting: list[tuple[int, int, tuple[str, ...], tuple[str, ...], bool]] = [(copy, original, (), (), False)]
        while waiting:
            one, other, way, original_way, is_twin = waiting.pop()
            if self.ends_agree(one, other):
                check()
                found.pairs.append((self.copy.name(way), self.original.name(original_way)))
                twins += is_twin
            for pair in self.pairing(one, other):
                if pair.copy != pair.original:
                    found.renames[pair.original, pair.copy] += self.fitting(pair.copy_node, pair.original_node)
                ways = (*way, pair.copy), (*original_way, pair.original)
                waiting.append((pair.copy_node, pair.original_node, *ways, is_twin or pair.twin))
        return found._replace(twins=twins)


def usual_names(renames: Counter[tuple[str, str]]) -> dict[str, str]:
    """What components of the copy are mostly called in the original, one to one; empty where none is called two things.

    A renaming that was done by hand is the same everywhere, so the most frequent is the right one where several fit.
    """
    ours, theirs = Counter(copy for _, copy in renames), Counter(original for original, _ in renames)
    if max(ours.values(), default=0) < 2 and max(theirs.values(), default=0) < 2:
        return {}
    usual: dict[str, str] = {}
    taken: set[str] = set()
    for (original, copy), _ in sorted(renames.items(), key=lambda item: (-item[1], item[0])):
        if copy not in usual and original not in taken:
            usual[copy] = original
            taken.add(original)
    return usual


def _without(children: dict[str, int], pairs: Iterable[NamePair], side: int) -> dict[str, int]:
    """The children that are in none of ``pairs``."""
    taken = {pair[side] for pair in pairs}
    return {part: node for part, node in children.items() if part not in taken}


def _nearest(by_size: list[tuple[int, str]], sizes: list[int], size: int) -> list[str]:
    """The parts whose size is not out of the question, nearest first."""
    place = bisect_left(sizes, size)
    window = by_size[max(0, place - _NEAREST) : place + _NEAREST]
    fitting = [each for each in window if size * LEAST_SHARE <= each[0] <= size / LEAST_SHARE]
    return [part for _, part in sorted(fitting, key=lambda each: abs(each[0] - size))[:_MOST_CANDIDATES]]
