"""Compares the tokenizers of two models: tokens at their ids, vocabulary, merges, settings, and classes left over.

Ids decide: a string at another id was chosen anew. A shared base vocabulary is normal; private tokens on top of it at
the same ids are not. Edit this when one more part of a tokenizer tells who made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..models.model import ModelFacts, TokenizerFacts, Vocabulary
from ..models.token_files import MERGE_STEPS, hashes_by_id
from ..results import EvidenceKind, Observation, Region, Relation, Strength
from .usual_values import usual_values

# So many published tokenizers may have a token at an id, and it is still private: the model itself. What two have is
# a family's, and says nothing of which of its models another one is from.
MOST_OF_PRIVATE = 1
# Fewer private tokens may stand at the same ids by chance: people number from the end of the same vocabulary.
LEAST_PRIVATE = 3
# Of the named tokens of the smaller side: as good as all, and no more than chance.
NEARLY_ALL, FEW = 0.9, 0.5
# A file of settings with fewer values and tokens may be equal by chance.
LEAST_SETTINGS = 8
_UNALIKE_VOCABULARY = 0.1
_SAME_BASE = "models built on the same base share its vocabulary"
_BOTH_ON = "both are built on {}, which has it, too"
_DEFAULTS = "files with as few values are often equal"


def compare_tokenizers(
    copy: ModelFacts,
    original: ModelFacts,
    parents: Sequence[ModelFacts] = (),
    modules: frozenset[str] | None = None,
    own: frozenset[int] | None = None,
) -> tuple[Observation, ...]:
    """What the tokenizers of two models have in common, an observation for each part that both have.

    ``parents`` are models that both may be built on. ``modules`` are the names of all Python modules of the copy, less
    ".py"; None where they are not known: then no class is said to be left over. ``own`` are the ids of the tokens that
    are the original's own among known models; None where that is not known: then it is those that few models have.
    """
    ours, theirs = copy.tokenizer, original.tokenizer
    if ours is None or theirs is None:
        return ()
    bases = [(each.name, each.tokenizer) for each in parents if each.tokenizer is not None]
    found = [
        _added(ours, theirs, original.name, bases, own),
        _settings(ours, theirs, original.name, bases),
        _vocabulary(ours, theirs, original.name, bases),
        _left_over(copy, original, modules),
    ]
    return tuple(each for each in found if each is not None)


_Bases = Sequence[tuple[str, TokenizerFacts]]


def _observation(
    relation: Relation,
    strength: Strength,
    says: str,
    name: str,
    figures: Mapping[str, float],
    paths: Iterable[str],
    *why: str,
) -> Observation:
    regions = tuple(Region(path, 1, 1) for path in paths)
    return Observation(
        EvidenceKind.TOKENIZER, relation, strength, says, name, figures, tuple(filter(None, why)), regions
    )


# Added tokens.


def _added(
    ours: TokenizerFacts, theirs: TokenizerFacts, name: str, bases: _Bases, own: frozenset[int] | None
) -> Observation | None:
    mine, others = hashes_by_id(ours.added), hashes_by_id(theirs.added)
    if not mine or not others:
        return None
    named, named_theirs = set(ours.added.named), set(theirs.added.named)
    same = {number for number, token in mine.items() if others.get(number) == token}
    named_same = same & named
    private = _private({number: mine[number] for number in named_same}, bases, own)
    moved = len({mine[number] for number in named} & {others[number] for number in named_theirs}) - len(named_same)
    figures = {
        "same": len(same),
        "of_copy": len(mine),
        "of_original": len(others),
        "named_same": len(named_same),
        "named_of_copy": len(named),
        "named_of_original": len(named_theirs),
        "private": len(private),
        "at_other_ids": max(0, moved),
    }
    least = min(len(named), len(named_theirs))
    share = len(named_same) / least if least else len(same) / min(len(mine), len(others))
    is_all = len(same) == len(mine) == len(others)
    relation = _relation_of_added(share, is_all)
    says = (
        f"{len(same)} of {len(mine)} added tokens stand at the same ids, {len(named_same)} of {len(named)} that are "
        f"more than numbered spares; {len(private)} of these are private"
    )
    says += f"; {moved} stand at other ids" if moved > 0 else ""
    explained = _SAME_BASE if same and len(private) < LEAST_PRIVATE else ""
    return _observation(
        relation, _strength_of_added(share, len(private), least), says, name, figures, ours.paths[:1], explained
    )


def _private(same: Mapping[int, bytes], bases: _Bases, own: frozenset[int] | None) -> set[int]:
    """The ids of those tokens that few published tokenizers have there, or that are ``own``, and none of the bases'."""
    usual = usual_values().tokens
    held = [hashes_by_id(base.added) for _, base in bases]
    return {
        number
        for number, token in same.items()
        if (usual.get((number, token), 0) <= MOST_OF_PRIVATE if own is None else number in own)
        and not any(each.get(number) == token for each in held)
    }


def _relation_of_added(share: float, is_all: bool) -> Relation:
    if is_all:
        return Relation.IDENTICAL
    if share >= NEARLY_ALL:
        return Relation.CONTAINED
    return Relation.ALIKE if share >= FEW else Relation.UNALIKE


