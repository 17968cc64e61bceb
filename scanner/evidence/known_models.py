"""Many known models, ready to be asked: which is a model closest to, and what explains what it has in common with one?

Each question goes over all known facts once, and over equal ones once; only the few closest are compared in full, in
`model_origin`. Edit this when a model is from a known one that is not among the closest, or is wrongly explained away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from ..models.file_identities import known_files
from ..models.json_files import base_name
from ..models.layout_templates import PackedLayout
from ..models.model import ModelFacts, Tokens
from ..models.token_files import hashes_by_id
from ..support.budget import check
from .model_names import any_model, family_word, is_of_family
from .shared_files import LEAST_BYTES, role_of_file
from .shared_tokens import MOST_OF_PRIVATE
from .shared_values import LEAST_BITS_OF_RENAMED
from .usual_values import usual_values

# So many are compared in full, and explain what is in common.
MOST_CLOSEST = 6
MOST_PARENTS = 6
# Of those by all kinds together, and by one kind alone.
_MOST_OF_ALL, _MOST_OF_KIND = 4, 2
_ARCHITECTURE = frozenset(("config.json", "params.json"))
_WORTH = {"weights": 4, "tokenizer": 2, "settings": 0}
# Fewer named tokens, or values of fewer bits, any two models have in common.
_LEAST_TOKENS, _LEAST_BITS = 3, 8.0
# Of the tensors of the larger side, by the shape of their names alone.
_LEAST_LAYOUT = 0.9

Sketch = Counter[tuple[int, tuple[int, ...]]]
"""How many tensors have names of so many components and so many numbers: what renaming does not change."""
Score = Callable[[ModelFacts], float]


class KnownModels:
    """Known models; those that are architectures explain, and nothing is said to be from them."""

    def __init__(self, models: Iterable[ModelFacts]) -> None:
        self.all = tuple(models)
        self.models = tuple(each for each in self.all if not each.is_architecture)
        self._tokenizers: dict[Tokens, list[ModelFacts]] = {}
        for each in self.models:
            if each.tokenizer is not None and each.tokenizer.added.ids:
                self._tokenizers.setdefault(each.tokenizer.added, []).append(each)

    def closest(self, model: ModelFacts, but: Callable[[ModelFacts], bool]) -> list[ModelFacts]:
        """The models that have most in common with ``model``, at most MOST_CLOSEST; none of which ``but`` holds.

        What counts here chooses, and is told nowhere: what is chosen is compared in full.
        """
        kinds = (_files_score(model), _tokens_score(model), _layout_score(model), _values_score(model))
        scored = [(tuple(_checked(kind, each) for kind in kinds), each) for each in self.models]
        some = [(scores, each) for scores, each in scored if any(scores) and not but(each)]
        ordered = sorted(some, key=lambda pair: (*(-score for score in pair[0]), pair[1].date or "9", pair[1].name))
        chosen = {id(each): each for _, each in ordered[:_MOST_OF_ALL]}
        for kind in range(1, len(kinds)):
            best = sorted(ordered, key=lambda pair: -pair[0][kind])
            chosen |= {id(each): each for scores, each in best[:_MOST_OF_KIND] if scores[kind]}
        return list(chosen.values())[:MOST_CLOSEST]

    def parents(self, original: ModelFacts, copy: ModelFacts) -> list[ModelFacts]:
        """What may explain what ``copy`` has in common with ``original``: models that the latter is built on, or that
        are older, and architectures; those that have most of it, at most MOST_PARENTS."""
        built_on = [each for each in self.all if each is not original and _may_be_base(each, original)]
        chosen: dict[int, ModelFacts] = {}
        for score in (_tokens_score(copy), _values_score(copy), _files_score(copy)):
            scored = ((_checked(score, each), each) for each in built_on)
            best = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].date or "9"))
            chosen |= {id(each): each for _, each in best[: MOST_PARENTS // 3]}
        return list(chosen.values())

    def own_tokens(self, original: ModelFacts) -> frozenset[int]:
        """The ids of the tokens that are its own: no other known model has them there, but for those of its family and
        those that have all of them, as what is built on it has."""
        mine = _named(original)
        theirs: Counter[int] = Counter()
        strangers: set[int] = set()
        for held, models in self._tokenizers.items():
            if original in models:
                continue
            other = hashes_by_id(held)
            common = [number for number, token in mine.items() if other.get(number) == token]
            if not common:
                continue
            check()
            if len(common) == len(mine) or all(_is_kin(each, original) for each in models):
                theirs.update(common)
            else:
                strangers.update(common)
        usual = usual_values().tokens
        return frozenset(
            number
            for number, token in mine.items()
            if number not in strangers and usual.get((number, token), 0) <= max(MOST_OF_PRIVATE, 1 + theirs[number])
        )

    def families_with(self, tokens: Mapping[int, bytes]) -> frozenset[str]:
        """The first words of the names of all models that have these tokens at these ids."""
        found: set[str] = set()
        for held, models in self._tokenizers.items():
            other = hashes_by_id(held)
            if all(other.get(number) == token for number, token in tokens.items()):
                found.update(family_word(each.name) for each in models)
        return frozenset(found)


def _checked(score: Score, model: ModelFacts) -> float:
    check()
    return score(model)


def _is_kin(model: ModelFacts, original: ModelFacts) -> bool:
    return is_of_family(model.name, original.name) or any_model(model.base_models, original.name)


def _may_be_base(model: ModelFacts, original: ModelFacts) -> bool:
    """Whether ``original`` may have from ``model`` what both have: it says so, is younger, or has all its tokens and
    more."""
    if model.is_architecture or any_model(original.base_models, model.name):
        return True
    if model.date and original.date:
        return model.date < original.date
    mine, theirs = _named(model), _named(original)
    return _LEAST_TOKENS <= len(mine) < len(theirs) and mine.items() <= theirs.items()


def _named(model: ModelFacts) -> dict[int, bytes]:
    """The hash of each named token by its id."""
    return named_tokens(model.tokenizer.added) if model.tokenizer is not None else {}


def named_tokens(added: Tokens) -> dict[int, bytes]:
    """The hash of each token that is more than a spare, by its id."""
    held = hashes_by_id(added)
    return {number: held[number] for number in added.named if number in held}


# What a known model has in common with one, by one kind of facts; 0 where it is next to nothing.


def _files_score(model: ModelFacts) -> Score:
    ours = {name for name, _ in known_files(each for each in model.files if not 0 <= each.size < LEAST_BYTES)}

    def score(known: ModelFacts) -> float:
        same = {each.path for name, each in known_files(known.files) if name in ours}
        return sum(_WORTH[role_of_file(path)] for path in same)

    return score if ours else _nothing


def _nothing(_: ModelFacts) -> float:
    return 0.0


def _tokens_score(model: ModelFacts) -> Score:
    """Named tokens at the same ids, less half of those that the known one has beyond; equal files count as many."""
    ours = model.tokenizer
    if ours is None:
        return _nothing
    mine, vocabulary = named_tokens(ours.added), ours.vocabulary and ours.vocabulary.digest
    done: dict[Tokens, float] = {}

    def score(known: ModelFacts) -> float:
        theirs = known.tokenizer
        if theirs is None:
            return 0.0
        if theirs.added not in done:
            other = named_tokens(theirs.added)
            same = sum(mine.get(number) == token for number, token in other.items())
            done[theirs.added] = 1.5 * same - 0.5 * len(other) if same >= _LEAST_TOKENS else 0.0
        is_equal = bool(ours.settings_digest) and ours.settings_digest == theirs.settings_digest
        is_same = vocabulary is not None and theirs.vocabulary is not None and vocabulary == theirs.vocabulary.digest
        return max(0.0, done[theirs.added]) + 100.0 * is_equal + 50.0 * is_same

    return score


def _layout_score(model: ModelFacts) -> Score:
    ours = [sketch_of(each) for each in model.layouts[:_MOST_OF_KIND]]
    if not ours:
        return _nothing

    def score(known: ModelFacts) -> float:
        shares = [_overlap(mine, sketch_of(each)) for each in known.layouts[:_MOST_OF_KIND] for mine in ours]
        best = max(shares, default=0.0)
        return round(best, 2) if best >= _LEAST_LAYOUT else 0.0

    return score


def sketch_of(layout: PackedLayout) -> Sketch:
    """What a layout looks like but for names."""
    found: Sketch = Counter()
    for each in layout.tensors:
        counts = tuple(count for _, count in each.names.ranges)
        size = 1
        for count in counts:
            size *= count
        found[each.names.text.count("."), counts] += size
    return found


def _overlap(one: Sketch, other: Sketch) -> float:
    most = max(one.total(), other.total(), 1)
    return (one & other).total() / most


def _values_score(model: ModelFacts) -> Score:
    """The bits of equal values, under the same key or, where they are rare, under any."""
    usual = usual_values()
    ours = next((each for each in model.configurations if base_name(each.path) in _ARCHITECTURE), None)
    if ours is None:
        return _nothing
    bits = {key: usual.bits(key, value) for key, value in ours.values.items()}
    mine = ours.values
    rare = {value: bits[key] for key, value in mine.items() if bits[key] >= LEAST_BITS_OF_RENAMED}

    def score(known: ModelFacts) -> float:
        found = 0.0
        for each in known.configurations:
            if base_name(each.path) not in _ARCHITECTURE:
                continue
            for part, held in each.parts.items():
                for name, value in held.items():
                    key = f"{part}.{name}" if part else name
                    found += bits[key] if mine.get(key) == value else rare.get(value, 0.0)
        return round(found, 1) if found >= _LEAST_BITS else 0.0

    return score
