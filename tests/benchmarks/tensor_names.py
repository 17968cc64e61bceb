"""Are tensor names aligned rightly once a share of their components is renamed, and what does aligning cost?

Layouts are those of architectures, made here, and where ../shared is beside the repository those of the incidents.
Truth is the renaming itself. Two components are twins where exchanging them everywhere leaves all names as they are:
which of them is which, no names can tell, and shapes only where they differ. Three layouts came in once the aligning
was settled: nothing was fitted to them.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from modelkin.evidence.layout_fit import fit_layouts
from modelkin.models.layout_facts import TensorLayout
from modelkin.models.tensors import read_layouts
from modelkin.sources import open_source

from ..support.weights import SHARED, gpt2, layout, llama
from .figures import mean

SHARES = (0.1, 0.25, 0.5, 1.0)
GONE = 0.05


class Outcome(NamedTuple):
    """Shares (0 to 1) of all names."""

    right: float
    right_or_twin: float
    paired: float


def layouts() -> dict[str, list[str]]:
    """Names of tensors by what they are of."""
    made = {
        "Llama, 32 layers": llama(32),
        "Qwen 2, 28 layers": llama(28, biases=True),
        "GPT-2, 12 layers": gpt2(12),
        "mixture, 16 layers of 32 experts": mixture(16, 32),
        "T5, 12 and 12 layers (held out)": t5(12),
        "ViT, 12 layers (held out)": vit(12),
        "Qwen 2 MoE, 8 layers of 16 experts (held out)": shared_mixture(8, 16),
    }
    for name in ("minicpm-llama3-v-2.5", "minicpm-v-2"):
        folder = SHARED / "incidents" / name
        if folder.is_dir():
            with open_source(str(folder)) as checkout:
                made[name] = list(read_layouts(checkout.entries()).layouts[0].names)
    return made


def mixture(layers: int, experts: int) -> list[str]:
    """The names of a mixture of experts."""
    attention = [name for name in llama(layers) if ".mlp." not in name]
    gates = [f"model.layers.{layer}.block_sparse_moe.gate.weight" for layer in range(layers)]
    return (
        attention
        + gates
        + [
            f"model.layers.{layer}.block_sparse_moe.experts.{expert}.{end}.weight"
            for layer in range(layers)
            for expert in range(experts)
            for end in ("w1", "w2", "w3")
        ]
    )


def t5(layers: int) -> list[str]:
    """The names of a T5 with gated units."""
    names = ["shared.weight", "lm_head.weight", *(f"{side}.final_layer_norm.weight" for side in ("encoder", "decoder"))]
    for side, attentions in (("encoder", ["SelfAttention"]), ("decoder", ["SelfAttention", "EncDecAttention"])):
        names.append(f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight")
        for block in range(layers):
            start = f"{side}.block.{block}.layer."
            for place, attention in enumerate(attentions):
                names += [f"{start}{place}.{attention}.{each}.weight" for each in "qkvo"]
            names += [f"{start}{len(attentions)}.DenseReluDense.{each}.weight" for each in ("wi_0", "wi_1", "wo")]
            names += [f"{start}{place}.layer_norm.weight" for place in range(len(attentions) + 1)]
    return names


def vit(layers: int) -> list[str]:
    """The names of a ViT."""
    parts = ["embeddings.patch_embeddings.projection", "layernorm", "classifier"]
    inner = "attention.query attention.key attention.value output.dense".split()
    of_layer = [f"attention.{each}" for each in inner]
    of_layer += "intermediate.dense output.dense layernorm_before layernorm_after".split()
    parts += [f"encoder.layer.{layer}.{each}" for layer in range(layers) for each in of_layer]
    ends = ["embeddings.cls_token", "embeddings.position_embeddings"]
    return [*ends, *(f"{part}.{end}" for part in parts for end in ("weight", "bias"))]


def shared_mixture(layers: int, experts: int) -> list[str]:
    """The names of a Qwen 2 mixture of experts, one of which all tokens go through."""
    names = [name for name in llama(layers, biases=True) if ".mlp." not in name]
    for layer in range(layers):
        start = f"model.layers.{layer}.mlp."
        parts = ["shared_expert", *(f"experts.{expert}" for expert in range(experts))]
        names += [f"{start}{part}.{each}_proj.weight" for part in parts for each in ("gate", "up", "down")]
        names += [f"{start}{gate}.weight" for gate in ("gate", "shared_expert_gate")]
    return names


def grouped_shapes(names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The shapes of a Llama 3 8B, whose keys and values are a quarter as wide as its queries."""
    width, inner, narrow, tokens = 4_096, 14_336, 1_024, 128_256
    known = {
        **dict.fromkeys(("q_proj", "o_proj"), (width, width)),
        **dict.fromkeys(("k_proj", "v_proj"), (narrow, width)),
        **dict.fromkeys(("gate_proj", "up_proj"), (inner, width)),
        **dict.fromkeys(("embed_tokens", "lm_head"), (tokens, width)),
        "down_proj": (width, inner),
    }
    return {name: next((known[part] for part in name.split(".") if part in known), (width,)) for name in names}


def components(names: Sequence[str]) -> list[str]:
    """The different components of names, numbers aside."""
    return sorted({part for part in chain.from_iterable(name.split(".") for name in names) if not part.isdigit()})


def renamed(names: Sequence[str], share: float, seed: int) -> dict[str, str]:
    """Each name by what it is called once so many of the components are called something else."""
    chance = random.Random(seed)
    parts = components(names)
    chosen = chance.sample(parts, max(1, round(share * len(parts))))
    words = [f"{chance.choice('bcdfghklmnprstvz')}{chance.choice('aeiou')}{chance.randrange(10**6):06}" for _ in chosen]
    change = dict(zip(chosen, words, strict=True))
    return {".".join(change.get(part, part) for part in name.split(".")): name for name in names}


