"""Does `compare --weights` tell how one checkpoint came from another? Small models that are trained and changed here.

Models are trained with numpy and kept in modelkin's cache. `--set first` is what the rules were set on; `--set second`
has seeds, optimisers and sizes that were drawn afterwards; `--seed N` draws others. `--ends` reads what is read of
models with many tensors. `real_weights` has published files, `weights_cost` the cost.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from platformdirs import user_cache_path

from modelkin.evidence.shared_weights import Weights, compare_weights
from modelkin.evidence.two_models import layout_pairs
from modelkin.models.tensors import layouts_of
from modelkin.results import Observation, Relation
from modelkin.sources import open_source
from modelkin.weights import reading_plan
from modelkin.weights.value_types import rounded

from ..support.checkpoints import write_checkpoint
from . import weight_variants as made
from .small_models import Model, Size, Training, started, trained, with_adapter

DERIVED = frozenset(Relation) - {Relation.UNALIKE, Relation.NOT_COMPARED}
_FURTHER = (Relation.TRAINED, Relation.SHARED_START)
_CACHE = 3


class Setup(NamedTuple):
    """What a set of pairs is made of."""

    size: Size
    seed: int
    base: Training
    """How the models are trained that all others are made of."""
    further: tuple[Training, ...]
    ranks: tuple[int, ...]


def _further(optimiser: str, rates: Sequence[float], steps: Sequence[int], seed: int) -> tuple[Training, ...]:
    return tuple(
        Training(optimiser, rate, count, seed + number, "tables")
        for number, (rate, count) in enumerate(product(rates, steps))
    )


FIRST = Setup(
    Size(),
    0,
    Training("adam", 2e-3, 250, 10),
    (
        *_further("adam", (1e-6, 1e-5, 1e-4, 5e-4), (1, 5, 25), 100),
        *_further("sgd", (1e-2, 1e-1), (5, 25), 200),
        Training("adam", 1e-4, 25, 77, "tables", decay=0.0),
        Training("adam", 5e-4, 100, 78, "tables"),
    ),
    (8, 16),
)
SECOND = (
    Setup(
        Size(width=96, layers=3, heads=3, inner=256),
        41,
        Training("muon", 1e-2, 150, 411),
        (
            *_further("lion", (1e-6, 1e-5, 1e-4), (2, 12), 500),
            *_further("muon", (1e-5, 1e-4, 1e-3), (2, 12), 600),
            *_further("adam", (3e-6, 3e-5, 3e-4), (3, 12), 700),
            *_further("sgd", (3e-3, 3e-2, 0.3), (3, 12), 800),
        ),
        (4, 12),
    ),
    Setup(
        Size(width=160, layers=1, heads=5, inner=448),
        42,
        Training("lion", 3e-4, 150, 421),
        (
            *_further("lion", (3e-6, 3e-5), (1, 10), 900),
            *_further("muon", (1e-4, 3e-3), (1, 10), 1000),
            *_further("adam", (1e-5, 2e-4), (1, 10), 1100),
            *_further("sgd", (1e-2, 0.2), (1, 10), 1200),
        ),
        (6, 24),
    ),
)


def drawn(seed: int) -> tuple[Setup, Setup]:
    """Two sets more: sizes, optimisers, rates, steps and ranks as ``seed`` has them."""
    chance = np.random.default_rng(seed)

    def one(low: float, high: float) -> float:
        return float(f"{np.exp(chance.uniform(np.log(low), np.log(high))):.2g}")

    def setup(number: int) -> Setup:
        heads = int(chance.integers(2, 6))
        size = Size(heads * 32, int(chance.integers(1, 4)), heads, 32 * int(chance.integers(6, 15)))
        rates = {"adam": (1e-6, 5e-4), "lion": (1e-6, 1e-4), "muon": (1e-5, 3e-3), "sgd": (3e-3, 0.3)}
        optimiser = str(chance.choice(["adam", "lion", "muon"]))
        rate = {"adam": one(1e-3, 3e-3), "lion": one(2e-4, 5e-4), "muon": one(5e-3, 2e-2)}[optimiser]
        further = [
            Training(name, one(*rates[name]), int(chance.integers(1, 26)), seed + 100 * number + place, "tables")
            for place, name in enumerate(sorted(rates) * 3)
        ]
        ranks = sorted(chance.choice(range(4, 29), 2, replace=False).tolist())
        base = Training(optimiser, rate, int(chance.integers(120, 200)), seed + number)
        return Setup(size, seed + number, base, tuple(further), tuple(ranks))

    return setup(1), setup(2)


class Case(NamedTuple):
    """A pair whose relation is known."""

    name: str
    expected: tuple[Relation, ...]
    original: tuple[Model, str]
    """A model and the type that it is stored as."""
    copy: tuple[Model, str]
    parents: tuple[tuple[str, Model], ...] = ()
    scale: float = 0.0
    """Of noise."""


def kept(name: str, make: Callable[[], Model]) -> Model:
    """A model of this name from the cache, made where it is not there."""
    path = user_cache_path("modelkin") / "benchmarks" / "small_models" / f"{_CACHE}-{name}.npz"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            np.savez(file, **make())  # type: ignore[arg-type]
        Path(file.name).replace(path)
    with np.load(path, allow_pickle=False) as held:
        return {key: held[key] for key in held.files}


def _key(setup: Setup, how: Training, start: int) -> str:
    return "-".join(map(str, (*setup.size, setup.seed, start, *how))).replace("/", "_")


class Models:
    """The trained models of a set."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.base = self.of_start(setup.seed, setup.base)
        self.other = self.of_start(setup.seed + 1000, setup.base._replace(seed=setup.base.seed + 1))

    def of_start(self, seed: int, how: Training) -> Model:
        size = self.setup.size
        return kept(_key(self.setup, how, seed), lambda: trained(started(size, seed), size, how))

    def further(self, how: Training) -> Model:
        size = self.setup.size
        return kept(
            f"{_key(self.setup, self.setup.base, 0)}+{_key(self.setup, how, 0)}", lambda: trained(self.base, size, how)
        )

    def adapted(self, rank: int, targets: tuple[str, ...] = ("proj",)) -> Model:
        size, how = self.setup.size, Training("adam", 1e-3, 60, 12 + rank, "tables")
        name = f"{_key(self.setup, self.setup.base, 0)}+{rank}{'-'.join(targets)}"
        return kept(name, lambda: with_adapter(self.base, size, how, rank, targets))


