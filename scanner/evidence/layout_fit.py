"""How well the tensor layouts of two models fit: as a whole, or the one as a part of the other.

Edit this when a fit needs one more figure.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import NamedTuple

from ..models.layout_facts import TensorLayout
from ..results import Kind, Rename
from .name_alignment import Aligned, Aligner, usual_names
from .name_trie import Forest, Tree, is_number, separator_of

# A part of one model is held to be laid out as another where so much of both fits.
LEAST_PART = 0.9
# Where so much fits as a whole, no part is looked for.
WHOLE = 0.9
# A known model explains a part that has at least so much of its names: one with fewer layers, not any three matrices.
_LEAST_KNOWN = 0.25
# Of more names, the first alignment stands.
_MOST_TWICE = 50_000


class Fit(NamedTuple):
    """How two layouts, or a part of the one and the whole of the other, stand for each other, name by name."""

    pairs: tuple[tuple[str, str], ...]
    """The names of the copy and of the original that stand for each other, sorted."""
    copy_names: int
    """How many names there are on the side of the copy, or of the part of it."""
    original_names: int
    """How many on the side of the original, or of the part of it."""
    equal: int
    """How many pairs are equal as they stand, below the parts that are meant."""
    twins: int
    """How many pairs are one choice among several that fit as well, as q, k and v do without shapes."""
    renames: tuple[Rename, ...]
    """The components that are called something else in the copy, the most frequent first."""
    components: int
    """How many different components the names of the original in ``pairs`` have, numbers aside."""
    kept: int
    """How many of those stand in the copy's names for themselves."""
    structures: int
    """How many subtrees of several names side by side the original has that differ in more than names. In a tree with
    few of them many others fit."""
    shapes: bool
    """Whether shapes were known on both sides: then those of each pair are equal."""
    was_cut: bool
    """Whether the bound on work was reached, so that more may fit than was found."""
    aligner: Aligner
    """What aligned them,"""
    nodes: tuple[int, int]
    """and from which nodes on, the copy's and the original's."""
    copy_part: str = ""
    """The part of the copy that is meant (``llm``); empty for all of it."""
    original_part: str = ""
    """The part of the original that is meant; empty for all of it."""

    @property
    def share(self) -> float:
        """The share (0 to 1) of the names of the larger side that have a partner."""
        return len(self.pairs) / max(self.copy_names, self.original_names, 1)


def fit_layouts(copy: TensorLayout, original: TensorLayout, with_shapes: bool = True) -> Fit:
    """Align the names of two layouts, as wholes; else, where that fits better, one as a part of the other.

    Shapes have to be equal where both are known, unless ``with_shapes`` is false.
    """
    is_known = with_shapes and copy.shapes is not None and original.shapes is not None
    forest = Forest()
    ours = forest.plant(copy.names, copy.shape_of if is_known else {})
    theirs = forest.plant(original.names, original.shape_of if is_known else {})
    aligner = Aligner(ours, theirs)
    nodes, parts = (ours.root, theirs.root), ("", "")
    larger = max(len(copy.names), len(original.names))
    if aligner.fitting(*nodes) < WHOLE * larger:
        found = _best_part(aligner)
        if found is not None:
            nodes, parts = found
    return _fit(_made_consistent(aligner, nodes), nodes, parts, is_known)


def _made_consistent(aligner: Aligner, nodes: tuple[int, int]) -> Aligner:
    """``aligner``, or one that calls each component the same everywhere, if as many names fit then."""
    if aligner.was_cut or max(aligner.forest.size[node] for node in nodes) > _MOST_TWICE:
        return aligner
    usual = usual_names(aligner.aligned(*nodes).renames)
    if not usual:
        return aligner
    other = Aligner(aligner.copy, aligner.original, usual)
    return other if other.fitting(*nodes) >= aligner.fitting(*nodes) else aligner


def names_in(known: TensorLayout, original: TensorLayout) -> frozenset[str]:
    """The names of ``original`` that a known model explains: those of the part of it, or all of it, that is laid out as
    the known model, or as most of it. None where neither fits into the other.
    """
    if not _share_components(known, original):
        return frozenset()
    forest = Forest()
    tree = forest.plant(original.names, {})
    aligner = Aligner(forest.plant(known.names, {}), tree)
    size, root = forest.size, aligner.copy.root
    best, way = 0, None
    for node, parts in _inner(tree, _LEAST_KNOWN * size[root]):
        count = aligner.fitting(root, node)
        if count > best and count >= LEAST_PART * min(size[root], size[node]):
            best, way, found = count, parts, node
    if way is None:
        return frozenset()
    start = tree.name((*way, ""))
    return frozenset(start + name for _, name in aligner.aligned(root, found).pairs)


