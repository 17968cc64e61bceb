"""Pairs of definitions of a release that nothing relates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice
from random import Random

from .annotations import Annotation
from .definitions import Definition
from .forms import alpha_equal

Key = Callable[[Definition], tuple[object, ...]]
Name = tuple[str, str]


class Negatives:
    """Draws pairs of other models' definitions: no note between them, not alpha-equivalent, none drawn twice."""

    def __init__(self, definitions: Sequence[Definition], notes: Sequence[Annotation], rng: Random) -> None:
        self.rng = rng
        self.pool = [definition for definition in definitions if definition.path.startswith("transformers/models/")]
        self.families = _families(notes)
        self.drawn: set[tuple[str, str]] = set()

    def draw(
        self, count: int, key: Key, keys: Sequence[tuple[object, ...]] = ()
    ) -> list[tuple[Definition, Definition]]:
        """Up to ``count`` pairs that share ``key``, drawn as ``keys`` are distributed; without them, evenly."""
        groups: defaultdict[tuple[object, ...], list[Definition]] = defaultdict(list)
        for definition in self.pool:
            groups[key(definition)].append(definition)
        varied = [name for name, group in groups.items() if len({definition.model for definition in group}) >= 3]
        draws = (self._sample(groups[self.rng.choice(keys or varied)]) for _ in range(100 * count))
        return list(islice((pair for pair in draws if pair and self._unrelated(*pair)), count))

    def _sample(self, group: list[Definition]) -> tuple[Definition, Definition] | None:
        if len(group) < 2:
            return None
        one, other = self.rng.sample(group, 2)
        return one, other

    def _unrelated(self, one: Definition, other: Definition) -> bool:
        low, high = sorted(f"{each.path}:{each.qualname}" for each in (one, other))
        if (low, high) in self.drawn or one.model == other.model or not 0.5 <= one.lines / other.lines <= 2:
            return False
        self.drawn.add((low, high))
        return self._family(one) != self._family(other) and not alpha_equal(one.text, other.text)

    def _family(self, definition: Definition) -> Name:
        return self.families.get(_top(definition), _top(definition))


def size_of(definition: Definition) -> tuple[object, ...]:
    """Class or function, and length in steps of ten lines."""
    return definition.is_class, definition.lines // 10


def role_of(definition: Definition) -> tuple[object, ...]:
    """Class or function, and what it does in its model."""
    return definition.is_class, definition.role


def _families(notes: Sequence[Annotation]) -> dict[Name, Name]:
    """Top-level definitions to the representative of all that notes connect them with."""
    groups: dict[Name, set[Name]] = {}
    for note in notes:
        one, other = _top(note.copy), _top(note.original)
        joined = groups.get(one, {one}) | groups.get(other, {other})
        groups.update(dict.fromkeys(joined, joined))
    return {name: min(group) for name, group in groups.items()}


def _top(definition: Definition) -> Name:
    return definition.path, definition.qualname.split(".")[0]
