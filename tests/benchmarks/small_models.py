"""Small language models, trained here with numpy alone: a Llama in all but size, by four optimisers.

The benchmark of weights holds them against what it makes of them. The same seed gives the same model on one machine.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Model = dict[str, Array]
Gradients = Mapping[str, Array]

CHARACTERS = 256
_EPSILON = 1e-5


class Size(NamedTuple):
    """The sizes of a model."""

    width: int = 128
    layers: int = 2
    heads: int = 4
    inner: int = 352
    context: int = 24
    batch: int = 8


class Training(NamedTuple):
    """How a model is trained."""

    optimiser: str
    rate: float
    steps: int
    seed: int
    text: str = "code"
    decay: float = 0.1
    noise: float = 0.0
    """Of normal noise on each gradient, as differential privacy adds it."""


@cache
def characters(kind: str) -> NDArray[np.uint8]:
    """About two million characters of Python's own library: ``code``, or ``tables``, which reads otherwise."""
    folder = Path(sysconfig.get_path("stdlib"))
    paths = sorted(folder.glob("*.py")) if kind == "code" else sorted(folder.glob("encodings/*.py"))
    return np.frombuffer(b"".join(path.read_bytes() for path in paths)[:2_000_000], np.uint8)


def started(size: Size, seed: int) -> Model:
    """A model with random values."""
    chance = np.random.default_rng(seed)

    def matrix(*shape: int) -> Array:
        return chance.normal(0, 0.02, shape).astype(np.float32)

    model: Model = {"model.embed_tokens.weight": matrix(CHARACTERS, size.width)}
    for layer in range(size.layers):
        start = f"model.layers.{layer}."
        model[f"{start}input_layernorm.weight"] = np.ones(size.width, np.float32)
        model[f"{start}post_attention_layernorm.weight"] = np.ones(size.width, np.float32)
        for name in "qkvo":
            model[f"{start}self_attn.{name}_proj.weight"] = matrix(size.width, size.width)
        model[f"{start}mlp.gate_proj.weight"] = matrix(size.inner, size.width)
        model[f"{start}mlp.up_proj.weight"] = matrix(size.inner, size.width)
        model[f"{start}mlp.down_proj.weight"] = matrix(size.width, size.inner)
    model["model.norm.weight"] = np.ones(size.width, np.float32)
    model["lm_head.weight"] = matrix(CHARACTERS, size.width)
    return model


# Forward and backward.