def _share_components(known: TensorLayout, original: TensorLayout) -> bool:
    """Whether at least half of what a known model calls its parts stands in the original, as it does in what is built
    on it: a quick look, since there are many known models."""
    ours, theirs = components_of(known), components_of(original)
    return 2 * len(ours & theirs) >= len(ours)


def components_of(layout: TensorLayout) -> frozenset[str]:
    """The components of all names, numbers aside."""
    separator = separator_of(layout.names)
    return frozenset(part for name in layout.names for part in name.split(separator) if not is_number(part))


def _best_part(aligner: Aligner) -> tuple[tuple[int, int], tuple[str, str]] | None:
    """The part of one side that the whole of the other fits best, if enough of both fits."""
    best: tuple[float, tuple[int, int], tuple[str, str]] | None = None
    ours, theirs = aligner.copy, aligner.original
    candidates = [((node, theirs.root), (name, "")) for node, name in _parts(ours, theirs)]
    candidates += [((ours.root, node), ("", name)) for node, name in _parts(theirs, ours)]
    size = aligner.forest.size
    for nodes, names in candidates:
        share = aligner.fitting(*nodes) / max(size[nodes[0]], size[nodes[1]])
        if share >= LEAST_PART and (best is None or share > best[0]):
            best = share, nodes, names
    return best and best[1:]


def _parts(tree: Tree, other: Tree) -> list[tuple[int, str]]:
    """The parts of ``tree`` that have about as many names as all of ``other``, outermost first."""
    size = tree.forest.size
    whole = size[other.root]
    inner = _inner(tree, LEAST_PART * whole)
    return [(node, tree.name(way)) for node, way in inner if way and size[node] <= whole / LEAST_PART]


def _inner(tree: Tree, least: float) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The nodes with at least so many names, and the way to each, outermost first; of equal ones the first."""
    seen = {tree.root}
    waiting: deque[tuple[int, tuple[str, ...]]] = deque([(tree.root, ())])
    while waiting:
        node, way = waiting.popleft()
        yield node, way
        for part, child in tree.forest.children[node].items():
            if tree.forest.size[child] >= max(least, 2) and child not in seen:
                seen.add(child)
                waiting.append((child, (*way, part)))


def _fit(aligner: Aligner, nodes: tuple[int, int], parts: tuple[str, str], with_shapes: bool) -> Fit:
    aligned = aligner.aligned(*nodes)
    separator = aligner.original.separator
    equal = sum(one == other for one, other in aligned.pairs)
    ours, theirs = (
        part and part + tree.separator for part, tree in zip(parts, (aligner.copy, aligner.original), strict=True)
    )
    pairs = tuple(sorted((ours + one, theirs + other) for one, other in aligned.pairs))
    seen = Counter(part for _, name in pairs for part in set(name.split(separator)) if not is_number(part))
    renamed = {original for original, _ in aligned.renames}
    changed = Counter[str]()
    for (original, _), count in aligned.renames.items():
        changed[original] += count
    gone = sum(changed[part] >= seen[part] for part in renamed)
    return Fit(
        pairs,
        aligner.forest.size[nodes[0]],
        aligner.forest.size[nodes[1]],
        equal,
        aligned.twins,
        _renames(aligned, seen),
        len(seen),
        len(seen) - gone,
        _structures(aligner, nodes[1]),
        with_shapes,
        aligner.was_cut,
        aligner,
        nodes,
        *parts,
    )


def _renames(aligned: Aligned, seen: Counter[str]) -> tuple[Rename, ...]:
    ordered = sorted(aligned.renames.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Rename(original, copy, Kind.TENSOR, count, min(1.0, count / max(seen[original], count)), "", seen[original])
        for (original, copy), count in ordered
    )


def _structures(aligner: Aligner, node: int) -> int:
    """How many different subtrees there are in which several names stand side by side."""
    forest = aligner.forest
    return len(
        {
            forest.structure[each]
            for each in Tree(forest, node, ".").nodes()
            if sum(not is_number(part) for part in forest.children[each]) > 1
        }
    )