def _strength_of_added(share: float, private: int, least: int) -> Strength:
    if share < FEW:
        return Strength.COUNTER if private < LEAST_PRIVATE <= least else Strength.NONE
    return Strength.STRONG if private >= LEAST_PRIVATE else Strength.NONE


# Settings.


def _settings(ours: TokenizerFacts, theirs: TokenizerFacts, name: str, bases: _Bases) -> Observation | None:
    if not ours.settings_digest or ours.settings_digest != theirs.settings_digest or ours.settings is None:
        return None
    held = next((base for base, facts in bases if facts.settings_digest == ours.settings_digest), "")
    size = len(ours.settings.values) + len(ours.added.ids)
    strength = Strength.EXACT if size >= LEAST_SETTINGS else Strength.SUPPORTING
    counts = f"{len(ours.settings.values)} settings, {len(ours.added.ids)} tokens"
    says = f"tokenizer_config.json holds the same, as JSON: {counts}"
    explained = _BOTH_ON.format(held) if held else _DEFAULTS if strength is not Strength.EXACT else ""
    figures = {"settings": len(ours.settings.values), "tokens": len(ours.added.ids)}
    strength = Strength.NONE if held else strength
    return _observation(Relation.IDENTICAL, strength, says, name, figures, (ours.settings.path,), explained)


# Vocabulary and merges.


def _vocabulary(ours: TokenizerFacts, theirs: TokenizerFacts, name: str, bases: _Bases) -> Observation | None:
    mine, others = ours.vocabulary, theirs.vocabulary
    if mine is None or others is None:
        return None
    is_same = mine.digest == others.digest and mine.merge_digests == others.merge_digests
    share = 1.0 if mine.digest == others.digest else share_of_ids(mine, others)
    merges = equal_merges(mine, others)
    held = next((base for base, facts in bases if facts.vocabulary and facts.vocabulary.digest == mine.digest), "")
    figures = {
        "of_copy": mine.size,
        "of_original": others.size,
        "same_ids": round(share, 3),
        "first_merges_equal": merges,
    }
    says = f"about {share:.0%} of the vocabulary has the same ids" if not is_same else "the vocabulary is the same"
    says += f" ({mine.size:,} and {others.size:,} tokens; at least the first {merges:,} merges are the same)"
    paths = [path for path in ours.paths if path.endswith(("tokenizer.json", "vocab.json"))][:1]
    if is_same:
        strength = Strength.NONE if held else Strength.SUPPORTING
        why = _BOTH_ON.format(held) if held else _SAME_BASE
        return _observation(Relation.IDENTICAL, strength, says, name, figures, paths, why)
    if share < _UNALIKE_VOCABULARY:
        return _observation(Relation.UNALIKE, Strength.COUNTER, says, name, figures, paths)
    relation = Relation.CONTAINED if share >= NEARLY_ALL else Relation.ALIKE
    return _observation(relation, Strength.NONE, says, name, figures, paths, _SAME_BASE)


def share_of_ids(ours: Vocabulary, theirs: Vocabulary) -> float:
    """The share (0 to 1) of all tokens of both that have the same id in both, estimated.

    Of all tokens of both those with the smallest hashes are a sample by chance, and each side has kept its own
    (bottom-k sketch, Cohen and Kaplan 2007).
    """
    mine = {token: number for number, token in hashes_by_id(ours.sample).items()}
    others = {token: number for number, token in hashes_by_id(theirs.sample).items()}
    common = sorted(mine.keys() | others.keys())[: min(len(mine), len(others))]
    return sum(token in mine and mine[token] == others.get(token) for token in common) / len(common) if common else 0.0


def equal_merges(ours: Vocabulary, theirs: Vocabulary) -> int:
    """How many merges are certainly the same, from the first on: one of MERGE_STEPS, or all."""
    steps, most = _steps(ours.merges), 0
    for count, mine, others in zip(steps, ours.merge_digests, theirs.merge_digests, strict=False):
        if mine != others:
            break
        most = count
    return most


def _steps(merges: int) -> list[int]:
    inside = [step for step in MERGE_STEPS if step < merges]
    return [*inside, merges]


# Classes.


def _left_over(copy: ModelFacts, original: ModelFacts, modules: frozenset[str] | None) -> Observation | None:
    if modules is None:
        return None
    theirs = frozenset(each for _, each in _classes(original))
    found = [(path, each) for path, each in _classes(copy) if each in theirs and _module(each) not in modules]
    found = [(path, each) for path, each in found if "--" not in each]
    if not found:
        return None
    names = ", ".join(dict.fromkeys(each for _, each in found))
    says = f"auto_map names {names}, as the original's does, and the repository has no such module"
    paths = dict.fromkeys(path for path, _ in found)
    return _observation(Relation.IDENTICAL, Strength.STRONG, says, original.name, {"classes": len(found)}, paths)


def _classes(model: ModelFacts) -> Iterator[tuple[str, str]]:
    settings = (model.tokenizer.settings,) if model.tokenizer and model.tokenizer.settings else ()
    for each in (*settings, *model.configurations):
        for name in each.classes:
            yield each.path, name


def _module(name: str) -> str:
    return name.rpartition(".")[0].rpartition(".")[2]
