"""What becomes of a model's weights in practice, made of one: noise, quantisation, pruning, moved units, merges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .small_models import Array, Model, Size

_BELOW = (-1, -0.6962, -0.5251, -0.3949, -0.2844, -0.1848, -0.0911)
_NF4 = np.array((*_BELOW, 0, 0.0796, 0.1609, 0.2461, 0.3379, 0.4407, 0.5626, 0.723, 1))


def noised(model: Model, scale: float, seed: int, kind: str = "normal", matrices_alone: bool = False) -> Model:
    """Noise on all values: ``normal``, ``uniform``, ``laplace``, or ``relative``, in proportion to each tensor."""
    chance = np.random.default_rng(seed)

    def noise(values: Array) -> NDArray[np.float64]:
        if kind == "uniform":
            return chance.uniform(-scale * 3**0.5, scale * 3**0.5, values.shape)
        if kind == "laplace":
            return chance.laplace(0, scale / 2**0.5, values.shape)
        return chance.normal(0, scale * float(values.std()) if kind == "relative" else scale, values.shape)

    return {
        name: values if matrices_alone and values.ndim < 2 else (values + noise(values)).astype(np.float32)
        for name, values in model.items()
    }


def on_matrices(model: Model, change: object) -> Model:
    """``change`` applied to each matrix but the embedding and the head."""
    assert callable(change)
    return {
        name: np.asarray(change(values), np.float32) if values.ndim == 2 and "proj" in name else values
        for name, values in model.items()
    }


def int8_rows(values: Array) -> Array:
    """Rounded to 255 even steps a row, symmetric."""
    step = np.abs(values).max(axis=1, keepdims=True) / 127
    return np.asarray(np.round(values / step) * step, np.float32)


def in_groups(values: Array, group: int, form: str) -> Array:
    """Rounded in groups: ``int4`` (16 steps from least to greatest), ``q8``, ``q5``, ``q4`` as in GGUF, ``nf4``."""
    grouped = values.reshape(-1, group)
    most = np.take_along_axis(grouped, np.abs(grouped).argmax(axis=1, keepdims=True), axis=1)
    if form == "int4":
        low, high = grouped.min(axis=1, keepdims=True), grouped.max(axis=1, keepdims=True)
        step = (high - low) / 15
        found = np.round((grouped - low) / step) * step + low
    elif form == "q8":
        step = (np.abs(most) / 127).astype(np.float16).astype(np.float32)
        found = np.round(grouped / step) * step
    elif form == "nf4":
        size = np.abs(most)
        middles = (_NF4[1:] + _NF4[:-1]) / 2
        found = _NF4[np.searchsorted(middles, grouped / size)] * size
    else:
        half = 8 if form == "q4" else 16
        step = (most / -half).astype(np.float16).astype(np.float32)
        found = (np.clip(np.floor(grouped / step + half + 0.5), 0, 2 * half - 1) - half) * step
    return np.asarray(found.reshape(values.shape), np.float32)


def pruned(values: Array, share: float) -> Array:
    """The smallest values made 0."""
    return np.where(np.abs(values) < np.quantile(np.abs(values), share), 0, values).astype(np.float32)


def two_of_four(values: Array) -> Array:
    """Of each four values in a row the two smaller ones made 0."""
    grouped = np.abs(values).reshape(-1, 4)
    rank = grouped.argsort(axis=1).argsort(axis=1).reshape(values.shape)
    return np.where(rank < 2, 0, values).astype(np.float32)


def _with_space(model: Model, turn: NDArray[np.float64], size: Size) -> Model:
    """The space that all layers share turned by an orthogonal matrix; norms are folded into what follows them."""
    found = {name: values.astype(np.float64) for name, values in model.items()}
    for layer in range(size.layers):
        start = f"model.layers.{layer}."
        for norm, names in (
            ("input_layernorm", [f"self_attn.{each}_proj" for each in "qkv"]),
            ("post_attention_layernorm", ["mlp.gate_proj", "mlp.up_proj"]),
        ):
            for name in names:
                found[f"{start}{name}.weight"] *= found[f"{start}{norm}.weight"]
                found[f"{start}{name}.weight"] = found[f"{start}{name}.weight"] @ turn
            found[f"{start}{norm}.weight"] = np.ones(size.width)
        for name in ("self_attn.o_proj", "mlp.down_proj"):
            found[f"{start}{name}.weight"] = turn.T @ found[f"{start}{name}.weight"]
    found["lm_head.weight"] = (found["lm_head.weight"] * found["model.norm.weight"]) @ turn
    found["model.norm.weight"] = np.ones(size.width)
    found["model.embed_tokens.weight"] = found["model.embed_tokens.weight"] @ turn
    return {name: values.astype(np.float32) for name, values in found.items()}


def rotated(model: Model, size: Size, seed: int) -> Model:
    """The space that all layers share turned at random; the model computes the same."""
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(size.width, size.width)))
    return _with_space(model, turn, size)


def permuted(model: Model, size: Size, seed: int, with_inner: bool = True) -> Model:
    """The units that all layers share in another order, and those of each layer; the model computes the same."""
    chance = np.random.default_rng(seed)
    order = chance.permutation(size.width)
    found = {}
    for name, values in model.items():
        if values.ndim == 1 or name.endswith(("o_proj.weight", "down_proj.weight")):
            found[name] = values[order]
        else:
            found[name] = values[:, order]
    for layer in range(size.layers if with_inner else 0):
        start, inner = f"model.layers.{layer}.mlp.", chance.permutation(size.inner)
        for name in ("gate_proj", "up_proj"):
            found[f"{start}{name}.weight"] = found[f"{start}{name}.weight"][inner]
        found[f"{start}down_proj.weight"] = found[f"{start}down_proj.weight"][:, inner]
    return {name: np.ascontiguousarray(values) for name, values in found.items()}


def folded(model: Model, size: Size) -> Model:
    """The norms folded into the matrices that follow them; the model computes the same."""
    return _with_space(model, np.eye(size.width), size)


def merged(parts: dict[float, Model] | list[tuple[float, Model]]) -> Model:
    """A weighted sum."""
    pairs = list(parts.items()) if isinstance(parts, dict) else parts
    return {
        name: sum(weight * model[name].astype(np.float64) for weight, model in pairs).astype(np.float32)  # type: ignore[union-attr]
        for name in pairs[0][1]
    }
