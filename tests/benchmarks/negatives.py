"""Units of a release in, pairs of them that nothing relates out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice
from random import Random

from .annotations import Annotation
from .forms import alpha_equal
from .units import Unit

Key = Callable[[Unit], tuple[object, ...]]
Name = tuple[str, str]


class Negatives:
    """Draws pairs of other models' units: no note between them, not alpha-equivalent, none drawn twice."""

    def __init__(self, units: Sequence[Unit], notes: Sequence[Annotation], rng: Random) -> None:
        self.rng = rng
        self.pool = [unit for unit in units if unit.path.startswith("transformers/models/")]
        self.families = _families(notes)
        self.drawn: set[tuple[str, str]] = set()

    def draw(self, count: int, key: Key, keys: Sequence[tuple[object, ...]] = ()) -> list[tuple[Unit, Unit]]:
        """Up to ``count`` pairs whose units share ``key``, drawn as ``keys`` are distributed; without them, evenly."""
        groups: defaultdict[tuple[object, ...], list[Unit]] = defaultdict(list)
        for unit in self.pool:
            groups[key(unit)].append(unit)
        varied = [name for name, group in groups.items() if len({unit.model for unit in group}) >= 3]
        draws = (self._sample(groups[self.rng.choice(keys or varied)]) for _ in range(100 * count))
        return list(islice((pair for pair in draws if pair and self._unrelated(*pair)), count))

    def _sample(self, group: list[Unit]) -> tuple[Unit, Unit] | None:
        if len(group) < 2:
            return None
        one, other = self.rng.sample(group, 2)
        return one, other

    def _unrelated(self, one: Unit, other: Unit) -> bool:
        low, high = sorted(f"{unit.path}:{unit.qualname}" for unit in (one, other))
        if (low, high) in self.drawn or one.model == other.model or not 0.5 <= one.lines / other.lines <= 2:
            return False
        self.drawn.add((low, high))
        return self._family(one) != self._family(other) and not alpha_equal(one.text, other.text)

    def _family(self, unit: Unit) -> Name:
        return self.families.get(_top(unit), _top(unit))


def size_of(unit: Unit) -> tuple[object, ...]:
    """Class or function, and length in steps of ten lines."""
    return unit.is_class, unit.lines // 10


def role_of(unit: Unit) -> tuple[object, ...]:
    """Class or function, and what it does in its model."""
    return unit.is_class, unit.role


def _families(notes: Sequence[Annotation]) -> dict[Name, Name]:
    """Top-level definitions to the representative of all that notes connect them with."""
    groups: dict[Name, set[Name]] = {}
    for note in notes:
        one, other = _top(note.copy), _top(note.original)
        joined = groups.get(one, {one}) | groups.get(other, {other})
        groups.update(dict.fromkeys(joined, joined))
    return {name: min(group) for name, group in groups.items()}


def _top(unit: Unit) -> Name:
    return unit.path, unit.qualname.split(".")[0]