class _Tape:
    """Collects gradients; each operation gives its result and how a gradient goes back through it."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.gradients: Model = {}

    def linear(self, name: str, given: Array) -> tuple[Array, Callable[[Array], Array]]:
        weight = self.model[name]

        def back(gradient: Array) -> Array:
            flat = gradient.reshape(-1, gradient.shape[-1])
            self.gradients[name] = flat.T @ given.reshape(-1, given.shape[-1])
            return gradient @ weight

        return given @ weight.T, back

    def norm(self, name: str, given: Array) -> tuple[Array, Callable[[Array], Array]]:
        weight = self.model[name]
        inverse = 1 / np.sqrt(np.mean(given**2, axis=-1, keepdims=True) + _EPSILON)
        normed = given * inverse

        def back(gradient: Array) -> Array:
            self.gradients[name] = (gradient * normed).reshape(-1, weight.size).sum(axis=0)
            scaled = gradient * weight
            along = np.mean(scaled * normed, axis=-1, keepdims=True)
            return np.asarray(inverse * (scaled - normed * along), np.float32)

        return np.asarray(normed * weight, np.float32), back


def _attention(tape: _Tape, start: str, given: Array, heads: int) -> tuple[Array, Callable[[Array], Array]]:
    batch, length, width = given.shape
    made = {name: tape.linear(f"{start}self_attn.{name}_proj.weight", given) for name in "qkv"}

    def divided(values: Array) -> Array:
        return np.asarray(values.reshape(batch, length, heads, width // heads).transpose(0, 2, 1, 3))

    def joined(values: Array) -> Array:
        return np.asarray(values.transpose(0, 2, 1, 3).reshape(batch, length, width))

    q, k, v = (divided(made[name][0]) for name in "qkv")
    scale = np.float32((width // heads) ** -0.5)
    # Nearer characters weigh more: in place of places turned into angles.
    far = np.arange(length)[:, None] - np.arange(length)
    mask = np.where(far >= 0, -0.1 * far, -1e9).astype(np.float32)
    scores = q @ k.transpose(0, 1, 3, 2) * scale + mask
    chances = np.exp(scores - scores.max(axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    result, back_out = tape.linear(f"{start}self_attn.o_proj.weight", joined(chances @ v))

    def back(gradient: Array) -> Array:
        mixed = divided(back_out(gradient))
        to_chances = mixed @ v.transpose(0, 1, 3, 2)
        to_scores = chances * (to_chances - np.sum(to_chances * chances, axis=-1, keepdims=True)) * scale
        to_v = chances.transpose(0, 1, 3, 2) @ mixed
        total = made["q"][1](joined(to_scores @ k)) + made["k"][1](joined(to_scores.transpose(0, 1, 3, 2) @ q))
        return np.asarray(total + made["v"][1](joined(to_v)))

    return result, back


def _gated(tape: _Tape, start: str, given: Array) -> tuple[Array, Callable[[Array], Array]]:
    gate, back_gate = tape.linear(f"{start}mlp.gate_proj.weight", given)
    up, back_up = tape.linear(f"{start}mlp.up_proj.weight", given)
    sigmoid: Array = (1 / (1 + np.exp(-gate))).astype(np.float32)
    result, back_down = tape.linear(f"{start}mlp.down_proj.weight", gate * sigmoid * up)

    def back(gradient: Array) -> Array:
        inner = back_down(gradient)
        to_gate: Array = (inner * up * (sigmoid + gate * sigmoid * (1 - sigmoid))).astype(np.float32)
        return back_gate(to_gate) + back_up(inner * gate * sigmoid)

    return result, back


def loss_and_gradients(model: Model, size: Size, given: NDArray[Any], wanted: NDArray[Any]) -> tuple[float, Model]:
    """The mean loss of the next character in nats, and its gradient by each tensor."""
    tape = _Tape(model)
    hidden = model["model.embed_tokens.weight"][given]
    backs: list[Callable[[Array], Array]] = []
    for layer in range(size.layers):
        start = f"model.layers.{layer}."
        for norm, inner in (("input_layernorm", True), ("post_attention_layernorm", False)):
            normed, back_norm = tape.norm(f"{start}{norm}.weight", hidden)
            added, back = _attention(tape, start, normed, size.heads) if inner else _gated(tape, start, normed)
            hidden = hidden + added
            backs.append(lambda gradient, back=back, back_norm=back_norm: gradient + back_norm(back(gradient)))  # type: ignore[misc]
    normed, back_norm = tape.norm("model.norm.weight", hidden)
    logits, back_head = tape.linear("lm_head.weight", normed)
    chances = np.exp(logits - logits.max(axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    place = (*np.indices(wanted.shape), wanted)
    loss = float(-np.log(chances[place]).mean())
    chances[place] -= 1
    gradient = back_norm(back_head(chances / wanted.size))
    for each in reversed(backs):
        gradient = each(gradient)
    embedding = np.zeros_like(model["model.embed_tokens.weight"])
    np.add.at(embedding, given, gradient)
    tape.gradients["model.embed_tokens.weight"] = embedding
    return loss, tape.gradients


# Training.


def trained(model: Model, size: Size, how: Training) -> Model:
    """``model`` trained on; the one given stays as it is."""
    text, chance = characters(how.text), np.random.default_rng(how.seed)
    current = {name: values.copy() for name, values in model.items()}
    step = _Optimiser(how)
    for number in range(how.steps):
        firsts = chance.integers(0, len(text) - size.context - 1, size.batch)
        window = text[firsts[:, None] + np.arange(size.context + 1)].astype(np.int64)
        _, gradients = loss_and_gradients(current, size, window[:, :-1], window[:, 1:])
        norm = float(np.sqrt(sum(float((each**2).sum()) for each in gradients.values())))
        rate = how.rate * min(1.0, (number + 1) / max(how.steps // 20, 1)) * (0.1 + 0.9 * (1 - number / how.steps))
        for name, gradient in gradients.items():
            clipped = gradient * min(1.0, 1 / max(norm, 1e-12))
            if how.noise:
                clipped = clipped + chance.normal(0, how.noise, clipped.shape).astype(np.float32)
            current[name] = step(name, current[name], clipped.astype(np.float32), np.float32(rate), number + 1)
    return current


class _Optimiser:
    """One step of an optimiser on one tensor, with what it remembers of it."""

    def __init__(self, how: Training) -> None:
        self.how = how
        self.first: dict[str, Array] = {}
        self.second: dict[str, Array] = {}

    def __call__(self, name: str, values: Array, gradient: Array, rate: np.float32, number: int) -> Array:
        kind = self.how.optimiser
        before = self.first.get(name, np.zeros_like(values))
        if kind == "sgd":
            return np.asarray(values - rate * gradient, np.float32)
        if kind == "lion":
            move = np.sign(0.9 * before + 0.1 * gradient)
            self.first[name] = 0.99 * before + 0.01 * gradient
        elif kind == "muon" and values.ndim == 2:
            self.first[name] = 0.95 * before + gradient
            move = _orthogonal(self.first[name]) * 0.2 * max(values.shape) ** 0.5
        else:
            self.first[name] = 0.9 * before + 0.1 * gradient
            self.second[name] = 0.95 * self.second.get(name, np.zeros_like(values)) + 0.05 * gradient**2
            size = np.sqrt(self.second[name] / (1 - 0.95**number)) + 1e-8
            move = self.first[name] / (1 - 0.9**number) / size
        decay = self.how.decay * values if values.ndim == 2 else 0
        return np.asarray(values - rate * (move + decay), np.float32)


def _orthogonal(matrix: Array) -> Array:
    """The nearest matrix with orthogonal rows, nearly: five steps of Newton and Schulz, as Muon takes."""
    turned = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    found = turned / (np.linalg.norm(turned) + 1e-7)
    for _ in range(5):
        square = found @ found.T
        found = 3.4445 * found + (-4.7750 * square + 2.0315 * square @ square) @ found
    return np.asarray(found.T if matrix.shape[0] > matrix.shape[1] else found, np.float32)


def with_adapter(model: Model, size: Size, how: Training, rank: int, targets: tuple[str, ...] = ("proj",)) -> Model:
    """``model`` with an adapter of this rank trained on and merged (LoRA, scale 2)."""
    chance = np.random.default_rng(how.seed + 1)
    names = [name for name, each in model.items() if each.ndim == 2 and any(target in name for target in targets)]
    adapters: Model = {}
    for name in names:
        adapters[f"{name}/a"] = chance.normal(0, 0.02, (rank, model[name].shape[1])).astype(np.float32)
        adapters[f"{name}/b"] = np.zeros((model[name].shape[0], rank), np.float32)
    text, step = characters(how.text), _Optimiser(how._replace(decay=0))
    for number in range(how.steps):
        firsts = chance.integers(0, len(text) - size.context - 1, size.batch)
        window = text[firsts[:, None] + np.arange(size.context + 1)].astype(np.int64)
        _, gradients = loss_and_gradients(_merged(model, adapters, names), size, window[:, :-1], window[:, 1:])
        for name in names:
            a, b, gradient = adapters[f"{name}/a"], adapters[f"{name}/b"], gradients[name]
            new = {f"{name}/a": 2 * b.T @ gradient, f"{name}/b": 2 * gradient @ a.T}
            for key, each in new.items():
                adapters[key] = step(key, adapters[key], each, np.float32(how.rate), number + 1)
    return _merged(model, adapters, names)


def _merged(model: Model, adapters: Model, names: list[str]) -> Model:
    changed = {name: model[name] + 2 * adapters[f"{name}/b"] @ adapters[f"{name}/a"] for name in names}
    return {**model, **changed}
