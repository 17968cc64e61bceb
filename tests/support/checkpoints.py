"""Files of weights with values in them, made here."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelkin.evidence.shared_weights import Weights, compare_weights
from modelkin.evidence.two_models import layout_pairs
from modelkin.models.tensors import PICKLE, read_layouts
from modelkin.results import Observation

from .weights import CountedFile

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I8": "i1", "U8": "u1"}


def stored(values: NDArray[Any], dtype: str) -> bytes:
    """Values as a type has them; bf16 rounded to the nearest, and to the even one where two are as near."""
    if dtype != "BF16":
        return values.astype(_TYPES[dtype]).tobytes()
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()


def checkpoint(model: Mapping[str, NDArray[Any]], dtype: str = "F32", types: Mapping[str, str] = {}) -> bytes:
    """A safetensors file; ``types`` are those of single tensors."""
    header: dict[str, object] = {}
    parts: list[bytes] = []
    place = 0
    for name, values in model.items():
        kind = types.get(name, dtype)
        parts.append(stored(values, kind))
        header[name] = {
            "dtype": kind,
            "shape": list(values.shape),
            "data_offsets": [place, place + len(parts[-1])],
        }
        place += len(parts[-1])
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def write_checkpoint(path: Path, model: Mapping[str, NDArray[Any]], dtype: str = "F32") -> Path:
    """The file at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(checkpoint(model, dtype))
    return path


def small_model(seed: int = 0, layers: int = 3, width: int = 96) -> dict[str, NDArray[Any]]:
    """The weights of a model that was not trained: matrices of a spread of their own, and norms."""
    chance = np.random.default_rng(seed)
    model = {"embed.weight": chance.normal(0, 0.03, (300, width))}
    for layer in range(layers):
        start = f"layers.{layer}."
        model[f"{start}norm.weight"] = 1 + chance.normal(0, 0.1, width)
        for place, name in enumerate(("q", "k", "v", "o")):
            model[f"{start}attention.{name}.weight"] = chance.normal(0, 0.02 + 0.005 * place, (width, width))
        model[f"{start}up.weight"] = chance.normal(0, 0.02, (256, width))
        model[f"{start}down.weight"] = chance.normal(0, 0.01, (width, 256))
    return {name: values.astype(np.float32) for name, values in model.items()}


def weights_of(stored: Mapping[str, bytes], name: str = "lamp") -> Weights:
    """What is known of the weights in files by path."""
    reading = read_layouts(CountedFile(path, content).entry() for path, content in stored.items())
    has_pickles = any(each.reason == PICKLE for each in reading.skipped)
    return Weights(name, reading.layouts, reading.files, has_pickles=has_pickles)


def weighed(
    copy: bytes, original: bytes, parents: Mapping[str, bytes] = {}, deep: bool = False, most_bytes: int = 4_000_000
) -> Observation:
    """What is said of two files of weights."""
    sides = [weights_of({"model.safetensors": each}, name) for each, name in ((copy, "torch"), (original, "lamp"))]
    known = [weights_of({"model.safetensors": each}, name) for name, each in parents.items()]
    pairs = layout_pairs(sides[0].layouts, sides[1].layouts)
    [found], _ = compare_weights(sides[0], sides[1], pairs, known, most_bytes, deep)
    return found