def measured(
    names: Sequence[str],
    share: float,
    seed: int,
    gone: float = 0.0,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
) -> Outcome:
    """How well the names are aligned; of the copy so many (0 to 1) are gone. ``shapes`` are those of both sides."""
    truth = renamed(names, share, seed)
    chance = random.Random(seed + 1000)
    truth = {copy: name for copy, name in truth.items() if chance.random() >= gone}
    own = None if shapes is None else {copy: shapes[name] for copy, name in truth.items()}
    found = dict(fit_layouts(layout(list(truth), own), layout(names, shapes)).pairs)
    every = frozenset(names)
    known: dict[tuple[tuple[str, str], ...], bool] = {}
    right = twins = 0
    for copy, name in truth.items():
        other = found.get(copy)
        if other == name:
            right += 1
        elif other is not None:
            differing = tuple(
                sorted({(one, two) for one, two in zip(name.split("."), other.split("."), strict=True) if one != two})
            )
            if differing not in known:
                known[differing] = are_twins(differing, every)
            twins += known[differing]
    return Outcome(right / len(truth), (right + twins) / len(truth), len(found) / len(truth))


def are_twins(differing: Sequence[tuple[str, str]], names: frozenset[str]) -> bool:
    """Whether the names stay the same once each two components change places."""
    swap = dict(differing) | {two: one for one, two in differing}
    return all(".".join(swap.get(part, part) for part in name.split(".")) in names for name in names)


def print_accuracy(seeds: int) -> None:
    """A row for each layout and share."""
    print("layout | names | renamed | right | right, or a twin | lowest of the seeds | paired")
    print("---|---|---|---|---|---|---")
    for label, names in layouts().items():
        for share in SHARES:
            outcomes = [measured(names, share, seed) for seed in range(seeds)]
            shares = [mean([each[place] for each in outcomes]) for place in range(3)]
            lowest = min(each.right_or_twin for each in outcomes)
            figures = " | ".join(f"{each:.3f}" for each in (shares[0], shares[1], lowest, shares[2]))
            print(f"{label} | {len(names)} | {share:.0%} | {figures}")


def print_with_shapes(seeds: int) -> None:
    """What shapes add, where both sides have them: of a Llama 3 8B."""
    names = llama(32)
    shapes = grouped_shapes(names)
    print("\nLlama 3 8B, renamed | right by names | right by names and shapes")
    print("---|---|---")
    for share in SHARES:
        both = [[measured(names, share, seed, shapes=each).right for seed in range(seeds)] for each in (None, shapes)]
        print(f"{share:.0%} | {mean(both[0]):.3f} | {mean(both[1]):.3f}")


def print_incomplete(seeds: int) -> None:
    """The same of copies in which one tensor in twenty, drawn at random, is gone: no layer is like another any more."""
    print("\nlayout | renamed | right | right, or a twin | paired")
    print("---|---|---|---|---")
    for label, names in layouts().items():
        for share in SHARES[:3]:
            outcomes = [measured(names, share, seed, GONE) for seed in range(seeds)]
            figures = " | ".join(f"{mean([each[place] for each in outcomes]):.3f}" for place in range(3))
            print(f"{label} | {share:.0%} | {figures}")


def print_cost() -> None:
    """A row for each pair of layouts that is hard in one way."""
    chance = random.Random(3)

    def siblings(start: str, alike: bool) -> list[str]:
        ends = "a" if alike else "abcdef"
        return [
            f"m.{start}{n}.{chance.choice(ends)}{m}.weight"
            for n in range(2_000)
            for m in range(3 if alike else chance.randint(1, 6))
        ]

    def scattered() -> list[str]:
        return [
            f"{chance.randrange(10**9):x}.{chance.randrange(10**9):x}.{chance.randrange(9)}" for _ in range(200_000)
        ]

    experts = mixture(64, 1_040)[:200_000]
    pairs = {
        "Llama, 32 layers, two names renamed": (llama(32, ("ln1", "ln2")), llama(32)),
        "2,000 unmatched siblings, alike": (siblings("x", True), siblings("y", True)),
        "2,000 unmatched siblings, each another": (siblings("x", False), siblings("y", False)),
        "mixture of 200,000 tensors, two names renamed": (
            [name.replace("experts", "gang").replace("w2", "down") for name in experts],
            experts,
        ),
        "200,000 names that have nothing in common": (scattered(), scattered()),
    }
    print("\nnames | s of processor time | share paired | peak memory of the process so far, MB")
    print("---|---|---|---")
    for label, (copy, original) in pairs.items():
        seconds, share = timed(layout(list(dict.fromkeys(copy))), layout(list(dict.fromkeys(original))))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{label} | {seconds:.3f} | {share:.3f} | {memory:.0f}")


def timed(copy: TensorLayout, original: TensorLayout) -> tuple[float, float]:
    """Processor seconds, and the share that is paired."""
    began = time.process_time()
    share = fit_layouts(copy, original).share
    return time.process_time() - began, share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="random renamings of each share (default: 5)")
    parser.add_argument("--no-cost", action="store_true", help="leave out the large layouts")
    options = parser.parse_args()
    print_accuracy(options.seeds)
    print_with_shapes(options.seeds)
    print_incomplete(options.seeds)
    if not options.no_cost:
        print_cost()


if __name__ == "__main__":
    main()