def cases(setup: Setup) -> Iterator[Case]:
    """All pairs of a set."""
    models = Models(setup)
    base = (models.base, "F32")
    half = (models.base, "BF16")
    yield Case("copy", (Relation.IDENTICAL,), base, base)
    for one, other in ((base, half), (base, (models.base, "F16")), (half, base)):
        yield Case(f"cast {one[1]} {other[1]}", (Relation.CAST,), one, other)
    yield from _noise_cases(setup, models)
    yield from _rounding_cases(setup, models)
    yield from _moving_cases(setup, models)
    yield from _training_cases(setup, models)
    yield Case("independent", (Relation.UNALIKE,), base, (models.other, "F32"))
    yield Case("independent, bf16", (Relation.UNALIKE,), half, (models.other, "BF16"))


def _noise_cases(setup: Setup, models: Models) -> Iterator[Case]:
    base, seed = models.base, setup.seed + 5
    for dtype in ("F32", "BF16", "F16"):
        copy = made.noised(base, 1 / 708, seed)
        yield Case(f"noise 1/708 {dtype}", (Relation.NOISE,), (base, "F32"), (copy, dtype), scale=1 / 708)
    copy = made.noised(base, 1 / 708, seed, matrices_alone=True)
    yield Case("noise on matrices", (Relation.NOISE,), (base, "F32"), (copy, "F32"), scale=1 / 708)
    half = stored_as(base, "BF16")
    for scale in (1e-3, 1e-4, 3e-5, 1e-5):
        copy = made.noised(half, scale, seed)
        yield Case(f"noise {scale} bf16", (Relation.NOISE,), (base, "BF16"), (copy, "BF16"), scale=scale)
    for kind, scale in (("uniform", 1 / 708), ("laplace", 1 / 708), ("relative", 0.05)):
        yield Case(f"{kind} noise", _FURTHER, (base, "F32"), (made.noised(base, scale, seed, kind), "F32"))


