"""Compares the configurations of two models: equal values by how unusual they are, what differs, and keys renamed.

Equal configurations mean the same architecture, never more: Qwen2.5-7B and Qwen2-7B differ in nothing. Edit this when
one more key says how large a model's tensors are, or a shared value should count otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ..models.json_files import base_name
from ..models.model import ConfigurationValues, ModelFacts
from ..results import EvidenceKind, Kind, Observation, Region, Relation, Rename, Strength
from .usual_values import UsualValues, last_part, usual_values

# A value under another key is the same value renamed where it is rarer than 1 in 16.
LEAST_BITS_OF_RENAMED = 4.0
# Of 1,431 pairs of published configurations 95 % share less than .40 of their information, 97 % less than this.
UNUSUAL_SHARE = 0.49
# Fewer equal values, or less surprising ones, any two models may have.
LEAST_EQUAL = 8
LEAST_BITS = 8.0
# Vocabularies of one family differ by less: their own tokens, and rows to fill up a power of two.
MOST_ADDED_TOKENS = 0.02
_MOST_NAMED = 8
_SIZES = frozenset(
    "hidden_size d_model n_embd dim model_dim embed_dim num_hidden_layers num_layers n_layer n_layers "
    "num_attention_heads n_head n_heads num_heads num_key_value_heads n_kv_heads multi_query_group_num "
    "intermediate_size ffn_hidden_size "
    "ffn_dim n_inner hidden_dim ffn_hidden_dim head_dim kv_channels vocab_size padded_vocab_size num_experts "
    "num_local_experts n_routed_experts moe_intermediate_size query_num".split()
)
_SAME_ARCHITECTURE = "every model of this architecture and size may have these values"
_CHANGED_SIZES = "sizes also change where layers are added or removed, or a vocabulary is extended"


class SharedValues(Struct, frozen=True):
    """How two configurations stand to each other; keys are paths, with bits of surprise."""

    equal: dict[str, float]
    differ: tuple[str, ...]
    renamed: tuple[tuple[str, str, float], ...]
    """The key in the copy, that in the original, and the bits of their value."""
    only_copy: tuple[str, ...]
    only_original: tuple[str, ...]
    share: float
    """How much of the information in the less informative one both have (0 to 1)."""

    @property
    def bits(self) -> float:
        """How surprising all that both have is."""
        return sum(self.equal.values()) + sum(bits for _, _, bits in self.renamed)


def compare_configurations(
    copy: ModelFacts, original: ModelFacts, parents: Sequence[ModelFacts] = ()
) -> tuple[Observation, ...]:
    """One observation for each configuration file that both have; the first is of what says how they are built.

    ``parents`` are models that both may be built on: what is theirs, too, is explained by the one that has most of it.
    """
    found = []
    for ours in copy.configurations:
        theirs = _named(original, base_name(ours.path))
        if theirs is not None:
            explaining = [(each.name, values) for each in parents if (values := _named(each, base_name(ours.path)))]
            found.append(_observation(ours, theirs, original.name, explaining))
    return tuple(found)


def share_values(
    copy: ConfigurationValues, original: ConfigurationValues, usual: UsualValues | None = None
) -> SharedValues:
    """What both have, under the same key or, where the value is rare, under another."""
    usual = usual or usual_values()
    ours, theirs = copy.values, original.values
    equal = {key: usual.bits(key, value) for key, value in ours.items() if theirs.get(key) == value}
    differ = tuple(key for key, value in ours.items() if key in theirs and theirs[key] != value)
    renamed = _renamed(ours, theirs, usual)
    taken = {key for ours_key, theirs_key, _ in renamed for key in ((0, ours_key), (1, theirs_key))}
    alone = tuple(key for key in ours if key not in theirs and (0, key) not in taken)
    missing = tuple(key for key in theirs if key not in ours and (1, key) not in taken)
    least = min(sum(usual.bits(*pair) for pair in side.items()) for side in (ours, theirs))
    bits = sum(equal.values()) + sum(each[2] for each in renamed)
    return SharedValues(equal, differ, tuple(renamed), alone, missing, min(1.0, bits / least) if least else 0.0)


def _renamed(ours: dict[str, str], theirs: dict[str, str], usual: UsualValues) -> list[tuple[str, str, float]]:
    """Keys of one side alone with a rare value in common: those that end alike first, then the rarest."""
    left: dict[str, list[str]] = {}
    for key, value in theirs.items():
        if key not in ours and usual.bits(key, value) >= LEAST_BITS_OF_RENAMED:
            left.setdefault(value, []).append(key)
    pairs = [
        (last_part(key) != last_part(other), -min(usual.bits(key, value), usual.bits(other, value)), key, other)
        for key, value in ours.items()
        if key not in theirs and usual.bits(key, value) >= LEAST_BITS_OF_RENAMED
        for other in left.get(value, ())[:_MOST_NAMED]
    ]
    found, taken = [], set()
    for _, bits, key, other in sorted(pairs):
        if (0, key) not in taken and (1, other) not in taken:
            taken |= {(0, key), (1, other)}
            found.append((key, other, -bits))
    return found


def _named(model: ModelFacts, name: str) -> ConfigurationValues | None:
    return next((each for each in model.configurations if base_name(each.path) == name), None)


def _observation(
    ours: ConfigurationValues, theirs: ConfigurationValues, name: str, parents: list[tuple[str, ConfigurationValues]]
) -> Observation:
    shared = share_values(ours, theirs)
    parent, explained = _best_parent(shared, ours, parents)
    beyond = {key: bits for key, bits in shared.equal.items() if key not in explained}
    sizes = _sizes(shared, ours.values, theirs.values)
    figures = {
        "equal": len(shared.equal),
        "different": len(shared.differ),
        "renamed": len(shared.renamed),
        "only_copy": len(shared.only_copy),
        "only_original": len(shared.only_original),
        "bits": round(shared.bits, 1),
        "share": round(shared.share, 3),
    }
    left = sum(beyond.values()) + sum(bits for _, _, bits in shared.renamed)
    strength = _strength(shared, sizes, left)
    is_alike = strength is not Strength.COUNTER and bool(shared.equal or shared.renamed)
    explanations = [_SAME_ARCHITECTURE] if is_alike else []
    if parent:
        figures |= {"explained": len(explained), "beyond": len(beyond), "beyond_bits": round(sum(beyond.values()), 1)}
        explanations.insert(0, _says_parent(shared, explained, beyond, parent))
    if sizes:
        explanations.append(_CHANGED_SIZES)
    return Observation(
        EvidenceKind.CONFIGURATION,
        _relation(shared),
        strength,
        _says(ours, theirs, shared),
        name,
        figures,
        tuple(explanations),
        (Region(ours.path, 1, 1),),
        tuple(Rename(theirs_key, key, Kind.ATTRIBUTE, 1, 1.0) for key, theirs_key, _ in shared.renamed),
    )


def _sizes(shared: SharedValues, ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """The keys of sizes that differ; a vocabulary that a few tokens were added to, or that was padded, is none."""
    return [
        key
        for key in shared.differ
        if last_part(key) in _SIZES and not (key == "vocab_size" and _is_near(ours[key], theirs[key]))
    ]


def _is_near(one: str, other: str) -> bool:
    if not (one.isdecimal() and other.isdecimal()):
        return False
    return abs(int(one) - int(other)) <= MOST_ADDED_TOKENS * int(one)


def _best_parent(
    shared: SharedValues, ours: ConfigurationValues, parents: Iterable[tuple[str, ConfigurationValues]]
) -> tuple[str, frozenset[str]]:
    """Who has most of what both have, by bits, and the keys; nobody where no parent has any of it."""
    mine = ours.values
    held = [
        (name, frozenset(key for key in shared.equal if theirs.get(key) == mine[key]))
        for name, theirs in ((name, values.values) for name, values in parents)
    ]
    best = max(held, key=lambda each: (sum(shared.equal[key] for key in each[1]), len(each[1])), default=None)
    return best if best is not None and best[1] else ("", frozenset())


def _relation(shared: SharedValues) -> Relation:
    if not shared.equal and not shared.renamed:
        return Relation.UNALIKE
    if shared.differ:
        return Relation.ALIKE if shared.share >= UNUSUAL_SHARE else Relation.UNALIKE
    if shared.only_copy and shared.only_original:
        return Relation.ALIKE if shared.share >= UNUSUAL_SHARE else Relation.UNALIKE
    if shared.only_copy or shared.only_original:
        return Relation.CONTAINED
    return Relation.RENAMED if shared.renamed else Relation.IDENTICAL


def _strength(shared: SharedValues, sizes: Sequence[str], bits_left: float) -> Strength:
    """Supporting at most: it is of the architecture, which others may have, too."""
    if sizes:
        return Strength.COUNTER
    is_much = len(shared.equal) + len(shared.renamed) >= LEAST_EQUAL and bits_left >= LEAST_BITS
    return Strength.SUPPORTING if is_much and shared.share >= UNUSUAL_SHARE else Strength.NONE


def _says(ours: ConfigurationValues, theirs: ConfigurationValues, shared: SharedValues) -> str:
    mine, others = ours.values, theirs.values
    said = f"{len(shared.equal)} values of {base_name(ours.path)} are equal, {len(shared.differ)} differ"
    if shared.differ:
        sized = sorted(shared.differ, key=lambda key: last_part(key) not in _SIZES)
        said += f" ({_listed([f'{key} {mine[key]} / {others[key]}' for key in sized])})"
    if shared.renamed:
        said += f"; {len(shared.renamed)} more stand under another key"
    return f"{said}; {shared.bits:.1f} bits"


def _says_parent(shared: SharedValues, explained: frozenset[str], beyond: dict[str, float], parent: str) -> str:
    said = f"{len(explained)} of the {len(shared.equal)} equal values are {parent}'s own"
    if not beyond:
        return f"{said}: none lies beyond it"
    rarest = sorted(beyond, key=lambda key: (-beyond[key], key))
    return f"{said}; {len(beyond)} lie beyond it ({_listed(rarest)}; {sum(beyond.values()):.1f} bits)"


def _listed(words: Sequence[str]) -> str:
    further = len(words) - _MOST_NAMED
    return ", ".join(words[:_MOST_NAMED]) + (f" and {further} more" if further > 0 else "")