def stored_as(model: Model, dtype: str) -> Model:
    """A model as it comes back from a type."""
    return {name: rounded(values.astype(np.float64), dtype).astype(np.float32) for name, values in model.items()}


def _rounding_cases(setup: Setup, models: Models) -> Iterator[Case]:
    changes = {
        "int8 rows": made.int8_rows,
        "int4 in 32": partial(made.in_groups, group=32, form="int4"),
        "q8 in 32": partial(made.in_groups, group=32, form="q8"),
        "q5 in 32": partial(made.in_groups, group=32, form="q5"),
        "q4 in 32": partial(made.in_groups, group=32, form="q4"),
        "nf4 in 64": partial(made.in_groups, group=64, form="nf4"),
    }
    base = (models.base, "F32")
    for name, change in changes.items():
        if setup.size.width % 64 == 0 or "64" not in name:
            yield Case(name, (Relation.QUANTISED,), base, (made.on_matrices(models.base, change), "F32"))
    for name, change in (("pruned to half", partial(made.pruned, share=0.5)), ("two of four", made.two_of_four)):
        yield Case(name, (Relation.PRUNED,), base, (made.on_matrices(models.base, change), "F32"))


def _moving_cases(setup: Setup, models: Models) -> Iterator[Case]:
    base, size = (models.base, "F32"), setup.size
    yield Case("permuted", (Relation.PERMUTED,), base, (made.permuted(models.base, size, setup.seed), "F32"))
    yield Case("permuted, bf16", (Relation.PERMUTED,), base, (made.permuted(models.base, size, setup.seed + 1), "BF16"))
    yield Case("rotated", (Relation.ROTATED,), base, (made.rotated(models.base, size, setup.seed), "F32"))
    yield Case("norms folded", _FURTHER, base, (made.folded(models.base, size), "F32"))


def _training_cases(setup: Setup, models: Models) -> Iterator[Case]:
    base = (models.base, "F32")
    for how in setup.further:
        name = f"{how.optimiser} {how.rate:g} x {how.steps}"
        changed = models.further(how)
        yield Case(name, _FURTHER, base, (changed, "F32"))
        if not _is_lost(models.base, changed):
            yield Case(f"{name}, bf16", _FURTHER, (models.base, "BF16"), (changed, "BF16"))
    for rank in setup.ranks:
        yield Case(f"adapter {rank}", (Relation.ADAPTED,), base, (models.adapted(rank), "F32"))
    yield Case("adapter on q, v", (Relation.ADAPTED,), base, (models.adapted(4, ("q_proj", "v_proj")), "F32"))
    long = models.further(setup.base._replace(text="tables", seed=setup.seed + 13, rate=setup.base.rate / 2))
    yield Case("long further training", _FURTHER, base, (long, "F32"))
    same = models.of_start(setup.seed, setup.base._replace(text="tables", seed=setup.seed + 30))
    yield Case("same start, other text", _FURTHER, base, (same, "F32"))
    first, second = models.further(setup.further[-1]), models.adapted(setup.ranks[0])
    for name, parts in (
        ("half of two", {"one": (0.5, first), "two": (0.5, second)}),
        ("a third of one", {"one": (0.3, first), "two": (0.7, long)}),
        ("with a stranger", {"one": (0.2, models.other), "two": (0.8, first)}),
    ):
        copy = made.merged(list(parts.values()))
        parents = tuple((each, model) for each, (_, model) in parts.items())
        yield Case(f"merge: {name}", (Relation.MERGED,), base, (copy, "F32"), parents)
        yield Case(f"merge, parents not named: {name}", _FURTHER, base, (copy, "F32"))


def _is_lost(base: Model, changed: Model) -> bool:
    """Whether rounding to bf16 leaves next to nothing of a change."""
    one, other = stored_as(base, "BF16"), stored_as(changed, "BF16")
    return sum(int(np.count_nonzero(one[name] != other[name])) for name in one) < 50


# Asking.


def weighed(folder: Path, case: Case, deep: bool = True) -> Observation:
    """What is said of a pair."""
    places = {"copy": case.copy, "original": case.original} | {name: (model, "F32") for name, model in case.parents}
    sides = {}
    for name, (model, dtype) in places.items():
        sides[name] = read(write_checkpoint(folder / name / "model.safetensors", model, dtype).parent, name)
    pairs = layout_pairs(sides["copy"].layouts, sides["original"].layouts)
    parents = [sides[name] for name, _ in case.parents]
    return compare_weights(sides["copy"], sides["original"], pairs, parents, deep=deep)[0][0]


def read(folder: Path, name: str) -> Weights:
    """The weights in a folder."""
    with open_source(str(folder)) as checkout:
        found = layouts_of(checkout)
    return Weights(name, found.layouts, found.files)


def of_set(folder: Path, setup: Setup) -> tuple[int, int]:
    """How many pairs of a set are right, and how many there are; those that are not are printed."""
    right = total = derived_wrong = 0
    for case in cases(setup):
        said = weighed(folder, case)
        total += 1
        is_right = said.relation in case.expected
        is_scale = not case.scale or abs(said.figures.get("sigma", 0) / case.scale - 1) <= 0.015
        right += is_right and is_scale
        derived_wrong += (said.relation in DERIVED) != (case.expected[0] in DERIVED)
        if not (is_right and is_scale):
            print(f"  {case.name}: {said.relation.value}, not {case.expected[0].value}: {said.says}")
            print(f"    { {key: round(value, 5) for key, value in said.figures.items()} }")
    print(f"{setup.size}: {right} of {total} right; derived against unrelated wrong: {derived_wrong}")
    return right, total


def draws(folder: Path, setup: Setup, count: int) -> None:
    """Noise of one scale, from 1e-2 to below what bf16 can tell, drawn ``count`` times."""
    models = Models(setup)
    chance = np.random.default_rng(7)
    found, errors = 0, []
    for number in range(count):
        scale = float(10 ** chance.uniform(-5, -2))
        dtype = ("BF16", "F16", "F32")[number % 3]
        base = stored_as(models.base, dtype)
        copy = made.noised(base, scale, 10_000 + number)
        said = weighed(folder, Case("", (), (base, dtype), (copy, dtype)), deep=False)
        found += said.relation is Relation.NOISE
        errors.append(abs(said.figures.get("sigma", 0) / scale - 1))
        if said.relation is not Relation.NOISE or errors[-1] > 0.015:
            print(f"  {scale:.3g} {dtype}: {said.relation.value}, {errors[-1]:.2%} off; {dict(said.figures)}")
    print(f"one scale: found in {found} of {count} draws, off by {max(errors):.2%} at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=("first", "second"), default="first")
    parser.add_argument("--seed", type=int, help="draw two sets by this seed")
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--ends", action="store_true", help="read the ends of tensors, as of models with many")
    given = parser.parse_args()
    if given.ends:
        reading_plan._FEW_TENSORS = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if given.set == "first" and given.seed is None:
            of_set(folder, FIRST)
            draws(folder, FIRST, given.draws)
            return
        figures = [of_set(folder, setup) for setup in (SECOND if given.seed is None else drawn(given.seed))]
        right, total = (sum(each) for each in zip(*figures, strict=True))
        print(f"all: {right} of {total}, {right / total:.3f}")


if __name__ == "__main__":
    main()
